//! The promises of chapter 8.

use std::collections::BTreeSet;
use std::path::Path;

use ch01::{END_OF_TEXT, Tokenizer};
use ch04::{Gpt2, Gpt2Config, Switches};
use ch05::{Evaluation, Precision};
use ch08::*;
use datasets::Instruction;
use tch::nn::VarStore;
use tch::{Device, Kind, Reduction, Tensor};
use testkit::{assert_close, matrix};

const CPU: (Kind, Device) = (Kind::Float, Device::Cpu);
/// The end of text of GPT-2.
const P: i64 = 50_256;

fn entry(instruction: &str, input: &str, output: &str) -> Instruction {
    Instruction {
        kind: None,
        instruction: instruction.to_owned(),
        input: input.to_owned(),
        output: output.to_owned(),
    }
}

/// Four short tasks.
fn tasks() -> Vec<Instruction> {
    vec![
        entry("Say the opposite.", "hot", "cold"),
        entry("Say the opposite.", "tall", "short"),
        entry("Name the color of snow.", "", "white"),
        entry("Count to three.", "", "one, two, three"),
    ]
}

/// A tokenizer that knows the frame.
fn tokenizer() -> Tokenizer {
    let texts: Vec<String> = tasks().iter().map(training_text).collect();
    let vocabulary = ch01::train(texts.iter().map(String::as_str), 400);
    Tokenizer::new(vocabulary, &[END_OF_TEXT])
}

/// A small model with random weights.
fn assistant(n_positions: i64) -> Assistant {
    switched_assistant(n_positions, Switches::default())
}

fn switched_assistant(n_positions: i64, switches: Switches) -> Assistant {
    let tokenizer = tokenizer();
    let variables = VarStore::new(Device::Cpu);
    let config = switches.apply(Gpt2Config {
        vocab_size: tokenizer.vocab_size() as i64,
        n_positions,
        n_embd: 32,
        n_layer: 2,
        n_head: 2,
        ..Gpt2Config::default()
    });
    let model = Gpt2::new(&variables.root(), &config);
    Assistant { variables, model, tokenizer }
}

fn config(epochs: usize) -> TuneConfig {
    TuneConfig {
        epochs,
        batch_size: 4,
        rate: 3e-3,
        weight_decay: 0.0,
        dropout: 0.0,
        mask_instruction: true,
        seed: 7,
        precision: Precision::F32,
    }
}

fn examples(tokenizer: &Tokenizer) -> Vec<Example> {
    tasks().iter().map(|entry| Example::new(tokenizer, entry)).collect()
}

// ---- The frame ----------------------------------------------------------------------------

/// The same examples in every epoch.
fn by_heart(examples: &[Example]) -> Practice {
    Practice::new(examples.to_vec(), Vec::new(), 1)
}

#[test]
fn the_frame_is_alpacas() {
    assert_eq!(
        prompt(&entry("Say the opposite.", "hot", "cold")),
        "Below is an instruction that describes a task. Write a response that appropriately \
         completes the request.\n\n### Instruction:\nSay the opposite.\n\n### Input:\nhot\n\n\
         ### Response:\n"
    );
}

#[test]
fn without_an_input_its_part_is_left_out() {
    let text = training_text(&entry("Count to three.", "", "one, two, three"));
    assert_eq!(
        text,
        "Below is an instruction that describes a task. Write a response that appropriately \
         completes the request.\n\n### Instruction:\nCount to three.\n\n### Response:\n\
         one, two, three<|endoftext|>"
    );
}

#[test]
fn the_answer_is_found_in_its_frame() {
    for entry in tasks() {
        assert_eq!(
            response_of(&training_text(&entry)),
            Some(entry.output.as_str())
        );
    }
    let open = prompt(&tasks()[0]) + "  warm \n";
    assert_eq!(response_of(&open), Some("warm"), "an answer need not have ended");
    assert_eq!(response_of("no frame at all"), None);
}

