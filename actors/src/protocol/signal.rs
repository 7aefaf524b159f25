//! A signal: what one member of a room tells one other member about their connection.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::UserId;

/// What kind of signal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalKind {
    /// A session description that asks (RFC 8829 §5.2).
    Offer,
    /// A session description that answers (RFC 8829 §5.3).
    Answer,
    /// A way to reach the sender (RFC 8838), or the end of them.
    IceCandidate,
    /// A wish for a new offer.
    Renegotiate,
}

/// A signal on its way to one member; the payload is passed on byte for byte.
#[derive(Debug, Clone)]
pub struct Signal {
    /// What it is.
    pub kind: SignalKind,
    /// Whom it is for.
    pub to: UserId,
    /// The raw `sdp`, `candidate` or `reason`; `None` where a `renegotiate` gives no reason.
    pub payload: Option<Box<RawValue>>,
}

impl SignalKind {
    /// Whether it is a session description, which candidates wait for.
    #[must_use]
    pub const fn is_description(self) -> bool {
        matches!(self, Self::Offer | Self::Answer)
    }

    /// The name of the payload's field.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::Offer | Self::Answer => "sdp",
            Self::IceCandidate => "candidate",
            Self::Renegotiate => "reason",
        }
    }
}
