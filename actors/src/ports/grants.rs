//! What the bearer of a token may do: only the token's grants and the action decide. REST and the wire call the same function.
//!
//! Pure. Must not know how a token is signed, nor who hosts a room: a host's own rights are decided where rooms are kept.

use serde::{Deserialize, Serialize};

use crate::protocol::{Attributes, RoomId};

/// Maximum length of [`Grants::metadata`] in bytes: it is kept with each socket.
pub const METADATA_BYTES_MAX: usize = 1_024;

/// What a token grants, as its claim `aldis` says it. It grants only what it states, except that every member who may join may chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Grants {
    /// The only room that the token is for; none: all rooms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// Whether its bearer may join.
    #[serde(skip_serializing_if = "is_false")]
    pub join: bool,
    /// Whether they may create rooms.
    #[serde(skip_serializing_if = "is_false")]
    pub create: bool,
    /// Whether they may read, change, close and delete the rooms of others, and remove members.
    #[serde(skip_serializing_if = "is_false")]
    pub admin: bool,
    /// Whether they may send chat messages and messages of an application.
    #[serde(skip_serializing_if = "is_true")]
    pub publish_chat: bool,
    /// Whether others are not told that they are in a room: they only watch and listen.
    #[serde(skip_serializing_if = "is_false")]
    pub hidden: bool,
    /// Anything that the signer wants to tell about them, at most [`METADATA_BYTES_MAX`] bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Box<str>>,
    /// Whether another issuer grants them. No token says so, and no token of ours takes the place of theirs: it would outlive their
    /// account.
    #[serde(skip)]
    pub foreign: bool,
}

impl Default for Grants {
    fn default() -> Self {
        Self {
            room: None,
            join: false,
            create: false,
            admin: false,
            publish_chat: true,
            hidden: false,
            metadata: None,
            foreign: false,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_true(value: &bool) -> bool {
    *value
}

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Join this room, or resume a session in it.
    Join(RoomId),
    /// Send a chat message, or one of an application, in the room that they are in.
    Chat,
    /// Read this room's settings and what was said in it.
    ReadRoom(RoomId),
    /// Create a room.
    CreateRoom,
    /// List the rooms that they host.
    ListOwnRooms,
    /// Change or delete this room, which they host; whether they do is decided elsewhere.
    HostRoom(RoomId),
    /// Get ICE servers with credentials.
    UseIceServers,
    /// Change this room, whoever hosts it, and remove its members.
    AdministerRoom(RoomId),
    /// List all rooms, and create rooms for others.
    AdministerAll,
    /// Read or change an account and its sessions.
    UseAccount,
}

/// Why a token does not suffice. The texts are sent to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// It is for another room.
    #[error("this token is for room {0} only")]
    OtherRoom(RoomId),
    /// It is for one room, and this concerns all.
    #[error("this token is for room {0} only, and this concerns other rooms")]
    OneRoom(RoomId),
    /// Others would learn that its bearer is there.
    #[error("this token hides its bearer (`hidden`), and this would show them")]
    Hidden,
    /// A grant is missing.
    #[error("this token does not grant `{0}`")]
    Missing(&'static str),
    /// Only the token of an account's own login suffices.
    #[error("this needs an account: log in, and use that token")]
    NoAccount,
    /// An account is no operator.
    #[error("only a token signed by an API key, with the grant `admin`, may do this")]
    NoAdmin,
}

/// Whether this may be done by the bearer of a token with these grants; `None`: the token of an account's own login, whose
/// owner may do everything that a person does.
///
/// # Errors
/// Why not.
pub fn decide(grants: Option<&Grants>, action: Action) -> Result<(), Denied> {
    let Some(grants) = grants else { return decide_for_account(action) };
    match action {
        Action::Join(room) => grants.covers(room).and(needs(grants.join, "join")),
        Action::Chat if grants.hidden => Err(Denied::Hidden),
        Action::Chat => needs(grants.publish_chat, "publishChat"),
        Action::ReadRoom(room) => grants.covers(room).and(needs(grants.join || grants.admin, "join")),
        Action::CreateRoom => needs(grants.create || (grants.admin && grants.room.is_none()), "create"),
        Action::ListOwnRooms => grants.covers_all(),
        Action::HostRoom(room) => grants.covers(room),
        Action::UseIceServers => needs(grants.join, "join"),
        Action::AdministerRoom(room) => grants.covers(room).and(needs(grants.admin, "admin")),
        Action::AdministerAll => grants.covers_all().and(needs(grants.admin, "admin")),
        Action::UseAccount => Err(Denied::NoAccount),
    }
}

const fn decide_for_account(action: Action) -> Result<(), Denied> {
    match action {
        Action::AdministerRoom(_) | Action::AdministerAll => Err(Denied::NoAdmin),
        Action::Join(_)
        | Action::Chat
        | Action::ReadRoom(_)
        | Action::CreateRoom
        | Action::ListOwnRooms
        | Action::HostRoom(_)
        | Action::UseIceServers
        | Action::UseAccount => Ok(()),
    }
}

const fn needs(is_granted: bool, grant: &'static str) -> Result<(), Denied> {
    if is_granted { Ok(()) } else { Err(Denied::Missing(grant)) }
}

impl Grants {
    /// What a room is told of its bearer.
    #[must_use]
    pub fn told(&self) -> Attributes {
        let told = Attributes::of_token(self.metadata.as_deref());
        if self.hidden { told.hiding() } else { told }
    }

    fn covers(&self, room: RoomId) -> Result<(), Denied> {
        match self.room {
            Some(only) if only != room => Err(Denied::OtherRoom(only)),
            Some(_) | None => Ok(()),
        }
    }

    const fn covers_all(&self) -> Result<(), Denied> {
        match self.room {
            Some(only) => Err(Denied::OneRoom(only)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
