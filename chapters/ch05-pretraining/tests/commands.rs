//! The promises of chapter 5's program to people: what Ctrl-C and bad input lead to.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use ch01::{END_OF_TEXT, Tokenizer, train};
use ch04::{Gpt2, Gpt2Config};
use ch05::{Checkpoint, Precision};
use datasets::LIGHTHOUSE;
use tch::Device;
use tch::nn::VarStore;

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
    let heads = refusal(&["attention", "--checkpoint", nothing]);
    assert!(heads.contains("no model to look into"), "{heads}");
    let data = refusal(&["ladder", "--data", nothing]);
    assert!(data.contains("tinyshakespeare.txt"), "{data}");
}

/// Keeps an untrained model of two layers and two heads in `folder`.
fn untrained(folder: &Path) {
    let tokenizer = Tokenizer::new(train([LIGHTHOUSE], 300), &[END_OF_TEXT]);
    let config = Gpt2Config {
        vocab_size: 301,
        n_positions: 32,
        n_embd: 12,
        n_layer: 2,
        n_head: 2,
        initializer_range: 0.5,
        ..Gpt2Config::default()
    };
    let variables = VarStore::new(Device::Cpu);
    let _model = Gpt2::new(&variables.root(), &config);
    Checkpoint::new(folder)
        .save_model(&variables, &config, Some(&tokenizer), Precision::F32)
        .expect("a temporary folder can be written");
}

/// The cells of a CSV without its first row and column; NaN where there is none.
fn cells(path: &Path) -> Vec<Vec<f64>> {
    let csv = fs::read_to_string(path).expect("the picture's numbers are there");
    let row = |line: &str| {
        line.split(',').skip(1).map(|it| it.parse().unwrap_or(f64::NAN)).collect()
    };
    csv.lines().skip(1).map(row).collect()
}

#[test]
fn the_heat_maps_of_a_layer_are_weights_of_the_past() {
    let _generator = testkit::seed(5);
    let folder = tempfile::tempdir().unwrap();
    let checkpoint = folder.path().join("model");
    untrained(&checkpoint);
    let output = ch05(&["attention", "--checkpoint", text(&checkpoint)])
        .args(["--layer", "1", "--prompt", " the keeper of the lamp", "--json"])
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed.matches("\"looks\":").count(), 2, "{printed}");
    for head in 0..2 {
        let picture = checkpoint.join(format!("attention/layer-1-head-{head}.svg"));
        assert!(fs::read_to_string(&picture).unwrap().starts_with("<svg"));
        let numbers = picture.with_extension("csv");
        assert!(fs::read_to_string(&numbers).unwrap().starts_with("token,the,"));
        let rows = cells(&numbers);
        assert!(rows.len() > 3);
        for (i, row) in rows.iter().enumerate() {
            assert_eq!(row.len(), rows.len());
            assert!((row[..=i].iter().sum::<f64>() - 1.0).abs() < 1e-4, "{row:?}");
            assert!(row[i + 1..].iter().all(|cell| cell.is_nan()), "{row:?}");
        }
    }
}

#[test]
fn a_layer_or_a_prompt_that_does_not_fit_is_named() {
    let _generator = testkit::seed(5);
    let folder = tempfile::tempdir().unwrap();
    untrained(folder.path());
    let checkpoint = text(folder.path());
    let layer = refusal(&["attention", "--checkpoint", checkpoint, "--layer", "2"]);
    assert!(layer.contains("there is no layer 2: the model has 2"), "{layer}");
    let prompt =
        refusal(&["attention", "--checkpoint", checkpoint, "--prompt", ""]);
    assert!(prompt.contains("the prompt has 0 tokens"), "{prompt}");
}
