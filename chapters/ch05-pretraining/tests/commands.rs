//! The promises of chapter 5's program to people: what Ctrl-C and bad input lead to.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

/// The program, shielded from this machine's data.
fn ch05(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch05"));
    command.args(arguments).env("LLM_IN_RUST_CACHE", "no-cache");
    command.env_remove("LLM_IN_RUST_DATA").env("OMP_NUM_THREADS", "1");
    command
}

/// The one sentence with which the program refuses.
fn refusal(arguments: &[&str]) -> String {
    let output = ch05(arguments).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    let last = text.lines().last().unwrap_or_default();
    assert!(last.starts_with("error: "), "{text}");
    last.to_string()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a temporary folder's name is UTF-8")
}

#[cfg(unix)]
#[test]
fn ctrl_c_writes_a_checkpoint_that_goes_on_with_the_same_text_only() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("data"), folder.path().join("run"));
    fs::create_dir(&data).unwrap();
    let shakespeare = data.join("tinyshakespeare.txt");
    fs::write(&shakespeare, "To be, or not to be. ".repeat(300)).unwrap();
    let (data, out) = (text(&data), text(&out));
    let arguments = ["--preset", "char-shakespeare", "--data", data, "--out", out];
    let mut child = ch05(&arguments)
        .args(["--batch-size", "1", "--device", "cpu", "--precision", "f32"])
        .stderr(Stdio::piped())
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
    assert!(
        rest.contains("stopped after step") && rest.contains("--resume"),
        "{rest}"
    );

    let step = fs::read_to_string(Path::new(out).join("training.json")).unwrap();
    assert!(step.contains("\"char-shakespeare\""), "{step}");
    assert!(refusal(&arguments).contains("holds a checkpoint already"));
    fs::write(&shakespeare, "Or not to be, or to be. ".repeat(300)).unwrap();
    let other = refusal(&[&arguments[..], &["--resume"]].concat());
    assert!(other.contains("began with another text"), "{other}");
}

#[test]
fn what_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = text(folder.path());
    let resume = refusal(&["--resume", "--out", nothing]);
    assert!(resume.contains("no run to go on with"), "{resume}");
    let tell = refusal(&["tell", "--checkpoint", nothing]);
    assert!(tell.contains("no model to tell a story"), "{tell}");
    let data = refusal(&["ladder", "--data", nothing]);
    assert!(data.contains("tinyshakespeare.txt"), "{data}");
}