#[test]
fn an_example_is_the_prompts_ids_and_then_the_answers() {
    let tokenizer = tokenizer();
    for entry in tasks() {
        let example = Example::new(&tokenizer, &entry);
        let asked: Vec<i64> =
            tokenizer.encode(&prompt(&entry)).into_iter().map(i64::from).collect();
        assert_eq!(example.ids[..example.prompt], asked);
        let mut whole = example.ids.clone();
        whole.extend(tokenizer.special_id(END_OF_TEXT).map(i64::from));
        let text = tokenizer.encode_with_special(&training_text(&entry));
        assert_eq!(whole, text.into_iter().map(i64::from).collect::<Vec<_>>());
    }
}

#[test]
fn nobody_can_smuggle_an_end_of_text_in() {
    let tokenizer = tokenizer();
    let end = i64::from(tokenizer.special_id(END_OF_TEXT).unwrap());
    let example =
        Example::new(&tokenizer, &entry("<|endoftext|>", "", "<|endoftext|>"));
    assert!(!example.ids.contains(&end));
}

// ---- The collate --------------------------------------------------------------------------

/// Raschka (2024), section 7.3.
fn texts() -> [Vec<i64>; 3] {
    [vec![0, 1, 2, 3, 4], vec![5, 6], vec![7, 8, 9]]
}

fn rows(tensor: &Tensor) -> Vec<Vec<i64>> {
    Vec::try_from(tensor).expect("two axes")
}

fn whole(prompt: usize) -> [Example; 3] {
    texts().map(|ids| Example { ids, prompt })
}

const INPUTS: [[i64; 5]; 3] = [[0, 1, 2, 3, 4], [5, 6, P, P, P], [7, 8, 9, P, P]];

#[test]
fn draft_1_pads_to_the_longest() {
    assert_eq!(rows(&pad_inputs(&texts(), P)), INPUTS);
}

#[test]
fn draft_2_has_targets_one_token_further_on() {
    let (inputs, targets) = pad_and_shift(&texts(), P);
    assert_eq!(rows(&inputs), INPUTS);
    assert_eq!(rows(&targets), [[1, 2, 3, 4, P], [6, P, P, P, P], [8, 9, P, P, P]]);
}

#[test]
fn the_final_collate_keeps_one_end_and_ignores_the_rest() {
    let collate = Collate { end: P, ..Collate::default() };
    let batch = collate.batch(&whole(0), Device::Cpu);
    assert_eq!(rows(&batch.inputs), INPUTS);
    assert_eq!(
        rows(&batch.targets),
        [[1, 2, 3, 4, P], [6, P, -100, -100, -100], [8, 9, P, -100, -100]]
    );
}

#[test]
fn a_longest_length_cuts_inputs_and_targets_alike() {
    let collate = Collate { end: P, longest: Some(3), mask_instruction: false };
    let batch = collate.batch(&whole(0), Device::Cpu);
    assert_eq!(rows(&batch.inputs), [[0, 1, 2], [5, 6, P], [7, 8, 9]]);
    // The first text does not end here, so it has no end to learn.
    assert_eq!(rows(&batch.targets), [[1, 2, 3], [6, P, -100], [8, 9, P]]);
}

#[test]
fn a_masked_instruction_leaves_the_answer_and_its_end() {
    let collate = Collate { end: P, longest: None, mask_instruction: true };
    let batch = collate.batch(&whole(2), Device::Cpu);
    assert_eq!(rows(&batch.inputs), INPUTS, "the model still sees the instruction");
    assert_eq!(
        rows(&batch.targets),
        [[-100, 2, 3, 4, P], [-100, P, -100, -100, -100], [-100, 9, P, -100, -100]]
    );
    // A prompt that fills the whole length leaves nothing to learn, and does no harm.
    let collate = Collate { longest: Some(2), ..collate };
    let long = [Example { ids: vec![1, 2, 3, 4], prompt: 4 }];
    let batch = collate.batch(&long, Device::Cpu);
    assert_eq!(rows(&batch.targets), [[-100, -100]]);
}

// ---- The loss -----------------------------------------------------------------------------

