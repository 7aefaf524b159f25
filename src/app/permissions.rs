//! Which other users may read or replace the node's files: checked before anything is opened. Needless permissions are
//! removed; files that cannot be trusted any more keep the node from starting.
//! Must not know what the files contain.

use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::{
    config::{Config, DatabaseUrl},
    files::modes::{self, Advice, Kind, Verdict},
};

/// Narrows, warns and refuses.
///
/// # Errors
/// Everybody may replace the node's files, or read its keys.
pub(super) fn check(config: &Config) -> anyhow::Result<()> {
    for (kind, path) in paths(config) {
        let file = path.display();
        match modes::look(kind, &path) {
            Ok(Verdict::Fine) => {}
            Ok(Verdict::Narrow(why)) => match modes::narrow(&path) {
                Ok(()) => tracing::warn!(%file, why, "a file was open to others; now only its owner may use it"),
                Err(error) => tracing::warn!(%file, why, %error, "a file is open to others → chmod 600 it"),
            },
            Ok(Verdict::Warn(Advice { why, help })) => {
                tracing::warn!(%file, why, help, "others may do more than they should")
            }
            Ok(Verdict::Refuse(Advice { why, help })) => bail!("{file} cannot be trusted: {why} → {help}"),
            Err(error) => {
                tracing::warn!(%file, %error, "cannot see who may use a file → let this user enter its folder")
            }
        }
    }
    Ok(())
}

/// Files and folders with secrets: folders first, because write access to a folder allows replacing every file in it.
pub(super) fn paths(config: &Config) -> Vec<(Kind, PathBuf)> {
    let data = &config.node.data_dir;
    let mut paths = vec![(Kind::Folder, data.clone()), (Kind::Folder, data.join("keys"))];
    paths.extend(keys(&data.join("keys")).into_iter().map(|path| (Kind::Key, path)));
    let database = match &config.database.url {
        None => Some(data.join("aldis.db")),
        Some(url) => DatabaseUrl::file(url).map(Path::to_path_buf),
    };
    if let Some(database) = database {
        paths.extend(["", "-wal", "-shm"].map(|end| {
            let mut name = database.clone().into_os_string();
            name.push(end);
            (Kind::Data, name.into())
        }));
    }
    paths.extend(["ledger.snapshot", "lock"].map(|name| (Kind::Data, data.join(name))));
    paths
}

fn keys(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut keys: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    keys.retain(|path| path.extension().is_some_and(|end| end == "pem"));
    keys.sort();
    keys
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;

    fn node() -> (tempfile::TempDir, Config) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = Config::default();
        config.node.data_dir = folder.path().to_owned();
        fs::create_dir(folder.path().join("keys")).expect("made");
        for name in ["keys/1.pem", "aldis.db", "aldis.db-wal", "aldis.db-shm", "ledger.snapshot"] {
            fs::write(folder.path().join(name), "secret").expect("written");
            set(&folder.path().join(name), 0o600);
        }
        (folder, config)
    }

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("changed");
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("there").permissions().mode() & 0o777
    }

    #[test]
    fn files_that_others_can_read_are_narrowed() {
        let (folder, config) = node();
        let open = ["keys/1.pem", "aldis.db", "aldis.db-wal", "aldis.db-shm", "ledger.snapshot"];
        for name in open {
            set(&folder.path().join(name), if name.ends_with("pem") { 0o640 } else { 0o644 });
        }
        check(&config).expect("it starts");
        assert_eq!(open.map(|name| mode(&folder.path().join(name))), [0o600; 5]);
    }

    #[test]
    fn a_folder_or_key_that_cannot_be_trusted_is_refused_with_the_remedy() {
        for (name, mode, part) in [
            ("", 0o777, "every user may replace files in it (mode 777) → chmod go-w "),
            ("keys", 0o703, "every user may replace files in it (mode 703) → chmod go-w "),
            ("keys/1.pem", 0o604, "aldis keys rotate --leaked"),
        ] {
            let (folder, config) = node();
            set(&folder.path().join(name), mode);
            let why = check(&config).expect_err(name).to_string();
            assert!(why.contains("cannot be trusted") && why.contains(part), "{name}: {why}");
        }
    }

    #[test]
    fn a_database_elsewhere_is_looked_at_too() {
        let (folder, mut config) = node();
        let other = folder.path().join("other.db");
        fs::write(&other, "hashes").expect("written");
        set(&other, 0o644);
        let url = format!("sqlite://{}?mode=rwc", other.display());
        config.database.url = Some(crate::config::text::Text::read(&url).expect("a URL"));
        check(&config).expect("it starts");
        assert_eq!(mode(&other), 0o600);
    }
}
