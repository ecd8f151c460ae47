//! `encode`: text to ids.

use std::io::{BufWriter, Write};

use anyhow::Result;
use ch01::{Policy, SpecialError, Tokenizer, spell};
use clap::{Args, ValueEnum};

use super::input::{Text, VocabOption};

/// Text to ids
#[derive(Args)]
#[command(after_help = "Examples:
  cargo run -p ch01 -- encode --text \"Every effort moves you\"
  cargo run --release -p ch01 -- encode --json notes.txt > notes.json
  cargo run --release -p ch01 -- encode --vocab datasets/trained/tokenizer notes.txt")]
pub struct Encode {
    #[command(flatten)]
    text: Text,

    #[command(flatten)]
    vocab: VocabOption,

    /// What a special token in the text is, such as `<|endoftext|>`
    #[arg(
        long,
        value_enum,
        default_value = "text",
        default_missing_value = "allow",
        num_args = 0..=1,
        require_equals = true
    )]
    special: Special,

    /// Print the ids as one JSON array
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Special {
    /// Text like any other
    Text,
    /// Its one id: for text of your own only (also plain --special)
    Allow,
    /// An error
    Forbid,
}

impl Special {
    fn policy(self) -> Policy<'static> {
        match self {
            Self::Text => Policy::Ordinary,
            Self::Allow => Policy::AllowAll,
            Self::Forbid => Policy::Forbid,
        }
    }
}

/// Encodes part by part, so that memory is flat.
pub fn run(args: &Encode, out: &mut impl Write) -> Result<()> {
    let tokenizer = args.vocab.vocab.open()?;
    let mut out = BufWriter::new(out);
    let (mut bytes, mut lines, mut is_first) = (0, 0, true);
    if args.json {
        write!(out, "[")?;
    }
    args.text.each_part(Some(&tokenizer), |part| {
        let ids = tokenizer.encode_with(part, args.special.policy());
        let ids = ids.map_err(|error| further(error, bytes, lines))?;
        if args.json {
            for id in ids {
                let comma = if is_first { "" } else { "," };
                write!(out, "{comma}{id}")?;
                is_first = false;
            }
        } else {
            print_tokens(&mut out, &tokenizer, &ids)?;
        }
        bytes += part.len();
        lines += part.matches('\n').count();
        Ok(())
    })?;
    if args.json {
        writeln!(out, "]")?;
    }
    out.flush()?;
    Ok(())
}

/// The same error, in a text with more before it.
fn further(error: SpecialError, bytes: usize, lines: usize) -> SpecialError {
    match error {
        SpecialError::Forbidden { token, at, line } => {
            SpecialError::Forbidden { token, at: at + bytes, line: line + lines }
        }
        other => other,
    }
}

/// One line for each token: its id and its text, with white space made visible.
pub fn print_tokens(
    out: &mut impl Write,
    tokenizer: &Tokenizer,
    ids: &[u32],
) -> Result<()> {
    for &id in ids {
        writeln!(out, "{id:>6}  {}", spell(&tokenizer.decode_bytes(&[id])?))?;
    }
    Ok(())
}
