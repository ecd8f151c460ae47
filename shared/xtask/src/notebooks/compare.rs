//! Says what went wrong in an executed notebook, and where it differs from the committed one.

use regex::Regex;
use similar::TextDiff;

use super::notebook::{Cell, Notebook};

/// What a person should know about `after`, a fresh run of `before`; empty when all is well.
pub fn compare(before: &Notebook, after: &Notebook) -> String {
    if let Some(failure) = failure(after) {
        return failure;
    }
    let pairs = before.code_cells().zip(after.code_cells());
    let differences: Vec<String> =
        pairs.filter_map(|(old, new)| difference(old, new)).collect();
    differences.join("\n")
}

/// The first cell that failed: a compile error, anything on standard error (a panic, or `?` on an
/// `Err`), a timeout, or the end of the kernel.
pub fn failure(notebook: &Notebook) -> Option<String> {
    notebook.code_cells().find_map(|cell| {
        let complaint = cell.complaint();
        let said = cell
            .error()
            .or_else(|| Some(complaint).filter(|text| !text.is_empty()))?;
        Some(format!(
            "{} failed:\n{}",
            title(cell),
            indent(&without_backtrace(&said))
        ))
    })
}

/// What was said, without colours and without the calls that led there: Rust's come after it,
/// libtorch's stand in long lines.
fn without_backtrace(said: &str) -> String {
    let colours = Regex::new("\x1b\\[[0-9;]*m");
    let said = colours.map_or(said.into(), |colours| colours.replace_all(said, ""));
    let lines = said
        .trim()
        .lines()
        .take_while(|line| !line.starts_with("stack backtrace:"));
    let short = lines
        .map(|line| line.split("\\nException raised from").next().unwrap_or(line));
    short.collect::<Vec<_>>().join("\n")
}

fn difference(old: Cell<'_>, new: Cell<'_>) -> Option<String> {
    if old.varies() {
        return None;
    }
    let (old_text, new_text) = (old.text(), new.text());
    if old_text != new_text {
        let diff = TextDiff::from_lines(&old_text, &new_text);
        let lines = diff
            .unified_diff()
            .context_radius(2)
            .missing_newline_hint(false)
            .to_string();
        return Some(format!(
            "{}: the text changed (- committed, + now)\n{}",
            title(old),
            indent(&lines)
        ));
    }
    let (old_kinds, new_kinds) = (old.pictures(), new.pictures());
    let or_none =
        |kinds: String| if kinds.is_empty() { "none".to_owned() } else { kinds };
    (old_kinds != new_kinds).then(|| {
        format!(
            "{}: the pictures were {}, now {}",
            title(old),
            or_none(old_kinds),
            or_none(new_kinds)
        )
    })
}

fn title(cell: Cell<'_>) -> String {
    let source = cell.source();
    let first =
        source.lines().find(|line| !line.trim().is_empty()).unwrap_or("(empty)");
    format!("  cell {} `{}`", cell.number, first.trim())
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::{Value, json};

    use super::{Notebook, compare};

    fn notebook(outputs: Value, tags: Value) -> Notebook {
        let cell = json!({"cell_type": "code", "source": "\nlet a: i64 = 1;", "outputs": outputs, "metadata": {"tags": tags}});
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), json!({"cells": [cell]}).to_string()).unwrap();
        Notebook::read(file.path()).unwrap()
    }

    fn stream(name: &str, text: &str) -> Value {
        json!([{"output_type": "stream", "name": name, "text": text}])
    }

    fn report(old: Value, new: Value, tags: Value) -> String {
        compare(&notebook(old, tags.clone()), &notebook(new, tags))
    }

    #[test]
    fn equal_text_is_well_even_when_cut_differently() {
        let pieces = json!([{"name": "stdout", "text": "a\n"}, {"name": "stdout", "text": ["b\n"]}]);
        assert_eq!(report(stream("stdout", "a\nb\n"), pieces, json!([])), "");
    }

    #[test]
    fn changed_text_is_shown_with_the_cell() {
        let said =
            report(stream("stdout", "2\n"), stream("stdout", "3\n"), json!([]));
        assert!(said.contains("cell 1 `let a: i64 = 1;`"), "{said}");
        assert!(said.contains("-2") && said.contains("+3"), "{said}");
        assert_eq!(
            report(
                stream("stdout", "2\n"),
                stream("stdout", "3\n"),
                json!(["varies"])
            ),
            ""
        );
    }

    #[test]
    fn anything_on_stderr_fails_even_when_the_text_varies() {
        for complaint in
            ["thread panicked at src/lib.rs", "invalid digit found in string"]
        {
            let said =
                report(json!([]), stream("stderr", complaint), json!(["varies"]));
            assert!(said.contains("failed") && said.contains(complaint), "{said}");
        }
    }

    #[test]
    fn an_error_output_fails_with_its_text() {
        let error = json!([{"output_type": "error", "ename": "Error", "evalue": "no `b`", "traceback": ["here"]}]);
        let said = report(json!([]), error, json!([]));
        assert!(said.contains("Error: no `b`") && said.contains("here"), "{said}");
    }

    #[test]
    fn backtraces_and_colours_are_left_out() {
        let torch =
            r#"Torch("sizes differ\nException raised from x.cpp at /somewhere")"#;
        let said = format!(
            "\u{1b}[31mpanicked at\u{1b}[0m\n{torch}\nstack backtrace:\n  0: main"
        );
        let said = report(json!([]), stream("stderr", &said), json!([]));
        assert!(
            said.contains("    panicked at\n    Torch(\"sizes differ\n"),
            "{said}"
        );
        assert!(!said.contains("somewhere") && !said.contains("main"), "{said}");
    }

    #[test]
    fn a_picture_must_be_there_but_may_look_different() {
        let picture = |svg: &str| json!([{"output_type": "display_data", "data": {"text/html": svg}}]);
        assert_eq!(report(picture("<svg>1"), picture("<svg>2"), json!([])), "");
        assert!(
            report(picture("<svg>1"), json!([]), json!([])).contains("now none")
        );
    }
}
