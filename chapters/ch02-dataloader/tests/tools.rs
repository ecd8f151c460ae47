//! The promises of the program's tasks.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn ch02(folder: &Path, args: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch02"));
    command.args(args).current_dir(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    _ = stdin.write_all(input.as_bytes()); // a run that fails may not read it
    drop(stdin);
    child.wait_with_output().expect("the program ends")
}

/// What the program prints when all goes well.
fn prints(folder: &Path, args: &[&str], input: &str) -> String {
    let output = ch02(folder, args, input);
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{args:?}: {complaint}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What the program says last when it can't go on.
fn complains(folder: &Path, args: &[&str], input: &str) -> String {
    let output = ch02(folder, args, input);
    assert!(!output.status.success(), "{args:?}");
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    complaint.lines().last().unwrap_or_default().to_owned()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

const PAGE: &str = "<h1>Tea</h1>\r\n<p>Two  cups &amp; a pot: www.tea.example.</p>";

#[test]
fn a_page_from_standard_input_is_cleaned_to_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["clean", "--keep-all", "--out", "-", "-"];
    let output = ch02(folder.path(), &args, PAGE);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text, "Tea\n\nTwo cups & a pot: .\n<|endoftext|>\n");
    let report = String::from_utf8(output.stderr).unwrap();
    assert!(report.contains("1 documents: 1 kept, 0 left out"), "{report}");
}

#[test]
fn poor_documents_are_left_out_and_the_report_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let story = datasets::LIGHTHOUSE.replace('"', "\\\"").replace('\n', "\\n");
    let lines = format!(
        "{{\"id\":1,\"text\":\"{story}\"}}\n{{\"id\":2,\"text\":\"BUY NOW\"}}\n"
    );
    fs::write(folder.path().join("a.jsonl"), lines).unwrap();
    let args = ["clean", "--json", "--show", "1", "--out", "b.jsonl", "a.jsonl"];
    let report = json(&prints(folder.path(), &args, ""));
    assert_eq!((&report["documents"], &report["kept"]), (&2.into(), &1.into()));
    assert_eq!(report["left_out_by"]["words"], 1);
    assert_eq!(report["left_out_by"]["capitals"], 1);
    assert_eq!(report["left_out"][0]["beginning"], "BUY NOW");
    let kept = fs::read_to_string(folder.path().join("b.jsonl")).unwrap();
    assert_eq!(kept.lines().count(), 1);
    assert_eq!(json(&kept)["id"], 1);
}

#[test]
fn the_first_of_each_group_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let words: Vec<String> = (0..200).map(|i| format!("w{i}")).collect();
    let (whole, part) = (words.join(" "), words[..195].join(" "));
    let other: String = (500..600).map(|i| format!("w{i} ")).collect();
    let texts = [&whole, &other, &part, &whole.to_uppercase(), &other];
    let file = texts.map(|text| format!("{text}\n<|endoftext|>\n")).concat();
    fs::write(folder.path().join("a.txt"), file).unwrap();
    let args = ["dedup", "--json", "--show", "2", "--out", "b.txt", "a.txt"];
    let report = json(&prints(folder.path(), &args, ""));
    assert_eq!(report["groups"], serde_json::json!([[0, 2, 3], [1, 4]]));
    assert_eq!((&report["equal"], &report["near"]), (&2.into(), &1.into()));
    assert_eq!(report["beginnings"][1].as_array().map(Vec::len), Some(2));
    let kept = fs::read_to_string(folder.path().join("b.txt")).unwrap();
    let kept: Vec<&str> = kept.split("<|endoftext|>").map(str::trim).collect();
    assert_eq!(kept, [whole.as_str(), other.trim(), ""]);
}

#[test]
fn a_report_is_a_table_or_json() {
    let folder = tempfile::tempdir().unwrap();
    let text = "tea for two<|endoftext|>Tea for two<|endoftext|>coffee";
    let args = ["report", "--context", "4", "--top", "2"];
    let table = prints(folder.path(), &[&args[..], &["-"]].concat(), text);
    assert!(table.contains("3 documents, 33.3 % of them copies"), "{table}");
    let args = [&args[..], &["--json", "-"]].concat();
    let report = json(&prints(folder.path(), &args, text));
    assert_eq!((&report["documents"], &report["copies"]), (&3.into(), &1.into()));
    assert_eq!(report["most_frequent_words"][0]["count"], 2);
    assert_eq!(report["lengths"], serde_json::json!([{"up_to": 16, "count": 3}]));
}

#[test]
fn vectors_are_learned_saved_and_asked() {
    let folder = tempfile::tempdir().unwrap();
    let text = "one two three four. two three four one. ".repeat(20);
    let learn = ["vectors", "--channels", "4", "--epochs", "1", "--near", "one"];
    let learn = [&learn[..], &["--out", "v.txt", "-"]].concat();
    let answer = prints(folder.path(), &learn, &text);
    assert!(answer.starts_with("one "), "{answer}");
    let saved = fs::read_to_string(folder.path().join("v.txt")).unwrap();
    assert!(saved.starts_with("4 4\n"));
    let ask = [
        "vectors",
        "--from",
        "v.txt",
        "--json",
        "--analogy",
        "one",
        "two",
        "three",
    ];
    let answer = json(&prints(folder.path(), &ask, ""));
    assert_eq!(answer["analogies"][0]["found"][0][0], "four");
    let map = ["vectors", "--from", "v.txt", "--map", "one", "two", "three"];
    assert!(prints(folder.path(), &map, "").starts_with("word,x,y\none,"));
}

#[test]
fn a_file_that_exists_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), "tea").unwrap();
    for task in ["clean", "dedup", "vectors"] {
        let complaint =
            complains(folder.path(), &[task, "--out", "a.txt", "a.txt"], "");
        let wanted =
            "error: a.txt exists already: choose another --out, or remove it";
        assert_eq!(complaint, wanted);
    }
    assert_eq!(fs::read_to_string(folder.path().join("a.txt")).unwrap(), "tea");
}

#[test]
fn a_run_that_fails_leaves_no_file_behind() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.jsonl"), "{\"text\": \"a\"}\n{}\n").unwrap();
    let args = ["clean", "--keep-all", "--out", "b.jsonl", "a.jsonl"];
    let complaint = complains(folder.path(), &args, "");
    assert_eq!(
        complaint,
        "error: a.jsonl: line 2: has no field \"text\" with a string"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let complaint =
        |args: &[&str], input: &str| complains(folder.path(), args, input);
    assert!(
        complaint(&["report", "none.txt"], "").contains("cannot read none.txt")
    );
    assert!(complaint(&["dedup", "."], "").contains(". is a folder"));
    assert!(complaint(&["report", "-"], "").contains("no document to report on"));
    assert!(
        complaint(&["vectors", "-"], "a b").contains("no two words occur 5 times")
    );
    let unknown = ["vectors", "--epochs", "1", "--stories", "5", "--near", "xyz"];
    assert!(complaint(&unknown, "").contains("no vector for the word \"xyz\""));
    assert!(
        complaint(&["dedup", "--threshold", "2", "-"], "")
            .contains("between 0 and 1")
    );
}