#[test]
fn a_target_that_is_ignored_changes_nothing() {
    // Raschka (2024), section 7.3
    let logits = matrix(&[[-1.0, 1.0], [-0.5, 1.5], [-0.5, 1.5]]).unsqueeze(0);
    let loss = |n, targets: &[i64]| {
        let targets = Tensor::from_slice(targets).unsqueeze(0);
        cross_entropy_ignoring(&logits.narrow(1, 0, n), &targets).double_value(&[])
    };
    assert!((loss(2, &[0, 1]) - 1.1269).abs() < 1e-4);
    assert!((loss(3, &[0, 1, 1]) - 0.7936).abs() < 1e-4);
    assert_eq!(loss(3, &[0, 1, IGNORED]), loss(2, &[0, 1]));
    assert_eq!(loss(2, &[IGNORED, IGNORED]), 0.0, "nothing to learn, and no NaN");
}

#[test]
fn loss_and_gradient_equal_libtorchs() {
    let _generator = testkit::seed(1);
    let logits = Tensor::randn([2, 5, 7], CPU);
    let targets =
        Tensor::from_slice2(&[[0i64, 6, -100, 3, -100], [-100, 1, 1, -100, 5]]);
    let with = |loss: &dyn Fn(&Tensor) -> Tensor| {
        let logits = logits.copy().set_requires_grad(true);
        let loss = loss(&logits);
        loss.backward();
        (loss, logits.grad())
    };
    let ours = with(&|logits| cross_entropy_ignoring(logits, &targets));
    let theirs = with(&|logits| {
        let (logits, targets) = (logits.view([10, 7]), targets.view([10]));
        let mean = Reduction::Mean;
        logits.cross_entropy_loss::<Tensor>(&targets, None, mean, IGNORED, 0.0)
    });
    assert_close(&ours.0, &theirs.0, 1e-6);
    assert_close(&ours.1, &theirs.1, 1e-6);
}

#[test]
fn other_texts_in_the_batch_do_not_change_a_texts_loss() {
    let _generator = testkit::seed(1);
    let assistant = assistant(128);
    let examples = examples(&assistant.tokenizer);
    let tuner = |batch_size| {
        Tuner::new(&assistant, 4, TuneConfig { batch_size, ..config(1) }).unwrap()
    };
    let (alone, together) =
        (tuner(1).evaluate(&examples), tuner(4).evaluate(&examples));
    let (alone, together) = (alone.unwrap(), together.unwrap());
    assert!((alone - together).abs() < 1e-5, "{alone} {together}");
}

// ---- The split ----------------------------------------------------------------------------

/// 40 entries of two kinds, four of which ask what another one asks.
fn entries() -> Vec<Instruction> {
    let entry = |i: usize| Instruction {
        kind: Some(if i.is_multiple_of(4) { "rare" } else { "common" }.to_owned()),
        instruction: "Double the number.".to_owned(),
        input: format!("{}", if i >= 36 { i - 4 } else { i }),
        output: format!("{i}"),
    };
    (0..40).map(entry).collect()
}

#[test]
fn the_parts_hold_everything_once_and_share_no_question() {
    let parts = split(entries(), 1);
    let all = [&parts.training, &parts.validation, &parts.test];
    let mut together: Vec<_> = all.iter().flat_map(|part| part.iter()).collect();
    together.sort_by_key(|entry| &entry.output);
    let mut wanted = entries();
    wanted.sort_by_key(|entry| entry.output.clone());
    assert_eq!(together, wanted.iter().collect::<Vec<_>>());
    let questions = all.map(|part| {
        let questions = part.iter().map(|entry| (&entry.instruction, &entry.input));
        questions.collect::<BTreeSet<_>>()
    });
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        assert!(questions[a].is_disjoint(&questions[b]));
    }
}

