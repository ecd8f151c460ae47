//! `prepare`, `peek` and `bench`, as they are run.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

fn run(args: &[&str], folder: &Path) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_ch02"));
    program.args(args).current_dir(folder);
    program.output().expect("the program was built")
}

/// What a run prints, which must end well.
fn printed(args: &[&str], folder: &Path) -> String {
    let output = run(args, folder);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {errors}");
    String::from_utf8(output.stdout).expect("it prints text")
}

/// The one sentence of a run that must fail.
fn complaint(args: &[&str], folder: &Path) -> String {
    let output = run(args, folder);
    assert!(!output.status.success(), "{args:?} should fail");
    String::from_utf8(output.stderr).expect("it prints text")
}

/// A folder with a text of two documents.
fn folder() -> TempDir {
    let folder = TempDir::new().expect("room on the disk");
    let text = "The sea was calm. ".repeat(30) + "<|endoftext|>It rained.";
    fs::write(folder.path().join("sea.txt"), text).expect("room on the disk");
    folder
}

#[test]
fn a_text_goes_to_shards_and_back_to_windows() {
    let folder = folder();
    let prepare =
        ["prepare", "--out", "sea", "--shard-tokens", "100", "--json", "sea.txt"];
    let report: Value =
        serde_json::from_str(&printed(&prepare, folder.path())).unwrap();
    assert_eq!(report["documents"], 2);
    assert_eq!(report["tokens"], 157);
    assert_eq!(report["shards"], 2);

    let again = run(&prepare, folder.path());
    let notes = String::from_utf8(again.stderr).unwrap();
    assert!(notes.contains("everything was there already"), "{notes}");

    let peek = ["peek", "sea", "--order", "sequential", "--context", "5"];
    let shown = printed(&[&peek[..], &["--count", "2"]].concat(), folder.path());
    assert!(shown.starts_with("157 tokens, 2 documents, 2 shards\n"), "{shown}");
    assert!(shown.contains("The|␣sea|␣was|␣calm|.\n  → ␣The"), "{shown}");
    let next = [&peek[..], &["--place", "29", "--count", "2"]].concat();
    let shown = printed(&next, folder.path());
    assert!(shown.contains("epoch 0, place 29"), "{shown}");
    assert!(shown.contains("epoch 1, place 0"), "it goes over the end: {shown}");
}

#[test]
fn every_order_can_be_timed() {
    let folder = folder();
    printed(&["prepare", "--out", "sea", "sea.txt"], folder.path());
    let bench = "bench sea --context 8 --batch-size 2 --batches 5 --rounds 1 --json \
        --order sequential --order documents --order shuffled --order random";
    let bench: Vec<&str> = bench.split_whitespace().collect();
    let report: Value =
        serde_json::from_str(&printed(&bench, folder.path())).unwrap();
    let loaders = report["loaders"].as_array().unwrap();
    assert_eq!(loaders.len(), 4 * 3);
    for loader in loaders {
        assert!(loader["tokens_per_second"].as_f64().unwrap() > 0.0, "{loader}");
    }
}

#[test]
#[cfg(unix)]
fn a_set_larger_than_memory_takes_no_room() {
    let folder = TempDir::new().unwrap();
    let mut bench = Command::new(env!("CARGO_BIN_EXE_ch02"));
    bench.env("TMPDIR", folder.path());
    bench.args(["bench", "--tokens", "30G", "--batches", "3", "--rounds", "1"]);
    bench.args(["--workers", "1", "--json"]);
    let output = bench.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["tokens"], 30_000_000_000u64);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn mistakes_are_told_in_one_sentence() {
    let folder = folder();
    let peek = |extra: &[&str]| {
        complaint(&[&["peek", "sea.txt"], extra].concat(), folder.path())
    };
    assert!(peek(&["--place", "1000"]).contains("--place 1000 is beyond the end"));
    assert!(peek(&["--context", "500"]).contains("lower --context"));
    assert!(peek(&["--order", "documents"]).contains("needs shards"));
    assert!(peek(&["--order", "sorted"]).contains("no order is called sorted"));
    assert!(peek(&["--vocab", "nowhere"]).contains("there is no nowhere"));

    fs::write(folder.path().join("foreign.tokens"), [0; 100]).unwrap();
    let error = complaint(&["peek", "foreign.tokens"], folder.path());
    assert_eq!(
        error,
        "error: cannot use foreign.tokens: it is no token shard: \
         `ch02 prepare` makes them from text\n"
    );
    let error = complaint(&["prepare", "--out", "x", "none.txt"], folder.path());
    assert!(error.starts_with("error: cannot read none.txt:"), "{error}");
    let prepare = ["prepare", "--out", "x", "--shard-tokens", "0", "sea.txt"];
    let error = complaint(&prepare, folder.path());
    assert!(error.contains("such as 5000, 20k, 100M or 15G"), "{error}");
}
