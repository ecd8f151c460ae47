//! A file of ranks is read or refused.
#![no_main]

use ch01::Vocabulary;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = Vocabulary::from_rank_lines(text);
});
