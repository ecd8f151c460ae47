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

/// Starts the program and sends it Ctrl-C as soon as it has said `word`. Its exit code, and all
/// that it said on standard error.
#[cfg(unix)]
fn interrupt(mut command: Command, word: &str) -> (Option<i32>, String) {
    let command = command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut said = String::new();
    while !said.contains(word) {
        let read = stderr.read_line(&mut said).expect("UTF-8");
        assert!(read > 0, "it ended too early: {said}");
    }
    let pid = child.id().to_string();
    let kill = Command::new("kill").args(["-INT", &pid]).status();
    assert!(kill.is_ok_and(|it| it.success()));
    stderr.read_to_string(&mut said).expect("UTF-8");
    (child.wait().expect("it was started").code(), said)
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
    let mut command = ch05(&arguments);
    command.args(["--batch-size", "1", "--device", "cpu", "--precision", "f32"]);
    let (code, rest) = interrupt(command, "windows of 256 tokens");
    assert_eq!(code, Some(1), "{rest}");
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
        .args(["--layer", "1", "--prompt", "the keeper of the lamp", "--json"])
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

/// A folder with a text for the preset `char-shakespeare`, long enough for a few windows.
fn few_windows() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room");
    let text = "To be, or not to be. ".repeat(200);
    fs::write(folder.path().join("tinyshakespeare.txt"), text).expect("room");
    folder
}

#[cfg(unix)]
#[test]
fn a_watched_run_leaves_its_numbers_and_draws_nothing_where_nobody_looks() {
    let (data, folder) = (few_windows(), tempfile::tempdir().unwrap());
    let out = folder.path().join("run");
    let mut command = ch05(&["--preset", "char-shakespeare", "--tensorboard"]);
    command.args(["--batch-size", "1", "--device", "cpu", "--precision", "f32"]);
    command.args(["--evaluate-every", "1"]);
    command.args(["--data", text(data.path()), "--out", text(&out)]);
    let (code, said) = interrupt(command, "tokens/s, MFU ");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("MFU is the share of"), "{said}");
    let drawn = |letter| ('\u{2800}'..='\u{28ff}').contains(&letter);
    assert!(!said.contains(drawn) && !said.contains('\u{1b}'), "{said}");

    let metrics = fs::read_to_string(out.join("metrics.jsonl")).unwrap();
    assert!(!metrics.is_empty());
    assert!(
        metrics.lines().all(|line| line.contains("\"gradient\":")),
        "{metrics}"
    );
    let mut names = fs::read_dir(&out).unwrap().flatten();
    let is_events = |name: String| name.starts_with("events.out.tfevents.");
    let events = names.find(|it| is_events(it.file_name().into_string().unwrap()));
    let events = fs::read(events.expect("an event file").path()).unwrap();
    let events = String::from_utf8_lossy(&events);
    for tag in [
        "loss/training",
        "loss/validation",
        "step/learning rate",
        "step/gradient norm",
        "step/tokens per second",
    ] {
        assert!(events.contains(tag), "{tag}");
    }
}

#[test]
fn a_search_notes_every_run_and_goes_on_with_those_that_are_missing() {
    let (data, folder) = (few_windows(), tempfile::tempdir().unwrap());
    let out = folder.path().join("search");
    let search = |more: &[&str]| {
        let output =
            ch05(&["search", "--preset", "char-shakespeare", "--steps", "2"])
                .args([
                    "--batch-size",
                    "1",
                    "--device",
                    "cpu",
                    "--precision",
                    "f32",
                ])
                .args(["--data", text(data.path()), "--out", text(&out)])
                .args(more)
                .output()
                .expect("the program starts");
        let read = |bytes| String::from_utf8(bytes).expect("UTF-8");
        let (said, notes) = (read(output.stdout), read(output.stderr));
        assert!(output.status.success(), "{notes}");
        (said, notes)
    };
    let (table, _) = search(&["--lr", "1e-3,1e30"]);
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len(), 3, "{table}");
    assert!(rows[1].contains("1.00e-3"), "the best comes first: {table}");
    assert!(rows[2].contains("diverged"), "{table}");
    let kept = fs::read_to_string(out.join("results.jsonl")).unwrap();
    assert_eq!(kept.lines().count(), 2);

    let more = ["--lr", "1e-3,1e30,2e-3,1e-4", "--jobs", "2", "--json"];
    let (json, notes) = search(&more);
    assert!(notes.contains("2 of 4 runs are done already"), "{notes}");
    assert_eq!(json.lines().count(), 4, "{json}");
    let later = fs::read_to_string(out.join("results.jsonl")).unwrap();
    assert!(later.starts_with(&kept) && later.lines().count() == 4, "{later}");
    let picture = fs::read_to_string(out.join("search.svg")).unwrap();
    assert!(picture.contains("learning rate"));
}

#[test]
fn what_a_search_cannot_do_is_said_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = text(folder.path());
    let random = refusal(&["search", "--random", "3", "--lr", "1e-3"]);
    assert!(random.contains("--lr LOWEST,HIGHEST"), "{random}");
    let data = refusal(&["search", "--preset", "verdict", "--data", nothing]);
    assert!(data.contains("the-verdict.txt"), "{data}");
    fs::write(folder.path().join("results.jsonl"), "no result\n").unwrap();
    let data = few_windows();
    let data = ["--preset", "char-shakespeare", "--data", text(data.path())];
    let broken = refusal(&[&["search", "--out", nothing], &data[..]].concat());
    assert!(
        broken.contains("line 1 of") && broken.contains("no result"),
        "{broken}"
    );
    let usage = ch05(&["search", "--lr", "0"]).output().expect("it starts");
    assert_eq!(usage.status.code(), Some(2));
}
