//! A signal: a message from one member of a room to one other, about their peer connection. And an application's message,
//! which the node does not interpret either.

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

    /// An offer of this session description (RFC 8829).
    #[must_use]
    pub fn offer(to: UserId, sdp: &str) -> Self {
        Self::new(Kind::Offer, to, Some(&serde_json::Value::from(sdp).to_string()))
    }

    /// The answer to an offer.
    #[must_use]
    pub fn answer(to: UserId, sdp: &str) -> Self {
        Self::new(Kind::Answer, to, Some(&serde_json::Value::from(sdp).to_string()))
    }

    /// The same with further fields of the receiver's `data`: names and raw JSON.
    #[must_use]
    pub fn with(self, fields: &[(&str, &str)]) -> Self {
        let mut rest = self.rest[..self.rest.len() - 1].to_owned();
        for (name, json) in fields {
            rest.extend([",\"", name, "\":", json]);
        }
        rest.push('}');
        Self { rest: rest.into(), ..self }
    }

    /// A signal whose `rest` is a slice of the sender's text.
    pub(super) fn cut(kind: Kind, to: UserId, rest: &str) -> Self {
        Self { kind, to, rest: rest.into() }
    }

    pub(super) const fn rest(&self) -> &Arc<str> {
        &self.rest
    }
}

/// An application's message, to one member or to all others; its content is passed on byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppMessage {
    /// The receiver; `None`: all others.
    pub to: Option<UserId>,
    /// The text after the sender in the receiver's `data`: `,"topic":"…","data":…}`.
    rest: Arc<str>,
}

impl AppMessage {
    /// A message with this topic and content, each as raw JSON.
    #[must_use]
    pub fn new(to: Option<UserId>, topic: &str, data: &str) -> Self {
        Self { to, rest: [",\"topic\":", topic, ",\"data\":", data, "}"].concat().into() }
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