#[test]
fn every_kind_gives_its_share() {
    let parts = split(datasets::built_in_instructions().unwrap(), SPLIT_SEED);
    let count = |part: &[Instruction], kind: &str| {
        part.iter().filter(|entry| entry.kind.as_deref() == Some(kind)).count()
    };
    let kinds: BTreeSet<_> =
        parts.training.iter().filter_map(|entry| entry.kind.clone()).collect();
    assert!(kinds.len() >= 10);
    for kind in &kinds {
        let [training, validation, test] =
            [&parts.training, &parts.validation, &parts.test]
                .map(|part| count(part, kind) as f64);
        let n = training + validation + test;
        assert!((test - 0.10 * n).abs() <= 1.0, "{kind}: {test} of {n}");
        assert!(
            (validation - 0.05 * n).abs() <= 1.0,
            "{kind}: {validation} of {n}"
        );
    }
}

#[test]
fn the_seed_decides_the_split_and_the_order_of_the_file_does_not() {
    let mut turned = entries();
    turned[..36].reverse();
    let inputs = |entries, seed| {
        let parts = split(entries, seed);
        parts.test.into_iter().map(|entry| entry.input).collect::<Vec<_>>()
    };
    assert_eq!(inputs(entries(), 1), inputs(turned, 1));
    assert_ne!(inputs(entries(), 1), inputs(entries(), 2));
}

// ---- Answers ------------------------------------------------------------------------------

#[test]
fn many_prompts_at_once_get_the_answers_of_one_at_a_time() {
    let _generator = testkit::seed(3);
    let assistant = assistant(24);
    let prompts: Vec<Vec<i64>> = [1, 7, 3, 24, 12, 2]
        .map(|length| (0..length).map(|id| id * 3 % 50).collect())
        .into();
    // Whatever the end is, rows end at different times: try every token as the end.
    for end in 0..40 {
        let run = |prompts: &[Vec<i64>]| {
            answer_ids(&assistant.model, prompts, end, 9, |_, _| Ok(())).unwrap()
        };
        let alone: Vec<_> = prompts
            .iter()
            .flat_map(|prompt| run(std::slice::from_ref(prompt)))
            .collect();
        assert_eq!(run(&prompts), alone, "end {end}");
    }
}

#[test]
fn an_answer_is_the_greedy_continuation() {
    let _generator = testkit::seed(3);
    let model = assistant(24).model;
    let prompt = vec![5i64, 9, 2];
    let mut heard = Vec::new();
    let answers =
        answer_ids(&model, std::slice::from_ref(&prompt), -1, 8, |row, id| {
            heard.push((row, id));
            Ok(())
        });
    let answers = answers.unwrap();
    let ids = Tensor::from_slice(&prompt).unsqueeze(0);
    let whole = ch04::generate_greedy(&model, &ids, 8, || ());
    let whole = Vec::<i64>::try_from(whole.get(0)).unwrap();
    assert_eq!(answers[0], whole[3..]);
    assert_eq!(heard, whole[3..].iter().map(|&id| (0, id)).collect::<Vec<_>>());
}

#[test]
fn an_answer_ends_at_a_full_context_and_a_prompt_that_is_too_long_has_none() {
    let _generator = testkit::seed(3);
    let model = assistant(8).model;
    let prompts = [vec![1; 6], vec![1; 8], vec![1; 9]];
    let answers = answer_ids(&model, &prompts, -1, 20, |_, _| Ok(())).unwrap();
    // The model sees 8 tokens, and from these it can still tell a ninth.
    let lengths: Vec<_> = answers.iter().map(Vec::len).collect();
    assert_eq!(lengths, [3, 1, 0]);
}

#[test]
fn answers_keep_the_order_of_the_questions() {
    let _generator = testkit::seed(3);
    let Assistant { model, tokenizer, .. } = &assistant(128);
    let mut done = 0;
    let together =
        answers(model, tokenizer, &tasks(), 6, |count| done += count).unwrap();
    assert_eq!(done, 4);
    for (entry, answer) in tasks().into_iter().zip(together) {
        let alone = answers(model, tokenizer, &[entry], 6, |_| ()).unwrap();
        assert_eq!(alone, [answer]);
    }
}

// ---- Training -----------------------------------------------------------------------------

