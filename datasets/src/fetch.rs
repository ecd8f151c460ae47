//! Bringing data sets into the store, and checking that they are still what they were.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File, TryLockError};
use std::path::Path;

use anyhow::{Context, Result, bail};
use artifacts::{Fetcher, Patience, Remote, sha256, unpack};
use indicatif::ProgressBar;

use crate::catalog::{DataFile, Dataset};
use crate::store::{Record, Store};

/// Forbids the network when it is set to anything but `0`.
pub const OFFLINE_VARIABLE: &str = "LLM_IN_RUST_OFFLINE";

/// How to fetch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether the network is forbidden.
    pub offline: bool,
    /// Whether to fetch files that are here already.
    pub again: bool,
}

/// Whether [`OFFLINE_VARIABLE`] forbids the network.
pub fn offline_by_variable() -> bool {
    let value = env::var_os(OFFLINE_VARIABLE).unwrap_or_default();
    !value.is_empty() && value != "0"
}

/// What a check of a file came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It has the checksum that it should have.
    Right,
    /// Nobody knows its checksum: it was not fetched but put there.
    Unknown,
    /// It has another one.
    Wrong,
    /// It was fetched, and is gone.
    Missing,
    /// It was never fetched.
    Absent,
}

/// Brings the named file of a data set, or all of them, and returns how many were missing.
///
/// # Errors
/// One sentence: what could not be fetched, from where, and why.
pub fn fetch(
    store: &Store,
    dataset: &Dataset,
    only: Option<&str>,
    options: Options,
    bar: impl Fn(&DataFile) -> ProgressBar,
) -> Result<usize> {
    let files = match only {
        Some(name) => vec![dataset.file(name)?],
        None => dataset.files.iter().collect(),
    };
    let is_wanted =
        |file: &&DataFile| options.again || !store.path(dataset, file).is_file();
    if !files.iter().any(is_wanted) {
        return Ok(0);
    }
    forbid_if_offline(store, dataset, options)?;
    let _lock = lock(store, dataset)?;
    let fetcher = Fetcher::new(Patience::default())?;
    // Asked again, for another fetch may have brought some while we waited.
    let wanted: Vec<_> = files.into_iter().filter(is_wanted).collect();
    for file in &wanted {
        let bar = bar(file);
        fetch_file(&fetcher, store, dataset, file, &bar)?;
        bar.finish_and_clear();
    }
    Ok(wanted.len())
}

fn forbid_if_offline(
    store: &Store,
    dataset: &Dataset,
    options: Options,
) -> Result<()> {
    if !options.offline {
        return Ok(());
    }
    bail!(
        "{} is not all here, and the network is forbidden (--offline or {OFFLINE_VARIABLE}): \
         allow it, or put the files into {}",
        dataset.name,
        store.folder(&dataset.name).display()
    )
}

/// One fetch at a time writes into a folder. The lock is free when the process ends.
fn lock(store: &Store, dataset: &Dataset) -> Result<File> {
    let folder = store.folder(&dataset.name);
    fs::create_dir_all(&folder).with_context(|| {
        format!(
            "can't make {}: check its permissions, or set {} to another folder",
            folder.display(),
            cache::VARIABLE
        )
    })?;
    let file = File::create(folder.join(".lock"))
        .with_context(|| format!("can't write into {}", folder.display()))?;
    // Some network folders have no locks: then two fetches at once are the user's to avoid.
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        eprintln!("waiting for another fetch of {}", dataset.name);
        let _ = file.lock();
    }
    Ok(file)
}

fn fetch_file(
    fetcher: &Fetcher,
    store: &Store,
    dataset: &Dataset,
    file: &DataFile,
    bar: &ProgressBar,
) -> Result<()> {
    let recorded = store.receipt(&dataset.name)?.remove(&file.name);
    let known = expected(file, recorded.as_ref()).map(str::to_string);
    let remote = Remote { urls: dataset.urls(file), sha256: known };
    let target = store.path(dataset, file);
    let fetched = fetcher.fetch(&remote, &target, bar).map_err(|why| {
        let from_record = file.sha256.digits().is_none() && recorded.is_some();
        if from_record { why.context(hint_at_record(store, dataset)) } else { why }
    })?;
    let record =
        Record { from: fetched.url, bytes: fetched.bytes, sha256: fetched.sha256 };
    let mut records = vec![(file.name.clone(), record)];
    if file.unpack {
        records.extend(take_apart(store, dataset, file)?);
    }
    store.record(&dataset.name, records)
}

/// The checksum that a file must have: the catalogue's, or that of the first download.
fn expected<'a>(
    file: &'a DataFile,
    recorded: Option<&'a Record>,
) -> Option<&'a str> {
    file.sha256.digits().or(recorded.map(|record| record.sha256.as_str()))
}

fn hint_at_record(store: &Store, dataset: &Dataset) -> String {
    format!(
        "{} must be as it was at the first download (if its publisher changed it, remove {})",
        dataset.name,
        store.receipt_path(&dataset.name).display()
    )
}

fn take_apart(
    store: &Store,
    dataset: &Dataset,
    file: &DataFile,
) -> Result<Vec<(String, Record)>> {
    let folder = store.folder(&dataset.name);
    let names = unpack(&folder.join(&file.name), &folder)?;
    let record = |name: &Path| -> Result<(String, Record)> {
        let path = folder.join(name);
        let record = Record {
            from: file.name.clone(),
            bytes: fs::metadata(&path)?.len(),
            sha256: sha256(&path)?,
        };
        Ok((name.to_string_lossy().into_owned(), record))
    };
    names.iter().map(|name| record(name)).collect()
}

/// Checks every file of a data set, and every one that came out of its archives.
///
/// # Errors
/// When a file can't be read or the notes on it are damaged.
pub fn verify(store: &Store, dataset: &Dataset) -> Result<Vec<(String, Verdict)>> {
    let receipt = store.receipt(&dataset.name)?;
    let listed = dataset.files.iter().map(|file| {
        let sum = expected(file, receipt.get(&file.name));
        (file.name.clone(), sum)
    });
    let noted = receipt.iter().map(|(name, it)| (name.clone(), Some(&*it.sha256)));
    // The catalogue has the last word on files that both know.
    let sums: BTreeMap<String, Option<&str>> = noted.chain(listed).collect();
    let folder = store.folder(&dataset.name);
    let judged = sums.into_iter().map(|(name, sum)| {
        let verdict = judge(&folder.join(&name), sum, receipt.contains_key(&name))?;
        Ok((name, verdict))
    });
    judged.collect()
}

fn judge(path: &Path, expected: Option<&str>, noted: bool) -> Result<Verdict> {
    if !path.is_file() {
        return Ok(if noted { Verdict::Missing } else { Verdict::Absent });
    }
    let Some(expected) = expected else {
        return Ok(Verdict::Unknown);
    };
    Ok(match sha256(path)? == expected {
        true => Verdict::Right,
        false => Verdict::Wrong,
    })
}
