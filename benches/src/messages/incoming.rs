//! Parses a node's messages, with as little copying as possible. Must not know what is done with them.

use actors::protocol::{
    UserId,
    client::{Cid, Seq},
};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::clock::Nanos;

/// The mark inside a relayed candidate: its number from this sender to this session of the receiver, and when it was
/// due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct Mark {
    pub(crate) n: u64,
    pub(crate) at: Nanos,
    /// The receiver's join order as the sender knew it: messages to a previous session are not lost.
    pub(crate) rev: u64,
}

/// One message from a node.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Incoming {
    pub(crate) seq: Option<Seq>,
    pub(crate) body: Body,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Welcome {
        heartbeat_seconds: u64,
    },
    Joined {
        rev: u64,
        peers: Vec<(UserId, u64)>,
        /// The resume token of this session.
        resume_token: String,
    },
    /// The session was resumed from this number.
    Resumed {
        from_seq: Seq,
    },
    /// The session could not be resumed.
    Unresumed {
        reason: String,
    },
    UserJoined {
        user: UserId,
        rev: u64,
    },
    UserLeft {
        user: UserId,
    },
    Offer {
        from: UserId,
    },
    Answer {
        from: UserId,
    },
    Candidate {
        from: UserId,
        mark: Mark,
    },
    EndOfCandidates {
        from: UserId,
    },
    Chat {
        from: UserId,
        /// Its number among all of this sender's messages to the room, and when it was due.
        n: u64,
        at: Nanos,
    },
    Ack(Cid),
    Refused {
        code: String,
        cid: Option<Cid>,
        /// When to retry the same message.
        again_after_ms: Option<u64>,
    },
    /// Nothing that a member reacts to: `heartbeat_ack`, `token_expiring`, `degraded` …
    Other,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    seq: Option<Seq>,
    cid: Option<Cid>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sender {
    sender_user_id: UserId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    sender_user_id: UserId,
    candidate: Option<Mark>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chat<'a> {
    sender_id: UserId,
    content: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Neighbour {
    user_id: UserId,
    rev: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Gone {
    user_id: UserId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoomJoined {
    rev: u64,
    peers: Vec<Neighbour>,
    resume_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resumed {
    from_seq: Seq,
}

#[derive(Deserialize)]
struct ResumeFailed {
    reason: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Welcome {
    heartbeat_seconds: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Refusal {
    code: String,
    cid: Option<Cid>,
    retry_after_ms: Option<u64>,
}

/// Reads one text frame.
pub(crate) fn parse(text: &[u8]) -> serde_json::Result<Incoming> {
    let Envelope { kind, seq, cid, data } = serde_json::from_slice(text)?;
    let data = data.map_or("{}", RawValue::get);
    let body = match kind {
        "ice_candidate" => match serde_json::from_str(data)? {
            Candidate { sender_user_id: from, candidate: Some(mark) } => Body::Candidate { from, mark },
            Candidate { sender_user_id: from, candidate: None } => Body::EndOfCandidates { from },
        },
        "chat_message" => {
            let Chat { sender_id: from, content } = serde_json::from_str(data)?;
            let mut mark = content.split(' ').map(|number| number.parse().unwrap_or_default());
            Body::Chat { from, n: mark.next().unwrap_or_default(), at: mark.next().unwrap_or_default() }
        }
        "ack" => Body::Ack(cid.unwrap_or_default()),
        "offer" => Body::Offer { from: sender(data)? },
        "answer" => Body::Answer { from: sender(data)? },
        "user_joined" => {
            let Neighbour { user_id: user, rev } = serde_json::from_str(data)?;
            Body::UserJoined { user, rev }
        }
        "user_left" => Body::UserLeft { user: serde_json::from_str::<Gone>(data)?.user_id },
        "room_joined" => {
            let RoomJoined { rev, peers, resume_token } = serde_json::from_str(data)?;
            Body::Joined { rev, peers: peers.into_iter().map(|peer| (peer.user_id, peer.rev)).collect(), resume_token }
        }
        "resumed" => Body::Resumed { from_seq: serde_json::from_str::<Resumed>(data)?.from_seq },
        "resume_failed" => Body::Unresumed { reason: serde_json::from_str::<ResumeFailed>(data)?.reason },
        "welcome" => Body::Welcome { heartbeat_seconds: serde_json::from_str::<Welcome>(data)?.heartbeat_seconds },
        "error" => {
            let Refusal { code, cid, retry_after_ms: again_after_ms } = serde_json::from_str(data)?;
            Body::Refused { code, cid, again_after_ms }
        }
        _ => Body::Other,
    };
    Ok(Incoming { seq, body })
}

fn sender(data: &str) -> serde_json::Result<UserId> {
    Ok(serde_json::from_str::<Sender>(data)?.sender_user_id)
}
