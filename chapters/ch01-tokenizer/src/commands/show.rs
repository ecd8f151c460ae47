//! `show`: where the tokens of a text begin and end.

use std::env;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use ch01::{Style, show, show_as_page};
use clap::Args;

use super::input::{Text, VocabOption};

/// Where the tokens of a text begin and end, in colours
#[derive(Args)]
#[command(after_help = "Examples:
  cargo run -p ch01 -- show --text \"Akwirw ier likes tea.\"
  cargo run -p ch01 -- show notes.txt --html notes.html")]
pub struct Show {
    #[command(flatten)]
    text: Text,

    #[command(flatten)]
    vocab: VocabOption,

    /// Let special tokens in the text become their one id
    #[arg(long)]
    special: bool,

    /// Write a page for the browser instead
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Shows the tokens: colours in a terminal, bars elsewhere.
pub fn run(args: &Show, out: &mut impl Write) -> Result<()> {
    let tokenizer = args.vocab.vocab.open()?;
    let text = args.text.read()?;
    let ids = match args.special {
        true => tokenizer.encode_with_special(&text),
        false => tokenizer.encode(&text),
    };
    if let Some(path) = &args.html {
        let page = show_as_page(&tokenizer, &ids, &args.text.name())?;
        return fs::write(path, page)
            .with_context(|| format!("cannot write {}", path.display()));
    }
    let in_colours =
        io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none();
    let style = if in_colours { Style::Coloured } else { Style::Plain };
    let shown = show(&tokenizer, &ids, style)?;
    writeln!(out, "{}", shown.trim_end_matches('\n'))?;
    writeln!(out, "\n{} tokens for {} bytes", ids.len(), text.len())?;
    Ok(())
}
