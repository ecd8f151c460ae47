//! Checksums.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// The SHA-256 of a file, in 64 hexadecimal digits.
///
/// # Errors
/// When the file can't be read.
pub fn sha256(path: &Path) -> Result<String> {
    let read = || -> io::Result<Sha256> {
        let mut hasher = Sha256::new();
        copy(&mut File::open(path)?, &mut hasher)?;
        Ok(hasher)
    };
    let hasher =
        read().with_context(|| format!("can't read {}", path.display()))?;
    Ok(hex(hasher))
}

/// Feeds all of `from` to the hasher and says how many bytes there were.
pub(crate) fn copy(from: &mut impl Read, hasher: &mut Sha256) -> io::Result<u64> {
    let mut buffer = vec![0; 1 << 18];
    let mut bytes = 0;
    loop {
        let count = from.read(&mut buffer)?;
        if count == 0 {
            return Ok(bytes);
        }
        hasher.update(&buffer[..count]);
        bytes += count as u64;
    }
}

/// The finished checksum in hexadecimal digits.
pub(crate) fn hex(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From FIPS 180-4's examples.
    #[test]
    fn three_letters_have_the_checksum_of_the_standard() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "abc").unwrap();
        assert_eq!(
            sha256(file.path()).unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
