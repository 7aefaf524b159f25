//! Malformed input to a whole node, over REST and over sockets: the tables in `tests/corpus/malformed`. Each row gets exactly its
//! answer; the connection that survives goes on, and nothing of a call that goes on meanwhile is lost.

#[path = "malformed/http.rs"]
mod http;
#[path = "malformed/table.rs"]
mod table;

use serde_json::{Value, json};

use crate::{process::Node, socket::Socket};
use http::{Answer, Connection};
use table::Row;

/// No limits of rates: the tables ask more than a town.
const SETTINGS: [&str; 20] = [
    "--set",
    "socket.messages_per_second=100000",
    "--set",
    "socket.messages_burst_max=1000000",
    "--set",
    "auth.argon2_memory=8MiB",
    "--set",
    "auth.argon2_iterations=1",
    "--set",
    "rate_limits.auth_per_address=1000000/1m",
    "--set",
    "rate_limits.auth_per_email=1000000/1m",
    "--set",
    "rate_limits.requests_per_address=1000000/1m",
    "--set",
    "rate_limits.requests_per_user=1000000/1m",
    "--set",
    "rate_limits.sockets_per_address=1000000/1m",
    "--set",
    "node.loop_lag_max=0s",
];

/// Two members of a room, one of whom chats while others send nonsense.
struct Call {
    members: [Socket; 2],
    said: u64,
}

impl Call {
    async fn of(node: &Node, room: &str, tokens: [&str; 2]) -> Self {
        let mut members = [node.socket(tokens[0]).await, node.socket(tokens[1]).await];
        for member in &mut members {
            member.joins(room).await;
        }
        Self { members, said: 0 }
    }

    /// What one says, the other hears, in order and once.
    async fn goes_on(&mut self, what: &str) {
        self.said += 1;
        let [speaker, listener] = &mut self.members;
        let content = format!("{} after {what}", self.said);
        speaker.says(json!({"type": "chat_message", "cid": self.said, "data": {"content": content}}));
        assert_eq!(listener.hears("chat_message").await["data"]["content"], content);
    }
}

/// The values that rows name, `<token>` and the like.
fn value(text: &str, key: &str) -> String {
    serde_json::from_str::<Value>(text).expect("JSON")[key].as_str().expect("a text").to_owned()
}

fn is_answered(row: &Row, answer: &Answer, what: &str) {
    let mut expected = row.expected.split(' ');
    let status: u16 = expected.next().and_then(|status| status.parse().ok()).expect("a status");
    assert_eq!(answer.status, status, "{what}: {answer:?}");
    let problem: Value = serde_json::from_str(&answer.body).unwrap_or_else(|why| panic!("{what}: {why}: {answer:?}"));
    assert_eq!(problem["code"].as_str(), expected.next(), "{what}: {problem}");
    assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
    assert_eq!(problem["requestId"], answer.header("x-request-id"), "{what}");
    if let Some(field) = expected.next() {
        assert_eq!(problem["errors"][0]["field"], field, "{what}: {problem}");
    }
}

#[tokio::test]
async fn malformed_requests_get_their_answer_and_take_nothing_with_them() {
    let node = Node::start(&SETTINGS).await;
    let (ann, bob) = (node.sign_up("ann").await, node.sign_up("bob").await);
    let (room, bobs_room) = (node.room(&ann).await, node.room(&bob).await);
    let mut public = Connection::to(&node.http, &ann).await;
    let own = value(&public.get("/api/auth/me").await.body, "id");
    let operator = std::fs::read_to_string(node.data("admin.token")).expect("made at the first start");
    let mut operators = Connection::to(&node.admin, operator.trim()).await;
    assert_eq!(operators.get("/internal/keys").await.status, 200, "else it is idle for too long");
    let mut call = Call::of(&node, &room, [&ann, &bob]).await;
    let before = everything(&mut public, &room).await;
    let values = [("token", ann.as_str()), ("room", &room), ("bobs-room", &bobs_room), ("user", &own)];
    let rows = table::rows("requests.txt", &values);
    assert!(rows.len() >= 180, "{} rows", rows.len());
    for row in rows {
        let is_operators = row.lines[0].contains(&b'@');
        let connection = if is_operators { &mut operators } else { &mut public };
        let answer = connection.ask(&row).await;
        is_answered(&row, &answer, &row.name);
        let path = if is_operators { "/internal/keys" } else { "/api/auth/me" };
        assert_eq!(connection.get(path).await.status, 200, "{}: the connection does not go on", row.name);
        call.goes_on(&row.name).await;
    }
    assert_eq!(everything(&mut public, &room).await, before, "something was changed");
    assert!(!node.log().contains("panicked"), "{}", node.log());
}

