//! A conversation in the terminal.

use std::io::{BufRead, Write};

use anyhow::Result;
use datasets::Instruction;

/// Reads one instruction after the other and hands each to `answer`, until there are no more.
/// What is said beside the answers goes to `notes`.
///
/// A line that ends with a colon is an instruction with an input, which is the next line. The
/// colon is taken off; where a letter stands before it, a full stop takes its place, since most
/// instructions that the model has learned end so.
///
/// # Errors
/// When reading or writing fails. An error of `answer` is noted, and the conversation goes on.
pub fn chat(
    lines: impl BufRead,
    notes: &mut impl Write,
    mut answer: impl FnMut(&Instruction) -> Result<()>,
) -> Result<()> {
    writeln!(
        notes,
        "Type an instruction and press Enter. End the line with a colon to give an input on \
         the next one.\nCtrl-D ends."
    )?;
    let mut lines = lines.lines();
    while let Some(line) = next(&mut lines, notes, "> ")? {
        let (instruction, wants_input) = instruction_of(&line);
        if instruction.is_empty() {
            continue;
        }
        let input = match wants_input {
            true => next(&mut lines, notes, "input> ")?.unwrap_or_default(),
            false => String::new(),
        };
        let input = input.trim().to_owned();
        let entry =
            Instruction { kind: None, instruction, input, output: String::new() };
        if let Err(error) = answer(&entry) {
            writeln!(notes, "error: {error:#}")?;
        }
    }
    writeln!(notes)?;
    Ok(())
}

fn next(
    lines: &mut impl Iterator<Item = std::io::Result<String>>,
    notes: &mut impl Write,
    invitation: &str,
) -> Result<Option<String>> {
    write!(notes, "{invitation}")?;
    notes.flush()?;
    Ok(lines.next().transpose()?)
}

/// The instruction in a line, and whether an input follows.
fn instruction_of(line: &str) -> (String, bool) {
    let line = line.trim();
    let Some(before) = line.strip_suffix(':') else {
        return (line.to_owned(), false);
    };
    let before = before.trim_end();
    let stop = if before.ends_with(char::is_alphanumeric) { "." } else { "" };
    (format!("{before}{stop}"), true)
}
