//! Whom a token names, and for how long at most.

use std::{sync::Arc, time::Duration};

use actors::{
    ports::{Action, Denied, Grants, grants},
    protocol::UserId,
};
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
    /// The session it belongs to, if any; for a token signed with an API key, that key.
    pub session: Option<Uuid>,
    /// What it grants; `None`: what the owner of an account may do.
    pub grants: Option<Arc<Grants>>,
    /// The other issuer whose token it is, if it is not ours.
    pub issuer: Option<Arc<str>>,
}

impl Identity {
    /// Whether the token allows this.
    ///
    /// # Errors
    /// Why not.
    pub fn may(&self, action: Action) -> Result<(), Denied> {
        grants::decide(self.grants.as_deref(), action)
    }

    /// The API key that signed the token, if one did.
    #[must_use]
    pub fn api_key(&self) -> Option<Uuid> {
        self.session.filter(|_| self.grants.is_some())
    }
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
