//! Files that only their owner can read, and folders that only their owner can enter. Files that root creates belong to the owner
//! of their directory, so that a command run by root never locks the node's own user out.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, chown, fchown},
    path::{Path, PathBuf},
};

/// Writes a file atomically: a reader, also after a crash, finds either the old content or the new one.
///
/// # Errors
/// The directory cannot be written, or the disk is full; then the old content is still there.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = part_of(path);
    let written = unless_absent(fs::remove_file(&part)) // of a process that was killed
        .and_then(|()| create(&part))
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        let _ = fs::remove_file(&part); // the first error tells more
    }
    written?;
    sync_folder(folder_of(path))
}

/// A new, empty file with the mode 0600 that belongs to the owner of its directory.
///
/// # Errors
/// It exists, or the directory cannot be written.
pub fn create(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)?;
    give(&file, folder_of(path))?;
    Ok(file)
}

/// Makes a folder, and those above it, with the mode 0700; what exists is left as it is.
///
/// # Errors
/// One of them cannot be made, or is no folder.
pub fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let above = folder_of(path);
    make_folder(above)?;
    match DirBuilder::new().mode(0o700).create(path) {
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => return Ok(()),
        made => made?,
    }
    let (owner, made) = (fs::metadata(above)?, fs::metadata(path)?);
    if owner.uid() == made.uid() {
        return Ok(());
    }
    unless_forbidden(chown(path, Some(owner.uid()), Some(owner.gid())))
}

/// Gives an open file to the owner of `folder`. Only root can give files away; everybody else keeps what they make.
///
/// # Errors
/// The owner of one of them cannot be read.
pub fn give(file: &File, folder: &Path) -> io::Result<()> {
    let (owner, made) = (fs::metadata(folder)?, file.metadata()?);
    if owner.uid() == made.uid() {
        return Ok(());
    }
    unless_forbidden(fchown(file, Some(owner.uid()), Some(owner.gid())))
}

/// Makes what was created, renamed or removed in a folder survive a power cut.
///
/// # Errors
/// The folder cannot be opened, or the disk fails.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The folder that contains `path`.
#[must_use]
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The name of a file while it is written. It begins with a dot and ends in `.part`, so that nobody takes it for the file.
#[must_use]
pub fn part_of(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.part"))
}

/// Success also when there was nothing.
///
/// # Errors
/// All others.
pub fn unless_absent(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn unless_forbidden(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(why) if why.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it is there").mode() & 0o777
    }

    #[test]
    fn a_written_file_is_whole_private_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        fs::write(part_of(&path), "half of").expect("a killed process left this");
        fs::set_permissions(part_of(&path), fs::Permissions::from_mode(0o644)).expect("changed");
        write(&path, b"one").expect("written");
        write(&path, b"another").expect("replaced");
        assert_eq!((fs::read(&path).expect("read"), mode(&path)), (b"another".to_vec(), 0o600));
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1);
    }

    #[test]
    fn a_file_that_cannot_be_written_keeps_its_content() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        write(&path, b"one").expect("written");
        fs::create_dir(part_of(&path)).expect("something is in the way");
        write(&path, b"another").expect_err("refused");
        assert_eq!(fs::read(&path).expect("read"), b"one");
        assert!(write(&folder.path().join("no/such"), b"x").is_err());
    }

    #[test]
    fn folders_are_made_down_to_the_last_and_only_for_their_owner() {
        let folder = tempfile::tempdir().expect("a folder");
        let deep = folder.path().join("a/b");
        make_folder(&deep).expect("made");
        make_folder(&deep).expect("it exists");
        assert_eq!((mode(&deep), mode(&folder.path().join("a"))), (0o700, 0o700));
        fs::write(folder.path().join("file"), "").expect("written");
        make_folder(&folder.path().join("file/c")).expect_err("a file is no folder");
    }

    /// Whom files are given to in the tests that root runs.
    const NOBODY: u32 = 65_534;

    #[test]
    fn what_root_makes_belongs_to_the_owner_of_the_folder() {
        if !rustix::process::geteuid().is_root() {
            return; // nobody else can give files away
        }
        let folder = tempfile::tempdir().expect("a folder");
        chown(folder.path(), Some(NOBODY), Some(NOBODY)).expect("given");
        let (file, inner) = (folder.path().join("secret"), folder.path().join("keys"));
        write(&file, b"one").expect("written");
        make_folder(&inner).expect("made");
        write(&inner.join("key"), b"one").expect("written");
        for path in [&file, &inner, &inner.join("key")] {
            let about = fs::metadata(path).expect("there");
            assert_eq!((about.uid(), about.gid()), (NOBODY, NOBODY), "{}", path.display());
        }
    }
}
