//! Names in paths: of rooms and peers, which the caller chooses, and of what the server made.
//! Must not know what they name.

use std::{borrow::Borrow, fmt, sync::Arc};

/// The most bytes of an id.
pub const ID_MAX: usize = 64;

/// 1 to 64 of `A-Z a-z 0-9 . _ -`, and not `.` or `..`: what needs no escaping in a path, a log or a metric.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(Arc<str>);

impl Id {
    /// The text as an id, if it is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let long = (1..=ID_MAX).contains(&text.len());
        (long && text.bytes().all(good) && text != "." && text != "..").then(|| Self(text.into()))
    }

    /// A new one that no other has.
    #[must_use]
    pub fn random() -> Self {
        Self(uuid::Uuid::new_v4().to_string().into())
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

impl Borrow<str> for Id {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl serde::Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Id;

    #[test]
    fn an_id_needs_no_escaping() {
        for good in ["a", "abc-defg-hij", "A.b_c-9", "...", &"x".repeat(64)] {
            assert!(Id::parse(good).is_some(), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "a b", "a%2f", "ä", "a\0", "a?b", "a#b", &"x".repeat(65)] {
            assert!(Id::parse(bad).is_none(), "{bad:?}");
        }
    }
}
