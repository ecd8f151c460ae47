//! Formulas: `mdbook-katex`, and one thing it leaves undone.
//!
//! KaTeX puts the TeX source of every formula into an `<annotation>`. Markdown then reads that
//! source as text: two underscores in it become emphasis, and the page's HTML breaks. The
//! annotation is of no use to a reader, so it is dropped.

use std::io::{Write, stdout};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use regex::Regex;

use crate::tools;

/// Stands between mdBook and `mdbook-katex`: same arguments, same input, tidier output.
///
/// # Errors
/// When `mdbook-katex` can't be had or fails.
pub(super) fn render(arguments: &[String]) -> Result<()> {
    let mut command = Command::new(tools::ensure("mdbook-katex")?);
    let output = command
        .args(arguments)
        .stdin(Stdio::inherit())
        .stderr(Stdio::inherit())
        .output()
        .context("could not start mdbook-katex")?;
    if !output.status.success() {
        bail!("mdbook-katex failed ({})", output.status);
    }
    let book = String::from_utf8(output.stdout)
        .context("mdbook-katex did not write UTF-8")?;
    stdout().write_all(without_annotations(&book).as_bytes())?;
    Ok(())
}

/// Works on the JSON as it stands: KaTeX escapes every `<` of the source, so the next one is
/// the end of the annotation.
fn without_annotations(book: &str) -> String {
    let annotation = Regex::new(
        r#"<annotation encoding=\\"application/x-tex\\">[^<]*</annotation>"#,
    )
    .expect("the pattern is written by us");
    annotation.replace_all(book, "").into_owned()
}

#[cfg(test)]
mod tests {
    use super::without_annotations;

    #[test]
    fn the_source_of_a_formula_is_dropped_and_its_meaning_stays() {
        let json = r#"{"content":"<math><mi>x</mi><annotation encoding=\"application/x-tex\">x_{&lt;t}_y</annotation></math>"}"#;
        assert_eq!(
            without_annotations(json),
            r#"{"content":"<math><mi>x</mi></math>"}"#
        );
    }
}
