//! A user who is disabled, deleted, logged out or has a new password is out at once: the socket is closed, the access token
//! refused everywhere.

use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::process::Node;

const PASSWORD: &str = "a long enough password";
/// From the answer to the end of the socket.
const AT_ONCE: Duration = Duration::from_secs(1);

struct Session {
    access: String,
    refresh: String,
    user: String,
}

/// How a session ends.
#[derive(Clone, Copy, Debug)]
enum End {
    Disabled,
    Deleted,
    LoggedOut,
    LoggedOutEverywhere,
    NewPassword,
}

fn request(node: &Node, method: Method, path: &str, token: &str) -> RequestBuilder {
    let address = if path.starts_with("/internal") { &node.admin } else { &node.http };
    let request = reqwest::Client::new().request(method, format!("http://{address}{path}"));
    request.header("x-refresh-token", "body").bearer_auth(token)
}

async fn enter(node: &Node, path: &str, email: &str) -> Session {
    let mut body = json!({ "email": email, "password": PASSWORD });
    if path.ends_with("signup") {
        body["name"] = "Ann".into();
    }
    let answer = request(node, Method::POST, path, "").json(&body).send().await.expect("an answer");
    let body: Value = answer.json().await.expect("JSON");
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{body}")).to_owned();
    Session {
        access: text(&body["accessToken"]),
        refresh: text(&body["refreshToken"]),
        user: text(&body["user"]["id"]),
    }
}

/// Ends the session, by another session of the same user or by an operator.
async fn end(node: &Node, how: End, session: &Session, other: &Session) {
    let operator = node.operator();
    let (method, path, token, body) = match how {
        End::Disabled => {
            let path = format!("/internal/users/{}", session.user);
            (Method::PATCH, path, operator.as_str(), json!({ "disabled": true }))
        }
        End::Deleted => {
            let body = json!({ "password": PASSWORD });
            (Method::POST, "/api/account/delete".to_owned(), other.access.as_str(), body)
        }
        End::LoggedOut => {
            let body = json!({ "refreshToken": session.refresh });
            (Method::POST, "/api/auth/logout".to_owned(), "", body)
        }
        End::LoggedOutEverywhere => {
            (Method::DELETE, "/api/account/sessions".to_owned(), other.access.as_str(), json!({}))
        }
        End::NewPassword => {
            let body = json!({ "password": PASSWORD, "newPassword": "another long password" });
            (Method::POST, "/api/account/password".to_owned(), other.access.as_str(), body)
        }
    };
    let answer = request(node, method, &path, token).json(&body).send().await.expect("an answer");
    assert_eq!(answer.status(), 204, "{how:?}: {}", answer.text().await.unwrap_or_default());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ended_session_is_out_of_every_door_within_a_second() {
    let node = Node::start(&[]).await;
    let host = node.sign_up("host").await;
    let room = node.room(&host).await;
    let ends = [End::Disabled, End::Deleted, End::LoggedOut, End::LoggedOutEverywhere, End::NewPassword];
    for how in ends {
        let email = format!("{how:?}@example.org");
        let session = enter(&node, "/api/auth/signup", &email).await;
        let other = enter(&node, "/api/auth/login", &email).await;
        let (mut socket, mut idle) = (node.socket(&session.access).await, node.socket(&session.access).await);
        socket.joins(&room).await;
        end(&node, how, &session, &other).await;
        let ended = Instant::now();
        for socket in [&mut socket, &mut idle] {
            assert_eq!(socket.is_closed().await, Some(4401), "{how:?}");
        }
        assert!(ended.elapsed() <= AT_ONCE, "{how:?}: closed after {:?}", ended.elapsed());

        let room = format!("/api/rooms/{room}");
        for (method, path) in [
            (Method::GET, "/api/auth/me"),
            (Method::GET, "/api/account/sessions"),
            (Method::GET, "/api/ice-servers"),
            (Method::GET, "/api/rooms"),
            (Method::POST, "/api/rooms"),
            (Method::GET, room.as_str()),
        ] {
            let answer = request(&node, method.clone(), path, &session.access).json(&json!({})).send().await;
            assert_eq!(answer.expect("an answer").status(), 401, "{how:?}: {method} {path}");
        }
        assert_eq!(node.refused_socket(&session.access).await, (vec!["error".to_owned()], Some(4401)), "{how:?}");
        let refresh = request(&node, Method::POST, "/api/auth/refresh", "");
        let refresh = refresh.json(&json!({ "refreshToken": session.refresh })).send().await.expect("an answer");
        assert_eq!(refresh.status(), 401, "{how:?}: the refresh token");
    }
    let mut bystander = node.socket(&host).await;
    bystander.is_alive().await;
}
