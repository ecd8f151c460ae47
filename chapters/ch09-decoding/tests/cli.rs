//! The program, on a small random model in a folder.

use std::path::Path;
use std::process::{Command, Output};

use ch01::{END_OF_TEXT, Tokenizer, train};
use ch04::{Gpt2, Gpt2Config};
use datasets::LIGHTHOUSE;
use serde_json::Value;
use tch::Device;
use tch::nn::VarStore;

/// A folder with a model that writes noise.
fn folder() -> tempfile::TempDir {
    let _generator = testkit::seed(6);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let tokenizer = Tokenizer::new(train([LIGHTHOUSE], 300), &[END_OF_TEXT]);
    let config = Gpt2Config {
        vocab_size: 301,
        n_positions: 16,
        n_embd: 24,
        n_layer: 1,
        n_head: 2,
        ..Gpt2Config::default()
    };
    let variables = VarStore::new(Device::Cpu);
    let _model = Gpt2::new(&variables.root(), &config);
    ch06::save_model(
        &folder.path().join("model"),
        &variables,
        &config,
        Some(&tokenizer),
    )
    .expect("the folder can be written");
    folder
}

fn run(folder: &Path, args: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_ch09"));
    program.args(["generate", "--device", "cpu", "--tokens", "25", "--checkpoint"]);
    program.arg(folder.join("model")).args(args);
    program.output().expect("the program starts")
}

fn json(folder: &Path, args: &[&str]) -> Value {
    let output = run(folder, &[&["--json"], args].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).expect("the output is JSON")
}

#[test]
fn the_report_is_json_and_the_same_each_time() {
    let folder = folder();
    let args = ["--prompt", "The lamp", "--seed", "3", "--top-p", "0.95"];
    let two = json(folder.path(), &[&args[..], &["--samples", "2"]].concat());
    assert_eq!(two["sampling"]["top_p"], 0.95);
    assert_eq!(two["prompt"], "The lamp");
    let samples = two["samples"].as_array().unwrap();
    assert_eq!(samples.len(), 2);
    assert_ne!(samples[0]["ids"], samples[1]["ids"]);
    let one = json(folder.path(), &args);
    assert_eq!(one["samples"][0], samples[0], "more samples change no other");
}

#[test]
fn the_shown_text_is_the_reported_one() {
    let folder = folder();
    let args = ["--prompt", "The lamp", "--stop", "e", "--temperature", "0.8"];
    let reported = json(folder.path(), &args);
    let text = reported["samples"][0]["text"].as_str().unwrap();
    assert!(!text.contains('e'), "{text}");
    let shown = run(folder.path(), &args);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert_eq!(shown, format!("The lamp{text}\n"));
}

#[test]
fn a_text_may_begin_with_nothing() {
    let folder = folder();
    let report = json(folder.path(), &["--temperature", "0"]);
    assert_eq!(report["prompt_ids"], serde_json::json!([300]), "the end of text");
}
