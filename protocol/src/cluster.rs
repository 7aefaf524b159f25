//! Entries that the ledger stores in an inbox and nodes exchange; not yet numbered frames.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Attributes, Data, JoinOrder, Kind, LeaveReason, SessionId, UserId, media::MediaNews};

/// A seat as other members see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// The user.
    pub user: UserId,
    /// The name to show.
    pub name: Arc<str>,
    /// The session.
    pub session: SessionId,
    /// Join order, unique in the room; `rev` on the wire. Of two members the one with the smaller order offers.
    pub order: JoinOrder,
    /// Whether their socket is connected (else the seat is kept for its window).
    pub connected: bool,
    /// What they tell of themselves. (Versions before had none.)
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

impl Member {
    /// Whether others are not told of them.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.attributes.are_hidden()
    }
}

/// A message ready to be sent: its type and its `data`, encoded once for all receivers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its type.
    pub kind: Kind,
    /// Its `data` as JSON.
    pub data: Data,
}

/// One entry of an inbox; its number (`seq`) is stored beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// A member joined; shared by all inboxes.
    Joined(Arc<Member>),
    /// A member's seat was freed.
    Left {
        /// The member.
        user: UserId,
        /// The seat's join order, which identifies it.
        order: JoinOrder,
        /// Why.
        reason: LeaveReason,
    },
    /// A member's message.
    Message(Message),
    /// News of the room's media.
    Media(Arc<MediaNews>),
}

impl Entry {
    /// Bytes of text that it holds; the rest of it has a fixed size.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Message(message) => message.data.len(),
            Self::Joined(member) => member.name.len() + member.attributes.text_bytes(),
            Self::Left { .. } => 0,
            Self::Media(news) => news.text_bytes(),
        }
    }
}
