//! The promises of chapter 7.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use ch01::{END_OF_TEXT, Tokenizer, train};
use ch04::{Gpt2, Gpt2Config, Switches};
use ch05::{Precision, Schedule};
use ch07::*;
use datasets::{LIGHTHOUSE, Label, Message};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tch::nn::{ModuleT, VarStore};
use tch::{Device, Tensor};
use testkit::{assert_close, golden};

fn tokenizer() -> Tokenizer {
    Tokenizer::new(train([LIGHTHOUSE], 300), &[END_OF_TEXT])
}

fn sizes() -> Gpt2Config {
    Gpt2Config {
        vocab_size: 301,
        n_positions: 24,
        n_embd: 24,
        n_layer: 2,
        n_head: 4,
        embd_pdrop: 0.0,
        attn_pdrop: 0.0,
        resid_pdrop: 0.0,
        ..Gpt2Config::default()
    }
}

/// A filter whose weights are large enough to tell texts apart.
fn filter() -> SpamFilter {
    let sizes = Gpt2Config { initializer_range: 0.2, ..sizes() };
    SpamFilter::random(&sizes, tokenizer(), Device::Cpu).expect("the sizes fit")
}

fn message(label: Label, text: &str) -> Message {
    Message { label, text: text.to_string() }
}

/// `n` messages of each label that a small model can learn to tell apart.
fn messages(n: usize) -> Vec<Message> {
    let word = |i: usize| {
        let letter = |i: usize| char::from(b'a' + (i % 26) as u8);
        format!("{}{}{}", letter(i), letter(i / 26), letter(i * 7))
    };
    let ham = (0..n).map(|i| message(Label::Ham, &format!("see {} soon", word(i))));
    let spam =
        (0..n).map(|i| message(Label::Spam, &format!("win {} NOW!!", word(i))));
    ham.chain(spam).collect()
}

fn config(trained: Trained, steps: i64) -> TrainConfig {
    TrainConfig {
        schedule: Schedule { peak: 3e-3, floor: 1e-4, warmup: 2, steps },
        batch_size: 8,
        weight_decay: 0.1,
        clip: 1.0,
        vary: 0.1,
        language: 0.5,
        seed: 3,
        precision: Precision::F32,
        trained,
    }
}

fn ids(rows: &[&[i64]]) -> (Tensor, Tensor) {
    let examples: Vec<_> =
        rows.iter().map(|ids| Example { ids: ids.to_vec(), class: 0 }).collect();
    let t = rows.iter().map(|ids| ids.len()).max().expect("a row");
    let batch =
        Batch::new(&examples.iter().collect::<Vec<_>>(), t, 300, Device::Cpu);
    (batch.ids, batch.lengths)
}

// ---- The split ----------------------------------------------------------------------------

#[test]
fn every_part_is_balanced_and_holds_its_share() {
    let mut messages = messages(100);
    messages.retain(|it| it.label == Label::Ham || it.text.as_str() < "win o");
    let spam = messages.iter().filter(|it| it.label == Label::Spam).count();
    assert!(spam < 60, "ham is the more frequent label in this test");
    let split = Split::new(&messages, 1).unwrap();
    let sizes = [&split.train, &split.validation, &split.test].map(|part| {
        let of = |label| part.iter().filter(|it| it.label == label).count();
        assert_eq!(of(Label::Ham), of(Label::Spam));
        of(Label::Spam)
    });
    assert_eq!(sizes.iter().sum::<usize>(), spam);
    let [train, validation, _] = sizes;
    assert_eq!((train, train + validation), (spam * 7 / 10, spam * 8 / 10));
    assert!(split.left_out.iter().all(|it| it.label == Label::Ham));
    assert_eq!(split.left_out.len(), 100 - spam);
}

#[test]
fn no_message_is_in_two_parts_however_often_it_was_sent() {
    let mut messages = messages(40);
    for time in 0..5 {
        for i in [3, 44, 70] {
            let text = format!("{} {time}!", messages[i].text.to_uppercase());
            messages.push(Message { text, ..messages[i].clone() });
        }
    }
    let split = Split::new(&messages, 2).unwrap();
    assert_eq!(split.repeated, 15);
    let Split { train, validation, test, left_out, .. } = split;
    let all = [train, validation, test, left_out].concat();
    assert_eq!(all.len(), 80, "every message is somewhere");
    let fingerprints: HashSet<_> =
        all.iter().map(|it| fingerprint(&it.text)).collect();
    assert_eq!(fingerprints.len(), all.len());
}

