//! The table `mail_links`: links that were mailed to the owner of an account, each by the SHA-256 of its token.
//!
//! **Invariant:** an account has one link for each purpose; a new one replaces it
//! (`contract::links::a_new_link_replaces_the_old_one`).

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Postgres, Sqlite, StoreError,
    devices::forget_devices,
    invites::use_invite,
    millis,
    revocations::{End, revoke},
    sessions::end_all,
    transaction::transact,
    user::NewUser,
};

/// SHA-256 of a link's token.
pub type LinkHash = [u8; 32];

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Setting a new password.
    Reset,
    /// Proving that the address is one's own.
    Verify,
}

impl Purpose {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Verify => "verify",
        }
    }
}

/// A link that is about to be mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewLink {
    /// What it is for.
    pub purpose: Purpose,
    /// Of its token.
    pub hash: LinkHash,
    /// From when on it is invalid.
    pub expires_at: Timestamp,
}

/// A new password of somebody who got a link.
#[derive(Clone, Debug)]
pub struct Reset {
    /// The link's token.
    pub link: LinkHash,
    /// The hash of the new password.
    pub to: String,
}

/// Operations on the table `mail_links`.
#[async_trait]
pub trait Links {
    /// Sets the link of an account for a purpose; false when there is no such account, or it is disabled. The same call
    /// may be repeated.
    async fn put_link(&self, user: Uuid, link: &NewLink) -> Result<bool, StoreError>;
    /// Somebody signs up with the address of an account: uses their invite, as a new account would (`InviteInvalid`), and sets
    /// the link that is mailed to the account's owner; false when the account is gone or disabled, and no link is set. Writes in
    /// any case, so that it takes as long as a new account.
    async fn note_sign_up(&self, known: Uuid, new: &NewUser, link: &NewLink) -> Result<bool, StoreError>;
    /// The account of a link that is valid at `now`.
    async fn user_of_link(&self, purpose: Purpose, link: &LinkHash, now: Timestamp)
    -> Result<Option<Uuid>, StoreError>;
    /// Uses a link to set a password: ends all sessions, forgets all devices and all links of the account, and records
    /// that its address is the owner's; answers the user and the sessions. `None` when the link is invalid, or the account
    /// disabled.
    async fn reset_password(&self, reset: &Reset, end: End) -> Result<Option<(Uuid, Vec<Uuid>)>, StoreError>;
    /// Records that the address of the link's account is its owner's; answers the account. May be repeated until the link
    /// expires. `None` when the link is invalid.
    async fn verify_email(&self, link: &LinkHash, now: Timestamp) -> Result<Option<Uuid>, StoreError>;
    /// Deletes at most `limit` that expired before `now`; returns how many.
    async fn forget_links(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}

pub(super) const PUT_LINK: &str = "INSERT INTO mail_links (user_id, purpose, hash, expires_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (user_id, purpose) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at";

/// Sets a link in a transaction.
macro_rules! insert_link {
    ($tx:ident, $user:expr, $link:expr) => {
        sqlx::query($crate::storage::links::PUT_LINK)
            .bind($user)
            .bind($link.purpose.as_str())
            .bind(&$link.hash[..])
            .bind($crate::storage::millis($link.expires_at))
            .execute(&mut *$tx)
            .await?
    };
}
pub(super) use insert_link;

/// A write that changes nothing of anybody.
const TOUCH: &str = "UPDATE probe SET at = $1 WHERE id = 1";

const OWNER: &str = "SELECT user_id FROM mail_links WHERE hash = $1 AND purpose = $2 AND expires_at > $3";

/// One text for both databases, see `users_table!`. The user is locked first, as every change of an account does.
macro_rules! links_table {
    ($Store:ty, $lock:literal) => {
        #[async_trait]
        impl Links for $Store {
            async fn put_link(&self, user: Uuid, link: &NewLink) -> Result<bool, StoreError> {
                let lock = concat!("SELECT id FROM users WHERE id = $1 AND NOT disabled", $lock);
                transact!(self, |tx| {
                    let known = sqlx::query_scalar::<_, Uuid>(lock).bind(user).fetch_optional(&mut *tx).await?;
                    if known.is_some() {
                        insert_link!(tx, user, link);
                    }
                    Ok(known.is_some())
                })
            }

            async fn note_sign_up(&self, known: Uuid, new: &NewUser, link: &NewLink) -> Result<bool, StoreError> {
                let lock = concat!("SELECT id FROM users WHERE id = $1 AND NOT disabled", $lock);
                transact!(self, |tx| {
                    if let Some(invite) = &new.invite {
                        use_invite!(tx, invite, new);
                    }
                    let known = sqlx::query_scalar::<_, Uuid>(lock).bind(known).fetch_optional(&mut *tx).await?;
                    match known {
                        Some(known) => insert_link!(tx, known, link),
                        None => sqlx::query(TOUCH).bind(millis(new.created_at)).execute(&mut *tx).await?,
                    };
                    Ok(known.is_some())
                })
            }

            async fn user_of_link(
                &self,
                purpose: Purpose,
                link: &LinkHash,
                now: Timestamp,
            ) -> Result<Option<Uuid>, StoreError> {
                let query = sqlx::query_scalar::<_, Uuid>(OWNER).bind(&link[..]).bind(purpose.as_str());
                self.ask(query.bind(millis(now)).fetch_optional(self.reader())).await
            }

            async fn reset_password(&self, reset: &Reset, end: End) -> Result<Option<(Uuid, Vec<Uuid>)>, StoreError> {
                let lock = concat!("SELECT id FROM users WHERE id = $1 AND NOT disabled", $lock);
                let set = "UPDATE users SET password_hash = $2, verified_at = coalesce(verified_at, $3), unverified_until = NULL WHERE id = $1";
                let now = millis(end.at);
                transact!(self, |tx| {
                    let owner = sqlx::query_scalar::<_, Uuid>(OWNER).bind(&reset.link[..]);
                    let owner = owner.bind(Purpose::Reset.as_str()).bind(now).fetch_optional(&mut *tx).await?;
                    let Some(user) = owner else { return Ok(None) };
                    if sqlx::query_scalar::<_, Uuid>(lock).bind(user).fetch_optional(&mut *tx).await?.is_none() {
                        return Ok(None);
                    }
                    // Of two uses at once the second one finds no link any more.
                    let spent = sqlx::query("DELETE FROM mail_links WHERE hash = $1").bind(&reset.link[..]);
                    if spent.execute(&mut *tx).await?.rows_affected() == 0 {
                        return Ok(None);
                    }
                    sqlx::query(set).bind(user).bind(&reset.to).bind(now).execute(&mut *tx).await?;
                    sqlx::query("DELETE FROM mail_links WHERE user_id = $1").bind(user).execute(&mut *tx).await?;
                    forget_devices!(tx, user);
                    Ok(Some((user, end_all!(tx, user, None, end))))
                })
            }

            async fn verify_email(&self, link: &LinkHash, now: Timestamp) -> Result<Option<Uuid>, StoreError> {
                let set = "UPDATE users SET verified_at = coalesce(verified_at, $2), unverified_until = NULL WHERE id = $1";
                transact!(self, |tx| {
                    let owner = sqlx::query_scalar::<_, Uuid>(OWNER).bind(&link[..]);
                    let owner = owner.bind(Purpose::Verify.as_str()).bind(millis(now)).fetch_optional(&mut *tx).await?;
                    if let Some(user) = owner {
                        sqlx::query(set).bind(user).bind(millis(now)).execute(&mut *tx).await?;
                    }
                    Ok(owner)
                })
            }

            async fn forget_links(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
                let sql = "DELETE FROM mail_links WHERE hash IN
                           (SELECT hash FROM mail_links WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
                transact!(self, |tx| {
                    let query = sqlx::query(sql).bind(millis(now)).bind(i64::from(limit));
                    Ok(query.execute(&mut *tx).await?.rows_affected())
                })
            }
        }
    };
}

links_table!(Sqlite, "");
links_table!(Postgres, " FOR UPDATE");
