//! The notebooks of this checkout, and finding one by what a person types.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use walkdir::{DirEntry, WalkDir};

use crate::paths;

/// All notebooks, sorted by path.
///
/// # Errors
/// When a folder can't be read.
pub fn all() -> Result<Vec<PathBuf>> {
    let top = paths::root().join("notebooks");
    if !top.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    // Jupyter keeps copies in folders whose names begin with a dot.
    let visible =
        |entry: &DirEntry| !entry.file_name().to_string_lossy().starts_with('.');
    for entry in
        WalkDir::new(&top).sort_by_file_name().into_iter().filter_entry(visible)
    {
        let path = entry?.into_path();
        if path.extension().is_some_and(|extension| extension == "ipynb") {
            found.push(path);
        }
    }
    Ok(found)
}

/// The one notebook that `name` means.
///
/// # Errors
/// When no notebook or more than one fits; the message lists them.
pub fn one(name: &str) -> Result<PathBuf> {
    let notebooks = all()?;
    let shown: Vec<String> = notebooks.iter().map(|path| shown(path)).collect();
    let index = choose(name, &shown)?;
    Ok(notebooks[index].clone())
}

/// The notebook's path from the top of the checkout, with forward slashes.
pub fn shown(path: &Path) -> String {
    let root = paths::root();
    path.strip_prefix(&root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn choose(name: &str, notebooks: &[String]) -> Result<usize> {
    let wanted = name.replace('\\', "/");
    let wanted = wanted.trim_start_matches("./");
    let stem = |path: &str| {
        let file = path.rsplit('/').next().unwrap_or(path);
        file.trim_end_matches(".ipynb").to_owned()
    };
    let exact = |path: &String| {
        path == wanted || stem(path) == wanted.trim_end_matches(".ipynb")
    };
    let part =
        |path: &String| path.contains(wanted) || wanted.ends_with(path.as_str());
    let mut fitting: Vec<usize> =
        (0..notebooks.len()).filter(|&i| exact(&notebooks[i])).collect();
    if fitting.is_empty() {
        fitting = (0..notebooks.len()).filter(|&i| part(&notebooks[i])).collect();
    }
    match fitting[..] {
        [index] => Ok(index),
        [] if notebooks.is_empty() => bail!("there are no notebooks yet"),
        [] => bail!(
            "no notebook is called `{name}`; there are: {}",
            notebooks.join(", ")
        ),
        _ => {
            let names: Vec<&str> =
                fitting.iter().map(|&i| notebooks[i].as_str()).collect();
            bail!(
                "`{name}` could be any of {}: say more of the name",
                names.join(", ")
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::choose;

    fn notebooks() -> Vec<String> {
        [
            "notebooks/03-attention/causal.ipynb",
            "notebooks/03-attention/heads.ipynb",
        ]
        .map(String::from)
        .to_vec()
    }

    #[test]
    fn a_path_a_stem_and_a_part_all_find_the_notebook() {
        for name in [
            "notebooks/03-attention/heads.ipynb",
            "heads",
            "heads.ipynb",
            "03-attention/hea",
        ] {
            assert_eq!(choose(name, &notebooks()).unwrap(), 1, "{name}");
        }
    }

    #[test]
    fn an_unknown_or_unclear_name_lists_the_notebooks() {
        let unknown = choose("tokenizer", &notebooks()).unwrap_err().to_string();
        assert!(
            unknown.contains("causal.ipynb") && unknown.contains("heads.ipynb")
        );
        let unclear = choose("03-attention", &notebooks()).unwrap_err().to_string();
        assert!(unclear.contains("could be any of"));
        assert!(
            choose("x", &[]).unwrap_err().to_string().contains("no notebooks yet")
        );
    }
}
