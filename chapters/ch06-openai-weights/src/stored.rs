//! A tensor that still lies in its file.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use tch::{Kind, Tensor};

use crate::tensorflow::masked_crc32c;

/// A tensor in a file: what it is called, how its numbers are written, and where they are.
///
/// Making one reads no weights. [`read`](Self::read) does, for this tensor alone, so a model
/// needs room for itself and, for a moment, twice for its largest tensor: its bytes and the
/// tensor made of them. It never needs room for a second model.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its name in the file
    pub name: String,
    /// How a number is written: f32, f16 or bf16
    pub kind: Kind,
    /// Its shape in the file
    pub shape: Vec<i64>,
    pub(crate) file: PathBuf,
    pub(crate) offset: u64, // its first byte
    pub(crate) bytes: usize,
    pub(crate) crc: Option<u32>, // TensorFlow writes one
}

impl Stored {
    /// How many numbers it holds.
    pub fn count(&self) -> i64 {
        self.shape.iter().product()
    }

    /// Reads the numbers from the file.
    ///
    /// # Errors
    /// When the file can't be read, or the bytes are not the ones that were written.
    pub fn read(&self) -> Result<Tensor> {
        let Self { name, file, .. } = self;
        let mut bytes = vec![0; self.bytes];
        File::open(file)
            .and_then(|mut file| {
                file.seek(SeekFrom::Start(self.offset))?;
                file.read_exact(&mut bytes)
            })
            .with_context(|| {
                format!("cannot read {name} from {}", file.display())
            })?;
        ensure!(
            self.crc.is_none_or(|crc| crc == masked_crc32c(&bytes)),
            "{} is damaged: the checksum of {name} does not fit; download it again",
            file.display()
        );
        Ok(Tensor::f_from_data_size(&bytes, &self.shape, self.kind)?)
    }

    /// Checks that shape and number of bytes say the same, and that the file holds the bytes.
    pub(crate) fn check(self) -> Result<Self> {
        let wanted = self
            .shape
            .iter()
            .map(|&axis| usize::try_from(axis).ok())
            .chain([Some(self.kind.elt_size_in_bytes())])
            .try_fold(1usize, |product, axis| product.checked_mul(axis?));
        ensure!(
            wanted == Some(self.bytes),
            "{} is damaged: {} has the shape {:?} but {} bytes",
            self.file.display(),
            self.name,
            self.shape,
            self.bytes
        );
        let length = std::fs::metadata(&self.file)
            .with_context(|| format!("cannot read {}", self.file.display()))?
            .len();
        let end = self.offset.checked_add(self.bytes as u64);
        ensure!(
            end.is_some_and(|end| end <= length),
            "{} is cut short: it has {length} bytes, and {} lies beyond; download it again",
            self.file.display(),
            self.name
        );
        Ok(self)
    }
}
