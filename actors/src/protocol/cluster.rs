//! What the ledger keeps in an inbox and nodes hand to each other: entries, not yet numbered frames.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Data, LeaveReason, SessionId, SignalKind, UserId};

/// A seat as its neighbours see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Who sits there.
    pub user: UserId,
    /// The name to show.
    pub name: Arc<str>,
    /// Their stay.
    pub session: SessionId,
    /// Join order, room-wide; the smaller one offers.
    pub rev: u64,
    /// Whether their socket stands (else the seat is kept for the window).
    pub on: bool,
}

/// What a numbered message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// `offer`
    Offer,
    /// `answer`
    Answer,
    /// `ice_candidate`
    IceCandidate,
    /// `renegotiate`
    Renegotiate,
    /// `chat_message`
    ChatMessage,
}

/// A message ready to travel: its type and its `data`, encoded once however many receive it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its type.
    pub kind: MessageKind,
    /// Its `data` as JSON.
    pub data: Data,
}

/// One entry of an inbox; its number (`seq`) stands beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// Somebody took a seat.
    Joined(Member),
    /// Somebody's seat is free.
    Left {
        /// Who sat there.
        user: UserId,
        /// The stay that ended.
        session: SessionId,
        /// Why.
        reason: LeaveReason,
    },
    /// Somebody said something.
    Message(Message),
}

impl MessageKind {
    /// The type as it travels.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Answer => "answer",
            Self::IceCandidate => "ice_candidate",
            Self::Renegotiate => "renegotiate",
            Self::ChatMessage => "chat_message",
        }
    }

    /// Whether it is a session description, which candidates wait for.
    #[must_use]
    pub const fn is_description(self) -> bool {
        matches!(self, Self::Offer | Self::Answer)
    }
}

impl From<SignalKind> for MessageKind {
    fn from(kind: SignalKind) -> Self {
        match kind {
            SignalKind::Offer => Self::Offer,
            SignalKind::Answer => Self::Answer,
            SignalKind::IceCandidate => Self::IceCandidate,
            SignalKind::Renegotiate => Self::Renegotiate,
        }
    }
}
