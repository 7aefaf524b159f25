//! Rooms whose media goes through a media server: what the ledger stores of them and tells their members.
//!
//! A room lives on one media server at a time. Its *media epoch* rises by one whenever that changes, or the way media flows:
//! every id of an earlier epoch is void.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{JoinOrder, SessionId, UserId};

/// How often the place or the way of a room's media has changed; 0 before the first.
pub type MediaEpoch = u64;
/// A client's own number of a request, unique among its open ones: 1 to 2⁵³ - 1.
pub type Rid = u64;
/// An id that a media server gave: 1 to [`ID_BYTES_MAX`] of `A-Z a-z 0-9 . _ -`.
pub type MediaId = Arc<str>;

/// Bytes of a media server's id, at most: it is part of a path.
pub const ID_BYTES_MAX: usize = 64;
/// Producers of one member, at most.
pub const PRODUCERS_MAX: usize = 8;
/// Transports of one member, at most.
pub const TRANSPORTS_MAX: usize = 4;
/// Consumers of one member, at most.
pub const CONSUMERS_MAX: usize = 512;
/// Requests of one member that are not answered yet, at most.
pub const OPEN_MAX: usize = 8;

/// Whether a text is an id that a media server may give, and that may become part of a path.
#[must_use]
pub fn is_id(text: &str) -> bool {
    let is_one = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=ID_BYTES_MAX).contains(&text.len()) && text.bytes().all(is_one) && !text.bytes().all(|byte| byte == b'.')
}

/// How media flows in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Between the browsers.
    Mesh,
    /// Through a media service.
    Sfu,
}

/// How media is to flow in a room, as its settings say. Clients are told the present [`Mode`] alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomMode {
    /// Between the browsers.
    Mesh,
    /// Through a media service.
    Sfu,
    /// Between the browsers of two, through a media service from three members on.
    Auto,
}

impl RoomMode {
    /// How media flows before it was ever placed.
    #[must_use]
    pub const fn at_first(self) -> Mode {
        match self {
            Self::Mesh | Self::Auto => Mode::Mesh,
            Self::Sfu => Mode::Sfu,
        }
    }
}

/// A STUN or TURN server, as `RTCIceServer` (W3C WebRTC §4.2.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct IceServer {
    /// `stun:` and `turn:` addresses (RFC 7064, RFC 7065).
    pub urls: Vec<String>,
    /// `<expiry>:<userId>` (coturn's REST credentials).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional))]
    pub username: Option<String>,
    /// `base64(HMAC-SHA1(secret, username))`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional))]
    pub credential: Option<String>,
}

/// A media server, and which run of its process: another instance has none of the ids of before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Host {
    /// The server's name.
    pub server: Arc<str>,
    /// The run of its process.
    pub instance: Arc<str>,
}

/// How media flows in a room of mode `sfu` or `auto`, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hosting {
    /// How: through a media server, or between the browsers as long as there is none.
    pub mode: Mode,
    /// Which change this is.
    pub epoch: MediaEpoch,
    /// Where; `None` between the browsers, and before anybody has asked.
    pub host: Option<Host>,
}

/// Nobody has asked yet.
impl Default for Hosting {
    fn default() -> Self {
        Self { mode: Mode::Sfu, epoch: 0, host: None }
    }
}

/// What somebody sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TrackKind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
}

/// A track that a member sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Producer {
    /// Its id at the media server.
    pub id: MediaId,
    /// What it is.
    pub kind: TrackKind,
    /// Where it comes from, as the client names it: `camera`, `microphone`, `screen` or another word of `a`–`z` and `_`.
    pub source: Arc<str>,
    /// Whether its owner has paused it (a muted microphone).
    pub paused: bool,
}

/// A producer, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// Its owner's seat.
    pub seat: JoinOrder,
    /// Its owner's session, by which the media server names them.
    pub session: SessionId,
    /// The producer.
    pub producer: Producer,
}

/// All that the ledger knows of a room's media.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomMedia {
    /// How and where.
    pub hosting: Hosting,
    /// What members send, by seat in join order, each seat's in the order published.
    pub tracks: Vec<Track>,
}

/// Why the place or the way of a room's media has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MediaReason {
    /// The first member has asked for it.
    Placed,
    /// The media server was lost.
    MediaLost,
    /// The media server drains.
    MediaMoved,
    /// There is no media server: media flows between the browsers.
    MediaUnavailable,
    /// There is one again.
    Recovered,
    /// A room of mode `auto` has three members: they need one.
    Grown,
    /// A room of mode `auto` has had two members or fewer for a while: media flows between the browsers.
    Shrunk,
}

/// Why a producer has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProducerEnd {
    /// Its owner has closed it.
    Closed,
    /// The media server has.
    Media,
}

/// News of a room's media, as an entry of an inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaNews {
    /// Media flows otherwise, or elsewhere; what was known of an earlier epoch is void.
    Changed {
        /// How and where now.
        hosting: Hosting,
        /// Why.
        reason: MediaReason,
    },
    /// A member sends a new track.
    Produced {
        /// The epoch of its ids.
        epoch: MediaEpoch,
        /// The member.
        user: UserId,
        /// The track.
        track: Track,
    },
    /// A member has paused a track, or goes on.
    Paused {
        /// The epoch of its ids.
        epoch: MediaEpoch,
        /// The member.
        user: UserId,
        /// Their seat.
        seat: JoinOrder,
        /// The producer.
        producer: MediaId,
        /// Whether it is paused now.
        paused: bool,
    },
    /// A member's track has ended.
    Ended {
        /// The epoch of its ids.
        epoch: MediaEpoch,
        /// The member.
        user: UserId,
        /// Their seat.
        seat: JoinOrder,
        /// The producer.
        producer: MediaId,
        /// Why.
        reason: ProducerEnd,
    },
}

impl MediaNews {
    /// Bytes of text that it holds.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Changed { hosting, .. } => {
                hosting.host.as_ref().map_or(0, |host| host.server.len() + host.instance.len())
            }
            Self::Produced { track, .. } => track.producer.id.len() + track.producer.source.len(),
            Self::Paused { producer, .. } | Self::Ended { producer, .. } => producer.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_can_stand_in_a_path() {
        for good in ["a", "5d3e8a90-14c7-4b2f-9f66-c0d1e2f3a4b5", "A.b_c-9", &"x".repeat(ID_BYTES_MAX)] {
            assert!(is_id(good), "{good}");
        }
        for bad in ["", "a/b", ".", "..", "a%2f", "a b", "ä", "a\n", &"x".repeat(ID_BYTES_MAX + 1)] {
            assert!(!is_id(bad), "{bad}");
        }
    }
}
