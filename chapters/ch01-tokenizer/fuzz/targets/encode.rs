//! Any bytes encode to the ids of the slow rung, and come back.
#![no_main]

use ch01::Tokenizer;
use ch01::encode::Rung;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let tokenizer = Tokenizer::gpt2();
    let ids = tokenizer.encode_bytes(bytes);
    assert_eq!(tokenizer.decode_bytes(&ids).expect("ids of its own"), bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert_eq!(tokenizer.encode(text), ids);
        assert_eq!(tokenizer.encode_by(Rung::LowestRank, text), ids);
    }
});
