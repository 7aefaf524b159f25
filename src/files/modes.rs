//! Which other users may read or replace a node's files, by mode and owner. `judge` is pure; `look` asks the file system.
//! Must not know what the files contain, nor who reads the verdicts.

use std::{
    fs, io,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
};

/// What a path is to the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A user with write access can replace every file in it.
    Folder,
    /// A user who has read it can sign in as anybody: correcting its mode afterwards does not help.
    Key,
    /// Password hashes, resume secrets, who holds the lock.
    Data,
}

/// What is to be done about a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Fine,
    /// Nobody else needs these permissions: the owner takes them away. The text says what others could do until now.
    Narrow(String),
    /// It works, but somebody else can do more than they should.
    Warn(Advice),
    /// Nothing in it can be trusted.
    Refuse(Advice),
}

/// What is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// Such as "every user may replace files in it (mode 777)".
    pub why: String,
    /// A command, or a sentence.
    pub help: String,
}

/// A path's mode and owner, as far as they matter here.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The nine bits of permissions.
    pub mode: u32,
    /// Its owner's number.
    pub owner: u32,
}

/// Judges a path for the process of the user `me`.
#[must_use]
pub fn judge(kind: Kind, path: &Path, about: About, me: u32) -> Verdict {
    let (About { mode, owner }, shown) = (about, path.display());
    let advice = |why: String, help: String| Advice { why, help };
    match kind {
        Kind::Folder if mode & 0o002 != 0 => {
            return Verdict::Refuse(advice(
                format!("every user may replace files in it (mode {mode:o})"),
                format!("chmod go-w {shown}"),
            ));
        }
        Kind::Folder if mode & 0o020 != 0 => {
            let why = format!("its group may replace files in it (mode {mode:o})");
            return Verdict::Warn(advice(why, format!("chmod g-w {shown}, unless the group is this node's alone")));
        }
        Kind::Key if mode & 0o007 != 0 => {
            let why =
                format!("it is readable by everybody (mode {mode:o}), and every reader can mint tokens as anybody");
            return Verdict::Refuse(advice(
                why,
                format!("chmod 600 {shown}, then replace it: aldis keys rotate --leaked"),
            ));
        }
        Kind::Folder | Kind::Key | Kind::Data => {}
    }
    // A folder of somebody else may be a volume, in which the node's group may write.
    if owner != me && me != 0 && kind != Kind::Folder {
        let folder = super::private::folder_of(path).display();
        return Verdict::Warn(advice(
            format!("it belongs to user {owner}, and the node runs as user {me}"),
            format!("chown --reference={folder} {shown} && chmod 600 {shown}"),
        ));
    }
    let open = kind != Kind::Folder && mode & 0o077 != 0;
    let others = if mode & 0o007 != 0 { "every user of this machine" } else { "its group" };
    if open { Verdict::Narrow(format!("{others} could use it (mode {mode:o})")) } else { Verdict::Fine }
}

/// Judges the file at `path`, for this process; one that does not exist is fine.
///
/// # Errors
/// Its folder cannot be entered.
pub fn look(kind: Kind, path: &Path) -> io::Result<Verdict> {
    match fs::metadata(path) {
        Ok(about) => {
            let about = About { mode: about.mode() & 0o777, owner: about.uid() };
            Ok(judge(kind, path, about, rustix::process::geteuid().as_raw()))
        }
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(Verdict::Fine),
        Err(why) => Err(why),
    }
}

/// Takes everybody's permissions but the owner's away.
///
/// # Errors
/// This process is not the owner, or the file system is read-only.
pub fn narrow(path: &Path) -> io::Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(kind: Kind, mode: u32, owner: u32, me: u32) -> String {
        match judge(kind, Path::new("data/x"), About { mode, owner }, me) {
            Verdict::Fine => "fine".to_owned(),
            Verdict::Narrow(why) => format!("narrow: {why}"),
            Verdict::Warn(Advice { why, help }) => format!("warn: {why}: {help}"),
            Verdict::Refuse(Advice { why, help }) => format!("refuse: {why}: {help}"),
        }
    }

    #[test]
    fn what_others_may_do_decides() {
        for (kind, mode, expected) in [
            (Kind::Folder, 0o700, "fine"),
            (Kind::Folder, 0o755, "fine"),
            (Kind::Folder, 0o777, "refuse: every user may replace files in it (mode 777): chmod go-w data/x"),
            (Kind::Folder, 0o772, "refuse: every user"),
            (Kind::Folder, 0o775, "warn: its group may replace files in it (mode 775): chmod g-w data/x"),
            (Kind::Key, 0o600, "fine"),
            (Kind::Key, 0o400, "fine"),
            (Kind::Key, 0o640, "narrow: its group could use it (mode 640)"),
            (Kind::Key, 0o644, "refuse: it is readable by everybody (mode 644)"),
            (Kind::Data, 0o600, "fine"),
            (Kind::Data, 0o660, "narrow: its group could use it (mode 660)"),
            (Kind::Data, 0o644, "narrow: every user of this machine could use it (mode 644)"),
            (Kind::Data, 0o666, "narrow: every user"),
        ] {
            for me in [1000, 0] {
                let found = verdict(kind, mode, 1000, me);
                assert!(found.starts_with(expected), "{kind:?} {mode:o} as {me}: {found}");
            }
        }
    }

    #[test]
    fn the_node_s_user_is_told_how_to_get_files_that_are_not_its_own() {
        for (kind, mode) in [(Kind::Key, 0o600), (Kind::Data, 0o644)] {
            let told = verdict(kind, mode, 0, 1000);
            let expected = "warn: it belongs to user 0, and the node runs as user 1000: chown --reference=data data/x";
            assert!(told.starts_with(expected), "{told}");
        }
        assert_eq!(verdict(Kind::Folder, 0o755, 0, 1000), "fine", "others' folders may be volumes");
    }

    #[test]
    fn an_open_file_is_narrowed_and_then_fine() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("aldis.db");
        assert_eq!(look(Kind::Data, &path).expect("looked"), Verdict::Fine, "it does not exist yet");
        fs::write(&path, "hashes").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("opened");
        assert!(matches!(look(Kind::Data, &path), Ok(Verdict::Narrow(_))));
        narrow(&path).expect("narrowed");
        assert_eq!(look(Kind::Data, &path).expect("looked"), Verdict::Fine);
    }
}
