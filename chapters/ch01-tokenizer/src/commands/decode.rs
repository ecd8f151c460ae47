//! `decode`: ids to text.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use super::input::{VocabOption, name_of};

/// Ids to text
#[derive(Args)]
#[command(after_help = "Examples:
  cargo run -p ch01 -- decode 6109 3626 6100 345
  cargo run -p ch01 -- decode --json notes.json
  cargo run -p ch01 -- encode --json notes.txt | cargo run -p ch01 -- decode")]
pub struct Decode {
    /// The ids; without any, a JSON array is read
    ids: Vec<u32>,

    /// A file with the ids as one JSON array; `-` is standard input
    #[arg(long, value_name = "FILE", default_value = "-", conflicts_with = "ids")]
    json: PathBuf,

    #[command(flatten)]
    vocab: VocabOption,
}

/// Prints the text of ids that were named, or the very bytes of those in a file.
pub fn run(args: &Decode, out: &mut impl Write) -> Result<()> {
    let tokenizer = args.vocab.vocab.open()?;
    if !args.ids.is_empty() {
        writeln!(out, "{}", tokenizer.decode(&args.ids)?)?;
        return Ok(());
    }
    let name = name_of(&args.json);
    let source: Box<dyn Read> = match args.json.as_os_str() == "-" {
        true => Box::new(io::stdin().lock()),
        false => {
            let file = File::open(&args.json);
            Box::new(file.with_context(|| format!("cannot read {name}"))?)
        }
    };
    let ids: Vec<u32> = serde_json::from_reader(BufReader::new(source))
        .with_context(|| format!("{name} is no JSON array of ids"))?;
    out.write_all(&tokenizer.decode_bytes(&ids).context(name)?)?;
    out.flush()?;
    Ok(())
}
