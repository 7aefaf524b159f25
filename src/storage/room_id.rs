//! A room's public id: `xxx-yyyy-zzz`, ten letters a–z, 1.4 × 10¹⁴ of them.

use std::{fmt, str::FromStr};

/// The public id of a room, always well formed: `xxx-yyyy-zzz`, letters a–z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId([u8; 12]);

/// A text that is not a room id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a room id looks like abc-defg-hij: three, four and three letters a–z")]
pub struct NotARoomId;

impl RoomId {
    /// The shape, as a regular expression (ECMA 262), for documents.
    pub const PATTERN: &'static str = "^[a-z]{3}-[a-z]{4}-[a-z]{3}$";

    /// A new id from the system's randomness. Whether it is free, the database says.
    #[must_use]
    pub fn random() -> Self {
        let mut id = *b"aaa-aaaa-aaa";
        for place in id.iter_mut().filter(|place| **place != b'-') {
            *place = rand::random_range(b'a'..=b'z');
        }
        Self(id)
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Invariant: only a–z and '-', kept by `random` and `from_str`.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for RoomId {
    type Err = NotARoomId;

    fn from_str(text: &str) -> Result<Self, NotARoomId> {
        let id: [u8; 12] = text.as_bytes().try_into().map_err(|_| NotARoomId)?;
        let fits = |(place, byte): (usize, &u8)| match place {
            3 | 8 => *byte == b'-',
            _ => byte.is_ascii_lowercase(),
        };
        if id.iter().enumerate().all(fits) { Ok(Self(id)) } else { Err(NotARoomId) }
    }
}

impl fmt::Display for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for RoomId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for RoomId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::RoomId;

    #[test]
    fn only_three_four_and_three_small_letters_are_a_room_id() {
        assert_eq!("abc-defg-hij".parse::<RoomId>().map(|id| id.to_string()), Ok("abc-defg-hij".to_owned()));
        for wrong in [
            "",
            "abc",
            "abc-defg-hi",
            "abc-defg-hijk",
            "ABC-defg-hij",
            "abcd-efg-hij",
            "abc_defg_hij",
            "ab1-defg-hij",
            "äbc-defg-hi",
            "abc-defg-hi\n",
        ] {
            assert!(wrong.parse::<RoomId>().is_err(), "{wrong:?} was taken for a room id");
        }
    }

    #[test]
    fn a_random_id_is_well_formed_and_never_the_same_twice() {
        let (one, two) = (RoomId::random(), RoomId::random());
        assert_eq!(one.as_str().parse(), Ok(one));
        assert_ne!(one, two);
    }
}
