//! Makes tables that the program reads where they stand: GPT-2's vocabulary and Unicode's
//! classes of characters. The tokens come from the crate `tiktoken-rs`, which carries OpenAI's
//! file, the classes from the crate `regex`, so nothing is downloaded.

use std::path::PathBuf;
use std::{env, error, fs};

use regex::Regex;

#[allow(dead_code, reason = "the program uses the rest")]
#[path = "src/layout.rs"]
mod layout;
#[allow(dead_code, reason = "the program uses the rest")]
#[path = "src/merge.rs"]
mod merge;

/// Every token but `<|endoftext|>`, which is no run of bytes.
const TOKENS: u32 = 50_256;

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/layout.rs");
    println!("cargo::rerun-if-changed=src/merge.rs");
    vocabulary()?;
    classes()
}

/// Lays out GPT-2's vocabulary.
fn vocabulary() -> Result<(), Box<dyn error::Error>> {
    let tiktoken = tiktoken_rs::r50k_base()?;
    let mut tokens = Vec::new();
    for id in 0..TOKENS {
        tokens.push((tiktoken.decode_bytes(&[id])?, id));
    }
    let tables = layout::Tables::from_ranks(&tokens);
    assert!(tables.learned, "GPT-2's vocabulary was learned by byte-pair encoding");
    write("gpt2.bytes", &tables.bytes)?;
    write_words("gpt2.starts", &tables.starts)?;
    write_keys("gpt2.keys", &tables.keys)?;
    write_words("gpt2.ranks", &tables.ranks)?;
    write_words("gpt2.index", &tables.index)?;
    write_words("gpt2.byte_ids", &tables.byte_ids)?;
    write_words("gpt2.byte_pairs", &tables.byte_pairs)?;
    write_longs("gpt2.possible", &tables.possible)?;
    write_longs("gpt2.pairs", &tables.pairs)?;
    write_longs("gpt2.inside", &tables.inside)
}

/// The class of every code point: blocks of 256, two bits each, equal blocks only once.
fn classes() -> Result<(), Box<dyn error::Error>> {
    let patterns = [r"^\p{L}$", r"^\p{N}$", r"^\s$"].map(Regex::new);
    let [letter, number, white] = patterns.map(|p| p.expect("a valid pattern"));
    let class = |code_point: u32| {
        let text = char::from_u32(code_point).map(String::from).unwrap_or_default();
        let is = |pattern: &Regex| u8::from(pattern.is_match(&text));
        is(&letter) + 2 * is(&number) + 3 * is(&white)
    };
    let (mut index, mut blocks) = (Vec::new(), Vec::<Vec<u8>>::new());
    for first in (0..=u32::from(char::MAX)).step_by(256) {
        let four = |c: u32| (0..4).map(|i| class(c + i) << (2 * i)).sum();
        let block: Vec<u8> = (first..first + 256).step_by(4).map(four).collect();
        let known = blocks.iter().position(|known| *known == block);
        index.push(u8::try_from(known.unwrap_or(blocks.len()))?);
        if known.is_none() {
            blocks.push(block);
        }
    }
    write("classes.index", &index)?;
    write("classes.blocks", &blocks.concat())
}

fn write(name: &str, table: &[u8]) -> Result<(), Box<dyn error::Error>> {
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    Ok(fs::write(folder.join(name), table)?)
}

/// Writes numbers as the machine that the program is built for reads them.
macro_rules! writer {
    ($name:ident, $number:ty) => {
        fn $name(
            name: &str,
            table: &[$number],
        ) -> Result<(), Box<dyn error::Error>> {
            let big = env::var("CARGO_CFG_TARGET_ENDIAN")? == "big";
            let bytes =
                |n: &$number| if big { n.to_be_bytes() } else { n.to_le_bytes() };
            write(name, &table.iter().flat_map(bytes).collect::<Vec<_>>())
        }
    };
}

writer!(write_words, u32);
writer!(write_longs, u64);
writer!(write_keys, u128);
