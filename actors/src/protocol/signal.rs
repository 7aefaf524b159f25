//! A signal: what one member of a room tells one other member about their connection.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// What it is.
    pub kind: SignalKind,
    /// Whom it is for.
    pub to: UserId,
    /// What follows the sender in the receiver's `data`: `,"sdp":"…"}`, or `}` where a `renegotiate` gives no reason.
    rest: Arc<str>,
}

impl Signal {
    /// A signal with this payload: the raw JSON of its `sdp`, `candidate` or `reason`.
    #[must_use]
    pub fn new(kind: SignalKind, to: UserId, payload: Option<&str>) -> Self {
        let rest = match payload {
            Some(payload) => [",\"", kind.field(), "\":", payload, "}"].concat().into(),
            None => "}".into(),
        };
        Self { kind, to, rest }
    }

    /// A signal whose `rest` was cut out of what its sender wrote.
    pub(super) fn cut(kind: SignalKind, to: UserId, rest: &str) -> Self {
        Self { kind, to, rest: rest.into() }
    }

    /// The raw JSON of its `sdp`, `candidate` or `reason`, if it has one.
    #[must_use]
    pub fn payload(&self) -> Option<&str> {
        self.rest.get(BEFORE_FIELD + self.kind.field().len() + AFTER_FIELD..self.rest.len() - 1)
    }

    pub(super) const fn rest(&self) -> &Arc<str> {
        &self.rest
    }
}

/// Bytes of `,"`.
const BEFORE_FIELD: usize = 2;
/// Bytes of `":`.
const AFTER_FIELD: usize = 2;

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

    /// Bytes of what follows the sender, where the payload has so many and nothing stands between.
    pub(super) const fn rest_bytes(self, payload: usize) -> usize {
        BEFORE_FIELD + self.field().len() + AFTER_FIELD + payload + 1
    }
}