#[test]
fn the_fingerprint_is_blind_to_numbers_signs_and_capitals() {
    assert_eq!(fingerprint("Call 0800 123 NOW!"), "callnow");
    assert_eq!(fingerprint("call 0900-555 now"), "callnow");
    assert_ne!(fingerprint("call me now"), "callnow");
    assert_eq!(fingerprint("ÉTÉ"), "été");
}

#[test]
fn the_seed_alone_decides_the_split() {
    let messages = messages(40);
    let split = |seed| Split::new(&messages, seed).unwrap();
    assert_eq!(split(1), split(1));
    assert_ne!(split(1).test, split(2).test);
    let error = Split::new(&messages[..45], 1).unwrap_err().to_string();
    assert!(error.contains("40 ham and 5 spam"), "{error}");
}

#[test]
fn the_built_in_messages_give_a_test_that_tells_one_percent() {
    let messages = datasets::built_in_messages().unwrap();
    let split = Split::new(&messages, 1).unwrap();
    assert!(split.test.len() > 200, "{} messages", split.test.len());
    assert!(split.repeated < 10, "{} are alike", split.repeated);
}

// ---- Batches ------------------------------------------------------------------------------

#[test]
fn short_texts_are_filled_up_behind() {
    let (ids, lengths) = ids(&[&[7, 8, 9], &[5]]);
    assert_eq!(ids, Tensor::from_slice2(&[[7i64, 8, 9], [5, 300, 300]]));
    assert_eq!(lengths, Tensor::from_slice(&[3i64, 1]));
}

#[test]
fn long_texts_lose_their_end_and_are_counted_and_empty_ones_keep_a_token() {
    let messages = [
        message(Label::Ham, ""),
        message(Label::Spam, "win"),
        message(Label::Spam, &"zq".repeat(30)),
    ];
    let (examples, truncated) = encode(&messages, &tokenizer(), 24, 300);
    assert_eq!(truncated, 1);
    assert_eq!(examples[0], Example { ids: vec![300], class: 0 });
    assert_eq!(examples[1].class, 1);
    let whole = tokenizer().encode(&messages[2].text);
    let kept: Vec<_> = whole[..24].iter().map(|&id| i64::from(id)).collect();
    assert_eq!(examples[2].ids, kept);
}

#[test]
fn an_epoch_shows_every_example_once_and_pads_little() {
    let example = |i: usize| Example { ids: vec![1; 1 + i * 37 % 100], class: 0 };
    let examples: Vec<_> = (0..500).map(example).collect();
    let batches = shuffled(&examples, 16, 5);
    let mut seen = batches.concat();
    seen.sort_unstable();
    assert_eq!(seen, (0..500).collect::<Vec<_>>());
    assert_ne!(batches, shuffled(&examples, 16, 6));

    let longest = |batch: &Vec<usize>| {
        batch.iter().map(|&i| examples[i].ids.len()).max().unwrap() * batch.len()
    };
    let padded: usize = batches.iter().map(longest).sum();
    let real: usize = examples.iter().map(|it| it.ids.len()).sum();
    assert!(
        (padded as f64) < 1.3 * real as f64,
        "{padded} places for {real} tokens"
    );
}

// ---- The classifier -----------------------------------------------------------------------

// ANCHOR: padding
#[test]
fn adding_padding_changes_nothing() {
    let _generator = testkit::seed(1);
    let filter = filter();
    let text = [17i64, 4, 250, 31, 8];
    let alone = {
        let (ids, lengths) = ids(&[&text]);
        filter.classifier.logits(&ids, &lengths, false) // (1, 2)
    };
    for t in 6..=24 {
        for pad in [300i64, 0, 17] {
            let mut padded = text.to_vec();
            padded.resize(t, pad);
            let ids = Tensor::from_slice(&padded).unsqueeze(0); // (1, t)
            let lengths = Tensor::from_slice(&[text.len() as i64]);
            let logits = filter.classifier.logits(&ids, &lengths, false);
            assert_close(&logits, &alone, 1e-5);
        }
    }
}
// ANCHOR_END: padding

#[test]
fn neighbours_in_the_batch_change_nothing() {
    let _generator = testkit::seed(2);
    let filter = filter();
    let rows: [&[i64]; 4] =
        [&[17, 4, 250], &[9; 24], &[5], &[3, 1, 4, 1, 5, 9, 2, 6]];
    let (batch, lengths) = ids(&rows);
    let together = filter.classifier.logits(&batch, &lengths, false);
    for (i, row) in (0..).zip(rows) {
        let (one, length) = ids(&[row]);
        let alone = filter.classifier.logits(&one, &length, false);
        assert_close(&together.narrow(0, i, 1), &alone, 1e-5);
    }
}

