//! A running node is backed up, and its backup restored in an empty directory: people sign in as before.

use std::{fs, os::unix::fs::MetadataExt as _};

use serde_json::{Value, json};

use crate::process::Node;

/// Signs in; answers the user's id, and the cookie that renews the session.
async fn log_in(node: &Node, password: &str) -> (String, String) {
    let url = format!("http://{}/api/auth/login", node.http);
    let body = json!({ "email": "ann@example.org", "password": password });
    let answer = reqwest::Client::new().post(url).json(&body).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let cookies = answer.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().expect("text").to_owned());
    let cookie = cookies.into_iter().find(|cookie| cookie.starts_with("refresh_token=")).expect("a cookie");
    let answer: Value = answer.json().await.expect("JSON");
    let cookie = cookie.split(';').next().expect("a value").to_owned();
    (answer["user"]["id"].as_str().expect("an id").to_owned(), cookie)
}

async fn refreshed(node: &Node, cookie: &str) -> u16 {
    let url = format!("http://{}/api/auth/refresh", node.http);
    let answer = reqwest::Client::new().post(url).header("cookie", cookie).send().await.expect("an answer");
    answer.status().as_u16()
}

#[tokio::test]
async fn a_backup_of_a_running_node_restored_in_an_empty_directory_has_its_accounts_sessions_rooms_and_keys() {
    let mut node = Node::start(&[]).await;
    let token = node.sign_up("ann").await;
    let room = node.room(&token).await;
    let (id, cookie) = log_in(&node, "a long enough password").await;

    let (code, out, err) = node.aldis(&["backup", "aldis.tar"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.starts_with("aldis.tar: made and read back (Aldis "), "{out}");
    assert_eq!(fs::metadata(node.path("aldis.tar")).expect("there").mode() & 0o777, 0o600);
    node.sign_up("bob").await; // later: the node goes on
    let (code, _, err) = node.aldis(&["restore", "aldis.tar"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("is in use by `aldis serve`"), "{err}");
    node.signal("-KILL");
    node.end().await;

    let (code, out, err) = node.aldis(&["restore", "aldis.tar", "--data-dir", "other"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.starts_with("other: restored the backup of "), "{out}");
    let restored = Node::start_in(node.dir(), &["--data-dir", "other"]).await;
    assert_eq!(log_in(&restored, "a long enough password").await.0, id, "the password of then, the same person");
    assert_eq!(refreshed(&restored, &cookie).await, 200, "the session of then");
    let client = reqwest::Client::new();
    let rooms = client.get(format!("http://{}/api/rooms/{room}", restored.http)).bearer_auth(&token).send().await;
    assert_eq!(rooms.expect("an answer").status(), 200, "the token of then, and the room");
    let bob = json!({ "email": "bob@example.org", "password": "a long enough password" });
    let bob = client.post(format!("http://{}/api/auth/login", restored.http)).json(&bob).send().await;
    assert_eq!(bob.expect("an answer").status(), 401, "who came later is not in it");
}

#[tokio::test]
async fn a_node_does_not_start_on_half_a_restore() {
    let mut node = Node::start(&[]).await;
    node.signal("-TERM");
    node.end().await;
    assert_eq!(node.aldis(&["backup", "aldis.tar"]).0, Some(0), "without a node, too");
    fs::write(node.data("restore.unfinished"), "").expect("as a killed restore leaves it");
    let serve = ["serve", "--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0"];
    let (code, _, err) = node.aldis(&serve);
    assert_eq!(code, Some(1));
    assert!(err.contains("was interrupted, and what is there is not whole → repeat it: aldis restore FILE"), "{err}");
    assert_eq!(node.aldis(&["restore", "aldis.tar"]).0, Some(0));
    Node::start_in(node.dir(), &[]).await;
}
