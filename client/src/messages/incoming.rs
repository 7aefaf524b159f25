//! Parses a node's messages, with as little copying as possible. Must not know what is done with them.

use aldis_protocol::{
    UserId,
    client::{Cid, Seq},
};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The mark inside a relayed candidate: its number from this sender to this session of the receiver, and when it was
/// due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Mark {
    /// From 1.
    pub n: u64,
    /// Nanoseconds since a time that sender and receiver agree on.
    pub at: u64,
    /// The receiver's join order as the sender knew it: messages to a previous session are not lost.
    pub rev: u64,
}

/// One message from a node.
#[derive(Debug, PartialEq, Eq)]
pub struct Incoming {
    /// Its number in the session; `None`: it has none.
    pub seq: Option<Seq>,
    /// What it says.
    pub body: Body,
}

/// What a node says, as far as a member reacts to it.
#[derive(Debug, PartialEq, Eq)]
pub enum Body {
    /// The hello is accepted.
    Welcome {
        /// How often a heartbeat is expected, in seconds.
        heartbeat_seconds: u64,
    },
    /// The session has begun.
    Joined {
        /// Join order.
        rev: u64,
        /// The members who were there, and their join order.
        peers: Vec<(UserId, u64)>,
        /// The resume token of this session.
        resume_token: String,
    },
    /// The session was resumed from this number.
    Resumed {
        /// The number of the next message.
        from_seq: Seq,
    },
    /// The session could not be resumed.
    Unresumed {
        /// `seat_gone`, for example.
        reason: String,
    },
    /// Somebody has joined, or joined again.
    UserJoined {
        /// Who.
        user: UserId,
        /// Join order.
        rev: u64,
    },
    /// Somebody has left.
    UserLeft {
        /// Who.
        user: UserId,
    },
    /// A session description.
    Offer {
        /// Who sent it.
        from: UserId,
    },
    /// The answer to one.
    Answer {
        /// Who sent it.
        from: UserId,
    },
    /// A marked candidate.
    Candidate {
        /// Who sent it.
        from: UserId,
        /// Its mark.
        mark: Mark,
    },
    /// There are no more (RFC 8838 §8.2).
    EndOfCandidates {
        /// Who sent it.
        from: UserId,
    },
    /// A marked chat message.
    Chat {
        /// Who sent it.
        from: UserId,
        /// Its number among all of this sender's messages to the room, and when it was due.
        n: u64,
        /// See [`Mark::at`].
        at: u64,
    },
    /// Everything up to this number is accepted.
    Ack(Cid),
    /// A message is refused.
    Refused {
        /// Why, as in the protocol's table.
        code: String,
        /// Which message.
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
///
/// # Errors
///
/// It is no message of the protocol, or a candidate or chat message without a mark.
pub fn parse(text: &[u8]) -> serde_json::Result<Incoming> {
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
