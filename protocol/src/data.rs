//! The payload of a numbered message: JSON that is encoded once for all receivers.
//!
//! A signal's `data` begins with its sender, which the node sets, and continues with the sender's own text. They are kept
//! separate, so that they need not be concatenated: the sender is written into the frame's prefix.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::UserId;

/// The `data` of a numbered message, as JSON; cheap to copy.
#[derive(Clone)]
pub struct Data {
    sender: Option<UserId>,
    rest: Arc<str>,
}

impl Data {
    /// `{"senderUserId":"…"` and then `rest`, which closes the object. A sender too long for a frame's prefix is put before
    /// `rest` here.
    pub(super) fn from_sender(sender: UserId, rest: Arc<str>) -> Self {
        if sender.text_bytes() <= SENDER_BYTES_MAX {
            return Self { sender: Some(sender), rest };
        }
        let whole = sender.with_ascii(|sender| {
            [BEFORE_SENDER, std::str::from_utf8(sender).unwrap_or_default(), AFTER_SENDER, &rest].concat()
        });
        Self { sender: None, rest: whole.into() }
    }

    /// The sender, if it is written before [`rest`](Self::rest).
    #[must_use]
    pub const fn sender(&self) -> Option<&UserId> {
        self.sender.as_ref()
    }

    /// All of it, or everything after the sender.
    #[must_use]
    pub const fn rest(&self) -> &Arc<str> {
        &self.rest
    }

    /// Its size on the wire, in bytes.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "JSON is never empty")]
    pub fn len(&self) -> usize {
        let sender =
            self.sender.as_ref().map_or(0, |sender| BEFORE_SENDER.len() + sender.text_bytes() + AFTER_SENDER.len());
        sender + self.rest.len()
    }
}

/// Bytes of a sender that a frame's prefix has room for, at most: those of a UUID, and of most other ids.
pub(super) const SENDER_BYTES_MAX: usize = 48;
pub(super) const BEFORE_SENDER: &str = "{\"senderUserId\":\"";
pub(super) const AFTER_SENDER: &str = "\"";

impl From<Arc<str>> for Data {
    fn from(rest: Arc<str>) -> Self {
        Self { sender: None, rest }
    }
}

impl From<String> for Data {
    fn from(json: String) -> Self {
        Self { sender: None, rest: json.into() }
    }
}

impl From<&str> for Data {
    fn from(json: &str) -> Self {
        Self { sender: None, rest: json.into() }
    }
}

impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(sender) = &self.sender {
            write!(f, "{BEFORE_SENDER}{sender}{AFTER_SENDER}")?;
        }
        f.write_str(&self.rest)
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Data").field(&self.to_string()).finish()
    }
}

/// Equal if the text on the wire is equal.
impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        match (&self.sender, &other.sender) {
            (Some(one), Some(another)) => one == another && self.rest == other.rest,
            (None, None) => self.rest == other.rest,
            (Some(_), None) | (None, Some(_)) => self.len() == other.len() && self.to_string() == other.to_string(),
        }
    }
}

impl Eq for Data {}

/// As one string, in either representation.
impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Arc::<str>::deserialize(deserializer).map(Self::from)
    }
}
