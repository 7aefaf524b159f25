//! What a room's host may do in a call, as the client asks for it, and what the room is told: the shapes of `data`.
//!
//! Who may do it is decided where rooms are kept; here is only how it is said.

use std::{borrow::Cow, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{Kind, UserId, media::TrackKind};

/// Whether people without an account may join.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Guests {
    /// Whoever knows the room's id may.
    Yes,
    /// The host is asked each time.
    Ask,
    /// Nobody may.
    #[default]
    No,
}

/// `remove_member`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RemoveMember {
    /// Who is removed.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub user_id: UserId,
    /// Whether this user may not come back, until the ban is lifted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "documents", ts(optional, as = "Option<bool>"))]
    pub ban: bool,
}

/// `request_mute`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RequestMute {
    /// Who is asked.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub user_id: UserId,
    /// What they are asked to switch off.
    pub kind: TrackKind,
}

/// `hand_over`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct HandOver {
    /// The new host, who is in the room.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub user_id: UserId,
}

/// `set_room`: what is left out stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct SetRoom {
    /// Whether nobody new may join.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional))]
    pub locked: Option<bool>,
    /// Whether people without an account may join.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional))]
    pub guests: Option<Guests>,
}

/// What a host wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Power {
    /// Remove a member, and perhaps keep them out.
    Remove {
        /// Who.
        user: UserId,
        /// Whether they may not come back.
        ban: bool,
    },
    /// Ask a member to switch something off.
    Mute {
        /// Who.
        user: UserId,
        /// What.
        kind: TrackKind,
    },
    /// Make another member the host.
    HandOver(UserId),
    /// Change who may join.
    Set {
        /// Whether nobody new may; `None`: as it is.
        locked: Option<bool>,
        /// Whether people without an account may; `None`: as it is.
        guests: Option<Guests>,
    },
    /// End the call for everybody.
    End,
}

impl Power {
    /// The message that asks for it.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Remove { .. } => Kind::RemoveMember,
            Self::Mute { .. } => Kind::RequestMute,
            Self::HandOver(_) => Kind::HandOver,
            Self::Set { .. } => Kind::SetRoom,
            Self::End => Kind::EndRoom,
        }
    }
}

/// `mute_requested`: the host asks you to switch something off. It is a request: you decide.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct MuteRequested<'a> {
    /// Who asks.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub by: Cow<'a, UserId>,
    /// What to switch off.
    pub kind: TrackKind,
}

/// `room_changed`: what everybody may know of the room's settings, as they are now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RoomChanged {
    /// The host.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub host_id: UserId,
    /// Whether nobody new may join.
    pub locked: bool,
    /// Whether people without an account may join.
    pub guests: Guests,
    /// What the room is called; may be empty.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub name: Arc<str>,
}

/// `guests_waiting`: how many guests wait for the host now; who they are the host asks by HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct GuestsWaiting {
    /// How many.
    pub count: u32,
}
