//! Equal to Hugging Face's transformers, by the numbers of `golden/processors.py`.

use std::collections::BTreeMap;

use ch04::{Gpt2, Gpt2Config};
use ch09::*;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};
use testkit::golden;

type Goldens = BTreeMap<String, Tensor>;

fn goldens() -> Goldens {
    golden("tests/golden/processors.safetensors")
}

/// The settings that a name such as `top_k_5` stands for.
fn sampling(name: &str) -> Sampling {
    let d = Sampling::default();
    let (control, value) = name.rsplit_once('_').expect("a control and its value");
    let number = || value.parse().expect("a number");
    match control {
        "temperature" => Sampling { temperature: number(), ..d },
        "top_k" => Sampling { top_k: Some(number() as i64), ..d },
        "top_p" => Sampling { top_p: Some(number()), ..d },
        "min_p" => Sampling { min_p: Some(number()), ..d },
        "repetition" => Sampling { repetition_penalty: number(), ..d },
        _ => combination(value),
    }
}

fn combination(name: &str) -> Sampling {
    let (penalty, temperature, k, p, share) = match name {
        "careful" => (1.2, 0.7, 20, 0.9, 0.05),
        "bold" => (1.5, 1.8, 60, 0.98, 0.01),
        _ => panic!("no such combination: {name}"),
    };
    Sampling {
        repetition_penalty: penalty,
        temperature,
        top_k: Some(k),
        top_p: Some(p),
        min_p: Some(share),
        ..Sampling::default()
    }
}

/// Our chances and theirs for every golden of this kind of logits, with its name.
fn pairs(goldens: &Goldens, kind: &str) -> Vec<(String, Tensor, Tensor)> {
    let (ids, logits) = (&goldens["ids"], &goldens[&format!("{kind}.logits")]);
    let seen = Seen::new(ids, &ids.ones_like(), logits.size()[1]);
    let of_kind = goldens.iter().filter_map(|(name, theirs)| {
        let name = name.strip_prefix(kind)?.strip_prefix('.')?;
        (name != "logits").then(|| {
            let ours = sampling(name).apply(logits, &seen);
            let chances = |x: &Tensor| x.softmax(-1, Kind::Double);
            (name.to_owned(), chances(&ours), chances(theirs))
        })
    });
    of_kind.collect()
}

#[test]
fn random_and_extreme_logits_get_the_chances_that_transformers_gives_them() {
    let goldens = goldens();
    for kind in ["random", "extreme"] {
        let pairs = pairs(&goldens, kind);
        assert_eq!(pairs.len(), 20, "{kind}");
        for (name, ours, theirs) in pairs {
            let possible = ours.greater(0).equal(&theirs.greater(0));
            assert!(possible, "{kind}.{name}: the same tokens must stay");
            // f32 logits, divided in another order: the last two of 7 digits may differ.
            assert!(ours.allclose(&theirs, 1e-5, 1e-7, false), "{kind}.{name}");
        }
    }
}

#[test]
fn of_equal_tokens_as_many_stay_as_in_transformers() {
    let pairs = pairs(&goldens(), "ties");
    assert_eq!(pairs.len(), 20);
    for (name, ours, theirs) in pairs {
        // Which of several equals stays in a nucleus depends there on how they are sorted.
        let (ours, _) = ours.sort(-1, true);
        let (theirs, _) = theirs.sort(-1, true);
        assert!(ours.allclose(&theirs, 1e-5, 1e-7, false), "{name}");
    }
}

#[test]
fn our_penalty_leaves_out_the_padding_that_transformers_counts() {
    let goldens = goldens();
    let (ids, logits) = (&goldens["ids"], &goldens["random.logits"]);
    let v = logits.size()[1];
    let pad = ids.narrow(1, 0, 5).full_like(7);
    let padded = Tensor::cat(&[&pad, ids], 1); // (b, 5 + t)
    let real = Tensor::cat(&[pad.zeros_like(), ids.ones_like()], 1);
    let seen = count_ids(&padded, &real, v);
    let ours = repetition_penalty(logits, &seen, 1.2);
    assert!(ours.allclose(&goldens["random.repetition_1.2"], 1e-6, 1e-6, false));
    let theirs = &goldens["padded.repetition_1.2"];
    assert!(!ours.allclose(theirs, 1e-6, 1e-6, false), "theirs punishes id 7");
    let careless = count_ids(&padded, &real.ones_like(), v);
    let careless = repetition_penalty(logits, &careless, 1.2);
    assert!(careless.allclose(theirs, 1e-6, 1e-6, false));
}

/// The tiny random model of the goldens.
fn model(goldens: &Goldens) -> (VarStore, Gpt2) {
    let config = Gpt2Config {
        vocab_size: 61,
        n_positions: 45,
        n_embd: 12,
        n_layer: 2,
        n_head: 3,
        ..Gpt2Config::default()
    };
    let variables = VarStore::new(Device::Cpu);
    let model = Gpt2::new(&variables.root(), &config);
    for (name, mut parameter) in variables.variables() {
        tch::no_grad(|| parameter.copy_(&goldens[&format!("weights.{name}")]));
    }
    (variables, model)
}

#[test]
fn greedy_text_is_that_of_transformers_token_by_token() {
    let _generator = testkit::seed(1);
    let goldens = goldens();
    let (_variables, model) = model(&goldens);
    let ids = |name: &str| -> Vec<u32> {
        let ids = Vec::<i64>::try_from(&goldens[name]).expect("one axis");
        ids.into_iter().map(|id| u32::try_from(id).expect("an id")).collect()
    };
    for (name, repetition_penalty) in
        [("model.greedy", 1.0), ("model.greedy_repetition_1.3", 1.3)]
    {
        let sampling = Sampling { repetition_penalty, ..Sampling::greedy() };
        let stream =
            TokenStream::new(&model, &ids("model.prompt"), sampling, (1, 0));
        let ours: anyhow::Result<Vec<u32>> = stream.unwrap().take(40).collect();
        assert_eq!(ours.unwrap(), ids(name), "{name}");
    }
}