#[test]
fn every_real_token_counts_and_the_order_too() {
    let _generator = testkit::seed(3);
    let filter = filter();
    let logits = |row: &[i64]| {
        let (ids, lengths) = ids(&[row]);
        filter.classifier.logits(&ids, &lengths, false)
    };
    let text = [17i64, 4, 250, 31, 8];
    let before = logits(&text);
    for place in 0..text.len() {
        let mut other = text;
        other[place] += 1;
        let moved = (logits(&other) - &before).abs().max().double_value(&[]);
        assert!(moved > 1e-4, "token {place} changed the logits by {moved}");
    }
    let swapped = logits(&[4, 17, 250, 31, 8]);
    assert!((swapped - before).abs().max().double_value(&[]) > 1e-4);
}

/// The checkpoint that real transformers made, as a folder.
fn transformers_checkpoint() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for (from, to) in [
        ("classifier.json", "config.json"),
        ("classifier.safetensors", "model.safetensors"),
    ] {
        fs::copy(golden.join(from), folder.path().join(to))
            .expect("the golden file can be copied");
    }
    let bytes = Tokenizer::new(train([""], 256), &[END_OF_TEXT]);
    bytes.save(folder.path()).expect("the folder can be written");
    folder
}

#[test]
fn a_checkpoint_of_transformers_opens_here_and_says_the_same() {
    let folder = transformers_checkpoint();
    let filter = SpamFilter::load(folder.path(), Device::Cpu).unwrap();
    let golden = golden(folder.path().join("model.safetensors"));
    let [ids, lengths, logits] = ["ids", "lengths", "logits"]
        .map(|name| golden[&format!("golden.{name}")].shallow_clone());
    assert_close(&filter.classifier.logits(&ids, &lengths, false), &logits, 1e-5);
}

#[test]
fn the_language_loss_is_the_surprise_at_real_tokens_alone() {
    let _generator = testkit::seed(14);
    let filter = filter();
    let example = |ids: &[i64]| Example { ids: ids.to_vec(), class: 1 };
    let texts = [example(&[17, 4, 250]), example(&[5]), example(&[9, 8, 7, 6, 5])];
    let batch = filter.batch(&texts.iter().collect::<Vec<_>>());
    let together = filter.classifier.losses(&batch);

    let variables = VarStore::new(Device::Cpu);
    let path = variables.root() / "transformer";
    let model = Gpt2::new(&path, filter.classifier.config());
    for (name, weight) in variables.variables() {
        let from = &filter.variables.variables()[&name];
        tch::no_grad(|| weight.shallow_clone().copy_(from));
    }
    let surprise = |ids: &[i64]| {
        let ids = Tensor::from_slice(ids);
        let last = ids.size()[0] - 1;
        let logits = model.forward_t(&ids.narrow(0, 0, last).unsqueeze(0), false);
        ch05::cross_entropy(&logits, &ids.narrow(0, 1, last).unsqueeze(0))
    };
    let by_hand = (surprise(&texts[0].ids) * 2 + surprise(&texts[2].ids) * 4) / 6;
    assert_close(&together.language, &by_hand, 1e-4);
    let one = filter.batch(&[&texts[1]]);
    assert_eq!(filter.classifier.losses(&one).language.double_value(&[]), 0.0);
}

#[test]
fn forgotten_merges_change_the_tokens_and_not_the_text() {
    let tokenizer = tokenizer();
    let mut generator = StdRng::seed_from_u64(1);
    let mut cut = |share| vary(&tokenizer, LIGHTHOUSE, share, &mut generator);
    let text = |ids: &[i64]| {
        let ids: Vec<u32> = ids.iter().map(|&id| id as u32).collect();
        tokenizer.decode(&ids).unwrap()
    };
    let plain: Vec<i64> =
        tokenizer.encode(LIGHTHOUSE).into_iter().map(i64::from).collect();
    assert_eq!(cut(0.0), plain);
    let (a, b) = (cut(0.2), cut(0.2));
    assert_ne!(a, b, "each time anew");
    assert!(a.len() > plain.len());
    assert_eq!([text(&a), text(&b)], [LIGHTHOUSE, LIGHTHOUSE]);
    assert_eq!(cut(1.0).len(), LIGHTHOUSE.len(), "without merges: bytes");
}

