//! A web server for one test, which answers as the test says: well, badly, or half.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What a client asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The path, such as `/a.txt`.
    pub path: String,
    /// How many requests came before this one.
    pub earlier: usize,
    /// The headers, with names in lower case.
    pub headers: HashMap<String, String>,
}

impl Request {
    /// Where the wanted range begins: 5 of `Range: bytes=5-`.
    pub fn start(&self) -> Option<usize> {
        let range = self.headers.get("range")?;
        range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
    }
}

/// A running server; it ends with the test's process.
pub struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Starts one that gives every request and its connection to `answer`.
    pub fn start(
        answer: impl Fn(&Request, &mut TcpStream) -> io::Result<()>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (requests.clone(), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (seen, answer) = (seen.clone(), answer.clone());
                // A client that hangs up early is no fault of the server's.
                thread::spawn(move || serve(stream, &seen, &*answer).ok());
            }
        });
        Self { address, requests }
    }

    /// The address of `path` on this server.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What was asked so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("no test panics while it holds this").clone()
    }
}

fn serve(
    mut stream: TcpStream,
    seen: &Mutex<Vec<Request>>,
    answer: &impl Fn(&Request, &mut TcpStream) -> io::Result<()>,
) -> io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let path = first.split(' ').nth(1).unwrap_or_default().to_string();
    let mut headers = HashMap::new();
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_string());
    }
    let mut seen = seen.lock().expect("no test panics while it holds this");
    let request = Request { path, earlier: seen.len(), headers };
    seen.push(request.clone());
    drop(seen);
    answer(&request, &mut stream)
}

/// The head of an answer; its lines are joined as the protocol wants.
pub fn head(stream: &mut TcpStream, lines: &[&str]) -> io::Result<()> {
    let text = lines.join("\r\n");
    write!(stream, "HTTP/1.1 {text}\r\nConnection: close\r\n\r\n")
}

/// Nothing but a status, such as `404 Not Found`.
pub fn status(stream: &mut TcpStream, status: &str) -> io::Result<()> {
    head(stream, &[status, "Content-Length: 0"])
}

/// All of `body`, whatever was asked.
pub fn whole(stream: &mut TcpStream, body: &[u8]) -> io::Result<()> {
    head(stream, &["200 OK", &format!("Content-Length: {}", body.len())])?;
    stream.write_all(body)
}

/// `body`, or the range of it that was asked for, as version `tag`.
pub fn ranged(
    request: &Request,
    stream: &mut TcpStream,
    body: &[u8],
    tag: &str,
) -> io::Result<()> {
    let etag = format!("ETag: \"{tag}\"");
    let all = body.len();
    let same = request.headers.get("if-range");
    let same = same.is_none_or(|wanted| *wanted == format!("\"{tag}\""));
    let Some(start) = request.start().filter(|_| same) else {
        head(stream, &["200 OK", &etag, &format!("Content-Length: {all}")])?;
        return stream.write_all(body);
    };
    if start >= all {
        let range = format!("Content-Range: bytes */{all}");
        return head(stream, &["416 Range Not Satisfiable", &range]);
    }
    let range = format!("Content-Range: bytes {start}-{}/{all}", all - 1);
    let length = format!("Content-Length: {}", all - start);
    head(stream, &["206 Partial Content", &etag, &range, &length])?;
    stream.write_all(&body[start..])
}

/// The first `sent` bytes of `body` under a head that promises all of it.
pub fn truncated(
    stream: &mut TcpStream,
    body: &[u8],
    sent: usize,
    tag: &str,
) -> io::Result<()> {
    let etag = format!("ETag: \"{tag}\"");
    let length = format!("Content-Length: {}", body.len());
    head(stream, &["200 OK", &etag, &length])?;
    stream.write_all(&body[..sent])
}

/// The first `sent` bytes of `body`, and then nothing for longer than a test waits.
pub fn stalled(
    stream: &mut TcpStream,
    body: &[u8],
    sent: usize,
    tag: &str,
) -> io::Result<()> {
    truncated(stream, body, sent, tag)?;
    stream.flush()?;
    thread::sleep(Duration::from_secs(5));
    Ok(())
}
