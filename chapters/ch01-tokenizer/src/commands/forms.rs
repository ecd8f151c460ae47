//! `forms`: three ways to cut words into parts, learned from the same text.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use ch01::{
    Case, Style, Tokenizer, Unigram, Unknown, WordPiece, show, spell, train,
};
use clap::Args;

/// BPE, WordPiece and Unigram side by side, learned from the same text
#[derive(Args)]
#[command(after_help = "Example:
  cargo run -p ch01 -- forms --text \"An unlikely boat\" datasets/builtin/lighthouse.txt")]
pub struct Forms {
    /// A file of UTF-8 text to learn from
    file: PathBuf,

    /// How many parts of several characters each learns; single ones come on top
    #[arg(long, default_value_t = 1000)]
    learned: usize,

    /// What to cut; may be given several times
    #[arg(long, required = true)]
    text: Vec<String>,
}

/// Learns three vocabularies and prints what each makes of the texts.
pub fn run(args: &Forms, out: &mut impl Write) -> Result<()> {
    let file = &args.file;
    let text = fs::read_to_string(file)
        .with_context(|| format!("cannot read {}", file.display()))?;
    let letters = text.chars().collect::<BTreeSet<_>>().len();

    let bpe = Tokenizer::new(train([&text[..]], 256 + args.learned), &[]);
    let smallest = WordPiece::train([&text[..]], 0, Case::Kept).tokens().len();
    let wordpiece =
        WordPiece::train([&text[..]], smallest + args.learned, Case::Kept);
    // A letter for each character, for `▁` and for unknown ones; spaces are none.
    let unigram =
        Unigram::train([&text[..]], 1 + letters + args.learned, Unknown::Token);
    let piece = |id: u32| match (id as usize).checked_sub(1) {
        None => "<unk>",
        Some(place) => &unigram.pieces()[place].0,
    };

    let first: Vec<_> = bpe.vocabulary().tokens().skip(256).map(spell).collect();
    list(out, "BPE", first.iter().map(String::as_str))?;
    let first = &wordpiece.tokens()[smallest..];
    list(out, "WordPiece", first.iter().map(String::as_str))?;
    let several = |piece: &&str| piece.chars().count() > 1;
    let first = unigram.pieces().iter().map(|(piece, _)| &**piece);
    list(out, "Unigram", first.filter(several))?;

    for text in &args.text {
        writeln!(out, "\n{text}")?;
        let ids = bpe.encode(text);
        let shown = show(&bpe, &ids, Style::Plain)?;
        writeln!(out, "{:<11}{:>2}  {shown}", "BPE", ids.len())?;
        let ids = wordpiece.encode(text);
        let shown: Vec<_> =
            ids.iter().map(|&id| &*wordpiece.tokens()[id as usize]).collect();
        writeln!(out, "{:<11}{:>2}  {}", "WordPiece", ids.len(), shown.join("|"))?;
        let ids = unigram.encode(text);
        let shown: Vec<_> = ids.iter().map(|&id| piece(id)).collect();
        writeln!(out, "{:<11}{:>2}  {}", "Unigram", ids.len(), shown.join("|"))?;
    }
    Ok(())
}

/// The parts that come first.
fn list<'a>(
    out: &mut impl Write,
    name: &str,
    parts: impl Iterator<Item = &'a str>,
) -> Result<()> {
    let parts: Vec<_> = parts.take(14).collect();
    writeln!(out, "{name:<11}{}", parts.join(" "))?;
    Ok(())
}
