//! A signal: a message from one member of a room to one other, about their peer connection.

use std::sync::Arc;

use super::{Kind, UserId};

/// A signal on its way to one member; the payload is passed on byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// What it is; one that [is a signal](Kind::is_signal).
    pub kind: Kind,
    /// Whom it is for.
    pub to: UserId,
    /// What follows the sender in the receiver's `data`: `,"sdp":"…"}`, or `}` where a `renegotiate` gives no reason.
    rest: Arc<str>,
}

impl Signal {
    /// A signal with this payload: the raw JSON of its `sdp`, `candidate` or `reason`.
    #[must_use]
    pub fn new(kind: Kind, to: UserId, payload: Option<&str>) -> Self {
        let rest = match payload {
            Some(payload) => [",\"", kind.field(), "\":", payload, "}"].concat().into(),
            None => "}".into(),
        };
        Self { kind, to, rest }
    }

    /// A signal whose `rest` was cut out of what its sender wrote.
    pub(super) fn cut(kind: Kind, to: UserId, rest: &str) -> Self {
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

/// Bytes of what follows the sender in a signal's `data`, for a payload of so many bytes and nothing else beside it.
pub(super) const fn rest_bytes(kind: Kind, payload: usize) -> usize {
    BEFORE_FIELD + kind.field().len() + AFTER_FIELD + payload + 1
}
