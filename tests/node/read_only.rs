//! A disk that becomes read-only under a running node, as the kernel makes a failing one, and files that may not be written any
//! more: what was answered as done is there after a restart, all else is refused with 503 and `Retry-After`, and readiness says so.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use reqwest::Method;
use serde_json::json;

use crate::{
    process::Node,
    stored::{TOLD_WITHIN, ask, is_done, is_set, limit},
};

/// A file system in a file, which becomes read-only at its first error.
struct Disk {
    at: PathBuf,
    image: PathBuf,
    device: String,
}

fn run(command: &str, arguments: &[&str]) -> String {
    let ran = Command::new(command).args(arguments).output().expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let (out, err) = (text(ran.stdout), text(ran.stderr));
    assert!(ran.status.success(), "{command} {arguments:?}, as root: {out}{err}");
    out.trim().to_owned()
}

impl Disk {
    fn mounted_at(at: &Path) -> Self {
        let image = at.with_extension("image");
        let (of, shown) = (image.to_string_lossy().into_owned(), at.to_string_lossy().into_owned());
        run("truncate", &["--size", "64M", &of]);
        run("mkfs.ext4", &["-q", "-m", "0", &of]);
        fs::create_dir(at).expect("a directory");
        let device = run("losetup", &["--find", "--show", &of]);
        run("mount", &["-o", "errors=remount-ro", &device, &shown]);
        run("chmod", &["700", &shown]);
        Self { at: at.to_owned(), image, device }
    }

    /// The kernel finds an error in the file system: files that are open for writing are no hindrance.
    fn fails(&self) {
        let name = self.device.rsplit('/').next().expect("a name");
        fs::write(format!("/sys/fs/ext4/{name}/trigger_fs_error"), "for a test").expect("root may");
    }

    /// As after a restart of the machine: what was in memory alone is lost.
    fn is_repaired(&self) {
        run("umount", &[&self.at.to_string_lossy()]);
        let repaired = Command::new("e2fsck").args(["-f", "-y", &self.device]).output().expect("it runs");
        assert!(repaired.status.code().is_some_and(|code| code <= 1), "{repaired:?}");
        run("mount", &[&self.device, &self.at.to_string_lossy()]);
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.at).status(); // nobody needs it any more
        let _ = Command::new("losetup").args(["--detach", &self.device]).status();
        let _ = fs::remove_file(&self.image);
    }
}

#[tokio::test]
#[ignore = "mounts a file system: ./test.sh storage"]
async fn on_a_disk_that_becomes_read_only_nothing_that_was_answered_as_done_is_gone_after_a_restart() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let disk = Disk::mounted_at(&dir.path().join("data"));
    let mut node = Node::start_in(Arc::new(dir), &["--set", "room.mesh_participants_max=100"]).await;
    let ann = node.sign_up("ann").await;
    let room = node.room(&ann).await;
    let mut last = 4;
    for limit in 5..=40 {
        assert!(is_set(&node, &room, &ann, limit).await, "the disk is whole");
        last = limit;
    }
    disk.fails();
    let mut refused = 0;
    for limit in 41..=60 {
        if is_set(&node, &room, &ann, limit).await { last = limit } else { refused += 1 }
    }
    assert!(refused >= 19, "{refused} of 20 changes are refused");
    let took = node.until_ready_is(503).await;
    assert!(took <= TOLD_WITHIN, "told after {took:?}");
    let signup = json!({ "email": "bob@example.org", "password": "a long enough password", "name": "Bob" });
    assert!(!is_done(&ask(&node, Method::POST, "/api/auth/signup", "", signup).await));
    assert_eq!(limit(&node, &room, &ann).await, last, "reading goes on");
    assert_eq!(node.get(&node.admin, "/health/live").await.0, 200, "a restart would not help");

    node.signal("-KILL");
    node.log_at_end().await;
    disk.is_repaired();
    node.again().await;
    node.until_ready_is(200).await;
    assert_eq!(limit(&node, &room, &ann).await, last);
    assert!(is_set(&node, &room, &ann, 8).await);
    assert!(!node.log().contains("panicked"), "{}", node.log());
    drop(node);
    drop(disk);
}

#[tokio::test]
#[ignore = "mounts a file system: ./test.sh storage"]
async fn on_a_read_only_disk_files_that_may_not_be_written_are_told_and_the_node_goes_on_when_they_may() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let disk = Disk::mounted_at(&dir.path().join("data"));
    let node = Node::start_in(Arc::new(dir), &[]).await;
    let ann = node.sign_up("ann").await;
    let room = node.room(&ann).await;
    assert!(is_set(&node, &room, &ann, 5).await);
    let files = ["aldis.db", "aldis.db-wal"].map(|name| node.data(name).to_string_lossy().into_owned());
    run("chattr", &["+i", &files[0], &files[1]]);
    assert!(!is_set(&node, &room, &ann, 8).await, "answered as done, though nothing can be written");
    let took = node.until_ready_is(503).await;
    assert!(took <= TOLD_WITHIN, "told after {took:?}");
    assert_eq!(limit(&node, &room, &ann).await, 5, "reading goes on");
    run("chattr", &["-i", &files[0], &files[1]]);
    node.until_ready_is(200).await;
    assert!(is_set(&node, &room, &ann, 7).await);
    let node = node.killed_and_restarted().await;
    assert_eq!(limit(&node, &room, &ann).await, 7);
    drop(node);
    drop(disk);
}
