//! Shards to test with.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::path::Path;
use std::sync::Arc;

use ch01::Tokenizer;
use ch02::shards::{Fingerprint, Shard, ShardWriter, Shards};
use tempfile::TempDir;

/// GPT-2's.
pub const END: u32 = 50_256;

/// Writes a shard with these ids.
pub fn write(path: &Path, ids: &[u32]) {
    let vocabulary = Fingerprint::of(&Tokenizer::gpt2());
    let mut writer = ShardWriter::create(path, vocabulary, END).expect("new file");
    for part in ids.chunks(7) {
        writer.push(part).expect("room on the disk");
    }
    writer.finish().expect("room on the disk");
}

/// Shards with these ids.
pub fn shards(of: &[Vec<u32>]) -> (TempDir, Arc<Shards>) {
    let folder = TempDir::new().expect("room on the disk");
    let shard = |(number, ids): (usize, &Vec<u32>)| {
        let path = folder.path().join(format!("{number}.tokens"));
        write(&path, ids);
        Shard::open(&path).expect("it was just written")
    };
    let shards = Shards::new(of.iter().enumerate().map(shard).collect());
    (folder, Arc::new(shards.expect("of one vocabulary")))
}

/// Shards of these lengths, with ids that count upwards through all of them.
pub fn counting(lengths: &[usize]) -> (TempDir, Arc<Shards>) {
    let mut next = 0;
    let shard = |&length: &usize| {
        let ids: Vec<u32> = (next..next + length as u32).collect();
        next += length as u32;
        ids
    };
    shards(&lengths.iter().map(shard).collect::<Vec<_>>())
}

/// A shard's ids.
pub fn ids(shard: &Shard) -> Vec<i64> {
    let mut ids = Vec::new();
    shard.read(0..shard.tokens(), &mut ids);
    ids
}
