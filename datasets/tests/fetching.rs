//! The program, from the command line to the file, against a server on this machine.

#[path = "../../shared/artifacts/tests/server/mod.rs"]
#[allow(dead_code, reason = "these tests need less of it")]
mod server;

use std::fs;
use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU8, Ordering};

use server::{Server, ranged, status, whole};
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::FileOptions;

const STORY: &[u8] = b"Once there was a little story.";

/// A cache folder and a catalogue, and the program that uses both.
struct Bench {
    folder: TempDir,
}

impl Bench {
    /// With the data sets `story`, whose checksum is known, and `messages`, whose is not.
    fn new(url: &dyn Fn(&str) -> String) -> Self {
        let bench = Self { folder: tempfile::tempdir().expect("a folder") };
        let story = bench.folder.path().join("story.txt");
        fs::write(&story, STORY).expect("the story");
        let sum = artifacts::sha256(&story).expect("its checksum");
        let catalog = format!(
            r#"
[[dataset]]
name = "story"
what = "a story"
for = "tests"
licence = "none"
page = "http://localhost"
base = ["{}", "{}"]
files = [{{ name = "story.txt", bytes = {}, sha256 = "{sum}" }}]

[[dataset]]
name = "messages"
what = "messages"
for = "tests"
licence = "none"
page = "http://localhost"
base = ["{}"]
files = [{{ name = "messages.zip", bytes = 1, sha256 = "unverified", unpack = true }}]
"#,
            url("/gone/"),
            url("/here/"),
            STORY.len(),
            url("/here/"),
        );
        fs::write(bench.folder.path().join("catalog.toml"), catalog)
            .expect("the catalogue");
        bench
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_datasets"));
        command.args(args).arg("--catalog");
        command.arg(self.folder.path().join("catalog.toml"));
        command.env("LLM_IN_RUST_CACHE", self.folder.path());
        for variable in ["LLM_IN_RUST_OFFLINE", "LLM_IN_RUST_DATA", "HTTP_PROXY"] {
            command.env_remove(variable);
        }
        command.env_remove("http_proxy").env("NO_PROXY", "127.0.0.1");
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the program starts")
    }

    /// What the program prints, when it works.
    #[track_caller]
    fn good(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    }

    /// What the program says, when it fails.
    #[track_caller]
    fn bad(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
        text(&output.stderr)
    }

