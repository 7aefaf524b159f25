//! A signal: a message from one member of a room to one other, about their peer connection.

use std::sync::Arc;

use super::{Kind, UserId};

/// A signal on its way to one member; the payload is passed on byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// What it is; one that [is a signal](Kind::is_signal).
    pub kind: Kind,
    /// The receiver.
    pub to: UserId,
    /// The text after the sender in the receiver's `data`: `,"sdp":"…"}`, or `}` for a `renegotiate` without a reason.
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

    /// A signal whose `rest` is a slice of the sender's text.
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

/// Bytes of the text after the sender in a signal's `data`, for a payload of this size and no other field.
pub(super) const fn rest_bytes(kind: Kind, payload: usize) -> usize {
    BEFORE_FIELD + kind.field().len() + AFTER_FIELD + payload + 1
}
