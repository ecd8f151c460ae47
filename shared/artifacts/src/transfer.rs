//! One attempt: ask one server for what is missing, and write down what it sends.

use std::io::Read;
use std::time::Duration;

use anyhow::anyhow;
use indicatif::{DecimalBytes, ProgressBar};
use reqwest::StatusCode;
use reqwest::blocking::{Client, Response};
use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName, IF_RANGE,
    LAST_MODIFIED, RANGE,
};

use crate::failure::Failure;
use crate::part::{Origin, Part};

/// Asks `url` for the rest of `part`, or for all, and adds it.
///
/// With `checked`, a checksum will tell in the end whether beginning and end fit together. Without
/// one, only the server can: then the part must be from this address and the server must say that
/// its file is still the same.
pub(crate) fn transfer(
    client: &Client,
    stall: Duration,
    url: &str,
    checked: bool,
    part: &mut Part,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    if !may_go_on(part, url, checked) {
        part.restart().map_err(Failure::writing)?;
    }
    let response = ask(client, stall, url, part)?;
    if is_all_there(&response, part) {
        return Ok(());
    }
    let total = accept(&response, url, part)?;
    check_room(part, total)?;
    receive(response, stall, part, total, bar)
}

fn may_go_on(part: &Part, url: &str, checked: bool) -> bool {
    let origin = part.origin();
    checked || (origin.url == url && origin.validator.is_some())
}

fn ask(
    client: &Client,
    stall: Duration,
    url: &str,
    part: &Part,
) -> Result<Response, Failure> {
    // Compressed on the way, the bytes would not be the ones that Range counts.
    let mut request = client.get(url).header(ACCEPT_ENCODING, "identity");
    if part.bytes() > 0 {
        request = request.header(RANGE, format!("bytes={}-", part.bytes()));
        let origin = part.origin();
        if let Some(validator) =
            origin.validator.as_ref().filter(|_| origin.url == url)
        {
            request = request.header(IF_RANGE, validator);
        }
    }
    request.send().map_err(|error| Failure::request(&error, stall))
}

/// Whether the server has nothing after the part, because the part is whole: a fetch that was
/// killed between the last byte and the renaming.
fn is_all_there(response: &Response, part: &Part) -> bool {
    response.status() == StatusCode::RANGE_NOT_SATISFIABLE
        && range(response).is_some_and(|(_, total)| total == Some(part.bytes()))
}

/// Checks that the body is what was asked for, and says how long the file will be.
fn accept(
    response: &Response,
    url: &str,
    part: &mut Part,
) -> Result<Option<u64>, Failure> {
    let status = response.status();
    if status == StatusCode::RANGE_NOT_SATISFIABLE {
        return Err(other_file(part, url, "the server's file is shorter"));
    }
    if status == StatusCode::PARTIAL_CONTENT {
        return continued(response, url, part);
    }
    if status != StatusCode::OK {
        return Err(Failure::status(status));
    }
    refuse_web_page(response)?;
    // All of it: this is the beginning, or the server knows no Range, or its file is a new one.
    part.restart().map_err(Failure::writing)?;
    let (validator, total) = (validator(response), response.content_length());
    part.set_origin(Origin { url: url.to_string(), validator, total })
        .map_err(Failure::writing)?;
    Ok(total)
}

/// A hotel's network answers everything with its own page, and what has arrived must survive that.
fn refuse_web_page(response: &Response) -> Result<(), Failure> {
    let kind = header(response, CONTENT_TYPE).unwrap_or_default();
    match kind.starts_with("text/html") {
        true => Err(Failure::Address(anyhow!(
            "the server sends a web page instead of the file"
        ))),
        false => Ok(()),
    }
}

/// The end of the file must begin where the part ends, and be the end of the same file.
fn continued(
    response: &Response,
    url: &str,
    part: &mut Part,
) -> Result<Option<u64>, Failure> {
    let Some((start, total)) = range(response) else {
        return Err(start_anew(
            part,
            "the server does not say which part it sends",
        ));
    };
    if start != Some(part.bytes()) {
        return Err(start_anew(part, "the server sends another part"));
    }
    let known = part.origin().total;
    if known.is_some() && total.is_some() && known != total {
        return Err(other_file(part, url, "the server has another file"));
    }
    Ok(total.or(known))
}

/// At the address that the part is from, the file has changed; another address is just no mirror,
/// and must not cost what has arrived.
fn other_file(part: &mut Part, url: &str, why: &'static str) -> Failure {
    let from_elsewhere = ![url, ""].contains(&part.origin().url.as_str());
    match from_elsewhere {
        true => Failure::Address(anyhow!(why)),
        false => start_anew(part, why),
    }
}

fn start_anew(part: &mut Part, why: &'static str) -> Failure {
    match part.restart() {
        Ok(()) => Failure::Passing(anyhow!(why)),
        Err(error) => Failure::writing(error),
    }
}

/// `Content-Range: bytes START-END/TOTAL`, where START-END and TOTAL may be `*`.
fn range(response: &Response) -> Option<(Option<u64>, Option<u64>)> {
    parse_range(&header(response, CONTENT_RANGE)?)
}

fn parse_range(value: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (range, total) = value.strip_prefix("bytes ")?.split_once('/')?;
    let start = range.split_once('-').and_then(|(start, _)| start.parse().ok());
    Some((start, total.parse().ok()))
}

/// What names this version of the file. A weak `ETag` does not: it may stay while bytes change.
fn validator(response: &Response) -> Option<String> {
    let strong = header(response, ETAG).filter(|tag| !tag.starts_with("W/"));
    strong.or_else(|| header(response, LAST_MODIFIED))
}

fn header(response: &Response, name: HeaderName) -> Option<String> {
    response.headers().get(name)?.to_str().ok().map(str::to_string)
}

fn check_room(part: &Part, total: Option<u64>) -> Result<(), Failure> {
    let missing = total.unwrap_or(0).saturating_sub(part.bytes());
    let free = fs4::available_space(part.folder()).unwrap_or(u64::MAX);
    if missing <= free {
        return Ok(());
    }
    Err(Failure::Final(anyhow!(
        "{} are missing and {} has {} free: make room, or set {} to a folder on another disk",
        DecimalBytes(missing),
        part.folder().display(),
        DecimalBytes(free),
        cache::VARIABLE
    )))
}

fn receive(
    mut response: Response,
    stall: Duration,
    part: &mut Part,
    total: Option<u64>,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    bar.set_length(total.unwrap_or(0));
    bar.set_position(part.bytes());
    bar.reset_eta();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = response
            .read(&mut buffer)
            .map_err(|error| Failure::reading(&error, stall))?;
        if count == 0 {
            break;
        }
        part.append(&buffer[..count]).map_err(Failure::writing)?;
        bar.set_position(part.bytes());
    }
    match total.filter(|&total| part.bytes() < total) {
        Some(total) => Err(Failure::Passing(anyhow!(
            "only {} of {total} bytes arrived",
            part.bytes()
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_range_is_read_with_and_without_stars() {
        assert_eq!(parse_range("bytes 5-9/10"), Some((Some(5), Some(10))));
        assert_eq!(parse_range("bytes 5-9/*"), Some((Some(5), None)));
        assert_eq!(parse_range("bytes */10"), Some((None, Some(10))));
        assert_eq!(parse_range("lines 5-9/10"), None);
    }
}
