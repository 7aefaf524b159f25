//! The file with the operators' token: made at the first start, readable by its owner only.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::Path,
};

use anyhow::{Context as _, bail};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// The fewest characters of a token: one that people made up could be guessed.
const LEAST: usize = 32;

/// The token in the file at `path`, which is made if there is none.
pub(super) fn read_or_make(path: &Path) -> anyhow::Result<String> {
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
            let written = writeln!(file, "{token}").and_then(|()| file.sync_all());
            written.with_context(|| format!("cannot write the operators' token to {}", path.display()))?;
            Ok(token)
        }
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists => read(path),
        Err(why) => Err(why).with_context(|| {
            format!(
                "cannot create the file of the operators' token {} → choose another with admin.token_file",
                path.display()
            )
        }),
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    let cannot = || format!("cannot read the operators' token in {}", path.display());
    let mode = fs::metadata(path).with_context(cannot)?.mode() & 0o777;
    if mode & 0o077 != 0 {
        bail!("the operators' token in {0} can be read by other users (mode {mode:o}) → chmod 600 {0}", path.display());
    }
    let token = fs::read_to_string(path).with_context(cannot)?.trim().to_owned();
    if token.len() < LEAST || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        bail!(
            "the operators' token in {} is not at least {LEAST} visible characters → remove the file; the next start makes one",
            path.display()
        );
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_token_is_made_once_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("admin.token");
        let token = read_or_make(&path).expect("made");
        assert_eq!(fs::metadata(&path).expect("a file").mode() & 0o777, 0o600);
        assert_eq!((token.len(), read_or_make(&path).expect("read")), (43, token.clone()));
        let other = read_or_make(&folder.path().join("other")).expect("made");
        assert_ne!(token, other);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("changed");
        let why = read_or_make(&path).expect_err("others may read it").to_string();
        assert!(why.contains("mode 640") && why.contains("chmod 600") && !why.contains(&token), "{why}");
    }

    #[test]
    fn a_short_token_and_a_missing_directory_are_refused_with_the_remedy() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("short");
        read_or_make(&path).expect("made");
        fs::write(&path, "hunter2\n").expect("written");
        assert!(read_or_make(&path).expect_err("too short").to_string().contains("at least 32"));
        let nowhere = read_or_make(&folder.path().join("no/such/file")).expect_err("no directory");
        assert!(nowhere.to_string().contains("admin.token_file"), "{nowhere}");
    }
}
