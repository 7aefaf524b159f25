//! A service's data directory, in which root runs commands: the service's user goes on.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt as _, chown},
        process::CommandExt as _,
    },
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use crate::process::Node;

/// The service's user.
const USER: u32 = 65_534;

/// Whether this process may run others as that user, and that user may run what is built here.
fn can_be(user: u32) -> bool {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aldis"));
    let tried = command.arg("--version").uid(user).gid(user).current_dir("/").stdout(Stdio::null()).status();
    tried.is_ok_and(|status| status.success())
}

/// That everything in `folder` belongs to the service's user.
fn is_owned(folder: &Path) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let about = fs::symlink_metadata(&path).expect("there");
        assert_eq!((about.uid(), about.mode() & 0o077), (USER, 0), "{}", path.display());
        if about.is_dir() {
            is_owned(&path);
        }
    }
}

#[tokio::test]
async fn root_rotates_backs_up_and_restores_and_the_service_s_user_goes_on() {
    if !can_be(USER) {
        return;
    }
    let dir = Arc::new(tempfile::tempdir().expect("a temporary directory"));
    chown(dir.path(), Some(USER), Some(USER)).expect("given");
    let mut node = Node::start_as(USER, Arc::clone(&dir), &[]).await;
    let token = node.sign_up("ann").await;
    for arguments in [&["keys", "rotate"][..], &["keys", "rotate", "--now"], &["backup", "running.tar"]] {
        let (code, _, err) = node.aldis(arguments);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{arguments:?}");
    }
    is_owned(&node.path("data"));
    node.signal("-TERM");
    node.end().await;
    for arguments in [
        &["keys", "rotate"][..],
        &["keys", "rotate", "--now"],
        &["backup", "stopped.tar"],
        &["restore", "running.tar", "--force"],
        &["keys", "list"],
    ] {
        let (code, _, err) = node.aldis(arguments);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{arguments:?}");
    }
    is_owned(&node.path("data"));
    let backup = fs::metadata(node.path("stopped.tar")).expect("there");
    assert_eq!((backup.uid(), backup.mode() & 0o777), (0, 0o600), "a backup is its maker's");
    let node = Node::start_as(USER, dir, &[]).await;
    assert_eq!(node.me(&token).await.0, 200);
    assert!(!node.log().contains("open to others") && !node.log().contains("belongs to user"), "{}", node.log());
}
