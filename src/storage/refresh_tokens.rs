//! The table `refresh_tokens`: all issued refresh tokens, each by its SHA-256.
//!
//! **Invariant:** a token is used once. Its second use, outside the grace, revokes every token of its family
//! (`contract::a_second_use_revokes_the_whole_family`).

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Postgres, Sqlite, StoreError, millis};

/// SHA-256 of a refresh token's text.
pub type TokenHash = [u8; 32];

/// A refresh token that was just issued.
#[derive(Clone, Debug, PartialEq)]
pub struct Issued {
    /// What is stored instead of the token.
    pub hash: TokenHash,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// The result of using a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It was valid; its successor is stored, in the same family.
    Rotated {
        /// Its owner.
        user: Uuid,
    },
    /// It was used before: the whole family is revoked by this call.
    Reused {
        /// Its owner.
        user: Uuid,
    },
    /// Its family was revoked before (logout, reuse, disabled account).
    Revoked,
    /// It has expired.
    Expired,
    /// It was never issued, or was deleted after it expired.
    Unknown,
}

/// Operations on the table `refresh_tokens`.
#[async_trait]
pub trait RefreshTokens {
    /// Starts a family: the token of a new login.
    async fn add_family(&self, family: Uuid, user: Uuid, token: &Issued) -> Result<(), StoreError>;
    /// Uses a token at `successor.issued_at` and, if it is valid, stores its successor, in one transaction: of two
    /// concurrent uses one is the first. Within `grace` of the first use a second one is valid too.
    async fn use_token(&self, hash: &TokenHash, successor: &Issued, grace: SignedDuration) -> Result<Use, StoreError>;
    /// Revokes the family this token belongs to (logout). False when no token has this hash.
    async fn revoke_family_of(&self, hash: &TokenHash, now: Timestamp) -> Result<bool, StoreError>;
    /// Revokes all tokens of a user (disabled account).
    async fn revoke_tokens_of_user(&self, user: Uuid, now: Timestamp) -> Result<(), StoreError>;
    /// Deletes at most `limit` tokens that expired before `now`; returns how many.
    async fn forget_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}

/// The stored state of a token that could not simply be used.
#[derive(sqlx::FromRow)]
struct Row {
    family: Uuid,
    user_id: Uuid,
    expires_at: i64,
    used_at: Option<i64>,
    revoked_at: Option<i64>,
}

/// How to treat a token that was used before.
enum Stale {
    Refuse(Use),
    /// Used a moment ago: two tabs of one browser refreshed at the same time.
    Sibling(Row),
    RevokeFamily(Row),
}

fn judge(row: Option<Row>, now: i64, grace: SignedDuration) -> Stale {
    let grace = i64::try_from(grace.as_millis()).unwrap_or(0);
    match row {
        None => Stale::Refuse(Use::Unknown),
        Some(Row { revoked_at: Some(_), .. }) => Stale::Refuse(Use::Revoked),
        Some(row @ Row { used_at: Some(used), .. }) if now < used + grace && now < row.expires_at => {
            Stale::Sibling(row)
        }
        Some(row @ Row { used_at: Some(_), .. }) => Stale::RevokeFamily(row),
        Some(Row { used_at: None, .. }) => Stale::Refuse(Use::Expired),
    }
}

const ADD: &str =
    "INSERT INTO refresh_tokens (hash, family, user_id, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
const USE: &str = "UPDATE refresh_tokens SET used_at = $2
                   WHERE hash = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2
                   RETURNING family, user_id, expires_at, used_at, revoked_at";
/// Finds a token and locks it until the transaction ends, so that of two reuses one revokes and the other sees it. (An
/// update that changes nothing: SQLite has no `FOR UPDATE`.)
const FIND: &str = "UPDATE refresh_tokens SET family = family WHERE hash = $1
                    RETURNING family, user_id, expires_at, used_at, revoked_at";
const REVOKE: &str = "UPDATE refresh_tokens SET revoked_at = $2 WHERE family = $1 AND revoked_at IS NULL";
const REVOKE_OF: &str = "UPDATE refresh_tokens SET revoked_at = coalesce(revoked_at, $2)
                         WHERE family = (SELECT family FROM refresh_tokens WHERE hash = $1)";
const REVOKE_USER: &str = "UPDATE refresh_tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL";
const FORGET: &str = "DELETE FROM refresh_tokens WHERE hash IN
                      (SELECT hash FROM refresh_tokens WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

/// One text for both databases, see `users_table!`.
macro_rules! refresh_tokens_table {
    ($Store:ty) => {
        #[async_trait]
        impl RefreshTokens for $Store {
            async fn add_family(&self, family: Uuid, user: Uuid, token: &Issued) -> Result<(), StoreError> {
                let query = sqlx::query(ADD)
                    .bind(&token.hash[..])
                    .bind(family)
                    .bind(user)
                    .bind(millis(token.issued_at))
                    .bind(millis(token.expires_at));
                self.within(query.execute(self.writer())).await.map(drop)
            }

            async fn use_token(
                &self,
                hash: &TokenHash,
                successor: &Issued,
                grace: SignedDuration,
            ) -> Result<Use, StoreError> {
                let now = millis(successor.issued_at);
                self.within(async {
                    // The first statement writes, so that the transaction takes its lock before it reads.
                    let mut transaction = self.writer().begin().await?;
                    let fresh = sqlx::query_as::<_, Row>(USE)
                        .bind(&hash[..])
                        .bind(now)
                        .fetch_optional(&mut *transaction)
                        .await?;
                    let row = match fresh {
                        Some(row) => row,
                        None => {
                            let known = sqlx::query_as::<_, Row>(FIND)
                                .bind(&hash[..])
                                .fetch_optional(&mut *transaction)
                                .await?;
                            match judge(known, now, grace) {
                                Stale::Refuse(why) => return Ok(why),
                                Stale::Sibling(row) => row,
                                Stale::RevokeFamily(row) => {
                                    sqlx::query(REVOKE).bind(row.family).bind(now).execute(&mut *transaction).await?;
                                    transaction.commit().await?;
                                    return Ok(Use::Reused { user: row.user_id });
                                }
                            }
                        }
                    };
                    let add = sqlx::query(ADD).bind(&successor.hash[..]).bind(row.family).bind(row.user_id);
                    add.bind(now).bind(millis(successor.expires_at)).execute(&mut *transaction).await?;
                    transaction.commit().await?;
                    Ok(Use::Rotated { user: row.user_id })
                })
                .await
            }

            async fn revoke_family_of(&self, hash: &TokenHash, now: Timestamp) -> Result<bool, StoreError> {
                let query = sqlx::query(REVOKE_OF).bind(&hash[..]).bind(millis(now));
                Ok(self.within(query.execute(self.writer())).await?.rows_affected() > 0)
            }

            async fn revoke_tokens_of_user(&self, user: Uuid, now: Timestamp) -> Result<(), StoreError> {
                let query = sqlx::query(REVOKE_USER).bind(user).bind(millis(now));
                self.within(query.execute(self.writer())).await.map(drop)
            }

            async fn forget_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
                let query = sqlx::query(FORGET).bind(millis(now)).bind(i64::from(limit));
                Ok(self.within(query.execute(self.writer())).await?.rows_affected())
            }
        }
    };
}

refresh_tokens_table!(Sqlite);
refresh_tokens_table!(Postgres);
