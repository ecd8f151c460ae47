//! The promises of chapter 5: training on token shards.

use std::fs;
use std::path::Path;

use ch01::{END_OF_TEXT, Tokenizer, train};
use ch02::prepare::{PrepareOptions, prepare};
use ch02::shards::Shards;
use ch04::Gpt2Config;
use ch05::{
    Algorithm, Checkpoint, Precision, Preset, Schedule, ShardText, TrainConfig,
    Trainer, TrainingText,
};
use datasets::LIGHTHOUSE;
use tch::Device;

fn tokenizer() -> Tokenizer {
    Tokenizer::new(train([LIGHTHOUSE], 300), &[END_OF_TEXT])
}

/// Fills `folder` with shards of a few hundred tokens each.
fn shards(folder: &Path, text: &str, tokenizer: &Tokenizer) -> Shards {
    let file = folder.with_extension("txt");
    fs::write(&file, text).expect("the folder can be written to");
    let options = PrepareOptions { shard_tokens: 700, ..PrepareOptions::default() };
    prepare(&[file], folder, tokenizer, &options, |_| Ok(()))
        .expect("it is a text");
    Shards::open(folder).expect("they are whole")
}

fn config(steps: i64) -> TrainConfig {
    TrainConfig {
        schedule: Schedule { peak: 1e-2, floor: 1e-3, warmup: 1, steps },
        algorithm: Algorithm::AdamW,
        batch_size: 3,
        accumulate: 2,
        ..Preset::default().config(7, Precision::F32)
    }
}

fn trainer() -> Trainer {
    let model = Gpt2Config {
        vocab_size: 301,
        n_positions: 16,
        n_embd: 24,
        n_layer: 2,
        n_head: 4,
        ..Gpt2Config::default()
    };
    Trainer::new(&model, config(4), Device::Cpu).expect("it fits")
}

fn run(trainer: &mut Trainer, text: &dyn TrainingText, steps: usize) -> Vec<f64> {
    let mut step = || {
        let batches = trainer.batches(text).expect("the text is long enough");
        trainer.train_on_all(&batches).expect("the loss is a number")
    };
    (0..steps).map(|_| step()).collect()
}

#[test]
fn four_steps_are_two_and_two_more_after_a_checkpoint() {
    let _generator = testkit::seed(1);
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("train");
    shards(&place, LIGHTHOUSE, &tokenizer());
    let text =
        || ShardText::new(Shards::open(&place).unwrap(), 16).expect("long enough");
    let mut whole = trainer();
    let losses = run(&mut whole, &text(), 4);

    let checkpoint = Checkpoint::new(folder.path().join("half"));
    let mut half = trainer();
    assert_eq!(run(&mut half, &text(), 2), losses[..2]);
    checkpoint.save(&half, &tokenizer(), &[]).unwrap();
    let (mut half, _, _) = checkpoint.resume(Device::Cpu).unwrap();
    assert_eq!(run(&mut half, &text(), 2), losses[2..]);
    for (name, weight) in whole.variables.variables() {
        assert!(weight.equal(&half.variables.variables()[&name]), "{name}");
    }
}

#[test]
fn each_window_comes_once_in_an_epoch_and_any_place_can_be_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let shards = shards(&folder.path().join("train"), LIGHTHOUSE, &tokenizer());
    assert!(shards.count() > 1, "several shards");
    let text = ShardText::new(shards, 16).unwrap();
    let config = TrainConfig { batch_size: 1, ..config(4) };
    let window = |place| {
        let batch = text.batch_at(place, &config, Device::Cpu).unwrap();
        Vec::<i64>::try_from(batch.inputs.view([-1])).unwrap()
    };
    let in_order: Vec<_> = (0..text.windows()).map(window).collect();
    let mut distinct = in_order.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), text.windows());
    for place in [5, 0, 17, 18, 3] {
        assert_eq!(window(place), in_order[place]);
    }
    let next_epoch =
        (0..text.windows()).map(|place| window(text.windows() + place));
    assert_ne!(next_epoch.collect::<Vec<_>>(), in_order, "another order");
}

#[test]
fn the_preset_reads_shards_and_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let tokenizer = Tokenizer::gpt2();
    let (preset, long) = (Preset::Books, LIGHTHOUSE.repeat(4));
    let config = preset.config(1, Precision::F32);
    let read = || preset.read(&tokenizer, &config, Some(folder.path()));
    let sentence = |error: anyhow::Error| {
        let sentence = format!("{error:#}");
        assert!(!sentence.contains('\n'), "{sentence}");
        sentence
    };
    let nothing = sentence(read().unwrap_err());
    assert!(nothing.contains("no token shards in"), "{nothing}");
    assert!(nothing.contains("ch02 -- prepare --out"), "{nothing}");

    let (train, val) = (folder.path().join("train"), folder.path().join("val"));
    shards(&train, &long, &tokenizer);
    let half = sentence(read().unwrap_err());
    assert!(half.contains("prepare --out") && half.contains("val"), "{half}");

    shards(&val, &long, &tokenizer);
    let texts = read().unwrap();
    assert_eq!(texts.training.context(), 256);
    let ids = tokenizer.encode(&long);
    let windows = Preset::Gpt2.read(&tokenizer, &config, Some(folder.path()));
    assert!(
        sentence(windows.unwrap_err()).contains("1024"),
        "shards of 700 tokens"
    );
    assert_eq!(texts.validation.get(0).0, &ids[..256]);
    let same = read().unwrap().fingerprint();
    assert_eq!(texts.fingerprint(), same);

    fs::remove_dir_all(&val).unwrap();
    shards(&val, &long, &self::tokenizer());
    let other = sentence(read().unwrap_err());
    assert!(other.contains("another vocabulary"), "{other}");
}
