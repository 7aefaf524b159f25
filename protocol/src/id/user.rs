//! A person's id: text that an identity provider or this node chose, kept in 16 bytes.
//!
//! Ids minted here are UUIDs and need no memory of their own; any other text is shared by all its copies. Must not know
//! who issues ids, or what they mean.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    num::NonZeroU64,
    str::FromStr,
};

use arcstr::ArcStr;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use super::BadId;

/// A person's id, the `sub` of the access token: 1 to 128 printable ASCII characters without space, `"` and `\`. Opaque:
/// compared byte for byte.
///
/// **Invariant:** a text has one representation, so that equal ids are equal field by field: see
/// `a_text_has_one_representation`.
#[derive(Clone, PartialEq, Eq)]
pub struct UserId(Form);

/// A UUID is stored so that its second half, which begins with the variant (RFC 9562 §4.1), is never zero: the compiler
/// tells the two forms apart by that zero, and needs no room for a tag.
#[derive(Clone, PartialEq, Eq)]
enum Form {
    /// A UUID in its usual form: lower case, with hyphens.
    Uuid { high: u64, low: NonZeroU64 },
    /// Any other text.
    Text(ArcStr),
}

/// The one second half that [`Form::Uuid`] cannot hold. Its variant is one that RFC 9562 reserves for the past.
const UNUSED: u64 = 0x7fff_ffff_ffff_ffff;
/// Bytes of a UUID as text.
const UUID_BYTES: usize = 36;

impl UserId {
    /// Bytes of an id, at most: OpenID Connect allows 255, and providers send up to some 70.
    pub const BYTES_MAX: usize = 128;
    /// The shape as a regular expression (ECMA 262), for documents.
    pub const PATTERN: &'static str = r"^[!#-\[\]-~]{1,128}$";

    /// The id whose text is the UUID of these 128 bits. Those of RFC 9562 are all different; of the others, one in 2⁶⁴ is
    /// taken for its neighbour.
    #[must_use]
    pub const fn from_u128(bits: u128) -> Self {
        Self::from_halves((bits >> 64) as u64, bits as u64)
    }

    const fn from_halves(high: u64, low: u64) -> Self {
        let low = match NonZeroU64::new(low ^ UNUSED) {
            Some(low) => low,
            None => NonZeroU64::MIN,
        };
        Self(Form::Uuid { high, low })
    }

    /// The 128 bits of an id that is a UUID in its usual form.
    #[must_use]
    pub const fn as_u128(&self) -> Option<u128> {
        match &self.0 {
            Form::Uuid { high, low } => Some((*high as u128) << 64 | (low.get() ^ UNUSED) as u128),
            Form::Text(_) => None,
        }
    }

    /// The UUID of an id that is one in its usual form.
    #[must_use]
    pub fn as_uuid(&self) -> Option<Uuid> {
        self.as_u128().map(Uuid::from_u128)
    }

    /// A fresh random id (UUID version 4); for shells, never for rules.
    #[must_use]
    pub fn random() -> Self {
        Self::from_u128(Uuid::new_v4().as_u128())
    }

    /// Bytes of the id as text.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        match &self.0 {
            Form::Uuid { .. } => UUID_BYTES,
            Form::Text(text) => text.len(),
        }
    }

    /// Calls `write` with the id as text, which needs no escapes in JSON.
    pub(crate) fn with_ascii<T>(&self, write: impl FnOnce(&[u8]) -> T) -> T {
        match &self.0 {
            Form::Uuid { .. } => {
                let uuid = Uuid::from_u128(self.as_u128().unwrap_or_default());
                write(uuid.hyphenated().encode_lower(&mut [0; UUID_BYTES]).as_bytes())
            }
            Form::Text(text) => write(text.as_bytes()),
        }
    }

    /// The id of this text, if it is a UUID in its usual form.
    #[inline]
    pub(crate) fn from_uuid(text: &[u8; UUID_BYTES]) -> Option<Self> {
        let uuid = Uuid::try_parse_ascii(text).ok()?;
        let (high, low) = uuid.as_u64_pair();
        let is_usual = !text.iter().fold(false, |upper, byte| upper | byte.is_ascii_uppercase());
        (is_usual && low != UNUSED).then(|| Self::from_halves(high, low))
    }
}

impl From<Uuid> for UserId {
    fn from(uuid: Uuid) -> Self {
        Self::from_u128(uuid.as_u128())
    }
}

/// Whether a character may be part of an id.
const fn is_allowed(byte: u8) -> bool {
    matches!(byte, b'!' | b'#'..=b'[' | b']'..=b'~')
}

impl FromStr for UserId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        if let Some(id) = text.as_bytes().try_into().ok().and_then(Self::from_uuid) {
            return Ok(id);
        }
        let fits = (1..=Self::BYTES_MAX).contains(&text.len()) && text.bytes().all(is_allowed);
        if fits { Ok(Self(Form::Text(text.into()))) } else { Err(BadId::User) }
    }
}

impl PartialOrd for UserId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// UUIDs first, then by text.
impl Ord for UserId {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Form::Uuid { .. }, Form::Uuid { .. }) => self.as_u128().cmp(&other.as_u128()),
            (Form::Uuid { .. }, Form::Text(_)) => Ordering::Less,
            (Form::Text(_), Form::Uuid { .. }) => Ordering::Greater,
            (Form::Text(one), Form::Text(another)) => one.cmp(another),
        }
    }
}

impl Hash for UserId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Form::Uuid { high, low } => {
                state.write_u64(*high);
                state.write_u64(low.get());
            }
            Form::Text(text) => text.as_bytes().hash(state),
        }
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_ascii(|text| f.pad(std::str::from_utf8(text).unwrap_or_default()))
    }
}

impl fmt::Debug for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for UserId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.with_ascii(|text| serializer.serialize_str(std::str::from_utf8(text).unwrap_or_default()))
    }
}

impl<'de> Deserialize<'de> for UserId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl de::Visitor<'_> for Text {
            type Value = UserId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a user id")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<UserId, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests;
