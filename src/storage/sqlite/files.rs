//! Watches the database's files: one that was deleted or replaced under a running node takes every later change with it,
//! and SQLite does not notice.

use std::{
    io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::storage::StoreError;

/// The files that were opened, each with its device and inode.
#[derive(Clone, Debug)]
pub(super) struct Files(Arc<[(PathBuf, (u64, u64))]>);

impl Files {
    /// Remembers the database at `path` and its write-ahead log, which both exist while it is open.
    pub(super) fn watch(path: &Path) -> io::Result<Self> {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let opened = [path.to_owned(), log.into()].map(|file| Ok((identity(&std::fs::metadata(&file)?), file)));
        let opened: io::Result<Vec<_>> = opened.into_iter().map(|file| file.map(|(id, path)| (path, id))).collect();
        Ok(Self(opened?.into()))
    }

    /// # Errors
    /// `Unavailable` when another file, or none, has the name of an opened one.
    pub(super) fn are_in_place(&self) -> Result<(), StoreError> {
        for (path, opened) in self.0.iter() {
            let found = std::fs::metadata(path).map(|file| identity(&file)); // microseconds: the kernel knows it
            if !found.is_ok_and(|found| found == *opened) {
                return Err(StoreError::Unavailable(format!(
                    "the file {} was deleted or replaced while the node runs: put it back, or restart the node",
                    path.display()
                )));
            }
        }
        Ok(())
    }
}

fn identity(file: &std::fs::Metadata) -> (u64, u64) {
    (file.dev(), file.ino())
}