// ---- Freezing -----------------------------------------------------------------------------

#[test]
fn each_policy_moves_its_parameters_and_no_others() {
    let _generator = testkit::seed(4);
    for precision in [Precision::F32, Precision::Bf16] {
        for trained in [Trained::Head, Trained::LastBlock, Trained::All] {
            let mut filter = filter();
            let before = weights(&filter);
            let messages = messages(16);
            let (examples, _) = filter.encode(&messages);
            let config = TrainConfig { precision, ..config(trained, 4) };
            fine_tune(&mut filter, &messages, &examples[..8], &config, |_| ())
                .unwrap();
            for (name, weight) in weights(&filter) {
                let should = match trained {
                    Trained::Head => name == "score.weight",
                    Trained::LastBlock => {
                        name == "score.weight"
                            || name.contains(".h.1.")
                            || name.contains("ln_f")
                    }
                    Trained::All => true,
                };
                let moved = !weight.equal(&before[&name]);
                assert_eq!(moved, should, "{name} under {trained:?}");
            }
        }
    }
}

#[test]
fn the_head_alone_is_two_rows() {
    let _generator = testkit::seed(5);
    let filter = filter();
    let count = |trained| freeze(&filter.variables, 2, trained);
    let block = 12 * 24 * 24 + 13 * 24;
    assert_eq!(count(Trained::Head), 2 * 24);
    assert_eq!(count(Trained::LastBlock), 2 * 24 + block + 2 * 24);
    assert_eq!(count(Trained::All), 2 * 24 + 2 * block + 2 * 24 + (301 + 24) * 24);
}

fn weights(filter: &SpamFilter) -> std::collections::HashMap<String, Tensor> {
    let weights = filter.variables.variables().into_iter();
    weights.map(|(name, weight)| (name, weight.detach().copy())).collect()
}

// ---- Mistakes counted ---------------------------------------------------------------------

#[test]
fn measures_by_hand() {
    // 3 spam found, 1 missed; 2 of 6 ham called spam
    let confusion = Confusion { counts: [[4, 2], [1, 3]] };
    assert_eq!(confusion.total(), 10);
    assert!((confusion.accuracy() - 0.7).abs() < 1e-12);
    assert!((confusion.precision() - 0.6).abs() < 1e-12);
    assert!((confusion.recall() - 0.75).abs() < 1e-12);
    assert!((confusion.f1() - 2.0 * 0.6 * 0.75 / (0.6 + 0.75)).abs() < 1e-12);
}

#[test]
fn where_spam_is_rare_the_same_filter_is_less_precise() {
    let confusion = Confusion { counts: [[95, 5], [10, 90]] };
    assert!((confusion.precision_at(0.5) - confusion.precision()).abs() < 1e-12);
    let rare = 0.9 * 0.1 / (0.9 * 0.1 + 0.05 * 0.9);
    assert!((confusion.precision_at(0.1) - rare).abs() < 1e-12);
    assert_eq!(Confusion::default().precision_at(0.1), 0.0);
}

#[test]
fn who_never_says_spam_has_accuracy_and_no_f1() {
    let confusion = Confusion::count((0..100).map(|i| (usize::from(i < 13), 0)));
    assert_eq!(confusion.counts, [[87, 0], [13, 0]]);
    assert!((confusion.accuracy() - 0.87).abs() < 1e-12);
    assert_eq!(
        [confusion.precision(), confusion.recall(), confusion.f1()],
        [0.0; 3]
    );
    assert_eq!(Confusion::default().accuracy(), 0.0, "and nothing is not NaN");
}

#[test]
fn an_evaluation_agrees_with_judging_one_by_one() {
    let _generator = testkit::seed(6);
    let filter = filter();
    let (examples, _) = filter.encode(&messages(50));
    let chances = filter.chances(&examples);
    let (mut loss, mut counts) = (0.0, [[0; 2]; 2]);
    for (example, chance) in examples.iter().zip(&chances) {
        let alone = filter.chances(std::slice::from_ref(example))[0];
        assert!((alone - chance).abs() < 1e-5);
        let spam = example.class == 1;
        loss -= if spam { chance.ln() } else { (1.0 - chance).ln() } / 100.0;
        counts[usize::from(spam)][usize::from(*chance > 0.5)] += 1;
    }
    let evaluation = filter.evaluate(&examples);
    assert_eq!(evaluation.confusion.counts, counts);
    assert!((evaluation.loss - loss).abs() < 1e-4);
    assert!(filter.evaluate(&[]).loss.is_nan());
}

