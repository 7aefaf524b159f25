//! A client of a room that sends numbered chat messages, resends what is not acknowledged, resumes, and checks all that it
//! receives: nothing is lost, repeated or out of order.

use std::{collections::BTreeMap, time::Duration};

use client::Session;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::socket::Socket;

/// Timeout of every wait.
const PATIENCE: Duration = Duration::from_secs(120);
/// Errors that a close follows.
const CLOSING: [&str; 5] = ["draining", "removed", "banned", "room_closed", "auth_invalid"];

/// A member of a room.
pub(super) struct Member {
    token: String,
    room: String,
    /// The node that it is connected to.
    http: String,
    socket: Socket,
    /// Its texts are resent after a resume.
    session: Session<String>,
    /// Messages said in all, over all sessions.
    said: u64,
    /// The other members, and how many messages of each were heard.
    pub(super) heard: BTreeMap<String, u64>,
    /// Members who have left, as this one was told.
    pub(super) left: Vec<Value>,
    session_id: String,
    /// Ids of the messages that it said, and of those that it heard, in order.
    pub(super) said_ids: Vec<String>,
    pub(super) heard_ids: Vec<String>,
}

impl Member {
    /// Connects and joins.
    pub(super) async fn join(http: &str, token: &str, room: &str) -> Self {
        let (socket, session) = (Socket::open(http, false).await.expect("a socket"), Session::default());
        socket.tries_to_say(&session.hello(token));
        let mut member = Self {
            token: token.to_owned(),
            room: room.to_owned(),
            http: http.to_owned(),
            socket,
            session,
            said: 0,
            heard: BTreeMap::new(),
            left: Vec::new(),
            session_id: String::new(),
            said_ids: Vec::new(),
            heard_ids: Vec::new(),
        };
        member.enter().await;
        member
    }

    /// Joins the room with a new session; what was heard before is forgotten.
    pub(super) async fn enter(&mut self) {
        self.heard.clear();
        self.socket.says(json!({ "type": "join_room", "data": { "roomId": &self.room } }));
        self.until("room_joined", |message| message["type"] == "room_joined").await;
    }

    /// Says the next number.
    pub(super) fn say(&mut self) {
        self.said += 1;
        let (cid, content) = (self.session.sent.number(), self.said.to_string());
        let text = json!({ "type": "chat_message", "cid": cid, "data": { "content": content } }).to_string();
        self.socket.tries_to_say(&text);
        assert!(self.session.sent.keep(text), "the node acknowledges nothing any more");
        self.said_ids.push(format!("{}-{cid}", self.session_id));
    }

