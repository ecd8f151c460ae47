//! Shards hold what was written, and nothing else is taken for one.

mod common;

use std::fs;
use std::path::Path;

use ch01::{END_OF_TEXT, Tokenizer, Vocabulary};
use ch02::shards::{Fingerprint, HEADER_BYTES, Shard, ShardWriter, Shards, Width};
use common::{END, ids, write};
use proptest::prelude::*;
use tempfile::TempDir;

#[test]
fn the_header_is_what_its_table_says() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.tokens");
    write(&path, &[1, 258, END, 7]);
    let bytes = fs::read(&path).unwrap();
    assert_eq!(bytes.len(), HEADER_BYTES + 4 * 2);
    assert_eq!(&bytes[..8], b"LLMTOKEN");
    assert_eq!(bytes[8..12], [1, 0, 0, 0]); // version
    assert_eq!(bytes[12..16], [2, 0, 0, 0]); // bytes of a token
    assert_eq!(bytes[16..24], [4, 0, 0, 0, 0, 0, 0, 0]); // tokens
    assert_eq!(bytes[24..32], [1, 0, 0, 0, 0, 0, 0, 0]); // documents
    assert_eq!(bytes[40..44], 50_257u32.to_le_bytes()); // ids
    assert_eq!(bytes[44..48], END.to_le_bytes());
    assert_eq!(bytes[52..60], [0; 8]);
    assert_eq!(bytes[64..], [1, 0, 2, 1, 0x50, 0xC4, 7, 0]); // little-endian
}

#[test]
fn a_vocabulary_above_65536_ids_takes_four_bytes() {
    assert_eq!(Width::for_ids(65_536), Width::Two);
    assert_eq!(Width::for_ids(65_537), Width::Four);
    let special = vec![(END_OF_TEXT.to_string(), 70_000)];
    let large = Tokenizer::with_special_ids(Vocabulary::gpt2(), special);
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("large.tokens");
    let vocabulary = Fingerprint::of(&large);
    let mut writer = ShardWriter::create(&path, vocabulary, 70_000).unwrap();
    writer.push(&[5, 70_000, 65_536]).unwrap();
    assert_eq!(writer.finish().unwrap().documents, 1);
    let shard = Shard::open(&path).unwrap();
    assert_eq!(shard.header().width, Width::Four);
    assert_eq!(ids(&shard), [5, 70_000, 65_536]);
    assert_eq!(shard.document_starts(), [0, 2]);
    shard.verify().unwrap();
}

#[test]
fn a_shard_has_its_name_only_when_it_is_finished() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.tokens");
    let vocabulary = Fingerprint::of(&Tokenizer::gpt2());
    let mut writer = ShardWriter::create(&path, vocabulary, END).unwrap();
    writer.push(&[1, 2, 3]).unwrap();
    assert!(!path.exists());
    writer.finish().unwrap();
    assert!(path.exists());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn documents_start_behind_an_end_of_text() {
    let starts = |ids: &[u32]| {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("a.tokens");
        write(&path, ids);
        Shard::open(&path).unwrap().document_starts()
    };
    assert_eq!(starts(&[1, 2, END, 3, END]), [0, 3]);
    assert_eq!(starts(&[1, 2, END, 3]), [0, 3]);
    assert_eq!(starts(&[END, END]), [0, 1]);
    assert!(starts(&[]).is_empty());
}

/// What opening a shard says, after its bytes were changed.
fn complaint(change: impl FnOnce(&mut Vec<u8>)) -> String {
    let folder = TempDir::new().expect("room on the disk");
    let path = folder.path().join("spoilt.tokens");
    write(&path, &[1, 2, 3, END]);
    let mut bytes = fs::read(&path).expect("room on the disk");
    change(&mut bytes);
    fs::write(&path, bytes).expect("room on the disk");
    let error = match Shard::open(&path) {
        Ok(shard) => shard.verify().expect_err("it should be refused"),
        Err(error) => error,
    };
    let message = format!("{error:#}");
    assert!(message.contains("spoilt.tokens"), "{message}");
    message
}

#[test]
fn what_is_no_whole_shard_is_refused_by_name() {
    let cut = complaint(|bytes| bytes.truncate(bytes.len() - 1));
    assert!(
        cut.contains("has 71 bytes, but its header promises 4 tokens"),
        "{cut}"
    );
    let long = complaint(|bytes| bytes.push(0));
    assert!(long.contains("cut off or written to"), "{long}");
    let short = complaint(|bytes| bytes.truncate(63));
    assert!(short.contains("63 bytes, and a header has 64"), "{short}");
    let empty = complaint(Vec::clear);
    assert!(empty.contains("no token shard"), "{empty}");
    let foreign = complaint(|bytes| bytes[..4].copy_from_slice(b"PK\x03\x04"));
    assert!(foreign.contains("no token shard"), "{foreign}");
    let newer = complaint(|bytes| bytes[8] = 2);
    assert!(newer.contains("version 2 and this program knows 1"), "{newer}");
    let header = complaint(|bytes| bytes[24] ^= 1);
    assert!(header.contains("header is damaged"), "{header}");
    let token = complaint(|bytes| bytes[66] ^= 1);
    assert!(
        token.contains("its tokens are not those that were written"),
        "{token}"
    );
}

#[test]
fn a_missing_file_is_named() {
    let error = Shard::open(Path::new("no/such.tokens")).unwrap_err();
    assert!(format!("{error:#}").contains("cannot read no/such.tokens"));
}

#[test]
fn ids_of_another_vocabulary_are_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.tokens");
    write(&path, &[1]);
    let shard = Shard::open(&path).unwrap();
    shard.expect_vocabulary(&Tokenizer::gpt2()).unwrap();
    let other = Tokenizer::new(Vocabulary::gpt2(), &["<|end|>"]);
    let error = shard.expect_vocabulary(&other).unwrap_err().to_string();
    assert!(error.contains("a.tokens was made with another vocabulary"), "{error}");

    let other_path = folder.path().join("b.tokens");
    let vocabulary = Fingerprint::of(&other);
    ShardWriter::create(&other_path, vocabulary, END).unwrap().finish().unwrap();
    let both = vec![shard, Shard::open(&other_path).unwrap()];
    let error = Shards::new(both).unwrap_err().to_string();
    assert!(error.contains("b.tokens has another vocabulary"), "{error}");
}

#[test]
fn tokens_that_share_letters_differently_have_another_fingerprint() {
    let letters = || (0..=u8::MAX).map(|byte| vec![byte]);
    let with = |tokens: [&[u8]; 2]| {
        let tokens = letters().chain(tokens.map(<[u8]>::to_vec)).collect();
        Fingerprint::of(&Tokenizer::new(Vocabulary::new(tokens), &[END_OF_TEXT]))
    };
    assert_ne!(with([b"abc", b"de"]), with([b"ab", b"cde"]));
    assert_eq!(with([b"abc", b"de"]), with([b"abc", b"de"]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_stretch_reads_as_it_was_written(
        written in prop::collection::vec(0u32..50_257, 0..300),
        a in 0usize..300,
        b in 0usize..300,
    ) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("a.tokens");
        write(&path, &written);
        let shard = Shard::open(&path).unwrap();
        shard.verify().unwrap();
        let (a, b) = (a.min(written.len()), b.min(written.len()));
        let range = a.min(b)..a.max(b);
        let mut read = Vec::new();
        shard.read(range.clone(), &mut read);
        let expected: Vec<i64> =
            written[range].iter().map(|&id| id.into()).collect();
        prop_assert_eq!(read, expected);
    }
}
