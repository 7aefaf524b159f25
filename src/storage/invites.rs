//! The table `invites`: who may sign up where sign-up is by invitation. Each by the SHA-256 of its code.
//!
//! **Invariant:** a use of an invite and the account that it makes are one transaction
//! (`contract::invites::of_many_signups_at_once_no_more_than_its_uses_get_an_account`).

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Postgres, Sqlite, StoreError, millis, timestamp, transaction::transact};

/// SHA-256 of an invite's code.
pub type InviteHash = [u8; 32];

/// A new invite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewInvite {
    /// Its name for operators.
    pub id: Uuid,
    /// Of its code.
    pub hash: InviteHash,
    /// Whom it is for; `None`: anybody.
    pub email: Option<String>,
    /// Accounts that may be made with it.
    pub uses: u32,
    /// Now.
    pub created_at: Timestamp,
    /// From when on it is invalid.
    pub expires_at: Timestamp,
}

/// An invite, for the operators' list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// See `NewInvite::id`.
    pub id: Uuid,
    /// The address that it is for, in lower case.
    pub email: Option<String>,
    /// Accounts that may still be made with it.
    pub uses_left: u32,
    /// See `NewInvite::created_at`.
    pub created_at: Timestamp,
    /// See `NewInvite::expires_at`.
    pub expires_at: Timestamp,
}

/// Operations on the table `invites`.
#[async_trait]
pub trait Invites {
    /// Adds an invite; false when there are `max` already.
    async fn add_invite(&self, invite: &NewInvite, max: u32) -> Result<bool, StoreError>;
    /// Whether somebody with this address may sign up with this invite at `now`. Changes nothing.
    async fn may_join(&self, invite: &InviteHash, email: &str, now: Timestamp) -> Result<bool, StoreError>;
    /// Those that can be used at `now`, the newest first, at most `limit`.
    async fn invites(&self, now: Timestamp, limit: u32) -> Result<Vec<Invite>, StoreError>;
    /// Deletes an invite; false when there is none.
    async fn remove_invite(&self, id: Uuid) -> Result<bool, StoreError>;
    /// Deletes at most `limit` that can no longer be used at `now`; returns how many.
    async fn forget_invites(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    email_key: Option<String>,
    uses_left: i64,
    created_at: i64,
    expires_at: i64,
}

impl TryFrom<Row> for Invite {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let unreadable = |_| StoreError::Unreadable { column: "invites.uses_left", value: row.uses_left.to_string() };
        Ok(Self {
            id: row.id,
            email: row.email_key,
            uses_left: u32::try_from(row.uses_left).map_err(unreadable)?,
            created_at: timestamp("invites.created_at", row.created_at)?,
            expires_at: timestamp("invites.expires_at", row.expires_at)?,
        })
    }
}

/// What makes an invite usable by somebody: `$1` its hash, `$2` their address in lower case, `$3` now.
macro_rules! usable {
    () => {
        "hash = $1 AND uses_left > 0 AND expires_at > $3 AND (email_key IS NULL OR email_key = $2)"
    };
}

pub(super) const USE_INVITE: &str = concat!("UPDATE invites SET uses_left = uses_left - 1 WHERE ", usable!());

/// Uses an invite in the transaction that makes the account.
macro_rules! use_invite {
    ($tx:ident, $invite:expr, $user:expr) => {{
        let used = sqlx::query($crate::storage::invites::USE_INVITE)
            .bind(&$invite[..])
            .bind($user.email.to_ascii_lowercase())
            .bind($crate::storage::millis($user.created_at))
            .execute(&mut *$tx)
            .await?;
        if used.rows_affected() == 0 {
            return Err(StoreError::InviteInvalid);
        }
    }};
}
pub(super) use use_invite;

/// One text for both databases, see `users_table!`.
macro_rules! invites_table {
    ($Store:ty) => {
        #[async_trait]
        impl Invites for $Store {
            async fn add_invite(&self, invite: &NewInvite, max: u32) -> Result<bool, StoreError> {
                let count = "SELECT count(*) FROM invites";
                let add = "INSERT INTO invites (hash, id, email_key, uses_left, created_at, expires_at)
                           VALUES ($1, $2, $3, $4, $5, $6)";
                transact!(self, |tx| {
                    if sqlx::query_scalar::<_, i64>(count).fetch_one(&mut *tx).await? >= i64::from(max) {
                        return Ok(false);
                    }
                    sqlx::query(add)
                        .bind(&invite.hash[..])
                        .bind(invite.id)
                        .bind(invite.email.as_deref().map(str::to_ascii_lowercase))
                        .bind(i64::from(invite.uses))
                        .bind(millis(invite.created_at))
                        .bind(millis(invite.expires_at))
                        .execute(&mut *tx)
                        .await?;
                    Ok(true)
                })
            }

            async fn may_join(&self, invite: &InviteHash, email: &str, now: Timestamp) -> Result<bool, StoreError> {
                let sql = concat!("SELECT count(*) FROM invites WHERE ", usable!());
                let query = sqlx::query_scalar::<_, i64>(sql).bind(&invite[..]).bind(email.to_ascii_lowercase());
                let found = self.ask(query.bind(millis(now)).fetch_one(self.reader())).await?;
                Ok(found == 1)
            }

            async fn invites(&self, now: Timestamp, limit: u32) -> Result<Vec<Invite>, StoreError> {
                let sql = "SELECT id, email_key, uses_left, created_at, expires_at FROM invites
                           WHERE expires_at > $1 AND uses_left > 0 ORDER BY created_at DESC, id LIMIT $2";
                let rows = sqlx::query_as::<_, Row>(sql).bind(millis(now)).bind(i64::from(limit));
                let rows = self.ask(rows.fetch_all(self.reader())).await?;
                rows.into_iter().map(Invite::try_from).collect()
            }

            async fn remove_invite(&self, id: Uuid) -> Result<bool, StoreError> {
                transact!(self, |tx| {
                    let query = sqlx::query("DELETE FROM invites WHERE id = $1").bind(id);
                    Ok(query.execute(&mut *tx).await?.rows_affected() == 1)
                })
            }

            async fn forget_invites(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
                let sql = "DELETE FROM invites WHERE hash IN
                           (SELECT hash FROM invites WHERE expires_at <= $1 OR uses_left = 0 ORDER BY expires_at LIMIT $2)";
                transact!(self, |tx| {
                    let query = sqlx::query(sql).bind(millis(now)).bind(i64::from(limit));
                    Ok(query.execute(&mut *tx).await?.rows_affected())
                })
            }
        }
    };
}

invites_table!(Sqlite);
invites_table!(Postgres);
