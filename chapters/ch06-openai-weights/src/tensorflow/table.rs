//! LevelDB's table: sorted keys, cut into blocks, and a block that lists the blocks.
//!
//! ```text
//! block 0 │ block 1 │ … │ index block │ footer (48 bytes)
//!                          ▲              │ where the index block is
//!                          └──────────────┘ and the number 0xdb4775248b80fb57
//! ```

use anyhow::{Context, Result, ensure};

use super::masked_crc32c;
use super::message::{little_endian, take, varint};

const FOOTER: usize = 48;
const MAGIC: u64 = 0xdb47_7524_8b80_fb57;

// ANCHOR: read
/// All keys and values of a table.
///
/// # Errors
/// When the bytes are no table, or damaged.
pub fn read(table: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let mut footer = table
        .last_chunk::<FOOTER>()
        .filter(|footer| little_endian(&footer[FOOTER - 8..]) == MAGIC)
        .context("this is no index of TensorFlow's, or it is cut short")?
        .as_slice();
    let _meta_index = handle(&mut footer)?; // always empty here
    let index = handle(&mut footer)?;
    let mut all = Vec::new();
    for (_last_key, mut value) in entries(block(table, index)?)? {
        all.extend(entries(block(table, handle(&mut value)?)?)?);
    }
    Ok(all.into_iter().map(|(key, value)| (key, value.to_vec())).collect())
}
// ANCHOR_END: read

/// Offset and size of a block, without its trailer.
type Handle = (u64, u64);

fn handle(bytes: &mut &[u8]) -> Result<Handle> {
    Ok((varint(bytes)?, varint(bytes)?))
}

/// A block's bytes. A trailer follows them: one byte for the compression and the checksum.
fn block(table: &[u8], (offset, size): Handle) -> Result<&[u8]> {
    let mut rest = table;
    take(&mut rest, offset)?;
    // The checksum covers the byte for the compression.
    let summed = take(&mut rest, size.saturating_add(1))?;
    let sum = little_endian(take(&mut rest, 4)?);
    let (&compression, block) = summed.split_last().context("a block is empty")?;
    ensure!(
        compression == 0,
        "the index is compressed, which TensorFlow's checkpoints never are"
    );
    ensure!(
        u64::from(masked_crc32c(summed)) == sum,
        "the index is damaged: a checksum does not fit; download it again"
    );
    Ok(block)
}

// ANCHOR: entries
/// The keys and values of a block. A key shares its beginning with the one before and gives
/// only the rest: after `model/h0/ln_1/b` comes "14 as before, then `g`".
fn entries(mut block: &[u8]) -> Result<Vec<(Vec<u8>, &[u8])>> {
    // At the end stands where keys are given in full, to search by halving. We read it all.
    let restarts =
        block.last_chunk::<4>().context("a block of the index is empty")?;
    let tail = (little_endian(restarts) + 1) * 4;
    let length = (block.len() as u64).checked_sub(tail);
    let mut rest = take(&mut block, length.context("a block is cut short")?)?;

    let (mut all, mut key) = (Vec::new(), Vec::new());
    while !rest.is_empty() {
        let (shared, own) = (varint(&mut rest)?, varint(&mut rest)?);
        let value = varint(&mut rest)?;
        ensure!(shared <= key.len() as u64, "a key of the index is damaged");
        key.truncate(shared as usize);
        key.extend(take(&mut rest, own)?);
        all.push((key.clone(), take(&mut rest, value)?));
    }
    Ok(all)
}
// ANCHOR_END: entries
