//! The promises of chapter 5: models with the switches of chapter 4.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use ch01::{END_OF_TEXT, Tokenizer, train};
use ch02::Windows;
use ch04::{Gpt2Config, Parameters, PositionKind, Switches};
use ch05::*;
use clap::ValueEnum;
use datasets::LIGHTHOUSE;
use tch::nn::ModuleT;
use tch::{Device, Tensor};
use testkit::assert_close;

fn model() -> Gpt2Config {
    Switches::ALL.apply(Gpt2Config {
        vocab_size: 301,
        n_positions: 16,
        n_embd: 24,
        n_layer: 2,
        n_head: 4,
        embd_pdrop: 0.1,
        attn_pdrop: 0.1,
        resid_pdrop: 0.1,
        ..Gpt2Config::default()
    })
}

fn config(algorithm: Algorithm, precision: Precision) -> TrainConfig {
    TrainConfig {
        schedule: Schedule { peak: 1e-2, floor: 1e-3, warmup: 4, steps: 40 },
        algorithm,
        batch_size: 4,
        ..Preset::default().config(7, precision)
    }
}

fn tokenizer() -> Tokenizer {
    Tokenizer::new(train([LIGHTHOUSE], 300), &[END_OF_TEXT])
}

fn windows() -> Windows {
    Windows::new(tokenizer().encode(LIGHTHOUSE), 16, 16)
}

fn run(trainer: &mut Trainer, windows: &Windows, steps: i64) -> Vec<f64> {
    let mut step = || {
        let batch = trainer.batch(windows).expect("the text is long enough");
        trainer.train_on(&batch).expect("the loss is a number")
    };
    (0..steps).map(|_| step()).collect()
}

// ---- Training -----------------------------------------------------------------------------

#[test]
fn matrices_decay_norms_do_not_and_muon_keeps_to_attention() {
    let _generator = testkit::seed(5); // nobody else draws meanwhile
    let trainer = |algorithm| {
        let config = config(algorithm, Precision::F32);
        Trainer::new(&model(), config, Device::Cpu).expect("the sizes fit")
    };
    let (v, c, f, n) = (301, 24, 64, 2);
    let matrices = n * (4 * c * c + 3 * c * f);
    let vectors = n * (3 * c + c + 2 * c) + c; // biases in attention, scales of norms
    for &algorithm in Algorithm::value_variants() {
        let groups = trainer(algorithm).optimizer.group_sizes();
        assert_eq!(groups, (v * c + matrices, vectors), "{algorithm:?}");
    }
    let moved_by_muon = |algorithm| -> BTreeSet<String> {
        let state = trainer(algorithm).optimizer.state().into_iter();
        let name = |(name, _): (String, Tensor)| {
            name.strip_suffix(".weight.momentum").map(String::from)
        };
        state.filter_map(name).collect()
    };
    let names = |layers: &[&str]| -> BTreeSet<String> {
        let of_block = |i| layers.iter().map(move |layer| format!("h.{i}.{layer}"));
        (0..n).flat_map(of_block).collect()
    };
    let attention = ["attn.c_attn", "attn.c_proj"];
    let all = [attention.as_slice(), &["mlp.gate", "mlp.up", "mlp.down"]].concat();
    assert_eq!(moved_by_muon(Algorithm::AdamW), names(&[]));
    assert_eq!(moved_by_muon(Algorithm::Muon), names(&attention));
    assert_eq!(moved_by_muon(Algorithm::MuonBlocks), names(&all));
}

#[test]
fn a_switched_run_goes_on_as_if_nothing_had_happened_and_knows_its_switches() {
    let _generator = testkit::seed(1);
    let (windows, tokenizer) = (windows(), tokenizer());
    for precision in [Precision::F32, Precision::Bf16] {
        let config = config(Algorithm::Muon, precision);
        let mut whole = Trainer::new(&model(), config, Device::Cpu).unwrap();
        let losses = run(&mut whole, &windows, 40);
        assert!(losses[39] < losses[0] - 1.0, "it learns: {losses:?}");

        let folder = tempfile::tempdir().unwrap();
        let checkpoint = Checkpoint::new(folder.path().join("half"));
        let mut half = Trainer::new(&model(), config, Device::Cpu).unwrap();
        run(&mut half, &windows, 5);
        checkpoint.save(&half, &tokenizer, &[]).unwrap();
        let (_variables, loaded, _) = checkpoint.load(Device::Cpu).unwrap();
        assert_eq!(loaded.config(), &model());
        let (mut half, _, _) = checkpoint.resume(Device::Cpu).unwrap();
        assert_eq!(run(&mut half, &windows, 35), losses[5..], "{precision:?}");
    }
}

#[test]
fn transformers_is_told_that_a_switched_model_is_none_of_its() {
    let _generator = testkit::seed(1);
    for (model, model_type) in
        [(Switches::default().apply(model()), "gpt2"), (model(), "gpt2-variant")]
    {
        let config = config(Algorithm::AdamW, Precision::F32);
        let trainer = Trainer::new(&model, config, Device::Cpu).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run");
        Checkpoint::new(&path).save(&trainer, &tokenizer(), &[]).unwrap();
        let json = fs::read_to_string(path.join("config.json")).unwrap();
        let wanted = format!("\"model_type\": \"{model_type}\"");
        assert!(json.contains(&wanted), "{json}");
    }
}