// ---- Training -----------------------------------------------------------------------------

#[test]
fn a_filter_that_learned_nothing_is_at_chance_and_learns() {
    let _generator = testkit::seed(7);
    let mut filter =
        SpamFilter::random(&sizes(), tokenizer(), Device::Cpu).unwrap();
    let split = Split::new(&messages(60), 1).unwrap();
    let parts = Parts::new(&split, &filter);
    let before = filter.evaluate(&parts.test);
    assert!((before.loss - 2f64.ln()).abs() < 0.05, "{before:?}");

    let config = config(Trained::All, 40);
    let measurements =
        fine_tune(&mut filter, &split.train, &parts.validation, &config, |_| ())
            .unwrap();
    let after = filter.evaluate(&parts.test);
    assert!(after.confusion.accuracy() > 0.95, "{after:?} {measurements:?}");
    assert_eq!(measurements.last().unwrap().step, 40);
}

#[test]
fn the_weights_that_did_best_are_kept() {
    let _generator = testkit::seed(8);
    let mut filter = filter();
    let messages = messages(20);
    let (examples, _) = filter.encode(&messages);
    let config = TrainConfig {
        schedule: Schedule { peak: 0.03, floor: 0.03, warmup: 0, steps: 25 },
        ..config(Trained::All, 25)
    };
    let measurements =
        fine_tune(&mut filter, &messages, &examples[..12], &config, |_| ())
            .unwrap();
    let kept = measurements[best(&measurements).unwrap()];
    let now = filter.evaluate(&examples[..12]);
    assert!((now.loss - kept.validation_loss).abs() < 1e-6);
    assert_eq!(now.confusion.accuracy(), kept.validation_accuracy);
}

#[test]
fn the_best_has_the_highest_accuracy_then_the_lowest_loss() {
    let measurement = |validation_accuracy, validation_loss| Measurement {
        step: 0,
        epoch: 0.0,
        train_loss: 0.0,
        train_accuracy: 0.0,
        validation_loss,
        validation_accuracy,
    };
    let run = [(0.9, 0.1), (0.95, 0.4), (0.95, 0.3), (0.95, 0.35)]
        .map(|(accuracy, loss)| measurement(accuracy, loss));
    assert_eq!(best(&run), Some(2));
    assert_eq!(best(&[]), None);
}

#[test]
fn same_seed_same_filter() {
    let _generator = testkit::seed(9);
    let run = || {
        tch::manual_seed(1);
        let sizes = Gpt2Config { resid_pdrop: 0.1, ..sizes() };
        let mut filter =
            SpamFilter::random(&sizes, tokenizer(), Device::Cpu).unwrap();
        let messages = messages(16);
        let (examples, _) = filter.encode(&messages);
        let config = config(Trained::All, 6);
        fine_tune(&mut filter, &messages, &examples, &config, |_| ()).unwrap();
        filter.chances(&examples)
    };
    assert_eq!(run(), run());
}

// ---- Folders ------------------------------------------------------------------------------

/// A language model as chapter 5 leaves it in `folder`.
fn language_model(folder: &Path) -> ch05::Trainer {
    let config = ch05::TrainConfig {
        schedule: Schedule { peak: 1e-3, floor: 1e-4, warmup: 1, steps: 1 },
        algorithm: ch05::Algorithm::AdamW,
        batch_size: 1,
        ..ch05::Preset::default().config(5, Precision::F32)
    };
    let trainer = ch05::Trainer::new(&sizes(), config, Device::Cpu).expect("sizes");
    let saved = ch05::Checkpoint::new(folder).save(&trainer, &tokenizer(), &[]);
    saved.expect("a temporary folder can be written to");
    trainer
}

#[test]
fn a_filter_takes_over_every_weight_of_the_language_model_and_gets_a_head() {
    let _generator = testkit::seed(10);
    let folder = tempfile::tempdir().expect("a folder");
    let model = language_model(folder.path()).variables.variables();
    let filter =
        SpamFilter::from_language_model(folder.path(), 0.1, Device::Cpu).unwrap();
    let taken = weights(&filter);
    for (name, weight) in &model {
        assert_close(&taken[&format!("transformer.{name}")], weight, 0.0);
    }
    assert_eq!(taken.len(), model.len() + 1);
    assert_eq!(taken["score.weight"].size(), [2, 24]);
    assert_eq!(filter.classifier.config().resid_pdrop, 0.1);
}

