//! Where data comes from: the reader's folder when it holds the file, else what was fetched, else
//! what is built in.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::catalog::Catalog;
use crate::store::Store;

/// Names the reader's data folder when `--data` does not.
pub const DATA_VARIABLE: &str = "LLM_IN_RUST_DATA";

/// Data, and where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded<T> {
    /// The data.
    pub value: T,
    /// Where it came from; show its [`note`](Source::note) on standard error.
    pub source: Source,
}

/// Where data came from. Displayed it is one short sentence, which names the data for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file of the reader's, or one that was fetched.
    File(PathBuf),
    /// What is compiled in.
    BuiltIn {
        /// What it is: `messages`.
        what: &'static str,
        /// The file that was looked for in vain, where a data folder is set.
        missing: Option<PathBuf>,
        /// The data set of the catalogue that it stands in for.
        stands_for: Option<&'static str>,
    },
}

impl Source {
    /// What is compiled in and stands in for nothing.
    pub fn built_in(what: &'static str) -> Self {
        Self::BuiltIn { what, missing: None, stands_for: None }
    }

    /// The sentence to show on standard error: what is read, and how to get the real thing.
    pub fn note(&self) -> String {
        match self {
            Self::BuiltIn { stands_for: Some(name), .. } => format!(
                "{self}; for the real thing: `cargo run -p datasets -- fetch {name}`"
            ),
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "reading {}", path.display()),
            Self::BuiltIn { what, missing: None, .. } => {
                write!(f, "reading the built-in {what}")
            }
            Self::BuiltIn { what, missing: Some(path), .. } => {
                let path = path.display();
                write!(f, "no {path}: reading the built-in {what}")
            }
        }
    }
}

/// Where to look for files.
#[derive(Debug, Default)]
struct Places {
    /// The folder that `--data` names.
    asked: Option<PathBuf>,
    /// The folder that [`DATA_VARIABLE`] names.
    variable: Option<PathBuf>,
    /// What was fetched.
    store: Option<Store>,
}

impl Places {
    fn new(asked: Option<&Path>) -> Self {
        let variable = env::var_os(DATA_VARIABLE).filter(|it| !it.is_empty());
        Self {
            asked: asked.map(Path::to_path_buf),
            variable: variable.map(PathBuf::from),
            store: Store::in_cache().ok(),
        }
    }

    /// The first of `names` in the folder named, else in the variable's, else in the store.
    ///
    /// # Errors
    /// When the folder named holds none of them: who names a folder wants to be told.
    fn find(&self, names: &[&str]) -> Result<Option<PathBuf>> {
        if let Some(folder) = &self.asked {
            let found = first_in(folder, names);
            if found.is_none() {
                let names = names.join(" or ");
                bail!(
                    "{} holds no {names}; leave out --data for what was fetched or is built in",
                    folder.display()
                )
            }
            return Ok(found);
        }
        let variable = self.variable.as_ref();
        let found = variable.and_then(|folder| first_in(folder, names));
        Ok(found.or_else(|| self.fetched(names)))
    }

    fn fetched(&self, names: &[&str]) -> Option<PathBuf> {
        let store = self.store.as_ref()?;
        let paths = names.iter().flat_map(|name| {
            let sets = Catalog::built_in().holding(name);
            sets.map(move |set| store.folder(&set.name).join(name))
        });
        paths.into_iter().find(|path| path.is_file())
    }
}

fn first_in(folder: &Path, names: &[&str]) -> Option<PathBuf> {
    names.iter().map(|name| folder.join(name)).find(|path| path.is_file())
}

/// The data in the file as `read` understands it, or else the built-in data.
///
/// The file is the first of `names` in the folder `asked`; or else in the one that
/// [`DATA_VARIABLE`] names; or else in a data set that was fetched.
pub(crate) fn load<T>(
    names: &[&str],
    asked: Option<&Path>,
    what: &'static str,
    read: impl FnOnce(&Path) -> Result<T>,
    built_in: impl FnOnce() -> Result<T>,
) -> Result<Loaded<T>> {
    let places = Places::new(asked);
    if let Some(path) = places.find(names)? {
        return Ok(Loaded { value: read(&path)?, source: Source::File(path) });
    }
    let first = names.first();
    let missing = places.variable.and_then(|folder| Some(folder.join(first?)));
    let stands_for = names.iter().find_map(|name| {
        let set = Catalog::built_in().holding(name).next()?;
        Some(set.name.as_str())
    });
    let source = Source::BuiltIn { what, missing, stands_for };
    Ok(Loaded { value: built_in()?, source })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_folder_named_comes_before_the_variable_and_that_before_the_store() {
        let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
        let [named, variable, cache] = folders.each_ref().map(|it| it.path());
        let name = "the-verdict.txt";
        let store = Store::at(cache);
        let fetched = store.folder("the-verdict");
        fs::create_dir(&fetched).unwrap();
        for folder in [named, variable, &fetched] {
            fs::write(folder.join(name), "I had always thought").unwrap();
        }
        let mut places = Places {
            asked: Some(named.to_path_buf()),
            variable: Some(variable.to_path_buf()),
            store: Some(store),
        };
        let found = |places: &Places| places.find(&[name]).unwrap();
        assert_eq!(found(&places), Some(named.join(name)));
        places.asked = None;
        assert_eq!(found(&places), Some(variable.join(name)));
        fs::remove_file(variable.join(name)).unwrap();
        assert_eq!(found(&places), Some(fetched.join(name)));
        fs::remove_file(fetched.join(name)).unwrap();
        assert_eq!(found(&places), None);
    }

    #[test]
    fn a_folder_named_must_hold_the_file() {
        let empty = tempfile::tempdir().unwrap();
        let asked = Some(empty.path().to_path_buf());
        let places = Places { asked, ..Places::default() };
        let error = places.find(&["a.txt", "a.zip"]).unwrap_err();
        assert!(error.to_string().contains("holds no a.txt or a.zip"), "{error}");
    }

    #[test]
    fn sources_are_sentences() {
        let file = Source::File(PathBuf::from("d/a.txt"));
        assert_eq!(
            file.to_string(),
            format!("reading {}", Path::new("d/a.txt").display())
        );
        assert_eq!(file.note(), file.to_string());
        let built_in = Source::BuiltIn {
            what: "messages",
            missing: None,
            stands_for: Some("sms-spam"),
        };
        assert_eq!(built_in.to_string(), "reading the built-in messages");
        assert_eq!(
            built_in.note(),
            "reading the built-in messages; for the real thing: \
             `cargo run -p datasets -- fetch sms-spam`"
        );
    }
}
