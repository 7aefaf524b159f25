//! `aldis backup` and `aldis restore` when something is in the way.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use crate::{Ended, aldis, ended, nowhere};

/// A data directory as a node leaves it.
fn data(dir: &Path) {
    let mut node = crate::command(dir, &["--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0", "--ready-file", "r"]);
    let mut node = node.stderr(Stdio::null()).spawn().expect("aldis runs");
    while !dir.join("r").exists() {
        assert!(node.try_wait().expect("a child").is_none(), "the node ended");
        std::thread::yield_now();
    }
    let stopped = Command::new("kill").arg(node.id().to_string()).status().expect("kill runs");
    assert!(stopped.success() && node.wait().expect("it ends").success());
}

/// Runs a command that can write files of at most so many blocks of 512 bytes, as on a disk that gets full.
fn with_blocks(dir: &Path, blocks: u32, arguments: &[&str]) -> Ended {
    let mut full = Command::new("sh");
    let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    ended(full.args(["-c", &limited, env!("CARGO_BIN_EXE_aldis")]).args(arguments).current_dir(dir))
}

#[test]
fn a_disk_that_gets_full_leaves_neither_a_backup_nor_half_a_restore() {
    let dir = nowhere();
    data(dir.path());
    for blocks in [0, 8, 40, 100] {
        let full = with_blocks(dir.path(), blocks, &["backup", "a.tar"]);
        assert_eq!(full.code, Some(1), "{blocks}: {}", full.out);
        assert!(full.err.starts_with("error: cannot ") && full.err.contains('→'), "{blocks}: {}", full.err);
        let left: Vec<_> =
            fs::read_dir(dir.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
        assert!(left.iter().all(|name| !name.to_string_lossy().contains("a.tar")), "{blocks}: {left:?}");
    }
    let made = aldis(dir.path(), &["backup", "a.tar"]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    for blocks in [0, 8, 40, 100] {
        let full = with_blocks(dir.path(), blocks, &["restore", "a.tar", "--data-dir", "other"]);
        assert_eq!(full.code, Some(1), "{blocks}: {}", full.out);
        let left: Vec<_> = fs::read_dir(dir.path().join("other"))
            .expect("made")
            .map(|entry| entry.expect("an entry").file_name())
            .collect();
        assert_eq!(left, ["lock"], "{blocks}");
    }
    let restored = aldis(dir.path(), &["restore", "a.tar", "--data-dir", "other"]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
}

#[test]
fn what_cannot_be_backed_up_is_named_with_what_to_do() {
    let dir = nowhere();
    let none = aldis(dir.path(), &["backup", "a.tar"]);
    assert_eq!(none.code, Some(1));
    assert!(none.err.contains("cannot copy the database ./data/aldis.db → is it there"), "{}", none.err);
    let sealed = "auth.key_secret_file=keys.secret";
    let postgres = ["backup", "a.tar", "--database-url", "postgres://aldis:canary@db/aldis", "--set", sealed];
    let postgres = aldis(dir.path(), &postgres);
    assert_eq!(postgres.code, Some(1));
    assert!(
        postgres.err.contains("→ pg_dump and pg_restore; and keep a copy of auth.key_secret_file"),
        "{}",
        postgres.err
    );
    assert!(!postgres.err.contains("canary"));
    let left = fs::read_dir(dir.path()).expect("a folder").count();
    assert_eq!(left, 0, "nothing is made");
}

#[test]
fn the_configuration_is_in_the_backup_and_its_file_is_not_used_by_itself() {
    let dir = nowhere();
    data(dir.path());
    fs::write(dir.path().join("mine.toml"), "[room]\nseat_window = '7s'\n").expect("written");
    let made = aldis(dir.path(), &["backup", "a.tar", "-c", "mine.toml"]);
    assert!(made.code == Some(0) && made.out.contains("  aldis.toml\n"), "{}{}", made.out, made.err);
    let restored = aldis(dir.path(), &["restore", "a.tar", "--data-dir", "other"]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
    let text = fs::read_to_string(dir.path().join("other/aldis.toml")).expect("there");
    assert_eq!(text, "[room]\nseat_window = '7s'\n");
}
