//! Archives: what is backed up comes back; what is damaged, foreign, newer or in the way is refused, and changes nothing.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use tempfile::TempDir;

use super::{Place, Source, create, is_unfinished, restore};
use crate::{
    auth::KeyRing,
    storage::{self, NewSession, NewUser},
};

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("a time")
}

fn place(data_dir: PathBuf) -> Place {
    Place { database: data_dir.join("aldis.db"), data_dir }
}

/// A node's data, and a folder for everything else.
struct Node {
    folder: TempDir,
    source: Source,
}

async fn node() -> Node {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let store = storage::open(None, &data, &storage::Settings::default()).await.expect("a database");
    let ann = NewUser {
        id: uuid::Uuid::new_v4(),
        email: "ann@example.org".to_owned(),
        name: "Ann".to_owned(),
        password_hash: "x".to_owned(),
        created_at: Timestamp::UNIX_EPOCH,
        invite: None,
    };
    let session = NewSession {
        id: uuid::Uuid::new_v4(),
        client: String::new(),
        token: [0; 32],
        started_at: Timestamp::UNIX_EPOCH,
        expires_at: Timestamp::UNIX_EPOCH + std::time::Duration::from_secs(60),
        device: None,
    };
    store.add_user(&ann, &session).await.expect("added");
    KeyRing::open(&data.join("keys"), now()).expect("keys");
    fs::write(data.join("admin.token"), "a token of operators").expect("written");
    fs::write(data.join("ledger.snapshot"), "sessions").expect("written");
    let config = Some("[ice]\nturn_secrets = ['north']\n".to_owned());
    Node { folder, source: Source { token: data.join("admin.token"), place: place(data), config } }
}

impl Node {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The archive `name` of it.
    async fn backup(&self, name: &str) -> PathBuf {
        create(&self.source, &self.path(name), false, now()).await.expect("backed up");
        self.path(name)
    }

