//! Signing up by invitation, from the command line to the account; and a forgotten password on a node without a mail server.

use serde_json::{Value, json};

use sqlx::{Connection as _, SqliteConnection};

use crate::process::Node;

async fn post(node: &Node, path: &str, body: &Value) -> (u16, Value) {
    let url = format!("http://{}{path}", node.http);
    let answer = reqwest::Client::new().post(url).json(body).send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

#[tokio::test]
async fn an_operator_invites_somebody_on_the_command_line_who_then_signs_up() {
    let node = Node::start(&["--set", "auth.signup=invite", "--set", "http.public_url=http://127.0.0.1:8080"]).await;
    let data = ["--data-dir", "data"];
    let aldis = |arguments: &[&str]| node.aldis(&[arguments, &data].concat());
    let (code, out, err) = aldis(&["invite", "new", "--email", "Ann@example.org", "--expires", "2h"]);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    let (link, rest) = out.split_once('\n').expect("lines");
    let invite = link.strip_prefix("http://127.0.0.1:8080/#/signup?invite=").expect("a link");
    assert!(rest.contains(&format!("code {invite}, valid until 20")), "{rest}");
    let (_, listed, _) = aldis(&["invite", "list"]);
    assert!(listed.contains("  1 left  until ") && listed.ends_with("  ann@example.org\n"), "{listed}");
    assert!(!listed.contains(invite), "it is shown once");
    let sign_up =
        |email: &str| json!({ "email": email, "password": "a long enough password", "name": "Ann", "invite": invite });
    assert_eq!(post(&node, "/api/auth/signup", &sign_up("bob@example.org")).await.1["code"], "invite_invalid");
    assert_eq!(post(&node, "/api/auth/signup", &sign_up("ann@example.org")).await.0, 201);
    assert_eq!(aldis(&["invite", "list"]).1, "", "it is used up");
    aldis(&["invite", "new", "--uses", "3"]);
    let (_, listed, _) = aldis(&["invite", "list"]);
    assert!(listed.contains("  3 left  until ") && listed.ends_with("  anybody\n"), "{listed}");
    let id = listed.split_whitespace().next().expect("an id").to_owned();
    assert_eq!(aldis(&["invite", "revoke", &id]).0, Some(0));
    let (code, _, err) = aldis(&["invite", "revoke", &id]);
    assert!(code == Some(1) && err.contains("refused (404): There is no invite"), "{err}");
    let (code, _, err) = aldis(&["invite", "new", "--email", "ann"]);
    assert!(code == Some(1) && err.contains("email: is not an e-mail address"), "{err}");
    let log = node.log();
    assert!(!log.contains(invite) && !log.contains("ann@example"), "{log}");
    let (code, _, err) = node.aldis(&["invite", "list", "--data-dir", "elsewhere"]);
    assert!(code == Some(1) && err.contains("no node runs on the data directory elsewhere → start it"), "{err}");
}

#[tokio::test]
async fn without_a_mail_server_the_link_is_in_the_log_and_closes_sockets_when_it_is_used() {
    let node = Node::start(&[]).await;
    let access = node.sign_up("ann").await;
    let mut socket = node.socket(&access).await;
    let asked = json!({ "email": "ann@example.org" });
    assert_eq!(post(&node, "/api/auth/password/forgot", &asked).await.0, 202);
    node.until_logged("/#/reset?token=").await;
    let log = node.log();
    let token = &log.split_once("/#/reset?token=").expect("a link").1[..43];
    let reset = json!({ "token": token, "newPassword": "another long password" });
    assert_eq!(post(&node, "/api/auth/password/reset", &reset).await.0, 204);
    assert_eq!(socket.is_closed().await, Some(4401));
    assert_eq!(post(&node, "/api/auth/password/reset", &reset).await.1["code"], "link_invalid");
    let login = |password: &str| json!({ "email": "ann@example.org", "password": password });
    assert_eq!(post(&node, "/api/auth/login", &login("a long enough password")).await.0, 401);
    assert_eq!(post(&node, "/api/auth/login", &login("another long password")).await.0, 200);
}

#[tokio::test]
async fn a_link_is_mailed_though_the_database_is_away_for_a_moment() {
    let node = Node::start(&[]).await;
    node.sign_up("ann").await;
    let url = format!("sqlite://{}", node.data("aldis.db").display());
    let mut theirs = SqliteConnection::connect(&url).await.expect("the database");
    sqlx::query("BEGIN IMMEDIATE").execute(&mut theirs).await.expect("the lock");
    let asked = json!({ "email": "ann@example.org" });
    assert_eq!(post(&node, "/api/auth/password/forgot", &asked).await.0, 202, "nobody waits for the database");
    node.until_logged("a link for a new password is not stored yet").await;
    sqlx::query("ROLLBACK").execute(&mut theirs).await.expect("rolled back");
    node.until_logged("/#/reset?token=").await;
}