// ANCHOR: learns
#[test]
fn a_model_learns_four_answers_by_heart_and_when_to_stop() {
    let _generator = testkit::seed(5);
    let assistant = assistant(128);
    let Assistant { tokenizer, .. } = &assistant;
    let examples = examples(tokenizer);
    let before = ask(&assistant.model, tokenizer, &tasks(), Some(12)).unwrap();
    assert_eq!(Scores::of(&before).overall().exact, 0);

    let mut tuner = Tuner::new(&assistant, examples.len(), config(150)).unwrap();
    let metrics = tune(&mut tuner, &by_heart(&examples), &examples).unwrap();
    assert_eq!(metrics.len(), 151);
    let after = ask(&tuner.model, tokenizer, &tasks(), Some(12)).unwrap();
    assert_eq!(Scores::of(&after).overall().exact, 4, "{after:?}");
}
// ANCHOR_END: learns

#[test]
fn a_model_with_the_switches_of_later_ones_learns_too() {
    let _generator = testkit::seed(5);
    let assistant = switched_assistant(128, Switches::ALL);
    let examples = examples(&assistant.tokenizer);
    let mut tuner = Tuner::new(&assistant, 4, config(150)).unwrap();
    assert_eq!(Switches::of(tuner.model.config()), Switches::ALL);
    tune(&mut tuner, &by_heart(&examples), &[]).unwrap();
    let after =
        ask(&tuner.model, &assistant.tokenizer, &tasks(), Some(12)).unwrap();
    assert_eq!(Scores::of(&after).overall().exact, 4, "{after:?}");
}

#[test]
fn sixteen_bits_learn_too() {
    let _generator = testkit::seed(5);
    let assistant = assistant(128);
    let examples = examples(&assistant.tokenizer);
    let config = TuneConfig { precision: Precision::Bf16, ..config(150) };
    let mut tuner = Tuner::new(&assistant, 4, config).unwrap();
    tune(&mut tuner, &by_heart(&examples), &[]).unwrap();
    tuner.variables.set_kind(Kind::Float);
    let after =
        ask(&tuner.model, &assistant.tokenizer, &tasks(), Some(12)).unwrap();
    assert_eq!(Scores::of(&after).overall().exact, 4, "{after:?}");
}