#[test]
fn a_teller_of_stories_needs_no_table_of_positions() {
    let _generator = testkit::seed(1);
    let preset = Preset::Stories;
    let small = Gpt2Config { n_layer: 1, n_embd: 16, n_head: 2, ..preset.model() };
    let rotary = Gpt2Config { positions: PositionKind::Rotary, ..small.clone() };
    for (model, has_table) in [(&small, true), (&rotary, false)] {
        let config = preset.config(1, Precision::F32);
        let trainer = preset.trainer_of(model, config, Device::Cpu).unwrap();
        let table = trainer.variables.variables().remove("wpe.weight");
        assert_eq!(table.is_some(), has_table);
        let ids = Tensor::from_slice2(&[[1i64, 2, 3]]);
        assert_eq!(trainer.model.forward_t(&ids, false).size(), [1, 3, 2048]);
    }
}

#[test]
fn a_large_vocabulary_in_parts_has_the_same_loss_in_a_switched_model() {
    let _generator = testkit::seed(1);
    let trainer = Trainer::new(
        &model(),
        config(Algorithm::AdamW, Precision::F32),
        Device::Cpu,
    )
    .unwrap();
    let batch = trainer.batch(&windows()).unwrap();
    let hidden = trainer.model.hidden(&batch.inputs, false);
    let table = trainer.model.output_table();
    let parts = head_loss(&hidden, table, &batch.targets, 5);
    assert_close(&parts, &trainer.loss(&batch, false), 1e-5);
}

// ---- The comparison -----------------------------------------------------------------------

/// A text in which `a` always comes before `b`, and `c` before `d`.
fn text() -> Characters {
    let pair = |i: u32| {
        if i.wrapping_mul(2_654_435_761) >> 31 == 0 { [0, 1] } else { [2, 3] }
    };
    let ids: Vec<u32> = (0..4000).flat_map(pair).collect();
    Characters::new(&ids, 4, Device::Cpu).expect("the text is long enough")
}

#[test]
fn no_variant_is_larger_than_gpt2_or_smaller_by_more_than_a_thirtieth() {
    let total = |it: Variant| Parameters::of(&it.model(65)).total() as f64;
    for &variant in Variant::value_variants() {
        let ratio = total(variant) / total(Variant::Gpt2);
        assert!((29.0 / 30.0..=1.0).contains(&ratio), "{variant:?}: {ratio}");
    }
}

#[test]
fn variants_learn_what_follows_what_and_the_same_seed_learns_the_same() {
    let _generator = testkit::seed(3);
    // A pair costs ln 2 for its first letter and nothing for its second: ln 2 / 2 = 0.35 a letter.
    let text = text();
    let learn = |variant: Variant| {
        let outcome = try_variant(variant, &text, 40, 1, || ()).expect("a number");
        assert!(outcome.validation_loss < 0.45, "{variant:?}: {outcome:?}");
        let counted = Parameters::of(&variant.model(4)).total();
        assert_eq!(outcome.parameters as i64, counted);
        outcome
    };
    let gpt2 = learn(Variant::Gpt2);
    assert_ne!(learn(Variant::All), gpt2);
    assert_eq!(learn(Variant::Gpt2), gpt2);
}

// ---- The program --------------------------------------------------------------------------

/// The program, shielded from this machine's data.
fn ch05(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch05"));
    command.args(arguments).env("LLM_IN_RUST_CACHE", "no-cache");
    command.env_remove("LLM_IN_RUST_DATA").env("OMP_NUM_THREADS", "1");
    command
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_comparison_writes_a_table_and_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("tinyshakespeare.txt"),
        "To be, or not to be. ".repeat(200),
    )
    .unwrap();
    let picture = folder.path().join("variants.svg");
    let arguments = ["variants", "--steps", "2", "--seeds", "1", "--device", "cpu"];
    let output = ch05(&arguments)
        .arg("--data")
        .arg(folder.path())
        .arg("--plot")
        .arg(&picture)
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{}", error(&output));
    let table = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<_> = table.lines().skip(2).map(first_word).collect();
    assert_eq!(rows, ["gpt2", "rms-norm", "swiglu", "rotary", "all"], "{table}");
    let recorded = fs::read_to_string(picture.with_extension("txt")).unwrap();
    assert_eq!(recorded, table);
    let csv = fs::read_to_string(picture.with_extension("csv")).unwrap();
    assert!(csv.starts_with("variant,seed 1\nrms-norm,"), "{csv}");
    assert!(fs::read_to_string(picture).unwrap().starts_with("<svg"));
}

fn first_word(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or_default()
}

#[cfg(unix)]
#[test]
fn switches_that_are_typed_are_in_the_checkpoint_and_need_no_typing_again() {
    use std::io::{BufRead, BufReader, Read};
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let out = out.to_str().expect("a temporary folder's name is UTF-8");
    let common =
        ["--preset", "char-shakespeare", "--out", out, "--batch-size", "1"];
    let mut child = ch05(&common)
        .args(["--norm", "rms", "--positions", "rotary", "--device", "cpu"])
        .args(["--precision", "f32"])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("windows of 256 tokens") {
        line.clear();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "it ended too early");
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{rest}");

    let config = fs::read_to_string(Path::new(out).join("config.json")).unwrap();
    assert!(config.contains("\"positions\": \"rotary\""), "{config}");
    let tell = ["tell", "--checkpoint", out, "--tokens", "2", "--device", "cpu"];
    let told = ch05(&tell).output().expect("the program starts");
    assert!(told.status.success(), "{}", error(&told));
    let other =
        ch05(&common).args(["--resume", "--feed-forward", "swiglu"]).output();
    let other = error(&other.expect("the program starts"));
    assert!(other.contains("began with other switches"), "{other}");
}