#[test]
fn a_saved_filter_comes_back_and_says_the_same() {
    let _generator = testkit::seed(11);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("spam");
    let config = config(Trained::All, 4);
    let mut filter = filter();
    let messages = messages(12);
    let (examples, _) = filter.encode(&messages);
    let run =
        fine_tune(&mut filter, &messages, &examples, &config, |_| ()).unwrap();
    let saved = Origin {
        start: "random weights".to_string(),
        data: "a test".to_string(),
        seed: 3,
        config,
    };
    filter.save(&path, &saved, &run).unwrap();
    filter.save(&path, &saved, &run).unwrap(); // over the old one

    let loaded = SpamFilter::load(&path, Device::Cpu).unwrap();
    assert_eq!(loaded.chances(&examples), filter.chances(&examples));
    assert_eq!(origin(&path).unwrap(), saved);
    let json = fs::read_to_string(path.join("config.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["architectures"][0], "GPT2ForSequenceClassification");
    assert_eq!(json["id2label"]["1"], "spam");
    assert_eq!(json["pad_token_id"], 300);
    for file in ["loss.svg", "loss.csv", "accuracy.svg", "accuracy.csv"] {
        assert!(path.join(file).is_file(), "{file}");
    }
    let lines = fs::read_to_string(path.join("metrics.jsonl")).unwrap();
    assert_eq!(lines.lines().count(), run.len());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing beside");
}

#[test]
fn a_folder_with_something_else_is_named() {
    let _generator = testkit::seed(12);
    let folder = tempfile::tempdir().expect("a folder");
    let error = |path: &Path| {
        format!(
            "{:#}",
            SpamFilter::load(path, Device::Cpu).map(|_| ()).unwrap_err()
        )
    };
    let missing = error(&folder.path().join("nothing"));
    assert!(missing.contains("config.json"), "{missing}");
    language_model(folder.path());
    let other = error(folder.path());
    assert!(other.contains("is no GPT2ForSequenceClassification"), "{other}");

    let broken = transformers_checkpoint();
    let weights = broken.path().join("model.safetensors");
    let bytes = fs::read(&weights).unwrap();
    fs::write(&weights, &bytes[..bytes.len() / 2]).unwrap();
    let broken = error(broken.path());
    assert!(broken.contains("model.safetensors"), "{broken}");
}

#[test]
fn the_report_counts_all_parts() {
    let _generator = testkit::seed(13);
    let filter = filter();
    let mut messages = messages(40);
    messages.truncate(60); // 40 ham, 20 spam
    let split = Split::new(&messages, 1).unwrap();
    let parts = Parts::new(&split, &filter);
    let report = Report::new(&filter, &parts);
    let json = report.to_json();
    let count = |part: &str| json[part]["messages"].as_u64().unwrap();
    assert_eq!(
        ["train", "validation", "test", "left_out"].map(count),
        [28, 4, 8, 20]
    );
    assert!(report.to_string().contains("of 20 messages left out"));
}

// ---- Switches of chapter 4 ----------------------------------------------------------------

#[test]
fn a_switched_language_model_becomes_a_filter_that_is_saved_and_loaded() {
    let _generator = testkit::seed(5);
    let folder = tempfile::tempdir().unwrap();
    let [language, saved] =
        ["model", "filter"].map(|name| folder.path().join(name));
    let sizes = Switches::ALL.apply(sizes());
    let variables = VarStore::new(Device::Cpu);
    let _model = Gpt2::new(&variables.root(), &sizes);
    ch06::save_model(&language, &variables, &sizes, Some(&tokenizer())).unwrap();

    let filter =
        SpamFilter::from_language_model(&language, 0.0, Device::Cpu).unwrap();
    assert_eq!(Switches::of(filter.classifier.config()), Switches::ALL);
    let origin = Origin {
        start: "a switched model".to_string(),
        data: "a test".to_string(),
        seed: 3,
        config: config(Trained::All, 4),
    };
    filter.save(&saved, &origin, &[]).unwrap();
    let loaded = SpamFilter::load(&saved, Device::Cpu).unwrap();
    let (ids, lengths) = ids(&[&[1, 2, 3], &[7, 300]]);
    let logits = |it: &SpamFilter| it.classifier.logits(&ids, &lengths, false);
    assert_close(&logits(&loaded), &logits(&filter), 0.0);
    let config = fs::read_to_string(saved.join("config.json")).unwrap();
    assert!(config.contains("\"model_type\": \"gpt2-variant\""), "{config}");
}
