//! What the claims of another issuer's token mean here: who it is, what others see, what it grants. Pure.
//!
//! **Invariant:** two issuers never name the same user, nor one that an account or a guest has: see
//! `two_issuers_never_name_the_same_user`.

use actors::{
    ports::Grants,
    protocol::{RoomId, UserId},
};
use serde_json::Value;

use super::super::{NAME_LEN_MAX, TokenError};
use crate::auth::{account::checked_name, issuers::IssuerSettings};

/// The value of the claim about the room of a token that is for all rooms.
const ALL_ROOMS: &str = "*";

/// What a token says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// The user's id here.
    pub(super) user: String,
    /// Their name.
    pub(super) name: String,
    /// What the token grants; `None`: what the owner of an account may do.
    pub(super) grants: Option<Grants>,
}

/// What somebody is in their room.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Host,
    Member,
}

/// Reads the claims that `settings` names.
///
/// # Errors
/// One of them is missing or cannot be used.
pub(super) fn read(payload: &Value, settings: &IssuerSettings) -> Result<Said, TokenError> {
    let names = &settings.claims;
    let who = match claim(payload, &names.user) {
        Some(Value::String(who)) if !who.is_empty() => who,
        Some(_) => return Err(wrong(&names.user, "it names the user, so it must be a text that is not empty")),
        None => return Err(wrong(&names.user, "it names the user, and is missing")),
    };
    let user = format!("{}{who}", settings.user_prefix);
    if user.parse::<UserId>().is_err() {
        let why = "with the issuer's prefix it must have 1 to 128 printable ASCII characters without space, \" and \\";
        return Err(wrong(&names.user, why));
    }
    let name = claim(payload, &names.name).and_then(Value::as_str).and_then(shown);
    let name = name.unwrap_or_else(|| who.chars().take(NAME_LEN_MAX).collect());
    let room = names.room.as_ref().map(|name| room(payload, name)).transpose()?.flatten();
    let role = names.role.as_ref().map(|name| role(payload, name)).transpose()?;
    Ok(Said { user, name, grants: granted(room, role) })
}

/// The room of a token, if it is for one; and what its bearer is there, if tokens say so.
fn granted(room: Option<RoomId>, role: Option<Role>) -> Option<Grants> {
    let joins = Grants { room, join: true, foreign: true, ..Grants::default() };
    match (room, role) {
        (None, None) => None,
        (Some(_), None | Some(Role::Member)) | (None, Some(Role::Member)) => Some(joins),
        // Of all rooms only an operator's backend is an administrator.
        (None, Some(Role::Host)) => Some(Grants { create: true, ..joins }),
        (Some(_), Some(Role::Host)) => Some(Grants { admin: true, ..joins }),
    }
}

/// The value of a claim, by its name, or by a path that begins with `/`.
fn claim<'a>(payload: &'a Value, name: &str) -> Option<&'a Value> {
    let found = if name.starts_with('/') { payload.pointer(name) } else { payload.get(name) };
    found.filter(|value| !value.is_null())
}

/// The only room of the token; `None`: all rooms, which it must say.
fn room(payload: &Value, name: &str) -> Result<Option<RoomId>, TokenError> {
    match claim(payload, name) {
        Some(Value::String(all)) if all == ALL_ROOMS => Ok(None),
        Some(Value::String(one)) => {
            one.parse().map(Some).map_err(|_| wrong(name, "it must be a room, such as abc-defg-hij, or * for all"))
        }
        Some(_) => Err(wrong(name, "it must be a room, such as abc-defg-hij, or * for all")),
        None => Err(wrong(name, "it names the room that the token is for, or * for all, and is missing")),
    }
}

/// What the bearer is; a member, if the token does not say it.
fn role(payload: &Value, name: &str) -> Result<Role, TokenError> {
    let roles: &[Value] = match claim(payload, name) {
        None => return Ok(Role::Member),
        Some(Value::Array(several)) => several,
        Some(one) => std::slice::from_ref(one),
    };
    let has = |role: &str| roles.iter().any(|one| one == role);
    match (has("host"), has("member")) {
        (true, _) => Ok(Role::Host),
        (false, true) => Ok(Role::Member),
        (false, false) => Err(wrong(name, "it must be host or member, or a list with one of them")),
    }
}

/// The name as it may be shown: cut to what fits; `None` if it cannot be shown.
fn shown(name: &str) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric();
    if name.len() <= NAME_LEN_MAX && !name.is_empty() && name.bytes().all(is_plain) {
        return Some(name.to_owned());
    }
    let cut: String = name.trim().chars().take(NAME_LEN_MAX).collect();
    checked_name("name", &cut).ok()
}

fn wrong(claim: &str, why: &'static str) -> TokenError {
    TokenError::WrongClaim { claim: claim.to_owned(), why }
}