    fn file(&self, set: &str, name: &str) -> PathBuf {
        self.folder.path().join("datasets").join(set).join(name)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A zip with the SMS Spam Collection's file in it.
fn zipped(message: &str) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive
        .start_file("SMSSpamCollection", FileOptions::default())
        .expect("an entry");
    archive.write_all(message.as_bytes()).expect("its text");
    archive.finish().expect("an archive").into_inner()
}

/// Has the story at its second address only, and messages that change with `version`.
fn publisher(version: &'static AtomicU8) -> Server {
    Server::start(move |request, stream| match request.path.as_str() {
        "/here/story.txt" => ranged(request, stream, STORY, "one"),
        "/here/messages.zip" => {
            let version = version.load(Ordering::Relaxed);
            whole(stream, &zipped(&format!("spam\tcall {version}\n")))
        }
        _ => status(stream, "404 Not Found"),
    })
}

#[test]
fn a_set_is_fetched_found_verified_and_mended() {
    static VERSION: AtomicU8 = AtomicU8::new(1);
    let server = publisher(&VERSION);
    let bench = Bench::new(&|path| server.url(path));
    assert!(bench.bad(&["path", "story"]).contains("fetch story"));
    bench.good(&["fetch", "story", "messages"]);
    let story = bench.file("story", "story.txt");
    assert_eq!(fs::read(&story).unwrap(), STORY);
    let folder = bench.good(&["path", "story"]);
    assert_eq!(folder.trim(), story.parent().unwrap().display().to_string());
    assert_eq!(
        bench.good(&["verify"]),
        "right    story/story.txt\n\
         right    messages/SMSSpamCollection\n\
         right    messages/messages.zip\n"
    );

    let asked = server.requests().len();
    bench.good(&["fetch", "story"]);
    assert_eq!(server.requests().len(), asked, "what is here is not asked for");

    fs::write(&story, "Once there was a little mistake").unwrap();
    let error = bench.bad(&["verify", "story"]);
    assert!(error.contains("fetch --again story/story.txt"), "{error}");
    bench.good(&["fetch", "--again", "story/story.txt"]);
    bench.good(&["verify", "story"]);
}

#[test]
fn an_archive_is_taken_apart() {
    static VERSION: AtomicU8 = AtomicU8::new(1);
    let server = publisher(&VERSION);
    let bench = Bench::new(&|path| server.url(path));
    bench.good(&["fetch", "messages"]);
    let inside = bench.file("messages", "SMSSpamCollection");
    assert_eq!(fs::read_to_string(inside).unwrap(), "spam\tcall 1\n");
}

#[test]
fn an_unverified_file_must_stay_as_it_was_first() {
    static VERSION: AtomicU8 = AtomicU8::new(1);
    let server = publisher(&VERSION);
    let bench = Bench::new(&|path| server.url(path));
    bench.good(&["fetch", "messages"]);
    bench.good(&["fetch", "--again", "messages"]);
    VERSION.store(2, Ordering::Relaxed);
    let error = bench.bad(&["fetch", "--again", "messages"]);
    assert!(error.contains("as it was at the first download"), "{error}");
    assert!(error.contains("receipt.json"), "{error}");
    bench.good(&["verify", "messages"]); // the old file is still there
    fs::remove_file(bench.file("messages", "receipt.json")).unwrap();
    bench.good(&["fetch", "--again", "messages"]);
}

#[test]
fn offline_nothing_is_asked_and_the_error_says_why() {
    static VERSION: AtomicU8 = AtomicU8::new(1);
    let server = publisher(&VERSION);
    let bench = Bench::new(&|path| server.url(path));
    let by_flag = bench.bad(&["fetch", "--offline", "story"]);
    let mut command = bench.command(&["fetch", "story"]);
    let by_variable =
        command.env("LLM_IN_RUST_OFFLINE", "1").output().unwrap().stderr;
    for error in [by_flag, text(&by_variable)] {
        assert!(error.contains("the network is forbidden"), "{error}");
    }
    assert!(server.requests().is_empty());
    bench.good(&["fetch", "story"]);
    bench.good(&["fetch", "--offline", "story"]);
}

#[test]
fn a_proxy_is_asked_instead_of_the_server() {
    let proxy = Server::start(|_, stream| whole(stream, STORY));
    let bench = Bench::new(&|path| format!("http://nowhere.invalid{path}"));
    let mut command = bench.command(&["fetch", "story"]);
    let output = command.env("HTTP_PROXY", proxy.url("")).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let asked = &proxy.requests()[0].path;
    assert_eq!(asked, "http://nowhere.invalid/gone/story.txt");
}

#[test]
fn a_chapter_finds_what_was_fetched() {
    let bench = Bench::new(&|path| format!("http://nowhere.invalid{path}"));
    let folder = bench.folder.path().join("datasets/sms-spam");
    fs::create_dir_all(&folder).unwrap();
    let built_in = text(&bench.run(&["sample", "messages"]).stderr);
    assert!(built_in.contains("fetch sms-spam"), "{built_in}");
    fs::write(folder.join("sms_spam_collection.zip"), zipped("ham\thi\n")).unwrap();
    let output = bench.run(&["sample", "messages"]);
    assert_eq!(text(&output.stdout), "{\"label\":\"ham\",\"text\":\"hi\"}\n");
    assert!(text(&output.stderr).contains("sms_spam_collection.zip"));
}

#[test]
fn the_list_is_for_people_and_for_programs() {
    let bench = Bench::new(&|path| format!("http://nowhere.invalid{path}"));
    let folder = bench.file("story", "");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("story.txt.part"), "Once").unwrap();
    let list = bench.good(&["list"]);
    assert!(list.contains("\nstory                       30 B  part  a story\n"));
    let json = bench.good(&["list", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let story = &json["to_fetch"][0];
    assert_eq!(story["state"], "partly");
    assert_eq!(story["bytes"], 30);
    let url = "http://nowhere.invalid/here/story.txt";
    assert_eq!(story["files"][0]["urls"][1], url);
    assert_eq!(json["to_fetch"][1]["files"][0]["sha256"], serde_json::Value::Null);
}

#[test]
fn unknown_names_are_told_apart_from_other_errors() {
    let bench = Bench::new(&|path| format!("http://nowhere.invalid{path}"));
    let error = bench.bad(&["fetch", "stories"]);
    assert!(error.contains("there is no data set stories"), "{error}");
    let error = bench.bad(&["fetch", "story/tale.txt"]);
    assert!(error.contains("story has no file tale.txt"), "{error}");
}
