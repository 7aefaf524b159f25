//! The tar file: written with the manifest first, read entry by entry against it. Every byte that leaves `read` was checked
//! by length, and by checksum once its entry ends. Must not know where files come from or go to.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail, ensure};
use sha2::{Digest as _, Sha256};

use super::manifest::{Entry, MANIFEST, Manifest};

/// A manifest of more bytes is none.
const MANIFEST_BYTES_MAX: u64 = 1 << 20;
/// What is copied at once.
const PIECE: usize = 64 * 1024;

/// Where the content of an entry comes from.
pub(super) enum Content {
    Bytes(Vec<u8>),
    File(PathBuf),
}

impl Content {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        match self {
            Self::Bytes(bytes) => Ok(Box::new(&bytes[..])),
            Self::File(path) => Ok(Box::new(File::open(path)?)),
        }
    }

    /// The manifest's entry for this content.
    pub(super) fn entry(&self, name: &str) -> io::Result<Entry> {
        let mut hash = Sha256::new();
        let bytes = pour(&mut self.open()?, |piece| {
            hash.update(piece);
            Ok(())
        })?;
        Ok(Entry { name: name.to_owned(), bytes, sha256: hex(&hash.finalize()) })
    }
}

/// Writes a whole archive to `file`, down to the disk.
pub(super) fn write(file: File, manifest: &Manifest, contents: &[Content]) -> anyhow::Result<()> {
    let mut tar = tar::Builder::new(file);
    let mtime = u64::try_from(manifest.made_at.as_second()).unwrap_or_default();
    let mut append = |name: &str, bytes: u64, content: &mut dyn Read| {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes);
        header.set_mode(0o600);
        header.set_mtime(mtime);
        tar.append_data(&mut header, name, content)
    };
    let json = serde_json::to_vec_pretty(manifest)?;
    append(MANIFEST, json.len() as u64, &mut &json[..])?;
    for (entry, content) in manifest.files.iter().zip(contents) {
        append(&entry.name, entry.bytes, &mut content.open()?)?;
    }
    Ok(tar.into_inner()?.sync_all()?)
}

/// Reads the archive at `path`: calls `accept` with its manifest, which decides where each file goes, then writes each there,
/// checked. `known`: the newest schema that this program can open.
///
/// # Errors
/// It is no archive of ours, made by a newer version, or damaged; or a file cannot be written.
pub(super) fn read<W: Write>(
    path: &Path,
    known: i64,
    mut open: impl FnMut(&Entry) -> anyhow::Result<W>,
) -> anyhow::Result<Manifest> {
    let file = File::open(path).with_context(|| format!("cannot open the archive {}", path.display()))?;
    let mut archive = tar::Archive::new(io::BufReader::with_capacity(PIECE, file));
    let mut entries = archive.entries().with_context(|| no_archive(path))?;
    let mut first = match entries.next() {
        Some(Ok(first)) if first.path_bytes().as_ref() == MANIFEST.as_bytes() => first,
        Some(Ok(_) | Err(_)) | None => bail!("{}", no_archive(path)),
    };
    let mut json = Vec::new();
    let damaged = || format!("{} is damaged → use another backup", path.display());
    first.by_ref().take(MANIFEST_BYTES_MAX).read_to_end(&mut json).with_context(damaged)?;
    let manifest = Manifest::read(&json, known).with_context(|| format!("{} cannot be restored", path.display()))?;
    for expected in &manifest.files {
        let mut entry = entries
            .next()
            .with_context(|| format!("it ends before {}", expected.name))
            .and_then(|entry| Ok(entry?))
            .with_context(damaged)?;
        let is_it = entry.path_bytes().as_ref() == expected.name.as_bytes()
            && entry.header().entry_type().is_file()
            && entry.size() == expected.bytes;
        ensure!(is_it, "{}: {} is not where its manifest says", damaged(), expected.name);
        let (mut into, mut hash) = (open(expected)?, Sha256::new());
        let mut written = Ok(());
        let poured = pour(&mut entry, |piece| {
            hash.update(piece);
            written = into.write_all(piece);
            written.as_ref().copied().map_err(|why| io::Error::from(why.kind()))
        });
        written.with_context(|| format!("cannot write {} → is the disk full?", expected.name))?;
        let bytes = poured.with_context(damaged)?;
        let is_same = bytes == expected.bytes && hex(&hash.finalize()) == expected.sha256;
        ensure!(is_same, "{}: {} has another checksum than when it was backed up", damaged(), expected.name);
        into.flush()?;
    }
    match entries.next() {
        None => Ok(manifest),
        Some(_) => bail!("{}: it goes on behind its last file", damaged()),
    }
}

fn no_archive(path: &Path) -> String {
    format!(
        "{} is no backup of Aldis: it does not begin with {MANIFEST} → name a file that `aldis backup` made",
        path.display()
    )
}

/// Reads all of `from` piece by piece; returns how many bytes that were.
fn pour(from: &mut dyn Read, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<u64> {
    let (mut piece, mut bytes) = (vec![0; PIECE], 0);
    loop {
        match from.read(&mut piece) {
            Ok(0) => return Ok(bytes),
            Ok(length) => {
                each(&piece[..length])?;
                bytes += length as u64;
            }
            Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
            Err(why) => return Err(why),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
