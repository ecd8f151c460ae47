//! TensorFlow's "tensor bundle": the index tells where each variable lies.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use tch::Kind;

use super::message::{Value, fields};
use super::table;
use crate::Stored;

/// The variables of the checkpoint in `folder`.
///
/// # Errors
/// When a file is missing, broken or cut short.
pub fn list(folder: &Path) -> Result<Vec<Stored>> {
    let prefix = prefix(folder)?;
    let index = with_ending(&prefix, "index");
    let bytes = fs::read(&index)
        .with_context(|| format!("cannot read {}", index.display()))?;
    read(&bytes, &prefix).with_context(|| index.display().to_string())
}

fn read(index: &[u8], prefix: &Path) -> Result<Vec<Stored>> {
    let mut entries = table::read(index)?.into_iter();
    // The empty key comes first, and its value describes the whole.
    let header = entries.next().filter(|(key, _)| key.is_empty());
    let shards = shards(&header.context("the index has no header")?.1)?;
    entries
        .map(|(key, value)| {
            let name = String::from_utf8(key).context("a name is no text")?;
            let entry = entry(&value, &name, prefix, shards);
            entry.with_context(|| name)
        })
        .collect()
}

/// The checkpoint's name without its endings, as the file `checkpoint` gives it.
fn prefix(folder: &Path) -> Result<PathBuf> {
    let path = folder.join("checkpoint");
    let text = match path.exists() {
        true => fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?,
        false => r#"model_checkpoint_path: "model.ckpt""#.to_owned(),
    };
    let named = text
        .lines()
        .find_map(|line| line.strip_prefix("model_checkpoint_path:"))
        .with_context(|| {
            format!("{} has no line model_checkpoint_path", path.display())
        })?;
    // It may be a path on the computer where it was written.
    let name = named.trim().trim_matches('"').rsplit(['/', '\\']).next();
    Ok(folder.join(name.unwrap_or_default()))
}

fn with_ending(prefix: &Path, ending: &str) -> PathBuf {
    let name = prefix.file_name().unwrap_or_default().to_string_lossy();
    prefix.with_file_name(format!("{name}.{ending}"))
}

/// `BundleHeaderProto`: how many data files there are.
fn shards(message: &[u8]) -> Result<u64> {
    let mut shards = 1;
    for (field, value) in fields(message)? {
        match field {
            1 => shards = value.number()?,
            2 => ensure!(
                value.number()? == 0,
                "the numbers have their highest byte first, which nobody writes today"
            ),
            _ => {} // version
        }
    }
    Ok(shards)
}

// ANCHOR: entry
/// `BundleEntryProto`: one variable. A field that is absent is 0.
fn entry(message: &[u8], name: &str, prefix: &Path, shards: u64) -> Result<Stored> {
    let (mut dtype, mut shape, mut shard) = (0, Vec::new(), 0);
    let (mut offset, mut size, mut crc) = (0, 0, 0);
    for (field, value) in fields(message)? {
        match field {
            1 => dtype = value.number()?,
            2 => shape = axes(value)?,
            3 => shard = value.number()?,
            4 => offset = value.number()?,
            5 => size = value.number()?,
            6 => crc = value.number()?,
            7 => bail!("the variable is stored in slices, which is not read here"),
            _ => {}
        }
    }
    let data = format!("data-{shard:05}-of-{shards:05}");
    let stored = Stored {
        name: name.to_owned(),
        kind: kind(dtype)?,
        shape,
        file: with_ending(prefix, &data),
        offset,
        bytes: usize::try_from(size)?,
        crc: Some(u32::try_from(crc)?),
    };
    stored.check()
}
// ANCHOR_END: entry

/// `TensorShapeProto`: field 2 again and again, an axis each, whose field 1 is the size.
fn axes(shape: Value<'_>) -> Result<Vec<i64>> {
    let mut axes = Vec::new();
    for (field, value) in fields(shape.bytes()?)? {
        if field == 2 {
            let axis = fields(value.bytes()?)?;
            let size = axis.iter().find(|(field, _)| *field == 1);
            axes.push(i64::try_from(
                size.map_or(Ok(0), |(_, size)| size.number())?,
            )?);
        }
    }
    Ok(axes)
}

fn kind(dtype: u64) -> Result<Kind> {
    match dtype {
        1 => Ok(Kind::Float),
        2 => Ok(Kind::Double),
        3 => Ok(Kind::Int),
        9 => Ok(Kind::Int64),
        14 => Ok(Kind::BFloat16),
        19 => Ok(Kind::Half),
        other => bail!("numbers of TensorFlow's type {other} are not read here"),
    }
}
