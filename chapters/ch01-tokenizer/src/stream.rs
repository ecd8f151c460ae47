//! Text that appears while it is being written.

use crate::{DecodeError, Tokenizer};

/// Decodes ids one by one, and never shows half a character.
///
/// A token is bytes, and a character may need several tokens: 🤗 is three of GPT-2's. Bytes that
/// may still become a character wait until it is complete.
#[derive(Clone, Debug)]
pub struct DecodeStream<'a> {
    tokenizer: &'a Tokenizer,
    waiting: Vec<u8>, // the beginning of a character
}

impl<'a> DecodeStream<'a> {
    /// A stream at its beginning.
    pub fn new(tokenizer: &'a Tokenizer) -> Self {
        Self { tokenizer, waiting: Vec::new() }
    }

    /// The characters that `id` completes; often a word, sometimes nothing yet.
    ///
    /// # Errors
    /// When there is no such id.
    pub fn push(&mut self, id: u32) -> Result<String, DecodeError> {
        self.waiting.extend(self.tokenizer.decode_bytes(&[id])?);
        let ready = self.waiting.len() - unfinished(&self.waiting);
        let rest = self.waiting.split_off(ready);
        let ready = std::mem::replace(&mut self.waiting, rest);
        Ok(String::from_utf8_lossy(&ready).into_owned())
    }

    /// What still waits, once no more ids come: nothing, or one replacement mark �.
    pub fn finish(self) -> String {
        String::from_utf8_lossy(&self.waiting).into_owned()
    }
}

/// How many bytes at the end may be the beginning of a character.
fn unfinished(bytes: &[u8]) -> usize {
    let Some(last) = bytes.utf8_chunks().last() else { return 0 };
    match std::str::from_utf8(last.invalid()) {
        Err(error) if error.error_len().is_none() => last.invalid().len(),
        _ => 0,
    }
}
