//! A running node, asked over connections that nobody cuts.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::post::Post;
use crate::process::Node;

pub(super) const PASSWORD: &str = "a long enough password";
pub(super) const NEW_PASSWORD: &str = "another long password";

/// How long what was begun may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// See the module.
pub(super) struct World<'a> {
    pub(super) node: &'a Node,
    pub(super) operator: String,
    /// Where links are mailed to; without a mail server they are in the log.
    post: &'a Post,
    /// Somebody who changes nothing.
    bystander: String,
    client: reqwest::Client,
}

/// A login.
pub(super) struct Login {
    pub(super) access: String,
    pub(super) refresh: String,
    pub(super) user: String,
}

impl<'a> World<'a> {
    pub(super) async fn of(node: &'a Node, post: &'a Post) -> Self {
        let operator = node.operator();
        let mut world = Self { node, operator, post, bystander: String::new(), client: reqwest::Client::new() };
        let email = "bystander@example.org";
        world.bystander = match world.log_in(email, PASSWORD).await {
            Ok(login) => login.access,
            Err(_) => world.sign_up(email).await.access,
        };
        world
    }

    /// A gauge of the node.
    async fn gauge(&self, name: &str) -> f64 {
        let (_, text) = self.node.get(&self.node.admin, "/metrics").await;
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.and_then(|value| value.parse().ok()).unwrap_or(0.0)
    }

    /// Open connections.
    pub(super) async fn connections(&self) -> f64 {
        self.gauge("aldis_edge_connections").await
    }

    /// Until the node has seen the end of all connections but so many, and no change runs any more.
    pub(super) async fn is_quiet(&self, connections: f64) {
        let until = Instant::now() + PATIENCE;
        while self.connections().await > connections {
            assert!(Instant::now() < until, "connections that were cut are open");
        }
        while self.gauge("aldis_changes_running").await > 0.0 {
            assert!(Instant::now() < until, "a change does not end");
        }
    }

    /// Status and body of a request.
    async fn ask(&self, method: Method, path: &str, token: &str, body: Option<Value>) -> (u16, Value) {
        let request = self.client.request(method, format!("http://{}{path}", self.node.http));
        let request = request.header("x-refresh-token", "body").bearer_auth(token);
        let request = body.iter().fold(request, |request, body| request.json(body));
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    pub(super) async fn sign_up(&self, email: &str) -> Login {
        let body = json!({ "email": email, "password": PASSWORD, "name": "Ann" });
        let (status, body) = self.ask(Method::POST, "/api/auth/signup", "", Some(body)).await;
        assert!(matches!(status, 201 | 202), "{body}"); // 202: the address must be verified first
        Login::of(&body)
    }

    /// The token of the link in the mail for a forgotten password.
    pub(super) async fn reset_token(&self, email: &str) -> String {
        let body = json!({ "email": email });
        let (status, body) = self.ask(Method::POST, "/api/auth/password/forgot", "", Some(body)).await;
        assert_eq!(status, 202, "{body}");
        self.mailed_token(email).await
    }

    /// The token of a mailed link.
    pub(super) async fn mailed_token(&self, email: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let mailed = self.node.log() + &self.post.mails();
            let mine = mailed.lines().find(|line| line.contains("token=") && line.contains(&format!("\"{email}\"")));
            if let Some(line) = mine {
                let token = line.split_once("token=").expect("a link").1;
                return token[..43].to_owned();
            }
            assert!(Instant::now() < until, "no link for {email}");
            tokio::task::yield_now().await;
        }
    }

    /// The id of a new invite for this address.
    pub(super) async fn invited(&self, email: &str) -> String {
        let url = format!("http://{}/internal/invites", self.node.admin);
        let request = self.client.post(url).bearer_auth(&self.operator).json(&json!({ "email": email }));
        let made: Value = request.send().await.expect("an answer").json().await.expect("JSON");
        made["id"].as_str().expect("an id").to_owned()
    }

    /// The invites that can be used.
    pub(super) async fn invites(&self) -> Vec<Value> {
        let url = format!("http://{}/internal/invites", self.node.admin);
        let answer = self.client.get(url).bearer_auth(&self.operator).send().await.expect("an answer");
        let body: Value = answer.json().await.expect("JSON");
        body["invites"].as_array().expect("a list").clone()
    }

    /// A login, or the status that refuses it.
    pub(super) async fn log_in(&self, email: &str, password: &str) -> Result<Login, u16> {
        let body = json!({ "email": email, "password": password });
        let (status, body) = self.ask(Method::POST, "/api/auth/login", "", Some(body)).await;
        if status == 200 { Ok(Login::of(&body)) } else { Err(status) }
    }

    pub(super) async fn refreshed(&self, refresh: &str) -> Result<Login, u16> {
        let body = json!({ "refreshToken": refresh });
        let (status, body) = self.ask(Method::POST, "/api/auth/refresh", "", Some(body)).await;
        if status == 200 { Ok(Login::of(&body)) } else { Err(status) }
    }

    /// Whether this access token is taken.
    pub(super) async fn knows(&self, access: &str) -> bool {
        match self.ask(Method::GET, "/api/auth/me", access, None).await.0 {
            200 => true,
            401 => false,
            other => panic!("/api/auth/me answers {other}"),
        }
    }

    /// A user's sessions.
    pub(super) async fn sessions(&self, access: &str) -> Vec<Value> {
        let (status, body) = self.ask(Method::GET, "/api/account/sessions", access, None).await;
        assert_eq!(status, 200, "{body}");
        body["sessions"].as_array().expect("a list").clone()
    }

    pub(super) async fn room(&self, access: &str) -> String {
        let (status, body) = self.ask(Method::POST, "/api/rooms", access, Some(json!({}))).await;
        assert_eq!(status, 201, "{body}");
        body["roomId"].as_str().expect("an id").to_owned()
    }

    /// The rooms of a host, as the database has them.
    pub(super) async fn rooms(&self, access: &str) -> Vec<Value> {
        let (status, body) = self.ask(Method::GET, "/api/rooms", access, None).await;
        assert_eq!(status, 200, "{body}");
        body["rooms"].as_array().expect("a list").clone()
    }

    /// A room as a stranger sees it, from the cache.
    pub(super) async fn seen(&self, room: &str) -> Option<Value> {
        match self.ask(Method::GET, &format!("/api/rooms/{room}"), &self.bystander, None).await {
            (200, body) => Some(body),
            (404, _) => None,
            (other, body) => panic!("the room answers {other}: {body}"),
        }
    }
}

impl Login {
    pub(super) fn of(body: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Self {
            access: text(&body["accessToken"]),
            refresh: text(&body["refreshToken"]),
            user: text(&body["user"]["id"]),
        }
    }
}
