//! Writes GPT-2's vocabulary into the program: for each id from 0, one byte of length and then
//! the token's bytes. The bytes come from the crate `tiktoken-rs`, which carries OpenAI's file,
//! so nothing is downloaded.

use std::path::PathBuf;
use std::{env, error, fs};

/// Every token but `<|endoftext|>`, which is no run of bytes.
const TOKENS: u32 = 50_256;

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let tiktoken = tiktoken_rs::r50k_base()?;
    let mut table = Vec::new();
    for id in 0..TOKENS {
        let bytes = tiktoken.decode_bytes(&[id])?;
        table.push(u8::try_from(bytes.len())?);
        table.extend(bytes);
    }
    let path = PathBuf::from(env::var("OUT_DIR")?).join("gpt2.vocabulary");
    fs::write(path, table)?;
    Ok(())
}
