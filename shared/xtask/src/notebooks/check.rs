//! Rules for the committed notebooks that need no kernel to check.

use std::collections::HashSet;
use std::path::Path;
use std::{fs, iter};

use anyhow::{Context, Result};
use regex::Regex;

use super::find;
use super::notebook::{Cell, Notebook};
use crate::paths;

/// All breaches of the rules in all notebooks, each with the file, the cell and what to do.
///
/// # Errors
/// When a notebook or a chapter's source can't be read.
pub fn check_all() -> Result<Vec<String>> {
    let taught = taught_names()?;
    let mut breaches = Vec::new();
    for path in find::all()? {
        let notebook = Notebook::read(&path)?;
        let folder = path.parent().unwrap_or(&path);
        let shown = find::shown(&path);
        breaches.extend(
            check(&notebook, folder, &taught)
                .into_iter()
                .map(|said| format!("{shown}: {said}")),
        );
    }
    Ok(breaches)
}

/// The breaches of the rules in one notebook that lies in `folder`.
///
/// `taught` holds the names of the functions and types that the chapters define.
pub fn check(
    notebook: &Notebook,
    folder: &Path,
    taught: &HashSet<String>,
) -> Vec<String> {
    let mut breaches = file_breaches(notebook);
    let mut ids = HashSet::new();
    for cell in notebook.cells() {
        let mut said = machine_paths(cell);
        if cell.id().is_empty() || !ids.insert(cell.id()) {
            said.push(
                "its id is missing or used twice: Jupyter gives it one when it saves".to_owned(),
            );
        }
        breaches.extend(in_cell(cell, said));
    }
    for (place, cell) in notebook.code_cells().enumerate() {
        let rules = [
            output_breach(cell),
            definition_breach(cell, taught),
            dependency_breach(cell, place, folder),
        ];
        breaches.extend(in_cell(cell, rules.into_iter().flatten().collect()));
    }
    breaches
}

fn in_cell(cell: Cell<'_>, said: Vec<String>) -> impl Iterator<Item = String> {
    said.into_iter().map(move |said| format!("cell {}: {said}", cell.number))
}

fn file_breaches(notebook: &Notebook) -> Vec<String> {
    let mut breaches = Vec::new();
    if notebook.format() != (4, 5) {
        breaches.push(
            "its format is not 4.5: open and save it with `cargo xtask notebooks lab`".to_owned(),
        );
    }
    if notebook.kernel() != "rust" {
        breaches.push(format!("its kernel is `{}`, not `rust`", notebook.kernel()));
    }
    breaches
}

fn output_breach(cell: Cell<'_>) -> Option<String> {
    if cell.error().is_some() || !cell.complaint().is_empty() {
        return Some("its committed output is an error".to_owned());
    }
    let prints = cell.source().lines().any(|line| line.starts_with("println!"));
    (prints && !cell.has_outputs()).then(|| {
        "it prints, but has no output: `cargo xtask notebooks run NAME` fills it in".to_owned()
    })
}

/// A notebook plays with what the crates have; it does not hold a second copy.
fn definition_breach(cell: Cell<'_>, taught: &HashSet<String>) -> Option<String> {
    let source = cell.source();
    let name = defined(&source).into_iter().find(|name| taught.contains(name))?;
    Some(format!("it defines `{name}`, which a chapter has: `use` that one"))
}

/// Evcxr builds on each `:dep`, so they all stand in the first cell, and paths must lead to a crate.
fn dependency_breach(
    cell: Cell<'_>,
    place: usize,
    folder: &Path,
) -> Option<String> {
    let source = cell.source();
    let mut lines =
        source.lines().filter(|line| line.starts_with(":dep")).peekable();
    if place > 0 {
        return lines
            .peek()
            .map(|line| format!("`{line}` belongs in the first code cell"));
    }
    lines.find_map(|line| {
        let path = line.split_once("path = \"")?.1.split('"').next()?;
        let there = folder.join(path).join("Cargo.toml").is_file();
        (!there).then(|| format!("`{line}`: there is no crate in {path}"))
    })
}

/// Paths of the machine that ran the notebook, in its source or its output.
fn machine_paths(cell: Cell<'_>) -> Vec<String> {
    let root = paths::root().to_string_lossy().into_owned();
    let homes =
        ["/home/", "/root/", "/Users/", "/tmp/", "C:\\\\"].map(str::to_owned);
    let text = cell.source() + &cell.raw_outputs();
    let found = homes
        .into_iter()
        .chain(iter::once(root))
        .filter(|path| text.contains(path.as_str()));
    found.map(|path| format!("it shows a path of one machine (`{path}`)")).collect()
}

/// The functions and types that the chapters' sources define at the top level.
fn taught_names() -> Result<HashSet<String>> {
    let mut names = HashSet::new();
    let chapters = paths::root().join("chapters");
    for entry in walkdir::WalkDir::new(&chapters) {
        let entry = entry?;
        let path = entry.path();
        let in_sources = path.components().any(|part| part.as_os_str() == "src");
        if in_sources && path.extension().is_some_and(|extension| extension == "rs")
        {
            let text = fs::read_to_string(path)
                .with_context(|| format!("can't read {}", path.display()))?;
            names.extend(defined(&text));
        }
    }
    names.remove("main");
    Ok(names)
}

/// The names that unindented `fn`, `struct` and `enum` lines define.
fn defined(source: &str) -> Vec<String> {
    let Ok(pattern) =
        Regex::new(r"(?m)^(?:pub(?:\([^)]*\))? )?(?:fn|struct|enum) (\w+)")
    else {
        return Vec::new(); // the pattern is a constant, and the tests below use it
    };
    pattern.captures_iter(source).map(|found| found[1].to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::path::Path;

    use super::{Notebook, check, taught_names};

    fn breaches(sources: &[&str]) -> String {
        let taught = HashSet::from(["causal_weights".to_owned()]);
        check(&Notebook::of_code(sources), Path::new("."), &taught).join("\n")
    }

    #[test]
    fn a_plain_notebook_keeps_the_rules() {
        assert_eq!(breaches(&["let a: i64 = 1;", "fn show() {}"]), "");
    }

    #[test]
    fn a_second_copy_of_a_chapters_function_is_found() {
        assert!(
            breaches(&["pub fn causal_weights() {}"]).contains("a chapter has")
        );
    }

    #[test]
    fn a_printing_cell_without_output_is_found() {
        assert!(breaches(&["println!(\"{}\", 1);"]).contains("no output"));
    }

    #[test]
    fn dependencies_stand_in_the_first_cell_and_exist() {
        assert!(breaches(&["1;", ":dep tch = \"*\""]).contains("first code cell"));
        assert!(
            breaches(&[":dep x = { path = \"nowhere\" }"])
                .contains("no crate in nowhere")
        );
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        assert!(breaches(&["let home: &str = \"/home/me\";"]).contains("/home/"));
    }

    #[test]
    fn the_chapters_names_are_known() {
        assert!(taught_names().unwrap().contains("causal_weights"));
    }
}
