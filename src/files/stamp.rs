//! Whether a file changed since it was read, without reading it.

use std::{fs, io, os::unix::fs::MetadataExt as _, path::Path};

/// Equal for two looks at a file, unless it was written or replaced between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    inode: (u64, u64),
    length: u64,
    /// Seconds and nanoseconds since 1970.
    modified: (i64, i64),
}

impl Stamp {
    /// The stamp of the file at `path`; of what it points to, if it is a link.
    ///
    /// # Errors
    /// There is none, or its folder cannot be entered.
    pub fn of(path: &Path) -> io::Result<Self> {
        let about = fs::metadata(path)?;
        let modified = (about.mtime(), about.mtime_nsec());
        Ok(Self { inode: (about.dev(), about.ino()), length: about.len(), modified })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_changes_when_a_file_is_written_replaced_or_its_link_turned() {
        let folder = tempfile::tempdir().expect("a folder");
        let [path, other, link] = ["a", "b", "link"].map(|name| folder.path().join(name));
        assert!(Stamp::of(&path).is_err());
        fs::write(&path, "one").expect("written");
        let first = Stamp::of(&path).expect("a stamp");
        assert_eq!(Stamp::of(&path).expect("a stamp"), first);
        fs::write(&path, "longer").expect("written");
        assert_ne!(Stamp::of(&path).expect("a stamp"), first);
        std::os::unix::fs::symlink(&path, &link).expect("linked");
        let through = Stamp::of(&link).expect("a stamp");
        fs::write(&other, "longer").expect("written");
        fs::remove_file(&link).and_then(|()| std::os::unix::fs::symlink(&other, &link)).expect("turned");
        assert_ne!(Stamp::of(&link).expect("a stamp"), through);
    }
}
