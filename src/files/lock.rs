//! One process at a time uses a data directory: two nodes on one would each seat half of every room.
//!
//! The lock is the kernel's, on the file `lock`, and ends with the process, however that ends; the file says who holds it,
//! and stays. Must not know what the holder does.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Seek as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::private;

/// The lock of a data directory; released when it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
    holder: Holder,
}

/// Who holds a lock, as the file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The command, such as `serve`.
    pub command: String,
    /// The process, as numbered on `host`.
    pub pid: u32,
    /// The machine or container.
    pub host: String,
    /// Since when.
    pub since: Timestamp,
    /// Where it serves operators, once it does.
    #[serde(default)]
    pub socket: Option<PathBuf>,
}

/// Why a directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process uses it.
    #[error("the data directory {} is in use by {} → stop that process first, or name another directory with --data-dir", folder.display(), named(holder.as_deref()))]
    Held {
        /// The directory.
        folder: PathBuf,
        /// Who holds it; unknown in the instant in which the file is written.
        holder: Option<Box<Holder>>,
    },
    /// The directory, or its file system, allows no lock.
    #[error("cannot lock the data directory {}: {source} → let this user write there, and use a file system with locks (flock)", folder.display())]
    Impossible {
        /// The directory.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn named(holder: Option<&Holder>) -> String {
    let Some(Holder { command, pid, host, since, .. }) = holder else { return "another process".to_owned() };
    format!("`aldis {command}` (pid {pid} on {host}, since {since:.0})")
}

impl Holder {
    /// This process, running `command`.
    #[must_use]
    pub fn this(command: &str, since: Timestamp) -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Self { command: command.to_owned(), pid: std::process::id(), host, since, socket: None }
    }
}

impl Lock {
    /// Takes the lock of `folder`, which must exist, or refuses at once.
    ///
    /// # Errors
    /// See [`LockError`].
    pub fn take(folder: &Path, holder: Holder) -> Result<Self, LockError> {
        let impossible = |source| LockError::Impossible { folder: folder.to_owned(), source };
        let path = folder.join("lock");
        let mut options = OpenOptions::new();
        // It is never removed: a file of the same name could then be locked by somebody else.
        let file = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = file.map_err(impossible)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::Held { folder: folder.to_owned(), holder: read(&path) });
            }
            Err(TryLockError::Error(source)) => return Err(impossible(source)),
        }
        let mut lock = Self { file, holder };
        private::give(&lock.file, folder).map_err(impossible)?;
        lock.write();
        Ok(lock)
    }

    /// Tells others where this process serves operators.
    pub fn serves_at(&mut self, socket: PathBuf) {
        self.holder.socket = Some(socket);
        self.write();
    }

    /// On a full disk the file stays empty: others are refused all the same, by "another process".
    fn write(&mut self) {
        let text = serde_json::to_string(&self.holder).unwrap_or_default();
        let emptied = self.file.rewind().and_then(|()| self.file.set_len(0));
        let _ = emptied.and_then(|()| writeln!(self.file, "{text}"));
    }
}

fn read(path: &Path) -> Option<Box<Holder>> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(command: &str) -> Holder {
        Holder::this(command, Timestamp::from_second(1_800_000_000).expect("a time"))
    }

    #[test]
    fn a_directory_has_one_holder_and_others_learn_who_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut first = Lock::take(folder.path(), holder("serve")).expect("nobody holds it");
        first.serves_at("/run/admin.sock".into());
        let refused = Lock::take(folder.path(), holder("restore")).expect_err("held");
        let LockError::Held { holder: Some(who), .. } = &refused else { panic!("{refused}") };
        assert_eq!((who.pid, who.socket.as_deref()), (std::process::id(), Some(Path::new("/run/admin.sock"))));
        let text = refused.to_string();
        for part in
            ["is in use by `aldis serve` (pid ", "since 2027-01-15T08:00:00Z)", "→ stop that process", "--data-dir"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        drop(first);
        drop(Lock::take(folder.path(), holder("restore")).expect("it is free again"));
    }

    #[test]
    fn what_an_earlier_holder_wrote_locks_nobody_out() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("lock"), "rubbish of a full disk ".repeat(100)).expect("written");
        let lock = Lock::take(folder.path(), holder("serve")).expect("nobody holds it");
        let text = fs::read_to_string(folder.path().join("lock")).expect("read");
        assert!(text.starts_with("{\"command\":\"serve\",") && text.ends_with("}\n"), "{text}");
        fs::write(folder.path().join("lock"), "").expect("as in the instant in which it is written");
        let text = Lock::take(folder.path(), holder("restore")).expect_err("held").to_string();
        assert!(text.contains("in use by another process"), "{text}");
        drop(lock);
    }

    #[test]
    fn a_directory_that_cannot_be_written_is_named_with_the_remedy() {
        let folder = tempfile::tempdir().expect("a folder");
        let nowhere = folder.path().join("none");
        let text = Lock::take(&nowhere, holder("serve")).expect_err("no folder").to_string();
        assert!(text.contains("none: No such file") && text.contains("→ let this user write there"), "{text}");
    }
}
