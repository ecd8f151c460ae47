//! GPT-2's tokenizer on the command line.
//!
//! ```console
//! $ cargo run -p ch01
//! $ cargo run -p ch01 -- encode --text "Hello, I am"
//! $ cargo run -p ch01 -- encode --json notes.txt
//! $ cargo run -p ch01 -- decode 15496 11 314 716
//! ```

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use ch01::Tokenizer;
use clap::{Parser, Subcommand, ValueEnum};

/// Turn text into GPT-2's token ids, and back
#[derive(Parser)]
#[command(after_help = "Examples:
  cargo run -p ch01 -- encode --text \"Every effort moves you\"
  cargo run -p ch01 -- encode --json notes.txt
  cargo run -p ch01 -- decode 6109 3626 6100 345")]
struct Cli {
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    /// Text to ids
    Encode {
        /// A file of UTF-8 text; `-` is standard input
        #[arg(default_value = "-", conflicts_with = "text")]
        file: PathBuf,

        /// The text itself, instead of a file
        #[arg(long)]
        text: Option<String>,

        /// The tokenizer's vocabulary
        #[arg(long, value_enum, default_value_t)]
        vocab: Vocab,

        /// Let `<|endoftext|>` in the text become its one special id
        #[arg(long)]
        special: bool,

        /// Print the ids as one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Ids to text
    Decode {
        /// The ids
        #[arg(required = true)]
        ids: Vec<u32>,
    },
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Vocab {
    /// OpenAI's, built in
    #[default]
    Gpt2,
}

fn main() -> ExitCode {
    cli::run(run)
}

fn run() -> Result<()> {
    let out = &mut io::stdout().lock();
    match Cli::parse().task {
        Some(Task::Encode { file, text, vocab: Vocab::Gpt2, special, json }) => {
            let text = text.map_or_else(|| read(&file), Ok)?;
            let tokenizer = Tokenizer::gpt2();
            let ids = match special {
                true => tokenizer.encode_with_special(&text),
                false => tokenizer.encode(&text),
            };
            if json {
                serde_json::to_writer(&mut *out, &ids)?;
                writeln!(out)?;
            } else {
                print_tokens(out, &tokenizer, &ids)?;
            }
        }
        Some(Task::Decode { ids }) => {
            writeln!(out, "{}", Tokenizer::gpt2().decode(&ids)?)?
        }
        None => {
            let tokenizer = Tokenizer::gpt2();
            let text = "Akwirw ier likes tea. Don't we all?";
            writeln!(out, "{text}")?;
            print_tokens(out, &tokenizer, &tokenizer.encode(text))?;
        }
    }
    Ok(())
}

fn read(file: &Path) -> Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        io::stdin()
            .read_to_string(&mut text)
            .context("standard input is not UTF-8 text")?;
        return Ok(text);
    }
    std::fs::read_to_string(file)
        .with_context(|| format!("cannot read {} as UTF-8 text", file.display()))
}

/// One line for each token: its id and its text, with white space made visible.
fn print_tokens(
    out: &mut impl Write,
    tokenizer: &Tokenizer,
    ids: &[u32],
) -> Result<()> {
    for &id in ids {
        let bytes = tokenizer.decode_bytes(&[id])?;
        let text = match String::from_utf8(bytes) {
            Ok(text) => {
                text.replace(' ', "␣").replace('\n', "⏎").replace('\t', "⇥")
            }
            Err(part) => format!("bytes {:02x?} of a character", part.as_bytes()),
        };
        writeln!(out, "{id:>6}  {text}")?;
    }
    Ok(())
}
