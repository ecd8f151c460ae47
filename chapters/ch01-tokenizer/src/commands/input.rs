//! Which vocabulary, and which text.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use ch01::{Normalization, Tokenizer, Vocab};
use clap::Args;

/// How much of a text is in memory at once, as a rule.
const CHUNK: usize = 1 << 20;

/// The option `--vocab`.
#[derive(Args)]
pub struct VocabOption {
    /// The vocabulary: gpt2, a folder with vocab.json and merges.txt, a tokenizer.json or a
    /// rank file such as cl100k_base.tiktoken
    #[arg(long, default_value = "gpt2", value_name = "NAME|PATH")]
    pub vocab: Vocab,
}

/// The text that a task is about.
#[derive(Args)]
pub struct Text {
    /// A file of UTF-8 text; `-` is standard input
    #[arg(default_value = "-", conflicts_with = "text")]
    file: PathBuf,

    /// The text itself, instead of a file
    #[arg(long)]
    text: Option<String>,
}

impl Text {
    /// What to call it.
    pub fn name(&self) -> String {
        match &self.text {
            Some(text) => text.clone(),
            None => name_of(&self.file),
        }
    }

    /// The whole text.
    pub fn read(&self) -> Result<String> {
        let mut whole = String::new();
        self.each_part(None, |part| {
            whole += part;
            Ok(())
        })?;
        Ok(whole)
    }

    /// Calls `each` with the text part by part, cut where it makes no difference to the ids.
    pub fn each_part(
        &self,
        tokenizer: Option<&Tokenizer>,
        mut each: impl FnMut(&str) -> Result<()>,
    ) -> Result<()> {
        match &self.text {
            Some(text) => each(text),
            None => each_part(&self.file, tokenizer, each),
        }
    }
}

/// What to call a file.
pub fn name_of(file: &Path) -> String {
    match is_standard_input(file) {
        true => "standard input".to_owned(),
        false => file.display().to_string(),
    }
}

fn is_standard_input(file: &Path) -> bool {
    file == Path::new("-")
}

/// Calls `each` with the text of a file part by part, cut where it makes no difference to the
/// ids that `tokenizer` gives. So memory is flat, however large the file.
pub fn each_part(
    file: &Path,
    tokenizer: Option<&Tokenizer>,
    mut each: impl FnMut(&str) -> Result<()>,
) -> Result<()> {
    let cannot_read = || format!("cannot read {}", name_of(file));
    let mut source: Box<dyn Read> = match is_standard_input(file) {
        true => Box::new(io::stdin().lock()),
        false => Box::new(File::open(file).with_context(cannot_read)?),
    };
    let special = tokenizer.map_or(&[][..], Tokenizer::special);
    let special: Vec<_> = special.iter().map(|(text, _)| text.clone()).collect();
    // A normal form may join what is before a cut with what is behind it.
    let whole =
        tokenizer.is_some_and(|it| it.normalization() != Normalization::None);

    let (mut bytes, mut done, mut wanted) = (Vec::new(), 0, CHUNK);
    loop {
        let missing = wanted - bytes.len();
        let read = source.by_ref().take(missing as u64).read_to_end(&mut bytes);
        let at_end = read.with_context(cannot_read)? < missing;
        let end = match at_end {
            true => Some(bytes.len()),
            false if whole => None,
            false => ch01::train::safe_cut(&bytes, &special),
        };
        if let Some(end) = end {
            let part = str::from_utf8(&bytes[..end]);
            let Ok(part) = part else {
                let at =
                    done + part.map_or_else(|error| error.valid_up_to(), str::len);
                bail!("{} is not UTF-8 text: see byte {at}", name_of(file));
            };
            each(part)?;
            done += end;
            bytes.drain(..end);
        }
        if at_end {
            return Ok(());
        }
        wanted = if end.is_none() { 2 * wanted } else { bytes.len() + CHUNK };
    }
}
