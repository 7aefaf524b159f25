//! `aldis restore`: the archive is unpacked and checked beside the data, then moved into place. From the first move to the last a
//! marker file is in the directory, and no node starts on it: half a restore would look like an empty node.
//! What was there before is renamed, never deleted.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail, ensure};
use jiff::Timestamp;

use super::{
    Place, archive,
    manifest::{CONFIG, DATABASE, KEYS, Manifest, TOKEN},
};
use crate::{
    auth::KeyRing,
    files::{Holder, Lock, private},
    storage::copy::{self, newest_schema},
};

/// Where the archive is unpacked.
const STAGE: &str = ".restore";
/// Lies in the directory while files are moved.
const MARK: &str = "restore.unfinished";
/// May be in an empty directory: our own, and what file systems put there.
const NOTHING: [&str; 3] = ["lock", "lost+found", STAGE];

/// Whether a restore into this data directory was interrupted: what is in it is not whole.
#[must_use]
pub fn is_unfinished(data_dir: &Path) -> bool {
    data_dir.join(MARK).exists()
}

/// Restores `archive` into an empty directory; with `replace`, or if a restore was interrupted there, into any, whose files
/// are renamed. Returns what was restored.
///
/// # Errors
/// The archive cannot be used, the directory is in use or not empty, or it cannot be written. If a file was moved by then,
/// no node starts there until the restore is repeated.
pub async fn restore(archive: &Path, into: &Place, replace: bool, now: Timestamp) -> anyhow::Result<Manifest> {
    // The whole archive, before anything is touched.
    archive::read(archive, newest_schema(), |_| Ok(io::sink()))?;
    let data = &into.data_dir;
    for folder in [data, private::folder_of(&into.database)] {
        private::make_folder(folder)
            .with_context(|| format!("cannot create {} → choose another place for the data", folder.display()))?;
    }
    let _lock = Lock::take(data, Holder::this("restore", now))?;
    if !replace && !is_unfinished(data) {
        must_be_empty(into)?;
    }
    let stage = data.join(STAGE);
    let unpacked = unpack(archive, &stage, now).await;
    let restored = unpacked.and_then(|manifest| {
        let mark = data.join(MARK);
        private::write(&mark, b"A restore was interrupted: repeat it.\n")
            .context("cannot write to the data directory")?;
        move_in(&stage, into, &format!(".replaced-{}", now.as_millisecond()))?;
        fs::remove_file(&mark)
            .and_then(|()| private::sync_folder(data))
            .context("cannot remove the mark of a restore")?;
        Ok(manifest)
    });
    let removed = private::unless_absent(fs::remove_dir_all(&stage));
    let manifest = restored?;
    removed.with_context(|| format!("cannot remove {}, which holds secrets", stage.display()))?;
    Ok(manifest)
}

fn must_be_empty(into: &Place) -> anyhow::Result<()> {
    let data = &into.data_dir;
    let entries = fs::read_dir(data).with_context(|| format!("cannot read {}", data.display()))?;
    for entry in entries {
        let name = entry?.file_name();
        if !NOTHING.iter().any(|nothing| name == *nothing) {
            bail!(
                "the data directory {} is not empty: it has {} → name an empty one with --data-dir, or add --force, which renames what is there",
                data.display(),
                name.display()
            );
        }
    }
    ensure!(
        !into.database.exists(),
        "there is a database at {} → move it away, or add --force, which renames it",
        into.database.display()
    );
    Ok(())
}

/// Unpacks and checks everything.
async fn unpack(archive: &Path, stage: &Path, now: Timestamp) -> anyhow::Result<Manifest> {
    private::unless_absent(fs::remove_dir_all(stage))
        .and_then(|()| private::make_folder(&stage.join(KEYS)))
        .with_context(|| format!("cannot write to {}", stage.display()))?;
    let mut written = Vec::new();
    let manifest = archive::read(archive, newest_schema(), |entry| {
        let path = stage.join(&entry.name);
        let file = private::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        written.push(file.try_clone()?);
        Ok(file)
    })?;
    written.iter().try_for_each(fs::File::sync_all).context("cannot write what was unpacked → is the disk full?")?;
    let schema = copy::inspect(&stage.join(DATABASE)).await?;
    ensure!(
        schema == manifest.schema,
        "the archive's database has the schema {schema}, its manifest says {}",
        manifest.schema
    );
    KeyRing::read(&stage.join(KEYS), now).context("the archive's signing keys cannot be used")?;
    Ok(manifest)
}

/// Moves everything into place, the database last. What is in the way is renamed.
fn move_in(stage: &Path, into: &Place, ending: &str) -> anyhow::Result<()> {
    let data = &into.data_dir;
    for name in [KEYS, TOKEN, CONFIG] {
        set_aside(&data.join(name), ending, "")?;
        place(&stage.join(name), &data.join(name))?;
    }
    set_aside(&data.join("ledger.snapshot"), ending, "")?; // of sessions that the restored node never had
    for end in ["-wal", "-shm", ""] {
        set_aside(&into.database, ending, end)?;
    }
    place(&stage.join(DATABASE), &into.database)
}

/// Renames `path` with the end `end`, if it is there: `aldis.db-wal` to `aldis.db.replaced-1-wal`.
fn set_aside(path: &Path, ending: &str, end: &str) -> anyhow::Result<()> {
    let with = |parts: &[&str]| -> PathBuf {
        let name: OsString = std::iter::once(path.as_os_str()).chain(parts.iter().map(AsRef::as_ref)).collect();
        name.into()
    };
    let (from, to) = (with(&[end]), with(&[ending, end]));
    private::unless_absent(fs::rename(&from, &to))
        .with_context(|| format!("cannot rename {} to {}", from.display(), to.display()))
}

/// Moves a file or folder, if it is there; from one file system to another by a copy.
fn place(from: &Path, to: &Path) -> anyhow::Result<()> {
    let moved = match fs::rename(from, to) {
        Err(why) if why.kind() == io::ErrorKind::CrossesDevices => copy_over(from, to),
        moved => private::unless_absent(moved),
    };
    moved
        .and_then(|()| private::sync_folder(private::folder_of(to)))
        .with_context(|| format!("cannot move {} to {}", from.display(), to.display()))
}

fn copy_over(from: &Path, to: &Path) -> io::Result<()> {
    let part = private::part_of(to);
    private::unless_absent(fs::remove_file(&part))?;
    let mut file = private::create(&part)?;
    io::copy(&mut fs::File::open(from)?, &mut file)?;
    file.sync_all()?;
    fs::rename(&part, to)
}