    /// Restores into the new folder `name`.
    async fn restore(&self, archive: &Path, name: &str) -> Result<Place, String> {
        let into = place(self.path(name));
        restore(archive, &into, false, now()).await.map(|_| into).map_err(|why| format!("{why:#}"))
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

async fn has_ann(place: &Place) -> bool {
    let url = format!("sqlite://{}", place.database.display());
    let store = storage::open(Some(&url), &place.data_dir, &storage::Settings::default()).await.expect("a database");
    store.user_by_email("ann@example.org").await.expect("read").is_some()
}

#[tokio::test]
async fn what_is_backed_up_comes_back_and_only_its_owner_reads_it() {
    let node = node().await;
    let archive = node.backup("a.tar").await;
    assert_eq!(fs::metadata(&archive).expect("there").permissions().mode() & 0o777, 0o600);
    assert_eq!(names(node.folder.path()), ["a.tar", "data"], "nothing else is left");
    let again = create(&node.source, &archive, false, now()).await.expect_err("it exists").to_string();
    assert!(again.contains("a.tar exists → choose another name, or add --force"), "{again}");
    create(&node.source, &archive, true, now()).await.expect("replaced");

    let into = node.restore(&archive, "restored").await.expect("restored");
    assert_eq!(names(&into.data_dir), ["admin.token", "aldis.db", "aldis.toml", "keys", "lock"]);
    let key = &names(&into.data_dir.join("keys"))[0];
    let keys = [&into, &node.source.place].map(|place| fs::read(place.data_dir.join("keys").join(key)).expect("a key"));
    assert_eq!(keys[0], keys[1]);
    assert_eq!(fs::read_to_string(into.data_dir.join("aldis.toml")).ok(), node.source.config);
    for name in ["admin.token", "aldis.db", "aldis.toml", "keys/1800000000000.pem"] {
        let mode = fs::metadata(into.data_dir.join(name)).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
    assert!(has_ann(&into).await);
}

#[tokio::test]
async fn a_database_elsewhere_is_restored_there() {
    let node = node().await;
    let archive = node.backup("a.tar").await;
    let into = Place { data_dir: node.path("restored"), database: node.path("deep/er/other.db") };
    restore(&archive, &into, false, now()).await.expect("restored");
    assert!(has_ann(&into).await && !into.data_dir.join("aldis.db").exists());
    let into = Place { data_dir: node.path("second"), ..into };
    let why = restore(&archive, &into, false, now()).await.expect_err("in the way").to_string();
    assert!(why.contains("there is a database at") && why.contains("--force"), "{why}");
}

#[tokio::test]
async fn a_directory_in_use_or_not_empty_is_refused_and_force_renames_what_is_there() {
    let node = node().await;
    let archive = node.backup("a.tar").await;
    let into = place(node.path("restored"));
    fs::create_dir_all(into.data_dir.join("keys")).expect("made");
    for (name, text) in
        [("aldis.db", "old"), ("aldis.db-wal", "log"), ("ledger.snapshot", "old"), ("keys/1.pem", "old")]
    {
        fs::write(into.data_dir.join(name), text).expect("written");
    }
    let why = node.restore(&archive, "restored").await.expect_err("not empty");
    assert!(why.contains("is not empty: it has") && why.contains("add --force, which renames"), "{why}");
    let lock = crate::files::Lock::take(&into.data_dir, crate::files::Holder::this("serve", now())).expect("free");
    let why = restore(&archive, &into, true, now()).await.expect_err("in use").to_string();
    assert!(why.contains("is in use by `aldis serve`"), "{why}");
    drop(lock);
    restore(&archive, &into, true, now()).await.expect("restored");
    let ending = ".replaced-1800000000000";
    for (name, text) in
        [("aldis.db{}", "old"), ("aldis.db{}-wal", "log"), ("ledger.snapshot{}", "old"), ("keys{}/1.pem", "old")]
    {
        let name = name.replace("{}", ending);
        assert_eq!(fs::read_to_string(into.data_dir.join(&name)).ok().as_deref(), Some(text), "{name}");
    }
    assert!(has_ann(&into).await && !into.data_dir.join("ledger.snapshot").exists());
}

#[tokio::test]
async fn a_damaged_archive_is_never_restored_otherwise_than_it_was() {
    let node = node().await;
    let archive = node.backup("a.tar").await;
    let good = fs::read(&archive).expect("read");
    let into = node.restore(&archive, "good").await.expect("restored");
    let content = |place: &Place| {
        ["admin.token", "aldis.db", "aldis.toml", "keys/1800000000000.pem"]
            .map(|name| fs::read(place.data_dir.join(name)).ok())
    };
    let expected = content(&into);
    let (mut refused, bad) = (0, node.path("bad.tar"));
    for n in 0..150 {
        // Every header and the space between; most of the rest is the database.
        let at = if n < 75 { n * 41 } else { n * good.len() / 150 };
        let mut bytes = good.clone();
        bytes[at] ^= 0x10;
        fs::write(&bad, &bytes).expect("written");
        let name = format!("bad-{n}");
        match node.restore(&bad, &name).await {
            Ok(into) => assert!(content(&into) == expected, "byte {at}: something else was restored"),
            Err(why) => {
                refused += 1;
                assert!(why.contains("bad.tar") && why.contains('→'), "byte {at}: {why}");
                assert!(!node.path(&name).exists(), "byte {at}: nothing is touched");
            }
        }
    }
    assert!(refused > 75, "{refused} of 150");
    for length in [0, 100, 512, 1024, good.len() / 2, good.len() - 20_000] {
        fs::write(&bad, &good[..length.min(good.len())]).expect("written");
        let why = node.restore(&bad, "short").await.expect_err("too short");
        assert!(why.contains("bad.tar") && why.contains('→'), "{length}: {why}");
        assert!(!node.path("short").exists());
    }
}

#[tokio::test]
async fn what_is_no_backup_is_refused_by_name() {
    let node = node().await;
    let why = node.restore(&node.path("none.tar"), "restored").await.expect_err("none");
    assert!(why.contains("cannot open the archive") && why.contains("none.tar"), "{why}");
    let foreign = node.path("foreign.tar");
    let mut tar = tar::Builder::new(fs::File::create(&foreign).expect("made"));
    let mut header = tar::Header::new_gnu();
    header.set_size(4);
    tar.append_data(&mut header, "photo.jpg", &b"data"[..]).expect("appended");
    tar.finish().expect("finished");
    for archive in [foreign, node.source.place.database.clone(), node.source.token.clone()] {
        let why = node.restore(&archive, "restored").await.expect_err("foreign");
        assert!(why.contains("is no backup of Aldis: it does not begin with manifest.json →"), "{why}");
    }
    assert!(!node.path("restored").exists());
}

#[tokio::test]
async fn a_restore_killed_at_any_point_can_be_repeated_and_no_node_takes_it_for_whole() {
    let node = node().await;
    let archive = node.backup("a.tar").await;
    let whole = node.restore(&archive, "whole").await.expect("restored");
    let moves = ["keys", "admin.token", "aldis.toml", "aldis.db"];
    for moved in 0..=moves.len() {
        let into = place(node.path(&format!("killed-{moved}")));
        let stage = into.data_dir.join(".restore");
        fs::create_dir_all(&stage).expect("made");
        fs::write(stage.join("aldis.db"), "half of").expect("written");
        fs::write(into.data_dir.join("restore.unfinished"), "").expect("written");
        for name in &moves[..moved] {
            let (from, to) = (whole.data_dir.join(name), into.data_dir.join(name));
            if from.is_dir() {
                fs::create_dir(&to).expect("made");
                for key in names(&from) {
                    fs::copy(from.join(&key), to.join(key)).expect("copied");
                }
            } else {
                fs::copy(from, to).expect("copied");
            }
        }
        assert!(is_unfinished(&into.data_dir));
        restore(&archive, &into, false, now()).await.expect("repeated");
        assert!(!is_unfinished(&into.data_dir) && has_ann(&into).await, "killed after {moved} moves");
        assert!(!stage.exists() && into.data_dir.join("keys/1800000000000.pem").exists());
    }
    // Killed while it was unpacked: nothing was moved, the directory is still empty.
    let into = place(node.path("early"));
    fs::create_dir_all(into.data_dir.join(".restore/keys")).expect("made");
    restore(&archive, &into, false, now()).await.expect("repeated");
    assert!(has_ann(&into).await);
}

#[tokio::test]
async fn what_cannot_be_read_is_no_backup_and_leaves_nothing() {
    let node = node().await;
    let keys = node.source.place.data_dir.join("keys");
    fs::rename(&keys, node.path("keys")).expect("renamed");
    fs::create_dir(&keys).expect("made");
    let why = format!("{:#}", create(&node.source, &node.path("a.tar"), false, now()).await.expect_err("no key"));
    assert!(why.contains("there is no signing key in"), "{why}");
    fs::remove_dir(&keys).and_then(|()| fs::rename(node.path("keys"), &keys)).expect("renamed");
    let elsewhere = Place { database: node.path("none.db"), ..node.source.place.clone() };
    let source = Source { place: elsewhere, ..node.source.clone() };
    let why = format!("{:#}", create(&source, &node.path("a.tar"), false, now()).await.expect_err("no database"));
    assert!(why.contains("cannot copy the database"), "{why}");
    assert_eq!(names(node.folder.path()), ["data"]);
    fs::create_dir(node.path(".a.tar.part")).expect("made");
    let why = create(&node.source, &node.path("a.tar"), false, now()).await.expect_err("in the way").to_string();
    assert!(why.contains("If a backup was interrupted, remove it: rm -r "), "{why}");
}
