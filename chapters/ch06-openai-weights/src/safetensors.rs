//! Hugging Face's format: the length of a header, the header, and the bytes of all tensors.
//!
//! ```text
//! 8 bytes  n, the header's length, the lowest byte first
//! n bytes  JSON: {"wte.weight": {"dtype": "F32", "shape": [v, c], "data_offsets": [0, …]}, …}
//! the rest the numbers, row by row; offsets count from here
//! ```
//!
//! Source: the format's description in Hugging Face's repository `safetensors`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::Value;
use tch::Kind;

use crate::Stored;

#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<i64>,
    data_offsets: [u64; 2],
}

/// No header of a language model comes near this; a damaged length would.
const LONGEST_HEADER: u64 = 100_000_000;

// ANCHOR: list
/// The tensors in a `.safetensors` file.
///
/// # Errors
/// When the file is missing, broken or cut short, or a number is written in an unknown way.
pub fn list(path: &Path) -> Result<Vec<Stored>> {
    let (header, begin) = read_header(path)?;
    let mut entries: BTreeMap<String, Value> = serde_json::from_str(&header)
        .with_context(|| format!("the header of {} is broken", path.display()))?;
    entries.remove("__metadata__"); // notes such as {"format": "pt"}
    let stored = |(name, entry): (String, Value)| {
        let Entry { dtype, shape, data_offsets: [from, to] } =
            serde_json::from_value(entry)
                .with_context(|| format!("the header says of {name}"))?;
        let stored = Stored {
            kind: kind(&dtype).with_context(|| name.clone())?,
            name,
            shape,
            file: path.to_owned(),
            offset: begin.saturating_add(from),
            bytes: usize::try_from(to.saturating_sub(from))?,
            crc: None,
        };
        stored.check()
    };
    let stored: Result<_> = entries.into_iter().map(stored).collect();
    stored.with_context(|| path.display().to_string())
}
// ANCHOR_END: list

/// The header, and where the numbers begin.
fn read_header(path: &Path) -> Result<(String, u64)> {
    let mut file = File::open(path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let length = file.metadata()?.len();
    let mut first = [0; 8];
    let n = file.read_exact(&mut first).map(|()| u64::from_le_bytes(first));
    if &first == b"version " {
        bail!(
            "{} is a Git LFS pointer and not yet the weights: run `git lfs pull` beside it",
            path.display()
        );
    }
    let n = n.unwrap_or(u64::MAX);
    ensure!(
        n <= LONGEST_HEADER && n + 8 <= length,
        "{} is no safetensors file, or is cut short ({length} bytes): download it again",
        path.display()
    );
    let mut header = String::new();
    file.take(n)
        .read_to_string(&mut header)
        .with_context(|| format!("the header of {} is broken", path.display()))?;
    Ok((header, n + 8))
}

fn kind(dtype: &str) -> Result<Kind> {
    match dtype {
        "F32" => Ok(Kind::Float),
        "F16" => Ok(Kind::Half),
        "BF16" => Ok(Kind::BFloat16),
        "F64" => Ok(Kind::Double),
        // Masks in old files; no weight is one.
        "BOOL" => Ok(Kind::Bool),
        "U8" => Ok(Kind::Uint8),
        "I64" => Ok(Kind::Int64),
        other => {
            bail!(
                "numbers of type {other} are not read here, only F32, F16 and BF16"
            )
        }
    }
}

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

/// The tensors of a model that is spread over several files, from
/// `model.safetensors.index.json`.
///
/// # Errors
/// When a file is missing or broken, or the index and the files do not agree.
pub fn list_sharded(index: &Path) -> Result<Vec<Stored>> {
    let text = std::fs::read_to_string(index)
        .with_context(|| format!("cannot read {}", index.display()))?;
    let Index { weight_map } = serde_json::from_str(&text)
        .with_context(|| format!("{} is broken", index.display()))?;
    let files: BTreeSet<&String> = weight_map.values().collect();
    let mut all = Vec::new();
    for file in files {
        // Only a plain name: an index must not reach into other folders.
        ensure!(
            Path::new(file).file_name() == Some(file.as_ref()),
            "{}: {file:?} is not the name of a file",
            index.display()
        );
        all.extend(list(&index.with_file_name(file))?);
    }
    all.retain(|stored| {
        weight_map.get(&stored.name).is_some_and(|file| stored.file.ends_with(file))
    });
    let lost = weight_map
        .iter()
        .find(|(name, _)| !all.iter().any(|stored| stored.name == **name));
    if let Some((name, file)) = lost {
        bail!("{}: {name} should be in {file} and is not", index.display());
    }
    Ok(all)
}