/// What a user has: account, sessions, rooms.
async fn everything(connection: &mut Connection, room: &str) -> Vec<String> {
    let mut all = Vec::new();
    for path in ["/api/auth/me", "/api/rooms", "/api/account/sessions", &format!("/api/rooms/{room}")] {
        let answer = connection.get(path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let mut body: Value = serde_json::from_str(&answer.body).expect("JSON");
        forget(&mut body);
        all.push(body.to_string());
    }
    all
}

/// Removes what other clients change meanwhile.
fn forget(body: &mut Value) {
    match body {
        Value::Object(fields) => {
            fields.retain(|name, _| !matches!(name.as_str(), "participants" | "lastUsedAt"));
            fields.values_mut().for_each(forget);
        }
        Value::Array(items) => items.iter_mut().for_each(forget),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn malformed_messages_get_their_answer_and_take_nothing_with_them() {
    let node = Node::start(&SETTINGS).await;
    let [ann, bob, eve] = [node.sign_up("ann").await, node.sign_up("bob").await, node.sign_up("eve").await];
    let room = node.room(&ann).await;
    let id = |body: String| value(&body, "id");
    let peer = id(Connection::to(&node.http, &ann).await.get("/api/auth/me").await.body);
    let own = id(Connection::to(&node.http, &eve).await.get("/api/auth/me").await.body);
    let mut call = Call::of(&node, &room, [&ann, &bob]).await;
    let mut offender = node.socket(&eve).await;
    offender.joins(&room).await;
    let rows = table::rows("messages.txt", &[("room", &room), ("peer", &peer), ("own", &own)]);
    assert!(rows.len() >= 110, "{} rows", rows.len());
    for row in rows {
        let what = &row.name;
        let (expected, close) = row.expected.split_once(' ').unwrap_or((&row.expected, ""));
        match row.body.strip_prefix(b"!") {
            Some(frame) => offender.sends_bytes(frame),
            None => offender.tries_to_say(std::str::from_utf8(&row.body).expect("UTF-8")),
        }
        if expected == "heartbeat_ack" {
            offender.hears("heartbeat_ack").await;
        } else {
            let error = offender.hears("error").await["data"].clone();
            assert_eq!(error["code"], expected, "{what}: {error}");
        }
        if close.is_empty() {
            offender.is_alive().await;
        } else {
            assert_eq!(offender.is_closed().await.map(|code| code.to_string()).as_deref(), Some(close), "{what}");
            offender = node.socket(&eve).await;
            offender.joins(&room).await;
        }
        call.goes_on(what).await;
        let heard = offender.hears("chat_message").await["data"]["content"].clone();
        assert_eq!(heard, format!("{} after {what}", call.said), "the offender, too, misses nothing");
    }
    assert!(!node.log().contains("panicked"), "{}", node.log());
}

/// In a room with a media server: each is refused, by its number where that can be read, nothing of it reaches the media
/// server as a path, and no socket is closed.
#[tokio::test]
async fn malformed_requests_to_a_media_server_get_their_answer_and_take_nothing_with_them() {
    let secret = "a-secret-of-these-tests";
    let stub = media_server::stub::Stub::start(secret, media_server::limits::Limits::default()).await.expect("a stub");
    let media = [format!("media.servers=mediasoup+{}", stub.url()), format!("media.secret={secret}")];
    let settings = [&SETTINGS[..], &["--set", &media[0], "--set", &media[1]]].concat();
    let node = Node::start(&settings).await;
    let [ann, bob, eve] = [node.sign_up("ann").await, node.sign_up("bob").await, node.sign_up("eve").await];
    let room = node.room_with(&ann, json!({ "mode": "sfu", "maxParticipants": 9 })).await;
    let peer = value(&Connection::to(&node.http, &ann).await.get("/api/auth/me").await.body, "id");
    let mut call = Call::of(&node, &room, [&ann, &bob]).await;
    let mut offender = node.socket(&eve).await;
    offender.joins(&room).await;
    let epoch = loop {
        offender.says(json!({ "type": "sfu_get_router_capabilities", "rid": 1, "data": {} }));
        match offender.hears_of(&["sfu_get_router_capabilities", "error"]).await {
            answer if answer["type"] == "error" => {
                assert_eq!(answer["data"]["code"], "media_unavailable", "not heard yet")
            }
            answer => break answer["data"]["epoch"].clone(),
        }
    };
    let rows = table::rows("sfu.txt", &[("peer", &peer), ("epoch", &epoch.to_string())]);
    assert!(rows.len() >= 150, "{} rows", rows.len());
    for row in rows {
        let what = &row.name;
        let (expected, rid) = row.expected.split_once(' ').unwrap_or((&row.expected, ""));
        offender.tries_to_say(std::str::from_utf8(&row.body).expect("UTF-8"));
        let error = offender.hears("error").await["data"].clone();
        assert_eq!(error["code"], expected, "{what}: {error}");
        assert_eq!(error["rid"].as_u64(), rid.parse().ok(), "{what}: {error}");
        offender.is_alive().await;
    }
    call.goes_on("all of them").await;
    for asked in ["transports", "transports/{transport}/connect", "transports/{transport}/restart"] {
        let path = format!("POST /v1/rooms/{{room}}/peers/{{peer}}/{asked}");
        assert_eq!(stub.calls(&path), 0, "{path}");
    }
    assert!(!node.log().contains("panicked"), "{}", node.log());
}

#[tokio::test]
async fn probes_of_balancers_are_answered_however_old_they_are() {
    let node = Node::start(&[]).await;
    for (request, status) in [
        ("GET /health/ready HTTP/1.0\r\n\r\n", 200),
        ("HEAD /health/ready HTTP/1.0\r\n\r\n", 200),
        ("GET /health/live HTTP/1.1\r\nHost: 10.0.0.9\r\nUser-Agent: ELB-HealthChecker/2.0\r\n\r\n", 200),
        ("OPTIONS / HTTP/1.0\r\n\r\n", 204),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 204),
        ("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        ("GET /health/ready HTTP/1.1\r\n\r\n", 400),
    ] {
        for address in [&node.http, &node.admin] {
            // The operators' listener has no page.
            let is_page = !request.contains("/health/");
            if address == &node.http || !is_page {
                assert_eq!(http::status(address, request).await, status, "{request}");
            }
        }
    }
}
