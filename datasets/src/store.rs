//! Where fetched data lies: a folder for each data set, in the cache.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, DataFile, Dataset};

/// The file in each folder that says what was fetched.
const RECEIPT: &str = "receipt.json";

/// The folder of all fetched data.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

/// How much of a data set is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nothing.
    Absent,
    /// Some files, or parts of them.
    Partly,
    /// Every file.
    Here,
}

/// What was noted when a file arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Where it came from; for a file out of an archive, the archive's name.
    pub from: String,
    /// How long it is.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
}

impl Store {
    /// `datasets` in the cache folder, which need not exist yet.
    ///
    /// # Errors
    /// When there is no cache folder.
    pub fn in_cache() -> Result<Self> {
        Ok(Self::at(&cache::folder()?.join("datasets")))
    }

    /// A store in any folder.
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_path_buf() }
    }

    /// The folder of a data set, which need not exist yet.
    pub fn folder(&self, dataset: &str) -> PathBuf {
        self.root.join(dataset)
    }

    /// Where a file is, or will be.
    pub fn path(&self, dataset: &Dataset, file: &DataFile) -> PathBuf {
        self.folder(&dataset.name).join(&file.name)
    }

    /// How much of a data set is here. A file has its name only when it is whole.
    pub fn state(&self, dataset: &Dataset) -> State {
        let is_here = |file: &&DataFile| self.path(dataset, file).is_file();
        let here = dataset.files.iter().filter(is_here).count();
        if here == dataset.files.len() {
            State::Here
        } else if here > 0 || self.has_a_part(dataset) {
            State::Partly
        } else {
            State::Absent
        }
    }

    fn has_a_part(&self, dataset: &Dataset) -> bool {
        let part = |file: &DataFile| {
            self.folder(&dataset.name).join(format!("{}.part", file.name))
        };
        dataset.files.iter().any(|file| part(file).is_file())
    }

    /// What was noted of the files of a data set, by name.
    ///
    /// # Errors
    /// When the notes are damaged; the message names the file.
    pub fn receipt(&self, dataset: &str) -> Result<BTreeMap<String, Record>> {
        let path = self.receipt_path(dataset);
        if !path.is_file() {
            return Ok(BTreeMap::new());
        }
        let text = fs::read_to_string(&path)
            .with_context(|| path.display().to_string())?;
        serde_json::from_str(&text)
            .with_context(|| format!("{} is damaged: remove it", path.display()))
    }

    /// Where the notes of a data set are.
    pub fn receipt_path(&self, dataset: &str) -> PathBuf {
        self.folder(dataset).join(RECEIPT)
    }

    /// Notes files of a data set beside those noted before.
    ///
    /// # Errors
    /// When the notes can't be read or written.
    pub fn record(
        &self,
        dataset: &str,
        files: impl IntoIterator<Item = (String, Record)>,
    ) -> Result<()> {
        let mut receipt = self.receipt(dataset)?;
        receipt.extend(files);
        let path = self.receipt_path(dataset);
        let partial = path.with_extension("json.new");
        fs::write(&partial, serde_json::to_string_pretty(&receipt)? + "\n")
            .and_then(|()| fs::rename(&partial, &path))
            .with_context(|| format!("can't write {}", path.display()))
    }
}

/// The folder that `path` names: a folder as it is, and else the fetched data set of that name.
///
/// ```no_run
/// use std::path::Path;
/// let folder = datasets::folder_or_fetched(Path::new("gpt2-124m"))?;
/// # anyhow::Ok(())
/// ```
///
/// # Errors
/// When a data set of that name could be fetched and was not: the message says how.
pub fn folder_or_fetched(path: &Path) -> Result<PathBuf> {
    let name = path.to_str().filter(|_| !path.exists());
    let dataset = name.and_then(|name| Catalog::built_in().find(name).ok());
    let Some(dataset) = dataset else {
        return Ok(path.to_path_buf());
    };
    let store = Store::in_cache()?;
    match store.state(dataset) {
        State::Here => Ok(store.folder(&dataset.name)),
        State::Absent | State::Partly => bail!(
            "{} is not here yet: `cargo run -p datasets -- fetch {0}` fetches it",
            dataset.name
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_here_when_all_its_files_are() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let dataset = Catalog::built_in().find("gpt2-tokenizer").unwrap();
        assert_eq!(store.state(dataset), State::Absent);
        fs::create_dir(store.folder(&dataset.name)).unwrap();
        let part = store.folder(&dataset.name).join("vocab.bpe.part");
        fs::write(part, "half").unwrap();
        assert_eq!(store.state(dataset), State::Partly);
        for file in &dataset.files {
            fs::write(store.path(dataset, file), "whole").unwrap();
        }
        assert_eq!(store.state(dataset), State::Here);
    }

    #[test]
    fn records_are_kept_beside_earlier_ones() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        fs::create_dir(store.folder("a")).unwrap();
        let record = |bytes| Record {
            from: "http://a/".to_string(),
            bytes,
            sha256: "0".repeat(64),
        };
        store.record("a", [("one".to_string(), record(1))]).unwrap();
        store.record("a", [("two".to_string(), record(2))]).unwrap();
        let receipt = store.receipt("a").unwrap();
        assert_eq!(receipt["one"], record(1));
        assert_eq!(receipt["two"], record(2));
    }

    #[test]
    fn a_folder_that_is_there_is_taken_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(folder_or_fetched(folder.path()).unwrap(), folder.path());
        let unknown = Path::new("no-such-folder");
        assert_eq!(folder_or_fetched(unknown).unwrap(), unknown);
    }
}
