//! Key files: `<unix milliseconds>.pem`, named by the instant from which the key signs. Reads all, performs single steps.
//! Knows names and modes, not roles.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use jiff::Timestamp;

use super::{
    key::{Key, generate},
    schedule::Step,
    shelf::{Shelf, Stored},
};
use crate::files::{Stamp, private};

/// How often the folder is read anew when a file of its list has disappeared: somebody rotates.
const TRIES: u32 = 3;

/// The folder of one node's keys; the holder of the data directory's lock is the only one that changes it.
pub(super) struct Files(pub(super) PathBuf);

impl Shelf for Files {
    fn read(&self, known: &[Stored]) -> anyhow::Result<Vec<Stored>> {
        read(&self.0, known)
    }

    fn perform(&self, _: &[Timestamp], steps: &[Step]) -> anyhow::Result<bool> {
        steps.iter().try_for_each(|step| perform(&self.0, *step)).map(|()| true)
    }

    fn known_before(&self) -> Duration {
        Duration::ZERO // this node is the only one
    }

    fn place(&self) -> String {
        self.0.display().to_string()
    }
}

/// The keys of a folder, by the instant from which they sign; none when the folder does not exist. Those of `known` whose
/// file is unchanged are not read again.
fn read(folder: &Path, known: &[Stored]) -> anyhow::Result<Vec<Stored>> {
    let mut tries = 1;
    loop {
        let listed = list(folder)?;
        match listed.into_iter().map(|(starts, path)| read_one(starts, &path, known)).collect() {
            Err(why) if tries < TRIES && is_gone(&why) => tries += 1,
            read => return read,
        }
    }
}

fn read_one(starts: Timestamp, path: &Path, known: &[Stored]) -> anyhow::Result<Stored> {
    let cannot = || {
        format!("cannot read the key {0} → give it to the node's user: chown --reference={1} {0}", path.display(), {
            private::folder_of(path).display()
        })
    };
    let stamp = Some(Stamp::of(path).with_context(cannot)?);
    if let Some(same) = known.iter().find(|known| known.starts == starts && known.stamp == stamp) {
        return Ok(Stored { starts, key: Arc::clone(&same.key), stamp });
    }
    let mode = fs::metadata(path).with_context(cannot)?.permissions().mode();
    anyhow::ensure!(
        mode & 0o007 == 0,
        "the signing key {} is readable by everybody (mode {:o}), and every reader can mint tokens → chmod 600 it, and replace it with `aldis keys rotate --leaked`",
        path.display(),
        mode & 0o777
    );
    let pem = fs::read(path).with_context(cannot)?;
    let key = Key::from_pem(&pem)
        .with_context(|| format!("{} is not an RSA private key in PEM (PKCS #8 or #1)", path.display()))?;
    Ok(Stored { starts, key: Arc::new(key), stamp })
}

fn is_gone(why: &anyhow::Error) -> bool {
    why.downcast_ref::<io::Error>().is_some_and(|why| why.kind() == io::ErrorKind::NotFound)
}

/// Performs a step: whole, or, after an error or a kill, not at all.
pub(super) fn perform(folder: &Path, step: Step) -> anyhow::Result<()> {
    match step {
        Step::Add(starts) => {
            let (pem, path) = (generate()?, path(folder, starts));
            let cannot = || format!("cannot write the key {} → is the disk full, or read-only?", path.display());
            private::make_folder(folder).with_context(cannot)?;
            private::write(&path, pem.as_bytes()).with_context(cannot)
        }
        Step::Move(from, to) => {
            let (from, to) = (path(folder, from), path(folder, to));
            let moved = fs::rename(&from, &to).and_then(|()| private::sync_folder(folder));
            moved.with_context(|| format!("cannot rename the key {} to {}", from.display(), to.display()))
        }
        Step::Remove(starts) => {
            let path = path(folder, starts);
            let removed = private::unless_absent(fs::remove_file(&path)).and_then(|()| private::sync_folder(folder));
            removed.with_context(|| format!("cannot delete the old key {}", path.display()))
        }
    }
}

fn path(folder: &Path, starts: Timestamp) -> PathBuf {
    folder.join(format!("{}.pem", starts.as_millisecond()))
}

/// `(signs from, path)` of each key file, oldest first. Other files are ignored.
fn list(folder: &Path) -> anyhow::Result<Vec<(Timestamp, PathBuf)>> {
    let cannot = || format!("cannot read the folder {} of keys", folder.display());
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(why) => return Err(why).with_context(cannot),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.with_context(cannot)?.path();
        let is_pem = path.extension().is_some_and(|extension| extension == "pem");
        let millis = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
        if let (true, Some(starts)) = (is_pem, millis.and_then(|millis| Timestamp::from_millisecond(millis).ok())) {
            files.push((starts, path));
        }
    }
    files.sort();
    Ok(files)
}