#[test]
fn the_same_seed_gives_the_same_losses() {
    let _generator = testkit::seed(5);
    let assistant = assistant(128);
    let examples = examples(&assistant.tokenizer);
    let run = |seed| {
        let config = TuneConfig { batch_size: 3, dropout: 0.1, seed, ..config(3) };
        let mut tuner = Tuner::new(&assistant, 4, config).unwrap();
        tune(&mut tuner, &by_heart(&examples), &examples).unwrap()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn an_epoch_shows_every_example_once() {
    let _generator = testkit::seed(5);
    let assistant = assistant(128);
    let examples: Vec<Example> =
        (0..10).map(|id| Example { ids: vec![id, 99], prompt: 1 }).collect();
    let config = TuneConfig { batch_size: 4, ..config(3) };
    assert_eq!(config.steps_per_epoch(10), 3);
    assert_eq!(config.schedule(10).steps, 9);
    let mut tuner = Tuner::new(&assistant, 10, config).unwrap();
    let mut epochs = Vec::new();
    for epoch in 0..3 {
        let mut seen = Vec::new();
        for step in 0..3 {
            tuner.step = 3 * epoch + step;
            let inputs = tuner.batch(&examples).inputs;
            seen.extend(Vec::<i64>::try_from(inputs.select(1, 0)).unwrap());
        }
        epochs.push(seen.clone());
        seen.sort_unstable();
        assert_eq!(seen, (0..10).collect::<Vec<_>>());
    }
    assert_ne!(epochs[0], epochs[1], "each epoch has an order of its own");
}

#[test]
fn tuning_leaves_the_pretrained_model_as_it_was() {
    let _generator = testkit::seed(5);
    let assistant = assistant(128);
    let before = assistant.variables.variables()["wte.weight"].copy();
    let examples = examples(&assistant.tokenizer);
    let mut tuner = Tuner::new(&assistant, 4, config(2)).unwrap();
    assert_close(&tuner.variables.variables()["wte.weight"], &before, 0.0);
    tune(&mut tuner, &by_heart(&examples), &[]).unwrap();
    assert_close(&assistant.variables.variables()["wte.weight"], &before, 0.0);
}

#[test]
fn a_loss_that_is_not_a_number_stops_the_run() {
    let _generator = testkit::seed(5);
    let assistant = assistant(128);
    let examples = examples(&assistant.tokenizer);
    let mut tuner = Tuner::new(&assistant, 4, config(1)).unwrap();
    let weight = &tuner.variables.variables()["wte.weight"];
    let _ = tch::no_grad(|| weight.shallow_clone().fill_(f64::NAN));
    let error =
        tune(&mut tuner, &by_heart(&examples), &[]).unwrap_err().to_string();
    assert!(error.contains("step 0") && error.contains("--lr"), "{error}");
}

// ---- Scores and files ---------------------------------------------------------------------

#[test]
fn only_the_same_letters_are_an_exact_match() {
    assert!(exact_match(" cold\n", "cold"));
    assert!(!exact_match("Cold", "cold"));
    assert!(!exact_match("cold.", "cold"));
    assert!(!exact_match("", "cold"));
}

#[test]
fn scores_are_counted_by_kind() {
    let response = |kind: Option<&str>, answer| {
        let mut entry = entry("Say the opposite.", "hot", "cold");
        entry.kind = kind.map(str::to_owned);
        Response::new(&entry, answer)
    };
    let responses = [
        response(Some("b"), "cold"),
        response(Some("a"), "cold"),
        response(Some("b"), "warm"),
        response(Some("b"), "cold "),
    ];
    let scores = Scores::of(&responses);
    let counts: Vec<_> = scores
        .0
        .iter()
        .map(|score| (score.kind.as_str(), score.questions, score.exact))
        .collect();
    assert_eq!(counts, [("a", 1, 1), ("b", 3, 2)]);
    assert_eq!((scores.overall().questions, scores.overall().exact), (4, 3));
    assert!((scores.overall().percent() - 75.0).abs() < 1e-9);
    assert_eq!(Scores::of(&[response(None, "cold")]).0[0].kind, "all");
    assert_eq!(Scores::of(&[]).overall().percent(), 0.0, "no questions, no NaN");
}

#[test]
fn the_table_compares_before_and_after() {
    let scores = |exact| {
        Scores(vec![KindScore { kind: "opposite".to_owned(), questions: 4, exact }])
    };
    let report = Report { before: Some(scores(1)), now: scores(3) };
    let mut table = Vec::new();
    report.write(&mut table).unwrap();
    let lines: Vec<String> = String::from_utf8(table)
        .unwrap()
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let wanted = [
        "kind questions before after",
        "opposite 4 25.0 % 75.0 %",
        "overall 4 25.0 % 75.0 %",
    ];
    assert_eq!(lines, wanted);
    let json = report.to_json();
    assert_eq!(json["overall"]["percent"], 75.0);
    assert_eq!(json["kinds"][0]["percent_before"], 25.0);
}

#[test]
fn a_run_is_kept_and_read_again() {
    let _generator = testkit::seed(5);
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("instruct");
    let assistant = assistant(128);
    let tuner = Tuner::new(&assistant, 4, config(1)).unwrap();
    let tokenizer = &assistant.tokenizer;
    let metrics = [0.0, 1.0].map(|step| Evaluation {
        step: step as i64,
        train_loss: 5.0 - step,
        validation_loss: 5.5 - step,
        ..Evaluation::default()
    });
    let responses = ask(&tuner.model, tokenizer, &tasks(), Some(6)).unwrap();
    Outcome::ensure_free(&folder).unwrap();
    let outcome = Outcome {
        tuner: &tuner,
        tokenizer,
        metrics: &metrics,
        responses: &responses,
    };
    outcome.save(&folder).unwrap();
    assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 1);
    assert!(Outcome::ensure_free(&folder).is_err(), "nothing is overwritten");

    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let kept: Vec<Response> =
        serde_json::from_str(&read("responses.json")).unwrap();
    assert_eq!(kept, responses);
    assert_eq!(read("metrics.jsonl").lines().count(), 2);
    let config: TuneConfig = serde_json::from_str(&read("tuning.json")).unwrap();
    assert_eq!(config, tuner.config);
    assert!(read("loss.svg").starts_with("<svg"));
    assert!(read("loss.csv").starts_with("step,training,validation"));
    let again = Assistant::load(&folder, Device::Cpu, "").unwrap();
    assert_eq!(
        ask(&again.model, &again.tokenizer, &tasks(), Some(6)).unwrap(),
        responses
    );
}

#[test]
fn a_missing_checkpoint_names_the_command_that_makes_one() {
    let command = "cargo run --release -p ch05";
    let error = Assistant::load(Path::new("nowhere"), Device::Cpu, command);
    let error = error.map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("nowhere") && error.contains(command), "{error}");
}

