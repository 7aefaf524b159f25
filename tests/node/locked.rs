//! A data directory has one node, and nobody else reads what is in it.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
};

use crate::process::Node;

#[tokio::test]
async fn a_second_node_on_a_data_directory_is_refused_and_a_killed_one_holds_nothing() {
    let mut node = Node::start(&[]).await;
    let second = ["serve", "--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0", "--data-dir", "data"];
    let (code, out, err) = node.aldis(&second);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    let pid = fs::read_to_string(node.data("lock")).expect("the lock's file");
    let pid = serde_json::from_str::<serde_json::Value>(&pid).expect("JSON")["pid"].to_string();
    let expected = format!("error: the data directory data is in use by `aldis serve` (pid {pid} on ");
    assert!(err.contains(&expected) && err.contains("→ stop that process first"), "{err}");
    assert!(node.get(&node.http, "/health/ready").await.0 == 200, "the first is unharmed");
    node.signal("-KILL");
    node.end().await;
    Node::start_in(node.dir(), &[]).await;
}

#[tokio::test]
async fn everything_a_node_makes_is_its_own_user_s_alone_and_open_files_are_narrowed() {
    let mut node = Node::start(&[]).await;
    node.sign_up("ann").await;
    let check = |node: &Node| {
        let mut folders = vec![node.path("data")];
        let mut files = 0;
        while let Some(folder) = folders.pop() {
            assert_eq!(fs::metadata(&folder).expect("there").mode() & 0o777, 0o700, "{}", folder.display());
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                let about = fs::symlink_metadata(&path).expect("there");
                if about.is_dir() {
                    folders.push(path);
                } else {
                    assert_eq!(about.mode() & 0o777, 0o600, "{}", path.display());
                    files += 1;
                }
            }
        }
        assert!(files >= 6, "{files}: database, its log and index, a key, token, socket and lock");
    };
    check(&node);
    assert_eq!(fs::metadata(node.path("ready.json")).expect("there").mode() & 0o777, 0o644, "no secret");
    node.signal("-KILL"); // so that the database's log stays
    node.end().await;
    for name in ["aldis.db", "aldis.db-wal", "aldis.db-shm", "lock"] {
        fs::set_permissions(node.data(name), fs::Permissions::from_mode(0o644)).expect("opened");
    }
    let node = Node::start_in(node.dir(), &[]).await;
    check(&node);
    assert!(node.log().contains("now only its owner may use it"), "{}", node.log());
}

#[tokio::test]
async fn a_directory_that_everybody_may_write_is_refused() {
    let mut node = Node::start(&[]).await;
    node.signal("-TERM");
    node.end().await;
    fs::set_permissions(node.data("keys"), fs::Permissions::from_mode(0o777)).expect("opened");
    let (code, _, err) = node.aldis(&["serve", "--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("data/keys cannot be trusted") && err.contains("→ chmod go-w ./data/keys"), "{err}");
    let (code, _, err) = node.aldis(&["config", "check", "--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0"]);
    assert_eq!(code, Some(2), "the check says so, too");
    assert!(err.contains("every user may replace files in it (mode 777)"), "{err}");
}
