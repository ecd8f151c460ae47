//! One file from the first of several addresses that has it.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Error, Result, anyhow};
use indicatif::ProgressBar;
use reqwest::blocking::{Client, ClientBuilder};

use crate::failure::Failure;
use crate::part::Part;
use crate::patience::Patience;
use crate::transfer::transfer;

/// A file as it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// Where to get it; the first that works is taken.
    pub urls: Vec<String>,
    /// Its SHA-256 in lower-case hexadecimal digits, where somebody knows it.
    pub sha256: Option<String>,
}

/// A file that was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Where it came from.
    pub url: String,
    /// How long it is.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
}

/// Fetches files.
///
/// Proxies are taken from `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.
#[derive(Debug)]
pub struct Fetcher {
    client: Client,
    patience: Patience,
}

impl Fetcher {
    /// A fetcher with this much patience.
    ///
    /// # Errors
    /// When a proxy variable is malformed or there are no root certificates.
    pub fn new(patience: Patience) -> Result<Self> {
        Self::build(patience, Client::builder())
    }

    /// A fetcher that asks no proxy, whatever the variables say: for a server on this machine.
    ///
    /// # Errors
    /// When there are no root certificates.
    pub fn direct(patience: Patience) -> Result<Self> {
        Self::build(patience, Client::builder().no_proxy())
    }

    fn build(patience: Patience, builder: ClientBuilder) -> Result<Self> {
        let client = builder
            .user_agent(concat!("llm-in-rust/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(patience.connect)
            // Of the blocking client: for the answer's head, and for each read of its body.
            .timeout(patience.stall)
            .build()
            .context("can't use the network")?;
        Ok(Self { client, patience })
    }

    /// Brings `remote` to the path `target`. A file that is there already is replaced.
    ///
    /// # Errors
    /// One sentence that names the file, every address that was tried, and what was wrong there.
    pub fn fetch(
        &self,
        remote: &Remote,
        target: &Path,
        bar: &ProgressBar,
    ) -> Result<Fetched> {
        let name = || format!("can't fetch {}", target.display());
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).with_context(name)?;
        }
        let mut part = Part::open(target).with_context(name)?;
        match self.first_that_works(remote, &mut part, bar) {
            Ok(url) => {
                let (bytes, sha256) = (part.bytes(), part.sha256());
                part.finish(target).with_context(name)?;
                Ok(Fetched { url: url.clone(), bytes, sha256 })
            }
            Err(why) => {
                part.tidy();
                Err(why.context(name()))
            }
        }
    }

    fn first_that_works<'a>(
        &self,
        remote: &'a Remote,
        part: &mut Part,
        bar: &ProgressBar,
    ) -> Result<&'a String> {
        let mut failed = Failed::default();
        for url in &remote.urls {
            match self.try_address(url, remote, part, bar) {
                Ok(()) => return Ok(url),
                Err(Failure::Final(why)) => return Err(why),
                Err(Failure::Unreachable(why)) => {
                    failed.unreachable = true;
                    failed.add(url, &why);
                }
                Err(Failure::Passing(why) | Failure::Address(why)) => {
                    failed.add(url, &why);
                }
            }
        }
        Err(failed.sum_up(part.bytes() > 0))
    }

    /// Tries one address until it works, will not do, or brought nothing new too often.
    fn try_address(
        &self,
        url: &str,
        remote: &Remote,
        part: &mut Part,
        bar: &ProgressBar,
    ) -> Result<(), Failure> {
        let mut most = part.bytes();
        let mut failed = 0;
        loop {
            let failure = match self.attempt(url, remote, part, bar) {
                Err(it @ (Failure::Passing(_) | Failure::Unreachable(_))) => it,
                other => return other,
            };
            failed = if part.bytes() > most { 1 } else { failed + 1 };
            most = most.max(part.bytes());
            if failed >= self.attempts_for(&failure, part) {
                return Err(failure);
            }
            let pause = self.patience.pause_after(failed);
            say(bar, &failure, pause);
            thread::sleep(pause);
        }
    }

    /// Patience finds no way to a server where there never was one.
    fn attempts_for(&self, failure: &Failure, part: &Part) -> u32 {
        match failure {
            Failure::Unreachable(_) if part.bytes() == 0 => {
                self.patience.attempts.min(2)
            }
            _ => self.patience.attempts,
        }
    }

    fn attempt(
        &self,
        url: &str,
        remote: &Remote,
        part: &mut Part,
        bar: &ProgressBar,
    ) -> Result<(), Failure> {
        let resumed = part.bytes() > 0;
        let checked = remote.sha256.is_some();
        let stall = self.patience.stall;
        transfer(&self.client, stall, url, checked, part, bar)?;
        let found = part.sha256();
        let Some(expected) = remote.sha256.as_ref().filter(|it| **it != found)
        else {
            return Ok(());
        };
        part.restart().map_err(Failure::writing)?;
        Err(wrong_checksum(&found, expected, resumed))
    }
}

/// A whole file that is wrong will be wrong again; one in two pieces deserves a second chance.
fn wrong_checksum(found: &str, expected: &str, resumed: bool) -> Failure {
    let why = anyhow!(
        "the checksum is {found} and should be {expected}; what was fetched is deleted"
    );
    if resumed { Failure::Passing(why) } else { Failure::Address(why) }
}

fn say(bar: &ProgressBar, failure: &Failure, pause: Duration) {
    let seconds = pause.as_secs();
    bar.suspend(|| eprintln!("{failure}: trying again in {seconds} s"));
}

/// The addresses that did not work, and why.
#[derive(Default)]
struct Failed {
    reasons: Vec<(String, Vec<String>)>,
    unreachable: bool,
}

impl Failed {
    /// Addresses that failed alike are named together.
    fn add(&mut self, url: &str, why: &Error) {
        let why = format!("{why:#}");
        match self.reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, urls)) => urls.push(url.to_string()),
            None => self.reasons.push((why, vec![url.to_string()])),
        }
    }

    fn sum_up(&self, part_is_kept: bool) -> Error {
        let said = self.reasons.iter();
        let said = said.map(|(why, urls)| format!("{}: {why}", urls.join(", ")));
        let mut all = said.collect::<Vec<_>>().join("; ");
        if self.unreachable {
            all += "; check the network, or the proxy in HTTPS_PROXY";
        }
        if part_is_kept {
            all += "; the next fetch goes on where this one stopped";
        }
        anyhow!(all)
    }
}
