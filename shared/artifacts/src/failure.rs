//! Why an attempt to fetch failed, and what that means for the next one.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::time::Duration;

use anyhow::{Error, anyhow};
use reqwest::StatusCode;

/// A failed attempt.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The same address may do better in a moment.
    Passing(Error),
    /// There is no way to the server.
    Unreachable(Error),
    /// This address will not do; another may.
    Address(Error),
    /// Nothing helps before a person does something.
    Final(Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Passing(why)
        | Self::Unreachable(why)
        | Self::Address(why)
        | Self::Final(why)) = self;
        write!(f, "{why:#}")
    }
}

impl Failure {
    /// What an answer other than the file means.
    pub fn status(status: StatusCode) -> Self {
        let busy = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
        let why = anyhow!("the server answers {status}");
        if status.is_server_error() || busy.contains(&status) {
            Self::Passing(why)
        } else {
            Self::Address(why)
        }
    }

    /// No answer, or none that can be understood.
    pub fn request(error: &reqwest::Error, stall: Duration) -> Self {
        if error.is_timeout() {
            return Self::Passing(silence(stall));
        }
        if error.is_redirect() || error.is_builder() {
            return Self::Address(anyhow!("{}", root_cause(error)));
        }
        Self::Unreachable(anyhow!("no connection ({})", root_cause(error)))
    }

    /// The answer stopped in the middle.
    pub fn reading(error: &io::Error, stall: Duration) -> Self {
        let inner = error.get_ref().and_then(|it| it.downcast_ref());
        let timed_out = inner.is_some_and(reqwest::Error::is_timeout);
        if timed_out || error.kind() == io::ErrorKind::TimedOut {
            return Self::Passing(silence(stall));
        }
        Self::Passing(anyhow!("the connection broke"))
    }

    /// The file can't be written.
    pub fn writing(error: io::Error) -> Self {
        Self::Final(match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => anyhow!(
                "the disk is full: make room, or set {} to a folder on another disk, and \
                 repeat the command",
                cache::VARIABLE
            ),
            _ => Error::new(error).context("can't write the file"),
        })
    }
}

fn silence(stall: Duration) -> Error {
    anyhow!("nothing arrived for {} s", stall.as_secs_f32())
}

/// The innermost reason, which is the one that tells: `connection refused`.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    let mut said = error.to_string();
    while let Some(inner) = cause {
        said = inner.to_string();
        cause = inner.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_one_sentence_and_final() {
        let Failure::Final(why) =
            Failure::writing(io::ErrorKind::StorageFull.into())
        else {
            panic!("a full disk does not pass");
        };
        assert!(
            why.to_string().starts_with("the disk is full: make room"),
            "{why}"
        );
    }

    #[test]
    fn a_busy_server_passes_and_a_missing_file_does_not() {
        let passes = |code| matches!(Failure::status(code), Failure::Passing(_));
        assert!(passes(StatusCode::INTERNAL_SERVER_ERROR));
        assert!(passes(StatusCode::TOO_MANY_REQUESTS));
        assert!(!passes(StatusCode::NOT_FOUND));
    }
}
