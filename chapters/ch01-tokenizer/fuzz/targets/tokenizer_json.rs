//! A `tokenizer.json` is read or refused, and what was read encodes and decodes.
#![no_main]

use ch01::Tokenizer;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(tokenizer) = Tokenizer::from_json(text) {
        let ids = tokenizer.encode("Every effort moves you.");
        tokenizer.decode(&ids).expect("ids of its own");
    }
});