// ---- Talking ------------------------------------------------------------------------------

#[test]
fn an_answer_is_written_while_it_comes() {
    let _generator = testkit::seed(5);
    let assistant = assistant(128);
    let task = &tasks()[0];
    let mut out = Vec::new();
    assistant.answer(task, 6, &mut out).unwrap();
    let all =
        answers(&assistant.model, &assistant.tokenizer, &tasks()[..1], 6, |_| ());
    assert_eq!(String::from_utf8(out).unwrap(), all.unwrap()[0].clone() + "\n");

    let long = entry(&"hot ".repeat(200), "", "");
    let error =
        assistant.answer(&long, 6, &mut Vec::new()).unwrap_err().to_string();
    assert!(error.contains("the model sees 128"), "{error}");
}

#[test]
fn a_colon_asks_for_an_input() {
    let typed = "Count to three.\n\nSay the opposite:\n hot \nWho is it?:\nIt is Tom.\nEnd:";
    let mut heard = Vec::new();
    let mut notes = Vec::new();
    chat(typed.as_bytes(), &mut notes, |entry| {
        heard.push((entry.instruction.clone(), entry.input.clone()));
        anyhow::ensure!(entry.instruction != "Who is it?", "too long");
        Ok(())
    })
    .unwrap();
    let wanted = [
        ("Count to three.", ""),
        ("Say the opposite.", "hot"),
        ("Who is it?", "It is Tom."),
        ("End.", ""),
    ];
    assert_eq!(heard, wanted.map(|(a, b)| (a.to_owned(), b.to_owned())));
    let notes = String::from_utf8(notes).unwrap();
    assert!(notes.contains("Ctrl-D"), "it says how to end");
    assert!(notes.contains("error: too long"), "an error does not end the talk");
}

// ---- Practice -----------------------------------------------------------------------------

#[test]
fn every_epoch_has_all_by_hand_and_drills_of_its_own() {
    let example = |id| Example { ids: vec![id], prompt: 1 };
    let by_hand = vec![example(0), example(1)];
    let practice = Practice::new(by_hand, (10..17).map(example).collect(), 3);
    let ids = |epoch| -> Vec<i64> {
        practice.epoch(epoch).iter().map(|example| example.ids[0]).collect()
    };
    assert_eq!(ids(0), [0, 1, 10, 11]);
    assert_eq!(ids(1), [0, 1, 12, 13]);
    assert_eq!(ids(2), [0, 1, 14, 15]);
    assert_eq!(practice.per_epoch(), 4);
}

#[test]
fn no_drill_asks_what_is_kept_aside() {
    let made = drills(3, 50, &Split::default()).unwrap();
    let parts = Split {
        test: made[..5].to_vec(),
        validation: made[5..9].to_vec(),
        ..Split::default()
    };
    let others = drills(3, 50, &parts).unwrap();
    assert_eq!(others.len(), 50);
    for entry in parts.test.iter().chain(&parts.validation) {
        assert!(others.iter().all(|other| other.input != entry.input), "{entry:?}");
    }
}
