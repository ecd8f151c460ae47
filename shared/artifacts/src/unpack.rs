//! Taking archives apart without letting anything out of the folder.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use flate2::read::GzDecoder;
use tar::{Archive, EntryType};
use zip::ZipArchive;

/// Whether [`unpack`] knows this kind of file: `.zip`, `.tar`, `.tar.gz` or `.tgz`.
pub fn is_archive(path: &Path) -> bool {
    kind(path).is_some()
}

/// The kinds of archives.
#[derive(Clone, Copy)]
enum Kind {
    Zip,
    Tar,
    TarGz,
}

fn kind(path: &Path) -> Option<Kind> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let endings = [
        (".zip", Kind::Zip),
        (".tar", Kind::Tar),
        (".tar.gz", Kind::TarGz),
        (".tgz", Kind::TarGz),
    ];
    let found = endings.iter().find(|(ending, _)| name.ends_with(ending));
    found.map(|&(_, kind)| kind)
}

/// Unpacks an archive into `folder` and returns the files' names in it, in order.
///
/// A file appears under its name only when the whole archive was read. Names that lead out of the
/// folder, links and devices are refused, and then nothing appears at all.
///
/// # Errors
/// When the archive is damaged or holds something that is refused; the message names it.
pub fn unpack(archive: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    let partial = folder.join(".unpacking");
    remove(&partial)?;
    let unpacked = take_apart(archive, &partial)
        .and_then(|names| keep(names, &partial, folder))
        .with_context(|| format!("can't unpack {}", archive.display()));
    remove(&partial)?;
    unpacked
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("can't remove {}", folder.display()))?;
    }
    Ok(())
}

fn take_apart(archive: &Path, into: &Path) -> Result<Vec<PathBuf>> {
    let file = BufReader::new(File::open(archive)?);
    match kind(archive).context("it is neither a zip nor a tar archive")? {
        Kind::Zip => unzip(file, into),
        Kind::Tar => untar(file, into),
        Kind::TarGz => untar(GzDecoder::new(file), into),
    }
}

/// Moves the files, which are whole now, to their places.
fn keep(
    mut names: Vec<PathBuf>,
    from: &Path,
    folder: &Path,
) -> Result<Vec<PathBuf>> {
    for name in &names {
        let target = folder.join(name);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::rename(from.join(name), target)?;
    }
    names.sort();
    Ok(names)
}

fn unzip(file: BufReader<File>, into: &Path) -> Result<Vec<PathBuf>> {
    /// The file's kind in Unix's mode, and the kind that is a link.
    const KIND: u32 = 0o170_000;
    const LINK: u32 = 0o120_000;
    let mut archive = ZipArchive::new(file)?;
    let mut names = Vec::new();
    for place in 0..archive.len() {
        let mut entry = archive.by_index(place)?;
        let name = inside(entry.name())?;
        let is_link = entry.unix_mode().is_some_and(|mode| mode & KIND == LINK);
        ensure!(!is_link, "{} is a link", name.display());
        if entry.is_file() {
            write(&mut entry, &into.join(&name))?;
            names.push(name);
        }
    }
    Ok(names)
}

fn untar(from: impl Read, into: &Path) -> Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    for entry in Archive::new(from).entries()? {
        let mut entry = entry?;
        let path = entry.path_bytes().into_owned();
        let name = inside(str::from_utf8(&path).context("a name is not UTF-8")?)?;
        match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous => {
                write(&mut entry, &into.join(&name))?;
                names.push(name);
            }
            EntryType::Directory | EntryType::XGlobalHeader => {}
            _ => bail!("{} is a link or a device", name.display()),
        }
    }
    Ok(names)
}

fn write(from: &mut impl Read, path: &Path) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // Two entries of one name are a trick or a mistake.
    let mut file = File::create_new(path)?;
    io::copy(from, &mut file)?;
    Ok(())
}

