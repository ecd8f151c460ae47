//! Where data comes from: the reader's folder when it holds the file, else what is built in.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// Names the reader's data folder when `--data` does not.
pub const DATA_VARIABLE: &str = "LLM_IN_RUST_DATA";

/// Data, and where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded<T> {
    /// The data.
    pub value: T,
    /// Where it came from; show it on standard error.
    pub source: Source,
}

/// Where data came from. Displayed it is one short sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file of the reader's.
    File(PathBuf),
    /// What is compiled in.
    BuiltIn {
        /// What it is: `messages`.
        what: &'static str,
        /// The file that was looked for in vain, where a data folder is set.
        missing: Option<PathBuf>,
    },
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "reading {}", path.display()),
            Self::BuiltIn { what, missing: None } => {
                write!(f, "reading the built-in {what}")
            }
            Self::BuiltIn { what, missing: Some(path) } => {
                let path = path.display();
                write!(f, "no {path}: reading the built-in {what}")
            }
        }
    }
}

/// What a search for the reader's file came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The reader's file.
    File(PathBuf),
    /// None; with the first file looked for, where a data folder is set.
    Nothing(Option<PathBuf>),
}

/// Looks for the first of `names` in `asked`, or else in the folder that [`DATA_VARIABLE`] names.
///
/// # Errors
/// When `asked` holds none of them: who names a folder wants to be told.
pub(crate) fn find(names: &[&str], asked: Option<&Path>) -> Result<Found> {
    find_with(names, asked, env::var_os(DATA_VARIABLE).map(PathBuf::from))
}

fn find_with(
    names: &[&str],
    asked: Option<&Path>,
    variable: Option<PathBuf>,
) -> Result<Found> {
    let Some(folder) = asked.map(Path::to_path_buf).or(variable) else {
        return Ok(Found::Nothing(None));
    };
    let path =
        names.iter().map(|name| folder.join(name)).find(|path| path.is_file());
    match path {
        Some(path) => Ok(Found::File(path)),
        None if asked.is_some() => {
            let names = names.join(" or ");
            bail!(
                "{} holds no {names}; leave out --data for the built-in data",
                folder.display()
            )
        }
        None => Ok(Found::Nothing(names.first().map(|name| folder.join(name)))),
    }
}

/// The data in the reader's file as `read` understands it, or else the built-in data.
pub(crate) fn load<T>(
    names: &[&str],
    asked: Option<&Path>,
    what: &'static str,
    read: impl FnOnce(&Path) -> Result<T>,
    built_in: impl FnOnce() -> Result<T>,
) -> Result<Loaded<T>> {
    Ok(match find(names, asked)? {
        Found::File(path) => {
            Loaded { value: read(&path)?, source: Source::File(path) }
        }
        Found::Nothing(missing) => {
            Loaded { value: built_in()?, source: Source::BuiltIn { what, missing } }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_folder_named_comes_before_the_variable() {
        let (named, variable) =
            (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for folder in [&named, &variable] {
            fs::write(folder.path().join("a.txt"), "a").unwrap();
        }
        let variable = Some(variable.path().to_path_buf());
        let found = find_with(&["a.txt"], Some(named.path()), variable).unwrap();
        assert_eq!(found, Found::File(named.path().join("a.txt")));
    }

    #[test]
    fn a_folder_named_must_hold_the_file_and_the_variable_need_not() {
        let empty = tempfile::tempdir().unwrap();
        let error =
            find_with(&["a.txt", "a.zip"], Some(empty.path()), None).unwrap_err();
        assert!(error.to_string().contains("holds no a.txt or a.zip"), "{error}");
        let variable = Some(empty.path().to_path_buf());
        let found = find_with(&["a.txt"], None, variable).unwrap();
        assert_eq!(found, Found::Nothing(Some(empty.path().join("a.txt"))));
    }

    #[test]
    fn sources_are_sentences() {
        let file = Source::File(PathBuf::from("d/a.txt"));
        assert_eq!(
            file.to_string(),
            format!("reading {}", Path::new("d/a.txt").display())
        );
        let built_in = Source::BuiltIn { what: "messages", missing: None };
        assert_eq!(built_in.to_string(), "reading the built-in messages");
    }
}
