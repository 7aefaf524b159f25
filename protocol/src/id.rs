//! The names of things: rooms, users, sessions, nodes. Small values, cheap to clone and to compare.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

mod user;

pub use user::UserId;

/// A room's public id, `xxx-yyyy-zzz`: three, four and three letters `a`–`z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId([u8; 12]);

/// One session of one user in one room: begins with `room_joined`, continues with each resume.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(Uuid);

/// One login of one user, from the login until the logout; the `sid` of its access tokens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LoginId(Uuid);

/// A node's name, unique among the nodes that share a ledger.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(Arc<str>);

/// A socket on one node; never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub u64);

/// A seat's join order: greater than that of every seat that the room ever had, so it also names the seat.
pub type JoinOrder = u64;
/// A seat's generation: one more with each resume. An operation with an older one changes nothing.
pub type Fence = u64;
/// How often the ledger has lost its memory, counted from 1. 0: not known yet.
pub type Epoch = u64;

/// A seat, and the generation of it that the caller holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SeatId {
    /// The seat's join order.
    pub order: JoinOrder,
    /// The generation.
    pub fence: Fence,
}

/// Why a text is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadId {
    /// Not three, four and three letters joined by hyphens.
    #[error("a room id looks like abc-defg-hij: three, four and three letters a to z")]
    Room,
    /// Not a UUID.
    #[error("an id is a UUID such as 3f2b8c1e-0d4a-4c57-9a51-7be0c8f4d210")]
    Uuid,
    /// Not a user's id.
    #[error("a user id is 1 to 128 printable ASCII characters without space, \" and \\")]
    User,
}

impl RoomId {
    /// An id of ten letters given as numbers 0 to 25 (the caller provides the randomness); larger numbers wrap round.
    #[must_use]
    pub fn from_letters(letters: [u8; 10]) -> Self {
        let mut id = *b"aaa-aaaa-aaa";
        let places = [0, 1, 2, 4, 5, 6, 7, 9, 10, 11];
        for (place, letter) in places.into_iter().zip(letters) {
            id[place] = b'a' + letter % 26;
        }
        Self(id)
    }

    /// The shape as a regular expression (ECMA 262), for documents.
    pub const PATTERN: &'static str = "^[a-z]{3}-[a-z]{4}-[a-z]{3}$";

    /// A fresh random id, one of 1.4 × 10¹⁴; for shells, never for rules. The database checks that it is unused.
    #[must_use]
    pub fn random() -> Self {
        // 80 random bits, ten letters of 8: the 4 letters that come a little more often do not help a guesser.
        let [a, b, c, d, e, f, _, g, _, h, i, j, ..] = Uuid::new_v4().into_bytes();
        Self::from_letters([a, b, c, d, e, f, g, h, i, j])
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for RoomId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let bytes: [u8; 12] = text.as_bytes().try_into().map_err(|_| BadId::Room)?;
        let fits = |(place, byte): (usize, &u8)| match place {
            3 | 8 => *byte == b'-',
            _ => byte.is_ascii_lowercase(),
        };
        if bytes.iter().enumerate().all(fits) { Ok(Self(bytes)) } else { Err(BadId::Room) }
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

impl Serialize for RoomId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for RoomId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

macro_rules! uuid_id {
    ($name:ident) => {
        impl $name {
            /// The id made of these 128 bits.
            #[must_use]
            pub const fn from_u128(bits: u128) -> Self {
                Self(Uuid::from_u128(bits))
            }

            /// The id's 128 bits.
            #[must_use]
            pub const fn as_u128(&self) -> u128 {
                self.0.as_u128()
            }

            /// A fresh random id (UUID version 4); for shells, never for rules.
            #[must_use]
            pub fn random() -> Self {
                Self(Uuid::new_v4())
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                Uuid::parse_str(text).map(Self).map_err(|_| BadId::Uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

uuid_id!(SessionId);
uuid_id!(LoginId);

impl NodeId {
    /// The node of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
