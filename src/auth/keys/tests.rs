//! A rotation that is killed: whatever it left is a usable set of keys.

mod postgres;

use std::{fs, path::Path, time::Duration};

use jiff::Timestamp;

use super::{
    KeyRing, Role, Rotation, files,
    schedule::{self, Step},
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).expect("a time")
}

/// Folders to begin with: one key, one and its successor, three generations of which the first is no longer needed.
const BEGINNINGS: [&[i64]; 3] = [&[1_000], &[1_000, 5_000_400], &[1_000, 2_000, 4_999_000, 5_000_400]];
const NOW: i64 = 5_000_000;

fn copy(from: &Path, to: &Path) {
    for file in fs::read_dir(from).expect("a folder") {
        let file = file.expect("a file");
        fs::copy(file.path(), to.join(file.file_name())).expect("copied");
    }
}

#[test]
fn a_rotation_killed_at_any_point_leaves_a_usable_set_of_keys() {
    for beginning in BEGINNINGS {
        let made = tempfile::tempdir().expect("a folder");
        for start in beginning {
            files::perform(made.path(), Step::Add(at(*start))).expect("a key");
        }
        let starts: Vec<_> = beginning.iter().map(|start| at(*start)).collect();
        let before = KeyRing::read(made.path(), at(NOW)).expect("keys");
        for rotation in [Rotation::Announced, Rotation::Now, Rotation::Leaked] {
            let plan = schedule::plan(&starts, rotation, Duration::ZERO, at(NOW)).expect("a plan");
            let step_by_step = tempfile::tempdir().expect("a folder");
            copy(made.path(), step_by_step.path());
            for done in 0..=plan.len() {
                // Killed while it writes: half a file of another name.
                let part = step_by_step.path().join(".5000000000.pem.part");
                fs::write(&part, "-----BEGIN PRIVATE KEY-----\nMIIE").expect("written");
                let after = KeyRing::open(step_by_step.path(), at(NOW)).expect("a usable set");
                let what = format!("{beginning:?} {rotation:?} after {done} of {plan:?}");
                let signs = after.list().into_iter().filter(|key| key.role == Role::Current).count();
                assert_eq!(signs, 1, "{what}");
                if rotation != Rotation::Leaked {
                    for key in before.list() {
                        assert!(after.find(&key.kid).is_some(), "{what}: {key:?} is missing");
                    }
                }
                // The next attempt ends as if there had been no first one.
                let again = tempfile::tempdir().expect("a folder");
                copy(step_by_step.path(), again.path());
                let again = KeyRing::read(again.path(), at(NOW)).expect("keys");
                again.rotate(rotation, at(NOW)).unwrap_or_else(|why| panic!("{what}: {why:#}"));
                if let Some(step) = plan.get(done) {
                    files::perform(step_by_step.path(), *step).expect("performed");
                }
            }
        }
    }
}

#[test]
fn a_folder_that_cannot_be_written_leaves_the_keys_in_use() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys");
    let ring = KeyRing::open(&path, at(NOW)).expect("keys");
    let before = ring.list();
    // As on a full disk: the file beside the key cannot be made.
    let starts = at(NOW + 600).as_millisecond();
    fs::create_dir(path.join(format!(".{starts}.pem.part"))).expect("made");
    let why = format!("{:#}", ring.rotate(Rotation::Announced, at(NOW)).expect_err("it cannot be written"));
    assert!(why.contains("cannot write the key") && why.contains("is the disk full"), "{why}");
    assert_eq!(ring.list(), before);
    assert_eq!(KeyRing::read(&path, at(NOW)).expect("keys").list(), before);
}
