//! What every client did and heard, in one order. `checker` and `story` say what of it breaks the contract.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex},
};

/// A session, as the server named it.
pub(crate) type Session = String;

/// What one numbered message says of itself: the sender's session and number.
pub(crate) type Origin = (Session, u64);

/// What happened to one client.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    /// `room_joined`.
    Joined { user: String, room: String, rev: u64, peers: BTreeMap<String, u64> },
    /// The client sent a numbered message.
    Sent { cid: u64, kind: Kind, to: Option<String> },
    /// `ack`: everything up to this number.
    Acked(u64),
    /// `error` with a number.
    Refused(u64, String),
    /// A numbered message of the server, to which its sender gave a number.
    Heard { seq: u64, kind: Kind, origin: Origin },
    /// The same, to which its sender gave none.
    HeardPlain { seq: u64, kind: Kind, sender: Session, plain: u64 },
    /// `user_joined`.
    PeerJoined { seq: u64, user: String, rev: u64 },
    /// `user_left`.
    PeerLeft { seq: u64, user: String, reason: String },
    /// The client asks for its session, over a new connection.
    Resuming,
    /// `resumed`, perhaps with the news that accepted messages may be missing.
    Resumed { peers: BTreeMap<String, u64>, lost: bool },
    /// The client was told that accepted messages may be missing.
    Lost,
    /// The client listens, by way of this node.
    Here(String),
    /// It does not, or its connection is lost; the session may be resumed.
    Away,
    /// The session is over for this client, and why.
    Ended(End),
    /// The ledger lost its last moments, or everything.
    LedgerLost,
    /// This node cannot reach the ledger, or hears nothing of it.
    Cut(String),
    /// It can again.
    Whole(String),
    /// All live nodes have claimed their state since the last loss.
    LedgerSettled,
    /// Something that only a reader of the history wants to know.
    Noted(String),
}

/// Why a session is over for its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The client left, or closed the page.
    Left,
    /// The server closed the connection, with this code.
    Closed(u16),
    /// The session could not be resumed.
    SeatGone,
    /// The same, although the client was away for less than the seat's window.
    SeatGoneEarly,
}

/// Kinds of messages as far as their rules differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Chat,
    Offer,
    Answer,
    Candidate,
    Renegotiate,
}

impl Kind {
    /// The kind of this name on the wire.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "chat_message" => Self::Chat,
            "offer" => Self::Offer,
            "answer" => Self::Answer,
            "ice_candidate" => Self::Candidate,
            "renegotiate" => Self::Renegotiate,
            _ => return None,
        })
    }

    pub(crate) const fn is_description(self) -> bool {
        matches!(self, Self::Offer | Self::Answer)
    }
}

/// A record of what happened, in order. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct History(Arc<Mutex<Vec<(Session, What)>>>);

impl History {
    /// Whether what happens is printed too.
    pub(crate) fn is_printed() -> bool {
        std::env::var_os("ALDIS_HISTORY").is_some()
    }

    pub(crate) fn record(&self, session: &str, what: What) {
        let mut events = self.0.lock().expect("no panic");
        if Self::is_printed() {
            eprintln!("{} {session} {what:?}", events.len());
        }
        events.push((session.to_owned(), what));
    }

    /// The sessions that have ended, if the ledger has ever lost something.
    pub(crate) fn ended_if_lost(&self) -> BTreeSet<Session> {
        let events = self.0.lock().expect("no panic");
        if !events.iter().any(|(_, what)| *what == What::LedgerLost) {
            return BTreeSet::new();
        }
        events.iter().filter(|(_, what)| matches!(what, What::Ended(_))).map(|(session, _)| session.clone()).collect()
    }

    pub(crate) fn events(&self) -> Vec<(Session, What)> {
        self.0.lock().expect("no panic").clone()
    }
}

/// A sentence of the contract that is broken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation(pub(crate) String);

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
