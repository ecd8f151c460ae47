//! A tokenizer on disk: `vocab.json` and `merges.txt`, as OpenAI and Hugging Face write them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::{END_OF_TEXT, Tokenizer, Vocabulary, merge_bytes};

/// Stands for each byte in the two files: printable bytes for themselves, the others for the
/// characters from U+0100 on, in order. So a space becomes `Ġ` and a line end `Ċ`, and both
/// files are text without white space in tokens.
///
/// Source: `bytes_to_unicode` in OpenAI's released `encoder.py`.
fn letters() -> [char; 256] {
    let mut next = 0x100u32;
    std::array::from_fn(|byte| match byte {
        33..=126 | 161..=172 | 174..=255 => byte as u8 as char,
        _ => {
            next += 1;
            char::from_u32(next - 1).expect("U+0100 to U+0143 are letters")
        }
    })
}

impl Tokenizer {
    /// Writes `vocab.json` and `merges.txt` into `folder`, which must exist.
    ///
    /// # Errors
    /// When a file can't be written.
    pub fn save(&self, folder: &Path) -> Result<()> {
        let letters = letters();
        let text = |bytes: &[u8]| {
            bytes.iter().map(|&b| letters[usize::from(b)]).collect::<String>()
        };
        let mut ids: Vec<(String, u32)> = Vec::new();
        let mut merges = String::from("#version: 0.2\n");
        for (id, token) in (0..).zip(self.vocabulary().tokens()) {
            ids.push((text(token), id));
            if let Some((left, right)) = parts(token, id, self.vocabulary()) {
                merges += &format!("{} {}\n", text(left), text(right));
            }
        }
        ids.extend(self.special().iter().cloned());
        let ids: BTreeMap<_, _> = ids.into_iter().collect();
        write(&folder.join("vocab.json"), &serde_json::to_string(&ids)?)?;
        write(&folder.join("merges.txt"), &merges)
    }

    /// Reads `vocab.json` and `merges.txt` from `folder`. [`END_OF_TEXT`] is the special token,
    /// if the vocabulary has it.
    ///
    /// # Errors
    /// When a file is missing or broken, or the two do not fit together; the sentence names it.
    pub fn load(folder: &Path) -> Result<Self> {
        Self::from_files(&folder.join("vocab.json"), &folder.join("merges.txt"))
    }

    /// As [`load`](Self::load), for files that bear other names: OpenAI released its own as
    /// `encoder.json` and `vocab.bpe`.
    ///
    /// # Errors
    /// When a file is missing or broken, or the two do not fit together; the sentence names it.
    pub fn from_files(vocab: &Path, merges: &Path) -> Result<Self> {
        let (tokens, special) = parse_vocabulary(&read(vocab)?)
            .with_context(|| vocab.display().to_string())?;
        check_merges(&read(merges)?, &tokens)
            .with_context(|| merges.display().to_string())?;
        Ok(Self::new(Vocabulary::new(tokens), special))
    }

    /// As [`load`](Self::load), from what the two files would hold.
    ///
    /// # Errors
    /// When a text is broken, or the two do not fit together.
    pub fn from_texts(vocab: &str, merges: &str) -> Result<Self> {
        let (tokens, special) =
            parse_vocabulary(vocab).context("the vocabulary")?;
        check_merges(merges, &tokens).context("the merges")?;
        Ok(Self::new(Vocabulary::new(tokens), special))
    }
}

/// The bytes of all ordinary tokens by id, and the special tokens.
fn parse_vocabulary(json: &str) -> Result<(Vec<Vec<u8>>, &'static [&'static str])> {
    let mut ids: BTreeMap<String, u32> =
        serde_json::from_str(json).context("not a map from tokens to ids")?;
    let end = ids.remove(END_OF_TEXT);
    let ordinary = ids.len();
    let mut tokens = vec![None; ordinary];
    for (text, id) in ids {
        let Some(place) = tokens.get_mut(id as usize) else {
            bail!("id {id} of {ordinary}; special tokens must come last");
        };
        *place = Some(bytes(&text)?);
    }
    let tokens: Option<Vec<Vec<u8>>> = tokens.into_iter().collect();
    let tokens = tokens.context("an id is given twice")?;
    for byte in 0..=u8::MAX {
        ensure!(tokens.contains(&vec![byte]), "byte {byte} is missing");
    }
    let special = if end.is_some() { &[END_OF_TEXT][..] } else { &[] };
    Ok((tokens, special))
}

/// The two tokens that `token` was joined from: what the earlier merges alone make of it.
fn parts<'a>(
    token: &'a [u8],
    id: u32,
    vocabulary: &Vocabulary,
) -> Option<(&'a [u8], &'a [u8])> {
    if token.len() < 2 {
        return None; // a single byte
    }
    let earlier = merge_bytes(token, |bytes| {
        vocabulary.rank(bytes).filter(|&rank| rank < id)
    });
    let first = vocabulary.bytes(*earlier.first()?)?.len();
    (earlier.len() == 2).then(|| token.split_at(first))
}

/// Our ids say in which order tokens were merged, so the order of the merges must agree.
fn check_merges(text: &str, tokens: &[Vec<u8>]) -> Result<()> {
    let lines = text
        .lines()
        .filter(|line| !line.starts_with("#version") && !line.is_empty());
    let merged = tokens.iter().filter(|token| token.len() > 1);
    let mut count = 0;
    for (line, token) in lines.clone().zip(merged.clone()) {
        let joined = line.replacen(' ', "", 1);
        let agrees = bytes(&joined).is_ok_and(|bytes| bytes == *token);
        ensure!(agrees, "{line:?} is not in the order of the vocabulary's ids");
        count += 1;
    }
    let (lines, merged) = (lines.count(), merged.count());
    ensure!(
        lines == count && merged == count,
        "{lines} merges for {merged} tokens"
    );
    Ok(())
}

/// The bytes that the letters of a token stand for.
fn bytes(text: &str) -> Result<Vec<u8>> {
    let letters = letters();
    let byte = |c| letters.iter().position(|&letter| letter == c);
    let bytes: Option<Vec<u8>> =
        text.chars().map(|c| byte(c).map(|b| b as u8)).collect();
    bytes.with_context(|| {
        format!("token {text:?} holds a character that stands for no byte")
    })
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path)
        .with_context(|| format!("cannot read {}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<()> {
    let temporary = path.with_extension("part");
    fs::write(&temporary, text)
        .and_then(|()| fs::rename(&temporary, path))
        .with_context(|| format!("cannot write {}", path.display()))
}
