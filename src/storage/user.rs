//! A user as the database returns one, and a new one: for the tables `users`, `sessions` and `mail_links`.

use jiff::Timestamp;
use uuid::Uuid;

use super::{StoreError, invites::InviteHash, timestamp};

/// A user with an account.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// Their id everywhere: the token's `sub`, the wire's `userId`.
    pub id: Uuid,
    /// The address as typed; unique without regard to case.
    pub email: String,
    /// The name shown to others.
    pub name: String,
    /// The argon2id hash of their password, in PHC form.
    pub password_hash: String,
    /// Whether they may no longer log in.
    pub disabled: bool,
    /// When they proved that the address is theirs, if they did.
    pub verified_at: Option<Timestamp>,
    /// When they signed up.
    pub created_at: Timestamp,
}

/// A new account.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// See `User::id`.
    pub id: Uuid,
    /// See `User::email`.
    pub email: String,
    /// See `User::name`.
    pub name: String,
    /// See `User::password_hash`.
    pub password_hash: String,
    /// See `User::created_at`.
    pub created_at: Timestamp,
    /// The invite that is used for it.
    pub invite: Option<InviteHash>,
}

/// A row as the database returns it.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: Uuid,
    email: String,
    name: String,
    password_hash: String,
    disabled: bool,
    verified_at: Option<i64>,
    created_at: i64,
}

impl TryFrom<Row> for User {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            email: row.email,
            name: row.name,
            password_hash: row.password_hash,
            disabled: row.disabled,
            verified_at: row.verified_at.map(|at| timestamp("users.verified_at", at)).transpose()?,
            created_at: timestamp("users.created_at", row.created_at)?,
        })
    }
}

/// The columns of `Row`.
macro_rules! user_columns {
    () => {
        "id, email, name, password_hash, disabled, verified_at, created_at"
    };
}
pub(super) use user_columns;
