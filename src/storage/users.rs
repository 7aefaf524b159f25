//! The table `users`: who may log in.
//!
//! **Invariant:** what ends a user's sessions and the fact that they ended are one transaction
//! (`contract::a_change_of_password_ends_all_other_sessions`).

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Postgres, Sqlite, StoreError,
    devices::{forget_devices, insert_device},
    invites::use_invite,
    links::{NewLink, insert_link},
    millis,
    revocations::{End, revoke},
    sessions::{NewSession, end_all, insert_session},
    transaction::transact,
    user::{NewUser, Row, User, user_columns},
};

/// A new password for an account.
#[derive(Clone, Debug)]
pub struct NewPassword {
    /// Whose.
    pub user: Uuid,
    /// The hash that was verified; `None` if the owner proved themselves by mail.
    pub from: Option<String>,
    /// The new hash.
    pub to: String,
    /// The session that goes on, if any.
    pub keep: Option<Uuid>,
}

/// Operations on the table `users`.
#[async_trait]
pub trait Users {
    /// Adds an account and its first session. `EmailTaken` when the address, in any case, already has one;
    /// `InviteInvalid` when its invite cannot be used.
    async fn add_user(&self, user: &NewUser, session: &NewSession) -> Result<User, StoreError>;
    /// Adds an account whose owner has to prove by a link that the address is theirs; unless it is verified or used, it is
    /// deleted after `until`. Errors as of `add_user`.
    async fn add_unverified_user(&self, user: &NewUser, link: &NewLink, until: Timestamp) -> Result<(), StoreError>;
    /// The account of an address, without regard to case.
    async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError>;
    /// The account with this id.
    async fn user_by_id(&self, id: Uuid) -> Result<Option<User>, StoreError>;
    /// One page of accounts, the newest first: those with a smaller id than `before`, at most `limit`. Not those whose deletion has
    /// begun.
    async fn users(&self, before: Option<Uuid>, limit: u32) -> Result<Vec<User>, StoreError>;
    /// Replaces a password's hash by one of the same password; false when it is not `from` any more.
    async fn rehash(&self, id: Uuid, from: &str, to: &str) -> Result<bool, StoreError>;
    /// Sets a new password and ends all sessions but one; answers those that ended. `None` when the account is gone,
    /// disabled, or has another password than `from`.
    async fn change_password(&self, new: &NewPassword, end: End) -> Result<Option<Vec<Uuid>>, StoreError>;
    /// Disables an account, ends all its sessions, by name too, and revokes its tokens; answers the sessions. `None` when there
    /// is no such user. By time alone a token would live on that is minted by another clock, or just afterwards.
    async fn disable(&self, id: Uuid, end: End) -> Result<Option<Vec<Uuid>>, StoreError>;
    /// Enables an account. False when there is no such user.
    async fn enable(&self, id: Uuid) -> Result<bool, StoreError>;
    /// Begins the deletion of an account: its address is free, nobody finds it any more, and as when it is disabled its
    /// sessions end and its tokens are revoked; answers the sessions. Its rooms and messages are left. May be repeated. `None`
    /// when there is no such user.
    async fn begin_removal(&self, id: Uuid, end: End) -> Result<Option<Vec<Uuid>>, StoreError>;
    /// Accounts whose deletion has begun and not ended, the oldest first, at most `limit`.
    async fn removals(&self, limit: u32) -> Result<Vec<Uuid>, StoreError>;
    /// Deletes what is left of an account whose deletion has begun: call it when its rooms and messages are gone, so that the
    /// statement has little to do.
    async fn finish_removal(&self, id: Uuid) -> Result<(), StoreError>;
    /// Deletes at most `limit` accounts that were not verified by `now`, in the time that they had; returns how many.
    async fn forget_unverified(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}

/// A name that takes the place of an address that is free; no address looks like it.
fn no_address(id: Uuid) -> String {
    id.simple().to_string()
}

/// Adds an account in a transaction, by its invite if it has one; gives the row.
macro_rules! insert_user {
    ($tx:ident, $user:expr, $unverified_until:expr) => {{
        let sql = concat!(
            "INSERT INTO users (id, email, email_key, name, password_hash, created_at, unverified_until)
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ",
            user_columns!()
        );
        if let Some(invite) = &$user.invite {
            use_invite!($tx, invite, $user);
        }
        sqlx::query_as::<_, Row>(sql)
            .bind($user.id)
            .bind(&$user.email)
            .bind($user.email.to_ascii_lowercase())
            .bind(&$user.name)
            .bind(&$user.password_hash)
            .bind(millis($user.created_at))
            .bind($unverified_until.map(millis))
            .fetch_one(&mut *$tx)
            .await?
    }};
}

/// One text for both databases: the statements are common SQL. (In other tables `$lock` is PostgreSQL's `FOR UPDATE`; SQLite has
/// a single writer.)
macro_rules! users_table {
    ($Store:ty) => {
        #[async_trait]
        impl Users for $Store {
            async fn add_user(&self, user: &NewUser, session: &NewSession) -> Result<User, StoreError> {
                transact!(self, |tx| {
                    let row = insert_user!(tx, user, None::<Timestamp>);
                    insert_session!(tx, user.id, session);
                    row.try_into()
                })
            }

            async fn add_unverified_user(
                &self,
                user: &NewUser,
                link: &NewLink,
                until: Timestamp,
            ) -> Result<(), StoreError> {
                transact!(self, |tx| {
                    let _ = insert_user!(tx, user, Some(until));
                    insert_link!(tx, user.id, link);
                    Ok(())
                })
            }

            async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
                let sql = concat!("SELECT ", user_columns!(), " FROM users WHERE email_key = $1");
                let row = sqlx::query_as::<_, Row>(sql).bind(email.to_ascii_lowercase());
                self.ask(row.fetch_optional(self.reader())).await?.map(User::try_from).transpose()
            }

            async fn user_by_id(&self, id: Uuid) -> Result<Option<User>, StoreError> {
                let sql = concat!("SELECT ", user_columns!(), " FROM users WHERE id = $1 AND removed_at IS NULL");
                let row = sqlx::query_as::<_, Row>(sql).bind(id);
                self.ask(row.fetch_optional(self.reader())).await?.map(User::try_from).transpose()
            }

            async fn users(&self, before: Option<Uuid>, limit: u32) -> Result<Vec<User>, StoreError> {
                // Ids of version 7 rise in time.
                let sql = concat!(
                    "SELECT ",
                    user_columns!(),
                    " FROM users WHERE id < $1 AND removed_at IS NULL ORDER BY id DESC LIMIT $2"
                );
                let rows = sqlx::query_as::<_, Row>(sql).bind(before.unwrap_or(Uuid::max())).bind(i64::from(limit));
                self.ask(rows.fetch_all(self.reader())).await?.into_iter().map(User::try_from).collect()
            }

            async fn rehash(&self, id: Uuid, from: &str, to: &str) -> Result<bool, StoreError> {
                let sql = "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
                transact!(self, |tx| {
                    let done = sqlx::query(sql).bind(id).bind(from).bind(to).execute(&mut *tx).await?;
                    Ok(done.rows_affected() == 1)
                })
            }

            async fn change_password(&self, new: &NewPassword, end: End) -> Result<Option<Vec<Uuid>>, StoreError> {
                let sql = "UPDATE users SET password_hash = $3
                           WHERE id = $1 AND NOT disabled AND password_hash = coalesce($2, password_hash)";
                transact!(self, |tx| {
                    let query = sqlx::query(sql).bind(new.user).bind(new.from.as_deref()).bind(&new.to);
                    match query.execute(&mut *tx).await?.rows_affected() {
                        0 => Ok(None),
                        _ => {
                            forget_devices!(tx, new.user);
                            sqlx::query("DELETE FROM mail_links WHERE user_id = $1 AND purpose = 'reset'")
                                .bind(new.user)
                                .execute(&mut *tx)
                                .await?;
                            Ok(Some(end_all!(tx, new.user, new.keep, end)))
                        }
                    }
                })
            }

            async fn disable(&self, id: Uuid, end: End) -> Result<Option<Vec<Uuid>>, StoreError> {
                transact!(self, |tx| {
                    let query = sqlx::query("UPDATE users SET disabled = TRUE WHERE id = $1 AND removed_at IS NULL").bind(id);
                    if query.execute(&mut *tx).await?.rows_affected() == 0 {
                        return Ok(None);
                    }
                    revoke!(tx, id, id, end);
                    Ok(Some(end_all!(tx, id, None, end)))
                })
            }

            async fn enable(&self, id: Uuid) -> Result<bool, StoreError> {
                transact!(self, |tx| {
                    let query = sqlx::query("UPDATE users SET disabled = FALSE WHERE id = $1 AND removed_at IS NULL").bind(id);
                    Ok(query.execute(&mut *tx).await?.rows_affected() == 1)
                })
            }

            async fn begin_removal(&self, id: Uuid, end: End) -> Result<Option<Vec<Uuid>>, StoreError> {
                let mark = "UPDATE users SET disabled = TRUE, removed_at = coalesce(removed_at, $2), unverified_until = NULL,
                                email = $3, email_key = $3, name = '-', password_hash = ''
                            WHERE id = $1";
                transact!(self, |tx| {
                    let query = sqlx::query(mark).bind(id).bind(millis(end.at)).bind(no_address(id));
                    if query.execute(&mut *tx).await?.rows_affected() == 0 {
                        return Ok(None);
                    }
                    for table in ["DELETE FROM devices WHERE user_id = $1", "DELETE FROM mail_links WHERE user_id = $1"] {
                        sqlx::query(table).bind(id).execute(&mut *tx).await?;
                    }
                    revoke!(tx, id, id, end);
                    Ok(Some(end_all!(tx, id, None, end)))
                })
            }

            async fn removals(&self, limit: u32) -> Result<Vec<Uuid>, StoreError> {
                let sql = "SELECT id FROM users WHERE removed_at IS NOT NULL ORDER BY removed_at, id LIMIT $1";
                let rows = sqlx::query_scalar::<_, Uuid>(sql).bind(i64::from(limit));
                self.ask(rows.fetch_all(self.reader())).await
            }

            async fn finish_removal(&self, id: Uuid) -> Result<(), StoreError> {
                let sql = "DELETE FROM users WHERE id = $1 AND removed_at IS NOT NULL";
                // A room's host needs no account, so that no constraint deletes what may have been left.
                let rooms = "DELETE FROM meetings WHERE host_id IN (SELECT id FROM users WHERE id = $1 AND removed_at IS NOT NULL)";
                transact!(self, |tx| {
                    sqlx::query(rooms).bind(id).execute(&mut *tx).await?;
                    sqlx::query(sql).bind(id).execute(&mut *tx).await?;
                    Ok(())
                })
            }

            async fn forget_unverified(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
                let sql = "DELETE FROM users WHERE id IN
                           (SELECT id FROM users WHERE unverified_until <= $1 ORDER BY unverified_until LIMIT $2)
                           AND unverified_until <= $1";
                transact!(self, |tx| {
                    let query = sqlx::query(sql).bind(millis(now)).bind(i64::from(limit));
                    Ok(query.execute(&mut *tx).await?.rows_affected())
                })
            }
        }
    };
}

users_table!(Sqlite);
users_table!(Postgres);