/// The path of an entry, if it stays inside on every system: Windows reads `\` as `/`, and `C:`
/// as a disk.
fn inside(name: &str) -> Result<PathBuf> {
    let parts: Vec<&str> = name.split(['/', '\\']).collect();
    let leads_out =
        parts[0].is_empty() || parts.contains(&"..") || name.contains([':', '\0']);
    ensure!(!leads_out, "{name:?} leads out of the folder");
    let parts = parts.into_iter().filter(|part| !["", "."].contains(part));
    Ok(parts.collect())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tempfile::TempDir;
    use zip::ZipWriter;
    use zip::write::FileOptions;

    use super::*;

    /// A folder with an archive of these entries.
    fn zipped(entries: &[(&str, &str)]) -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.zip");
        let mut archive = ZipWriter::new(File::create(&path).expect("a file"));
        for (name, text) in entries {
            archive.start_file(*name, FileOptions::default()).expect("an entry");
            archive.write_all(text.as_bytes()).expect("its text");
        }
        archive.finish().expect("an archive");
        (folder, path)
    }

    /// Written by hand, because the crate refuses to write a name that leads out.
    fn tarred(name: &str, kind: EntryType, text: &str) -> Vec<u8> {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        let mut bytes = header.as_bytes().to_vec();
        bytes.extend(text.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(512) + 1024, 0);
        bytes
    }

    fn files(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).expect("a folder");
        let mut paths: Vec<_> =
            entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        paths
    }

    #[test]
    fn a_zip_is_unpacked_with_its_folders() {
        let (folder, path) = zipped(&[("b/c.txt", "see"), ("a.txt", "eh")]);
        let names = unpack(&path, folder.path()).unwrap();
        assert_eq!(names, [PathBuf::from("a.txt"), PathBuf::from("b/c.txt")]);
        let text = fs::read_to_string(folder.path().join("b/c.txt")).unwrap();
        assert_eq!(text, "see");
        assert!(!folder.path().join(".unpacking").exists());
    }

    #[test]
    fn a_tar_is_unpacked_plain_and_compressed() {
        let folder = tempfile::tempdir().unwrap();
        let tar = tarred("a/b.txt", EntryType::Regular, "bee");
        fs::write(folder.path().join("a.tar"), &tar).unwrap();
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&tar).unwrap();
        let packed = packed.finish().unwrap();
        fs::write(folder.path().join("a.tar.gz"), packed).unwrap();
        for archive in ["a.tar", "a.tar.gz"] {
            let into = folder.path().join("into");
            let names = unpack(&folder.path().join(archive), &into).unwrap();
            assert_eq!(names, [PathBuf::from("a/b.txt")]);
            assert_eq!(fs::read_to_string(into.join("a/b.txt")).unwrap(), "bee");
            fs::remove_dir_all(into).unwrap();
        }
    }

    #[test]
    fn a_zip_whose_names_lead_out_leaves_nothing() {
        for name in ["../out.txt", "/out.txt", "a/../../out.txt", "..\\out.txt"] {
            let (folder, path) = zipped(&[("in.txt", "in"), (name, "out")]);
            let inner = folder.path().join("inner");
            let error = format!("{:#}", unpack(&path, &inner).unwrap_err());
            assert!(error.contains("leads out of the folder"), "{name}: {error}");
            assert!(!inner.exists() || files(&inner).is_empty(), "{name}");
            assert_eq!(files(folder.path())[0], path, "{name}");
            assert!(!folder.path().join("out.txt").exists(), "{name}");
        }
    }

    #[test]
    fn a_tar_whose_names_lead_out_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tar");
        for name in ["../out.txt", "/tmp/out.txt", "C:\\out.txt"] {
            let tar = tarred(name, EntryType::Regular, "out");
            fs::write(&path, tar).unwrap();
            let inner = folder.path().join("inner");
            let error = format!("{:#}", unpack(&path, &inner).unwrap_err());
            assert!(error.contains("leads out of the folder"), "{name}: {error}");
            assert_eq!(files(folder.path())[0], path, "{name}");
            assert!(!folder.path().join("out.txt").exists(), "{name}");
        }
    }

    #[test]
    fn links_are_refused_in_both_kinds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tar");
        for kind in [EntryType::Symlink, EntryType::Link, EntryType::Fifo] {
            fs::write(&path, tarred("link", kind, "")).unwrap();
            let error = format!("{:#}", unpack(&path, folder.path()).unwrap_err());
            assert!(error.contains("link is a link or a device"), "{error}");
        }
        let path = folder.path().join("a.zip");
        let mut archive = ZipWriter::new(File::create(&path).unwrap());
        archive.add_symlink("link", "/etc", FileOptions::default()).unwrap();
        archive.finish().unwrap();
        let error = format!("{:#}", unpack(&path, folder.path()).unwrap_err());
        assert!(error.contains("link is a link"), "{error}");
    }

    #[test]
    fn a_damaged_archive_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.zip", "a.tar", "a.tgz", "a.rar"] {
            let path = folder.path().join(name);
            fs::write(&path, "this is no archive").unwrap();
            let error = format!("{:#}", unpack(&path, folder.path()).unwrap_err());
            assert!(error.contains(name), "{error}");
        }
    }
}
