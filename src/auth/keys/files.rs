//! Key files: read all, write one, delete the old. Knows names and modes, not the use of a key.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use jiff::Timestamp;

use super::Key;

/// The keys of a folder, newest first; none when the folder does not exist.
pub(super) fn read(folder: &Path) -> anyhow::Result<Vec<Key>> {
    let mut keys = Vec::new();
    for (made_at, path) in list(folder)? {
        let mode = fs::metadata(&path)
            .with_context(|| format!("cannot stat the key {}", path.display()))?
            .permissions()
            .mode();
        anyhow::ensure!(
            mode & 0o007 == 0,
            "the signing key {} is readable by everybody (mode {:o}), and every reader can mint tokens → chmod 600 it, and rotate it with `aldis keys rotate`",
            path.display(),
            mode & 0o777
        );
        let pem = fs::read(&path).with_context(|| format!("cannot read the key {}", path.display()))?;
        let key = Key::from_pem(&pem, made_at)
            .with_context(|| format!("{} is not an RSA private key in PEM (PKCS #8 or #1)", path.display()))?;
        keys.push(key);
    }
    Ok(keys)
}

/// Writes a key atomically, and never readable by others than its owner.
pub(super) fn write(folder: &Path, now: Timestamp, pem: &str) -> anyhow::Result<Key> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("cannot create the folder {} for keys", folder.display()))?;
    let path = folder.join(format!("{}.pem", now.as_millisecond()));
    let partial = path.with_extension("partial");
    let written = (|| {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial)?;
        file.write_all(pem.as_bytes())?;
        file.sync_all()?;
        fs::rename(&partial, &path)
    })();
    written.with_context(|| format!("cannot write the key {}", path.display()))?;
    Key::from_pem(pem.as_bytes(), now)
}

/// Deletes all but the newest `keep` keys.
pub(super) fn prune(folder: &Path, keep: usize) -> anyhow::Result<()> {
    for (_, path) in list(folder)?.into_iter().skip(keep) {
        fs::remove_file(&path).with_context(|| format!("cannot delete the old key {}", path.display()))?;
    }
    Ok(())
}

/// `(created at, path)` of each key file, newest first. Other files are ignored.
fn list(folder: &Path) -> anyhow::Result<Vec<(Timestamp, PathBuf)>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(why) => return Err(why).with_context(|| format!("cannot read the folder {} of keys", folder.display())),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("cannot read the folder {} of keys", folder.display()))?.path();
        let is_pem = path.extension().is_some_and(|extension| extension == "pem");
        let millis = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
        if let (true, Some(made_at)) = (is_pem, millis.and_then(|millis| Timestamp::from_millisecond(millis).ok())) {
            files.push((made_at, path));
        }
    }
    files.sort_by(|one, other| other.cmp(one));
    Ok(files)
}
