//! The catalogue: what real data there is, whose it is, and where to get it.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde::Deserialize;

/// A data set, or a model, that somebody published.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dataset {
    /// What commands call it; the folder in the cache, too.
    pub name: String,
    /// What it is.
    pub what: String,
    /// What it is good for here.
    #[serde(rename = "for")]
    pub purpose: String,
    /// Under which terms it may be used.
    pub licence: String,
    /// A page to read about it.
    pub page: String,
    /// Where its files are: what stands before their names. The first that works is taken.
    #[serde(default)]
    base: Vec<String>,
    /// Its files.
    pub files: Vec<DataFile>,
}

/// A file of a data set.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    /// Its name in the cache.
    pub name: String,
    /// How long it is; where the checksum is unverified, about.
    pub bytes: u64,
    /// What must have arrived.
    pub sha256: Checksum,
    /// Its addresses, where they are not `base` and the name.
    #[serde(default)]
    urls: Vec<String>,
    /// Whether the files in this archive are wanted beside it.
    #[serde(default)]
    pub unpack: bool,
}

/// A SHA-256, where somebody could check it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Checksum {
    /// 64 lower-case hexadecimal digits.
    Verified(String),
    /// Nobody could: the first download tells, and the next ones are compared with it.
    Unverified,
}

impl Checksum {
    /// The digits, where they are known.
    pub fn digits(&self) -> Option<&str> {
        match self {
            Self::Verified(digits) => Some(digits),
            Self::Unverified => None,
        }
    }
}

impl TryFrom<String> for Checksum {
    type Error = anyhow::Error;

    fn try_from(text: String) -> Result<Self> {
        let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        match text.as_str() {
            "unverified" => Ok(Self::Unverified),
            digits if digits.len() == 64 && digits.bytes().all(digit) => {
                Ok(Self::Verified(text))
            }
            other => bail!("`{other}` is neither a SHA-256 nor `unverified`"),
        }
    }
}

impl Dataset {
    /// The addresses of one of its files, in the order to try them.
    pub fn urls(&self, file: &DataFile) -> Vec<String> {
        let based = self.base.iter().map(|base| format!("{base}{}", file.name));
        match file.urls.is_empty() {
            true => based.collect(),
            false => file.urls.clone(),
        }
    }

    /// How long all its files are together.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Its file of that name.
    ///
    /// # Errors
    /// When it has none; the message lists those it has.
    pub fn file(&self, name: &str) -> Result<&DataFile> {
        let found = self.files.iter().find(|file| file.name == name);
        found.with_context(|| {
            let names: Vec<_> =
                self.files.iter().map(|file| file.name.as_str()).collect();
            format!("{} has no file {name}: it has {}", self.name, names.join(", "))
        })
    }
}

/// All data sets that can be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// The data sets, as the file lists them.
    #[serde(rename = "dataset")]
    pub datasets: Vec<Dataset>,
}

impl Catalog {
    /// The catalogue of this project, `datasets/catalog.toml`.
    ///
    /// # Panics
    /// Never: a test reads the file.
    pub fn built_in() -> &'static Self {
        static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
            Catalog::parse(include_str!("../catalog.toml"))
                .expect("a test reads this file")
        });
        &CATALOG
    }

    /// A catalogue of the reader's own.
    ///
    /// # Errors
    /// When the file can't be read or is no sound catalogue; the message names it.
    pub fn read(path: &Path) -> Result<Self> {
        let name = || path.display().to_string();
        let text = fs::read_to_string(path).with_context(name)?;
        Self::parse(&text).with_context(name)
    }

    fn parse(text: &str) -> Result<Self> {
        let catalog: Self = toml::from_str(text)?;
        for dataset in &catalog.datasets {
            check(dataset).with_context(|| format!("entry {:?}", dataset.name))?;
        }
        Ok(catalog)
    }

    /// The data set of that name.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(&self, name: &str) -> Result<&Dataset> {
        let found = self.datasets.iter().find(|dataset| dataset.name == name);
        found.ok_or_else(|| {
            anyhow!(
                "there is no data set {name}: `cargo run -p datasets -- list` tells \
                 which there are"
            )
        })
    }

    /// The data sets that have a file of that name.
    pub fn holding(&self, file: &str) -> impl Iterator<Item = &Dataset> {
        let holds =
            move |it: &&Dataset| it.files.iter().any(|its| its.name == file);
        self.datasets.iter().filter(holds)
    }
}

/// Names become paths, so they must stay in their folder; and each file needs an address.
fn check(dataset: &Dataset) -> Result<()> {
    ensure!(is_plain(&dataset.name), "its name is no plain name");
    for file in &dataset.files {
        ensure!(is_plain(&file.name), "{:?} is no plain name", file.name);
        ensure!(!dataset.urls(file).is_empty(), "{} has no address", file.name);
    }
    Ok(())
}

fn is_plain(name: &str) -> bool {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || ['-', '_', '.', '+'].contains(&c);
    !name.is_empty() && !name.starts_with('.') && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, file: &str, sha256: &str) -> Result<Catalog> {
        Catalog::parse(&format!(
            "[[dataset]]\nname = {name:?}\nwhat = \"w\"\nfor = \"f\"\nlicence = \"l\"\n\
             page = \"p\"\nbase = [\"http://a/\", \"http://b/\"]\n\
             files = [{{ name = {file:?}, bytes = 1, sha256 = {sha256:?} }}]"
        ))
    }

    #[test]
    fn addresses_are_each_base_with_the_name() {
        let catalog = entry("a", "a.txt", "unverified").unwrap();
        let dataset = catalog.find("a").unwrap();
        let urls = dataset.urls(dataset.file("a.txt").unwrap());
        assert_eq!(urls, ["http://a/a.txt", "http://b/a.txt"]);
    }

    #[test]
    fn names_that_leave_the_folder_are_refused() {
        for (name, file) in [("../a", "a"), ("a", "../a"), ("a", "/a"), ("a", "..")]
        {
            assert!(entry(name, file, "unverified").is_err(), "{name} {file}");
        }
    }

    #[test]
    fn a_checksum_is_64_digits_or_unverified() {
        let digits = "0123456789abcdef".repeat(4);
        assert!(entry("a", "a", &digits).is_ok());
        for wrong in ["", "abc", &digits[1..], &digits.to_uppercase()] {
            assert!(entry("a", "a", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn who_asks_for_an_unknown_set_is_told_how_to_list_them() {
        let error = Catalog::built_in().find("nothing").unwrap_err().to_string();
        assert!(error.contains("cargo run -p datasets -- list"), "{error}");
    }
}
