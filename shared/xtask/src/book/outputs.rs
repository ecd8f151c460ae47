//! Commands and their output: what a page shows is what the command printed.

use std::path::Path;

use toml::Value;

use super::Problem;
use super::check::{Book, read};
use super::includes;
use super::page::{Fence, Page};
use super::problem::show;
use super::quotations::{included, is_marked};

/// Captured output stands under the command that printed it, as its trycmd case says; what a
/// chapter's program prints is never written by hand.
pub(super) fn check(book: &Book) -> Vec<Problem> {
    let mut problems = Vec::new();
    for page in &book.pages {
        let fences = page
            .fences
            .iter()
            .filter(|fence| !fence.is("rust") && !is_marked(fence));
        let found = fences.flat_map(|fence| complaints(book, page, fence));
        problems.extend(found.map(|(line, what)| page.problem(line, what)));
        problems.extend(loose(page));
    }
    problems
}

/// Captured output outside of any fence.
fn loose(page: &Page) -> Vec<Problem> {
    let fenced = |byte| page.fences.iter().any(|fence| fence.range.contains(&byte));
    let captured = page.includes.iter().filter(|it| it.file.ends_with(".stdout"));
    let loose = captured.filter(|it| !fenced(it.byte));
    let what =
        "put the output into a ```console fence, under its `$ cargo run` line";
    loose.map(|include| page.problem(include.line, what)).collect()
}

/// Line and complaint, for every output of a fence.
fn complaints(book: &Book, page: &Page, fence: &Fence) -> Vec<(usize, String)> {
    let mut command = String::new();
    let mut found = Vec::new();
    for (index, line) in fence.body.lines().enumerate() {
        let number = fence.line + 1 + index;
        let include = included(page, fence).find(|include| include.line == number);
        match (line.strip_prefix("$ "), include) {
            (Some(typed), _) => command = typed.to_string(),
            (None, _) if command.ends_with('\\') => {
                command.truncate(command.len() - 1);
                command.push_str(line.trim());
            }
            (None, Some(include)) => {
                let captured = include
                    .path(page)
                    .filter(|path| show(path).ends_with(".stdout"));
                let what =
                    captured.and_then(|path| disagreement(book, &path, &command));
                found.extend(what.map(|what| (number, what)));
            }
            (None, None) => {
                let what = by_hand(line, &command);
                found.extend(what.map(|what| (number, what)));
            }
        }
    }
    found
}

/// A line of output that nobody captured.
fn by_hand(line: &str, command: &str) -> Option<String> {
    let ours = command.starts_with("cargo run") && command.contains("-p ch");
    (ours && !line.trim().is_empty() && includes::find(line).is_empty()).then(|| {
        "output is written by hand; capture it (tests/output/NAME.toml, `cargo xtask \
         outputs`) and include NAME.stdout, or mark the fence `sketch`"
            .to_string()
    })
}

/// How the command above an output differs from the one that printed it.
fn disagreement(book: &Book, output: &Path, command: &str) -> Option<String> {
    let case = output.with_extension("toml");
    let name = show(&case);
    let Some((program, arguments)) = case_of(book, &case) else {
        return Some(format!(
            "{name} does not say `bin.name` and `args`; write the trycmd case"
        ));
    };
    let right = right_command(&program, &arguments);
    if command.is_empty() {
        return Some(format!(
            "shows output without its command; put `$ {right}` above it"
        ));
    }
    let typed = shlex::split(command).and_then(|words| cargo_run(&words));
    (typed != Some((program, arguments)))
        .then(|| format!("the command differs from {name}; write `$ {right}`"))
}

/// Program and arguments of a trycmd case.
fn case_of(book: &Book, case: &Path) -> Option<(String, Vec<String>)> {
    let text = read(&book.root, case).ok()?;
    let case: Value = toml::from_str(&text).ok()?;
    let program = case.get("bin")?.get("name")?.as_str()?.to_string();
    let arguments = match case.get("args") {
        None => Vec::new(),
        Some(Value::String(line)) => shlex::split(line)?,
        Some(list) => {
            let words = list
                .as_array()?
                .iter()
                .map(|word| word.as_str().map(str::to_owned));
            words.collect::<Option<_>>()?
        }
    };
    Some((program, arguments))
}

/// Program and arguments of `cargo run … -p PROGRAM … -- ARGUMENTS`.
fn cargo_run(words: &[String]) -> Option<(String, Vec<String>)> {
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    let (cargo, arguments) = words.split_at(end);
    let flag = cargo.iter().position(|word| word == "-p" || word == "--package")?;
    let is_run = cargo.len() > 1 && cargo[0] == "cargo" && cargo[1] == "run";
    let program = cargo.get(flag + 1).filter(|_| is_run)?;
    Some((program.clone(), arguments.iter().skip(1).cloned().collect()))
}

fn right_command(program: &str, arguments: &[String]) -> String {
    let words =
        shlex::try_join(arguments.iter().map(String::as_str)).unwrap_or_default();
    match words.is_empty() {
        true => format!("cargo run -p {program}"),
        false => format!("cargo run -p {program} -- {words}"),
    }
}