    pub(super) fn heartbeat(&self) {
        self.socket.tries_to_say(r#"{"type":"heartbeat"}"#);
    }

    /// Listens until it is told that its token is about to expire, and sends this one.
    pub(super) async fn renews_its_token(&mut self, token: &str) {
        self.until("token_expiring", |message| message["type"] == "token_expiring").await;
        token.clone_into(&mut self.token);
        self.socket.says(json!({ "type": "token_refresh", "data": { "token": token } }));
        self.heartbeat();
    }

    /// Whether it is connected to the node at this address.
    pub(super) fn is_on(&self, http: &str) -> bool {
        self.http == http
    }

    /// Listens until it is told that somebody has left.
    pub(super) async fn hears_of_a_leave(&mut self) {
        self.until("user_left", |message| message["type"] == "user_left").await;
    }

    /// Listens until it is told that a message was deleted: its id.
    pub(super) async fn hears_of_a_deletion(&mut self) -> String {
        let told = self.until("chat_deleted", |message| message["type"] == "chat_deleted").await;
        told["data"]["id"].as_str().expect("an id").to_owned()
    }

    /// Listens until a message of an application comes: its `data`.
    pub(super) async fn hears_a_message(&mut self) -> Value {
        self.until("message", |message| message["type"] == "message").await["data"].clone()
    }

    /// Listens until there are so many others in the room.
    pub(super) async fn meets(&mut self, others: usize) {
        while self.heard.len() < others {
            self.until("user_joined", |message| message["type"] == "user_joined").await;
        }
    }

    /// Listens until the last message heard of each other member has this number, and its own are acknowledged.
    pub(super) async fn hears(&mut self, last: u64) {
        while self.heard.values().any(|heard| *heard < last) || self.session.sent.unacknowledged().len() > 0 {
            self.until("a message or an ack", |message| ["chat_message", "ack"].contains(&kind(message))).await;
        }
    }

    /// The same, whether its own are acknowledged by then or not: acknowledgements come later, for many at once.
    pub(super) async fn hears_others(&mut self, last: u64) {
        while self.heard.values().any(|heard| *heard < last) {
            self.until("a message", |message| kind(message) == "chat_message").await;
        }
    }

    /// Listens for so long; the connection must not end.
    pub(super) async fn listen(&mut self, span: Duration) {
        let listening = async {
            loop {
                self.next().await.unwrap_or_else(|code| panic!("closed with {code:?}"));
            }
        };
        let _passed: Result<(), _> = timeout(span, listening).await;
    }

    /// Listens until the connection has ended; its close code, if there was one.
    pub(super) async fn is_closed(&mut self) -> Option<u16> {
        let closing = async {
            loop {
                if let Err(code) = self.next().await {
                    return code;
                }
            }
        };
        timeout(PATIENCE, closing).await.expect("the connection ends")
    }

    /// Leaves the room, and hears that it has left.
    pub(super) async fn leaves(&mut self) {
        self.socket.says(json!({ "type": "leave_room" }));
        self.until("room_left", |message| message["type"] == "room_left").await;
    }

    /// Loses the connection, without a word to the node.
    pub(super) fn loses_connection(&self) {
        self.socket.abandon();
    }

    /// Reconnects and asks to resume: whether the session was resumed.
    pub(super) async fn resume(&mut self, http: &str) -> bool {
        self.socket = Socket::open(http, true).await.expect("a socket");
        http.clone_into(&mut self.http);
        self.socket.tries_to_say(&self.session.hello(&self.token));
        let is_answer = |message: &Value| ["resumed", "resume_failed"].contains(&kind(message));
        if kind(&self.until("an answer to the resume", is_answer).await) == "resume_failed" {
            return false;
        }
        self.session.sent.unacknowledged().for_each(|(_, text)| self.socket.tries_to_say(text));
        true
    }

    async fn until(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let listening = async {
            loop {
                let message = self.next().await.unwrap_or_else(|code| panic!("closed with {code:?} before {what}"));
                if is_it(&message) {
                    return message;
                }
            }
        };
        timeout(PATIENCE, listening).await.unwrap_or_else(|_| panic!("{what} does not come"))
    }

    /// The next message, checked and noted.
    async fn next(&mut self) -> Result<Value, Option<u16>> {
        let message = self.socket.next().await?;
        if let Some(seq) = message["seq"].as_u64() {
            self.session.received(seq).unwrap_or_else(|gap| panic!("{gap}: {message}"));
        }
        let data = &message["data"];
        let text = |name: &str| data[name].as_str().expect("a text").to_owned();
        match kind(&message) {
            "room_joined" => {
                self.session.begin(&text("resumeToken")).for_each(drop);
                self.session_id = text("sessionId");
                let others = data["existingPeers"].as_array().expect("a list").iter().filter_map(Value::as_str);
                self.heard = others.map(|user| (user.to_owned(), 0)).collect();
            }
            "resumed" => assert_eq!(data["fromSeq"].as_u64(), Some(self.session.seq() + 1), "resumed with a gap"),
            "user_joined" => drop(self.heard.insert(text("userId"), 0)),
            "user_left" => self.left.push(message.clone()),
            "chat_message" => {
                let number: u64 = text("content").parse().expect("a number");
                let heard = self.heard.get_mut(&text("senderId")).expect("a member");
                assert!(*heard == 0 || number == *heard + 1, "{number} after {heard}");
                *heard = number;
                self.heard_ids.push(text("id"));
            }
            "ack" => {
                let acked = message["cid"].as_u64().expect("a number");
                self.session.sent.settle(acked).for_each(drop);
            }
            "error" if CLOSING.iter().any(|code| data["code"] == *code) => {}
            "error" => panic!("refused: {message}"),
            _ => {}
        }
        Ok(message)
    }
}

fn kind(message: &Value) -> &str {
    message["type"].as_str().expect("a type")
}
