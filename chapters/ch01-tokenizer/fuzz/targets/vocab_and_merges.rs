//! `vocab.json` and `merges.txt` are read or refused.
#![no_main]

use ch01::Tokenizer;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|files: (&str, &str)| {
    let (vocab, merges) = files;
    let _ = Tokenizer::from_texts(vocab, merges);
});
