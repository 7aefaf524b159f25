//! A database whose file is deleted, locked by another process, or on a full disk: nothing that was answered as done is gone
//! after a restart, what cannot be done is refused with 503 and `Retry-After`, and readiness says so in time.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use reqwest::{Method, Response};
use serde_json::{Value, json};
use sqlx::{Connection as _, SqliteConnection};

use crate::process::Node;

/// How soon readiness tells of a database that cannot be written; a little more for the probe itself.
pub(super) const TOLD_WITHIN: Duration = Duration::from_secs(5);

pub(super) async fn ask(node: &Node, method: Method, path: &str, token: &str, body: Value) -> Response {
    let request = reqwest::Client::new().request(method, format!("http://{}{path}", node.http));
    request.bearer_auth(token).json(&body).send().await.expect("an answer")
}

/// Sets a room's limit; whether it was answered as done. Any refusal is a temporary one.
pub(super) async fn is_set(node: &Node, room: &str, token: &str, limit: u32) -> bool {
    let body = json!({ "maxParticipants": limit });
    is_done(&ask(node, Method::PATCH, &format!("/api/rooms/{room}"), token, body).await)
}

pub(super) fn is_done(answer: &Response) -> bool {
    if answer.status().is_success() {
        return true;
    }
    assert_eq!(answer.status(), 503, "{answer:?}");
    assert!(answer.headers().contains_key("retry-after"), "{answer:?}");
    false
}

pub(super) async fn limit(node: &Node, room: &str, token: &str) -> Value {
    let answer = ask(node, Method::GET, &format!("/api/rooms/{room}"), token, json!({})).await;
    answer.json::<Value>().await.expect("JSON")["maxParticipants"].clone()
}

#[tokio::test]
async fn a_deleted_database_refuses_changes_and_is_not_ready() {
    let node = Node::start(&[]).await;
    let ann = node.sign_up("ann").await;
    let room = node.room(&ann).await;
    assert!(is_set(&node, &room, &ann, 5).await);
    std::fs::rename(node.data("aldis.db"), node.path("elsewhere.db")).expect("moved");
    assert!(!is_set(&node, &room, &ann, 8).await, "answered as done, though the next start finds no database");
    let took = node.until_ready_is(503).await;
    assert!(took <= TOLD_WITHIN, "told after {took:?}");
    let signup = json!({ "email": "bob@example.org", "password": "a long enough password", "name": "Bob" });
    assert!(!is_done(&ask(&node, Method::POST, "/api/auth/signup", "", signup).await));
    std::fs::rename(node.path("elsewhere.db"), node.data("aldis.db")).expect("moved back");
    node.until_ready_is(200).await;
    assert_eq!(limit(&node, &room, &ann).await, 5, "the refused change was not made");
}

#[tokio::test]
async fn a_database_that_another_process_locks_refuses_changes_and_is_not_ready() {
    let node = Node::start(&[]).await;
    let ann = node.sign_up("ann").await;
    let room = node.room(&ann).await;
    let url = format!("sqlite://{}", node.data("aldis.db").display());
    let mut theirs = SqliteConnection::connect(&url).await.expect("the database");
    sqlx::query("BEGIN IMMEDIATE").execute(&mut theirs).await.expect("the lock");
    assert!(!is_set(&node, &room, &ann, 8).await, "answered as done without the lock");
    let took = node.until_ready_is(503).await;
    assert!(took <= TOLD_WITHIN, "told after {took:?}");
    sqlx::query("ROLLBACK").execute(&mut theirs).await.expect("rolled back");
    node.until_ready_is(200).await;
    assert_eq!(limit(&node, &room, &ann).await, 4);
    assert!(is_set(&node, &room, &ann, 8).await);
    let node = node.killed_and_restarted().await;
    assert_eq!(limit(&node, &room, &ann).await, 8);
}

/// A file system of its own, of a few megabytes.
struct Disk(PathBuf);

impl Disk {
    fn mounted_at(path: &Path) -> Self {
        std::fs::create_dir(path).expect("a directory");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs"]).arg(path).status();
        assert!(mounted.expect("mount runs").success(), "only root can mount: ./test.sh storage");
        Self(path.to_owned())
    }

    fn fill(&self) {
        let mut filler = std::fs::File::create(self.0.join("filler")).expect("a file");
        for size in [1 << 16, 1 << 10, 1] {
            while filler.write_all(&vec![0; size]).is_ok() {}
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status(); // its directory is removed next
    }
}

#[tokio::test]
#[ignore = "mounts a file system: ./test.sh storage"]
async fn on_a_full_disk_nothing_that_was_answered_as_done_is_gone_after_a_restart() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let disk = Disk::mounted_at(&dir.path().join("data"));
    let node = Node::start_in(Arc::new(dir), &["--set", "room.mesh_participants_max=100"]).await;
    let ann = node.sign_up("ann").await;
    let room = node.room(&ann).await;
    disk.fill();
    // The log of the database has some room left: as long as it lasts, changes are made.
    let (mut last, mut refused) = (4, 0);
    for limit in (5..=100).cycle().take(2_000) {
        if is_set(&node, &room, &ann, limit).await {
            last = limit;
        } else {
            refused += 1;
            if refused == 5 {
                break;
            }
        }
    }
    assert_eq!(refused, 5, "the disk is not full");
    assert_eq!(limit(&node, &room, &ann).await, last, "what is shown is what was answered");
    let took = node.until_ready_is(503).await;
    assert!(took <= TOLD_WITHIN, "told after {took:?}");
    let signup = json!({ "email": "bob@example.org", "password": "a long enough password", "name": "Bob" });
    let bob = is_done(&ask(&node, Method::POST, "/api/auth/signup", "", signup).await);
    let deleted = is_done(&ask(&node, Method::DELETE, &format!("/api/rooms/{room}"), &ann, Value::Null).await);

    std::fs::remove_file(node.data("filler")).expect("removed");
    let node = node.killed_and_restarted().await;
    let login = json!({ "email": "bob@example.org", "password": "a long enough password" });
    let login = ask(&node, Method::POST, "/api/auth/login", "", login).await.status();
    assert_eq!(login == 200, bob, "the account: {login}");
    let expected = if deleted { Value::Null } else { last.into() };
    assert_eq!(limit(&node, &room, &ann).await, expected);
    node.until_ready_is(200).await;
    drop(node);
    drop(disk);
}
