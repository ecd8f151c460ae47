//! What a fetch does when the network does not do its part.

mod server;

use std::fs;
use std::io::{self, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use artifacts::{Fetched, Fetcher, Patience, Remote};
use indicatif::ProgressBar;
use server::{Server, head, ranged, stalled, status, truncated, whole};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// Ten thousand bytes of which no two neighbourhoods are alike.
fn body() -> Vec<u8> {
    (0..10_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

fn sum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn fetcher() -> Fetcher {
    Fetcher::direct(Patience {
        connect: Duration::from_secs(2),
        stall: Duration::from_millis(400),
        attempts: 3,
        pause: Duration::from_millis(1),
    })
    .expect("a fetcher")
}

/// A folder for one file, and what was done to get it.
struct Trial {
    folder: TempDir,
    remote: Remote,
}

impl Trial {
    fn new(urls: &[String], expected: Option<&[u8]>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let sha256 = expected.map(sum);
        Self { folder, remote: Remote { urls: urls.to_vec(), sha256 } }
    }

    fn target(&self) -> PathBuf {
        self.folder.path().join("file.bin")
    }

    fn fetch(&self) -> anyhow::Result<Fetched> {
        fetcher().fetch(&self.remote, &self.target(), &ProgressBar::hidden())
    }

    fn error(&self) -> String {
        format!("{:#}", self.fetch().expect_err("this fetch can't work"))
    }

    /// The names of all files in the folder.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("the folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[track_caller]
    fn assert_whole(&self, expected: &[u8]) {
        assert_eq!(fs::read(self.target()).expect("the file"), expected);
        assert_eq!(self.files(), ["file.bin"]);
    }
}

/// What a hotel's network sends instead of anything.
fn page(stream: &mut TcpStream) -> io::Result<()> {
    let kind = "Content-Type: text/html; charset=utf-8";
    head(stream, &["200 OK", kind, "Content-Length: 5"])?;
    stream.write_all(b"login")
}

fn part(target: &Path) -> PathBuf {
    target.with_file_name("file.bin.part")
}

#[test]
fn a_file_arrives_whole_and_its_checksum_is_known() {
    let server =
        Server::start(|request, stream| ranged(request, stream, &body(), "one"));
    let trial = Trial::new(&[server.url("/file.bin")], None);
    let fetched = trial.fetch().unwrap();
    assert_eq!(fetched.sha256, sum(&body()));
    assert_eq!((fetched.bytes, fetched.url), (10_000, server.url("/file.bin")));
    trial.assert_whole(&body());
}

#[test]
fn a_truncated_file_is_gone_on_with_where_it_stopped() {
    let server = Server::start(|request, stream| match request.earlier {
        0 => truncated(stream, &body(), 4_000, "one"),
        _ => ranged(request, stream, &body(), "one"),
    });
    let trial = Trial::new(&[server.url("/")], Some(&body()));
    trial.fetch().unwrap();
    trial.assert_whole(&body());
    let starts: Vec<_> = server.requests().iter().map(|it| it.start()).collect();
    assert_eq!(starts, [None, Some(4_000)]);
    assert_eq!(server.requests()[1].headers["if-range"], "\"one\"");
}

#[test]
fn a_silent_server_is_left_and_asked_again() {
    let server = Server::start(|request, stream| match request.earlier {
        0 => stalled(stream, &body(), 6_000, "one"),
        _ => ranged(request, stream, &body(), "one"),
    });
    let trial = Trial::new(&[server.url("/")], Some(&body()));
    let begin = Instant::now();
    trial.fetch().unwrap();
    assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
    trial.assert_whole(&body());
    assert_eq!(server.requests()[1].start(), Some(6_000));
}

#[test]
fn a_slow_transfer_may_take_longer_than_a_stall() {
    let server = Server::start(|_, stream| {
        head(stream, &["200 OK", "Content-Length: 10000"])?;
        for piece in body().chunks(2_000) {
            std::thread::sleep(Duration::from_millis(200));
            stream.write_all(piece)?;
        }
        Ok(())
    });
    let trial = Trial::new(&[server.url("/")], Some(&body()));
    trial.fetch().unwrap();
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn an_interrupted_fetch_is_gone_on_with_by_the_next_one() {
    let server = Server::start(|request, stream| match request.start() {
        None => truncated(stream, &body(), 3_000, "one"),
        Some(_) if request.earlier < 3 => status(stream, "503 Service Unavailable"),
        Some(_) => ranged(request, stream, &body(), "one"),
    });
    let trial = Trial::new(&[server.url("/")], None);
    let error = trial.error();
    assert!(error.contains("503 Service Unavailable"), "{error}");
    assert!(error.contains("the next fetch goes on where this one stopped"));
    assert_eq!(fs::read(part(&trial.target())).unwrap(), body()[..3_000]);
    trial.fetch().unwrap();
    trial.assert_whole(&body());
    assert_eq!(server.requests().last().unwrap().start(), Some(3_000));
}

#[test]
fn a_web_page_in_between_costs_nothing_that_has_arrived() {
    let server = Server::start(|request, stream| match request.earlier {
        0 => truncated(stream, &body(), 4_000, "one"),
        1 => page(stream),
        _ => ranged(request, stream, &body(), "one"),
    });
    let trial = Trial::new(&[server.url("/")], Some(&body()));
    assert!(trial.error().contains("a web page instead of the file"));
    trial.fetch().unwrap();
    trial.assert_whole(&body());
    assert_eq!(server.requests()[2].start(), Some(4_000));
}

#[test]
fn progress_earns_new_attempts() {
    let server = Server::start(|request, stream| {
        let start = request.start().unwrap_or(0);
        let end = (start + 1_000).min(body().len());
        let range = format!("Content-Range: bytes {start}-9999/10000");
        let length = format!("Content-Length: {}", body().len() - start);
        let status = if start == 0 { "200 OK" } else { "206 Partial Content" };
        head(stream, &[status, &range, &length])?;
        stream.write_all(&body()[start..end])
    });
    let trial = Trial::new(&[server.url("/")], Some(&body()));
    trial.fetch().unwrap(); // ten pieces, with a patience of three attempts
    trial.assert_whole(&body());
}

#[test]
fn a_server_without_ranges_sends_all_again() {
    let server = Server::start(|request, stream| match request.earlier {
        0 => truncated(stream, &body(), 4_000, "one"),
        _ => whole(stream, &body()),
    });
    let trial = Trial::new(&[server.url("/")], Some(&body()));
    trial.fetch().unwrap();
    trial.assert_whole(&body());
}

#[test]
fn the_end_of_another_version_is_not_put_to_the_beginning() {
    let other: Vec<u8> = body().into_iter().rev().collect();
    let expected = other.clone();
    let server = Server::start(move |request, stream| match request.earlier {
        0 => truncated(stream, &body(), 4_000, "one"),
        _ => ranged(request, stream, &other, "two"),
    });
    let trial = Trial::new(&[server.url("/")], None);
    trial.fetch().unwrap();
    trial.assert_whole(&expected);
}

#[test]
fn a_range_that_was_not_asked_for_is_not_used() {
    let server = Server::start(|request, stream| match request.start() {
        None if request.earlier == 0 => truncated(stream, &body(), 4_000, "one"),
        None => whole(stream, &body()),
        Some(_) => {
            let range = "Content-Range: bytes 5000-9999/10000";
            head(stream, &["206 Partial Content", range, "Content-Length: 5000"])?;
            stream.write_all(&body()[5_000..])
        }
    });
    let trial = Trial::new(&[server.url("/")], None);
    trial.fetch().unwrap();
    trial.assert_whole(&body());
}

#[test]
fn a_part_that_is_whole_already_only_gets_its_name() {
    let server =
        Server::start(|request, stream| ranged(request, stream, &body(), "one"));
    let trial = Trial::new(&[server.url("/")], Some(&body()));
    fs::write(part(&trial.target()), body()).unwrap();
    trial.fetch().unwrap();
    trial.assert_whole(&body());
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_part_longer_than_the_file_is_thrown_away() {
    let server =
        Server::start(|request, stream| ranged(request, stream, &body(), "one"));
    let trial = Trial::new(&[server.url("/")], Some(&body()));
    fs::write(part(&trial.target()), vec![7; 20_000]).unwrap();
    trial.fetch().unwrap();
    trial.assert_whole(&body());
}

#[test]
fn a_foreign_part_is_found_out_and_fetched_anew() {
    let server =
        Server::start(|request, stream| ranged(request, stream, &body(), "one"));
    let trial = Trial::new(&[server.url("/")], Some(&body()));
    fs::write(part(&trial.target()), vec![7; 4_000]).unwrap();
    trial.fetch().unwrap();
    trial.assert_whole(&body());
    let starts: Vec<_> = server.requests().iter().map(|it| it.start()).collect();
    assert_eq!(starts, [Some(4_000), None]);
}

#[test]
fn without_a_checksum_a_part_of_unknown_origin_is_not_trusted() {
    let server =
        Server::start(|request, stream| ranged(request, stream, &body(), "one"));
    let trial = Trial::new(&[server.url("/")], None);
    fs::write(part(&trial.target()), vec![7; 4_000]).unwrap();
    trial.fetch().unwrap();
    trial.assert_whole(&body());
    assert_eq!(server.requests()[0].start(), None);
}

#[test]
fn a_corrupted_file_is_deleted_and_the_error_says_so() {
    let server = Server::start(|_, stream| {
        let mut wrong = body();
        wrong[5_000] ^= 1;
        whole(stream, &wrong)
    });
    let trial = Trial::new(&[server.url("/")], Some(&body()));
    let error = trial.error();
    assert!(error.contains(&format!("should be {}", sum(&body()))), "{error}");
    assert!(error.contains("what was fetched is deleted"), "{error}");
    assert!(trial.files().is_empty(), "{:?}", trial.files());
    assert_eq!(server.requests().len(), 1, "a wrong file will be wrong again");
}

#[test]
fn the_next_address_is_tried_when_one_will_not_do() {
    let server = Server::start(|request, stream| match request.path.as_str() {
        "/missing" => status(stream, "404 Not Found"),
        "/broken" => status(stream, "500 Internal Server Error"),
        "/corrupt" => whole(stream, &vec![0; 10_000]),
        "/page" => page(stream),
        _ => whole(stream, &body()),
    });
    let urls = ["/missing", "/broken", "/corrupt", "/page", "/good"];
    let trial = Trial::new(&urls.map(|it| server.url(it)), Some(&body()));
    assert_eq!(trial.fetch().unwrap().url, server.url("/good"));
    trial.assert_whole(&body());
    let asked =
        |path| server.requests().iter().filter(|it| it.path == path).count();
    assert_eq!(urls.map(asked), [1, 3, 1, 1, 1], "only the busy one again");
}

#[test]
fn a_false_mirror_costs_nothing_that_has_arrived() {
    let server = Server::start(|request, stream| match request.path.as_str() {
        "/long" => ranged(request, stream, &[body(), body()].concat(), "two"),
        "/short" => ranged(request, stream, &body()[..3_000], "three"),
        _ if request.earlier == 0 => truncated(stream, &body(), 4_000, "one"),
        _ if request.earlier < 5 => status(stream, "404 Not Found"),
        _ => ranged(request, stream, &body(), "one"),
    });
    let urls = ["/true", "/long", "/short"].map(|it| server.url(it));
    let trial = Trial::new(&urls, Some(&body()));
    let error = trial.error();
    assert!(error.contains("the server has another file"), "{error}");
    assert!(error.contains("the server's file is shorter"), "{error}");
    assert_eq!(fs::read(part(&trial.target())).unwrap(), body()[..4_000]);
}

#[test]
fn when_all_fail_the_error_names_each_address_and_its_fault() {
    let server = Server::start(|request, stream| match request.path.as_str() {
        "/missing" => status(stream, "404 Not Found"),
        _ => status(stream, "500 Internal Server Error"),
    });
    let urls = ["/missing", "/broken"].map(|it| server.url(it));
    let trial = Trial::new(&urls, None);
    let error = trial.error();
    assert!(error.contains("file.bin"), "{error}");
    for (url, fault) in urls.iter().zip(["404 Not Found", "500 Internal"]) {
        assert!(error.contains(&format!("{url}: the server answers {fault}")));
    }
    assert!(trial.files().is_empty(), "{:?}", trial.files());
}

#[test]
fn redirects_are_followed_and_circles_are_not() {
    let server = Server::start(|request, stream| match request.path.as_str() {
        "/old" => {
            head(stream, &["302 Found", "Location: /new", "Content-Length: 0"])
        }
        "/new" => ranged(request, stream, &body(), "one"),
        _ => head(stream, &["302 Found", "Location: /round", "Content-Length: 0"]),
    });
    let trial = Trial::new(&[server.url("/old")], Some(&body()));
    trial.fetch().unwrap();
    trial.assert_whole(&body());
    let error = Trial::new(&[server.url("/round")], None).error();
    assert!(error.contains("redirect"), "{error}");
}

#[test]
fn no_server_is_a_sentence_about_the_network() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let urls = ["a", "b"].map(|name| format!("http://{address}/{name}"));
    let trial = Trial::new(&urls, None);
    let error = trial.error();
    assert!(error.contains("no connection"), "{error}");
    assert!(error.ends_with("or the proxy in HTTPS_PROXY"), "{error}");
    assert_eq!(error.matches("refused").count(), 1, "said once for both: {error}");
}

#[test]
fn a_file_larger_than_the_disk_is_refused_before_it_is_written() {
    let server = Server::start(|_, stream| {
        head(stream, &["200 OK", "Content-Length: 4000000000000000000"])
    });
    let trial = Trial::new(&[server.url("/")], None);
    let error = trial.error();
    assert!(error.contains("free: make room, or set LLM_IN_RUST_CACHE"), "{error}");
    assert_eq!(server.requests().len(), 1);
    assert!(trial.files().is_empty(), "{:?}", trial.files());
}
