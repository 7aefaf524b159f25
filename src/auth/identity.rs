//! Whom a token names, and for how long at most.

use std::time::Duration;

use actors::protocol::UserId;
use jiff::Timestamp;
use uuid::Uuid;

/// The longest lifetime of a token: one that claims more was not minted here. So long a revocation is remembered.
pub const LIFE_MAX: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The owner of a verified token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The user.
    pub user: UserId,
    /// Their account, if they can have one here.
    pub account: Option<Uuid>,
    /// Their name.
    pub name: String,
    /// When the token expires.
    pub expires: Timestamp,
    /// When the token was issued.
    pub issued: Timestamp,
    /// The session it belongs to, if any.
    pub session: Option<Uuid>,
}

/// For whom a token is minted.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// The user.
    pub user: UserId,
    /// Their name.
    pub name: &'a str,
    /// The session that the token belongs to; tokens of operators have none.
    pub session: Option<Uuid>,
}
