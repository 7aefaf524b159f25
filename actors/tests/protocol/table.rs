//! What every message is for, and which shapes and numbers it carries: the rows that the document and the SDK's
//! types are made from, each checked against its example.

use std::collections::BTreeSet;

use crate::examples;

/// One message.
pub(crate) struct Row {
    pub(crate) kind: &'static str,
    /// The shape of `data`, by the name it has in TypeScript.
    pub(crate) data: Data,
    /// The number beside it.
    pub(crate) number: Number,
    pub(crate) says: &'static str,
}

/// What `data` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Data {
    /// There is none.
    Absent,
    /// An empty object, or none.
    Empty,
    /// A shape of this name.
    Shape(&'static str),
}

/// Which number stands beside `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number {
    Neither,
    /// The client's, if it numbers its messages.
    MayCid,
    Cid,
    Seq,
}

const fn row(kind: &'static str, data: Data, number: Number, says: &'static str) -> Row {
    Row { kind, data, number, says }
}

use Data::{Absent, Empty, Shape};
use Number::{Cid, MayCid, Neither, Seq};

/// What a client can say.
pub(crate) const CLIENT: &[Row] = &[
    row(
        "hello",
        Shape("Hello"),
        Neither,
        "Who is there; the first message. With `resume`, an earlier session goes on.",
    ),
    row("join_room", Shape("JoinRoom"), MayCid, "Let me into this room. Answered by `room_joined` or an `error`."),
    row("leave_room", Empty, MayCid, "I leave the room; the socket stays open."),
    row("offer", Shape("Description"), MayCid, "An offer for one member; only to members who joined later."),
    row("answer", Shape("Description"), MayCid, "The answer to a member's offer."),
    row("ice_candidate", Shape("IceCandidate"), MayCid, "A candidate for one member, or `null` after the last one."),
    row("renegotiate", Shape("Renegotiate"), MayCid, "A wish for a new offer, to a member who joined earlier."),
    row("chat_message", Shape("Chat"), MayCid, "A text for everybody else in the room."),
    row("heartbeat", Empty, Neither, "I am alive. Answered by `heartbeat_ack`."),
    row("ack", Absent, Seq, "Everything up to this `seq` has been processed; the server need not keep it."),
    row(
        "token_refresh",
        Shape("TokenRefresh"),
        Neither,
        "A new token of the same user, in place of one that runs out.",
    ),
];

/// What a node can say.
pub(crate) const SERVER: &[Row] = &[
    row("welcome", Shape("Welcome"), Neither, "The token was good; what holds on this socket."),
    row(
        "room_joined",
        Shape("RoomJoined"),
        Neither,
        "The seat is yours. A session begins, and `cid` and `seq` start at 1.",
    ),
    row("resumed", Shape("Resumed"), Neither, "The session goes on; what was missed follows, then what is new."),
    row("resume_failed", Shape("ResumeFailed"), Neither, "The session is truly gone; join again."),
    row("room_closed", Shape("RoomClosed"), Neither, "The room is gone for everybody; the socket closes with 4404."),
    row("ack", Absent, Cid, "Every message up to this `cid` is in the ledger, or was refused by an `error`."),
    row("heartbeat_ack", Shape("HeartbeatAck"), Neither, "The answer to `heartbeat`."),
    row("token_expiring", Shape("TokenExpiring"), Neither, "Send `token_refresh`, or the socket closes with 4401."),
    row("server_draining", Shape("ServerDraining"), Neither, "This node leaves; reconnect after so long and resume."),
    row("degraded", Shape("Degraded"), Neither, "What this node cannot do just now; empty when all is well again."),
    row("error", Shape("Refusal"), Neither, "One message was refused. The socket stays open unless a close follows."),
    row("user_joined", Shape("UserJoined"), Seq, "Somebody took a seat. You joined earlier: you offer."),
    row("user_left", Shape("UserLeft"), Seq, "Somebody's seat is free: close the connection to them."),
    row("offer", Shape("DescriptionFrom"), Seq, "A member's offer."),
    row("answer", Shape("DescriptionFrom"), Seq, "A member's answer."),
    row(
        "ice_candidate",
        Shape("IceCandidateFrom"),
        Seq,
        "A member's candidate; never before the description it belongs to.",
    ),
    row("renegotiate", Shape("RenegotiateFrom"), Seq, "A member wishes for a new offer from you."),
    row("chat_message", Shape("ChatMessage"), Seq, "A member's text. The sender does not get their own back."),
];

fn check(row: &Row, text: &str) {
    let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let fields: BTreeSet<&str> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    let mut expected = BTreeSet::from(["type"]);
    expected.extend(matches!(row.data, Shape(_)).then_some("data"));
    expected.extend(match row.number {
        MayCid => fields.get("cid").copied(),
        Cid => Some("cid"),
        Seq => Some("seq"),
        Neither => None,
    });
    assert_eq!(fields, expected, "the row of {} says what its example carries: {text}", row.kind);
}

#[test]
fn the_table_of_client_messages_is_what_clients_say() {
    let examples = examples::client();
    assert_eq!(
        CLIENT.iter().map(|row| row.kind).collect::<Vec<_>>(),
        examples.iter().map(|said| said.kind).collect::<Vec<_>>()
    );
    CLIENT.iter().zip(&examples).for_each(|(row, said)| check(row, &said.text));
}

#[test]
fn the_table_of_server_messages_is_what_a_node_says() {
    let examples = examples::server();
    assert_eq!(
        SERVER.iter().map(|row| row.kind).collect::<Vec<_>>(),
        examples.iter().map(|(kind, _)| *kind).collect::<Vec<_>>()
    );
    SERVER.iter().zip(&examples).for_each(|(row, (_, text))| check(row, text));
}
