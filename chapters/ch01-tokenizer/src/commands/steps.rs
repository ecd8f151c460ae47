//! `steps`: byte-pair encoding, one merge after the other.

use std::io::Write;

use anyhow::{Result, ensure};
use ch01::{Tokenizer, Vocabulary, pieces, spell, train};
use clap::Args;

/// Learn a few merges from a short text, and show each
#[derive(Args)]
#[command(after_help = "Example:
  cargo run -p ch01 -- steps --merges 6 --text \"low low lower lowest\"")]
pub struct Steps {
    /// The text to learn from
    #[arg(long)]
    text: String,

    /// How many merges at most
    #[arg(long, default_value_t = 8)]
    merges: usize,
}

/// A piece of the text, and how often it occurs.
type Word<'a> = (&'a str, usize);

/// Prints the words of the text, and what every merge makes of them.
pub fn run(args: &Steps, out: &mut impl Write) -> Result<()> {
    ensure!(!args.text.is_empty(), "there is no text to learn from");
    let words = count(&args.text);
    let vocabulary = train([&args.text[..]], 256 + args.merges);
    let learned: Vec<Vec<u8>> = vocabulary.tokens().map(<[u8]>::to_vec).collect();
    let mut tokenizer = with_first(&learned, 256);
    let shown: Vec<_> = words
        .iter()
        .map(|&word| format!("{} × {}", word.1, parts(&tokenizer, word)))
        .collect();
    writeln!(out, "times  merge                {}", shown.join("   "))?;
    for (size, (left, right, made)) in (257..).zip(vocabulary.merges()) {
        let times = occurrences(&tokenizer, &words, (left, right));
        tokenizer = with_first(&learned, size);
        let names = [left, right].map(|id| spell(&learned[id as usize]));
        let made = spell(&learned[made as usize]);
        let joined = format!("{} → {made}", names.join(" "));
        let shown: Vec<_> =
            words.iter().map(|&word| parts(&tokenizer, word)).collect();
        writeln!(out, "{times:>5}  {joined:<20} {}", shown.join("   "))?;
    }
    Ok(())
}

/// The different words in the order in which they first come.
fn count(text: &str) -> Vec<Word<'_>> {
    let mut words: Vec<Word> = Vec::new();
    for piece in pieces(text) {
        match words.iter_mut().find(|(word, _)| *word == piece) {
            Some((_, times)) => *times += 1,
            None => words.push((piece, 1)),
        }
    }
    words
}

/// A tokenizer that has learned only so many tokens.
fn with_first(learned: &[Vec<u8>], size: usize) -> Tokenizer {
    Tokenizer::new(Vocabulary::new(learned[..size].to_vec()), &[])
}

/// How often the pair stands in all words together.
fn occurrences(
    tokenizer: &Tokenizer,
    words: &[Word],
    (left, right): (u32, u32),
) -> usize {
    let in_word = |&(word, times): &Word| {
        let ids = tokenizer.encode(word);
        times * ids.windows(2).filter(|pair| pair == &[left, right]).count()
    };
    words.iter().map(in_word).sum()
}

/// A word as its tokens, with spaces between.
fn parts(tokenizer: &Tokenizer, (word, _): Word) -> String {
    let spelled = |id| spell(tokenizer.token(id).unwrap_or_default());
    let parts: Vec<_> = tokenizer.encode(word).into_iter().map(spelled).collect();
    parts.join(" ")
}
