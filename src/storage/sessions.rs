//! The tables `sessions` and `session_tokens`: who is logged in, and their refresh tokens, each by its SHA-256. The tokens of a
//! session that has ended stay until they expire, refused: there may be any number of them.
//!
//! **Invariant:** a refresh token has one successor. Its second use gives the same one within the grace and before the
//! successor was used, else it ends the session (`contract::a_late_second_use_ends_the_session`).

mod token;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use token::{Token, Verdict};

use super::{
    Postgres, Sqlite, StoreError,
    devices::{Device, insert_device},
    millis,
    revocations::{End, revoke},
    timestamp,
    transaction::transact,
    user::{self, User, user_columns},
};

/// SHA-256 of a refresh token's text.
pub type TokenHash = [u8; 32];
/// What a refresh token's successor is derived from, besides the token.
pub type Nonce = [u8; 32];

/// A login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// The access tokens' `sid`.
    pub id: Uuid,
    /// The program that logged in, for its owner's list: at most 200 characters.
    pub client: String,
    /// Its first refresh token.
    pub token: TokenHash,
    /// Now.
    pub started_at: Timestamp,
    /// When that token expires.
    pub expires_at: Timestamp,
    /// The browser that logged in, if it takes cookies.
    pub device: Option<Device>,
}

/// A session, for its owner's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// See `NewSession::id`.
    pub id: Uuid,
    /// See `NewSession::client`.
    pub client: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When its tokens were last refreshed.
    pub used_at: Timestamp,
    /// When it ends unless it is used.
    pub expires_at: Timestamp,
}

/// The use of a refresh token.
#[derive(Clone, Copy, Debug)]
pub struct Rotation {
    /// The token.
    pub token: TokenHash,
    /// A fresh one.
    pub nonce: Nonce,
    /// The token derived from both.
    pub successor: TokenHash,
    /// When the successor expires.
    pub expires_at: Timestamp,
    /// How long after its first use the same use may be repeated.
    pub grace: SignedDuration,
    /// Now, and how long the end of a session must be remembered.
    pub end: End,
}

/// The result of using a refresh token.
#[derive(Clone, Debug, PartialEq)]
pub enum Use {
    /// It was valid: the successor derived from it and `nonce` is the session's token now.
    Rotated {
        /// Its owner.
        user: User,
        /// Its session.
        session: Uuid,
        /// The nonce of its first use.
        nonce: Nonce,
    },
    /// It was used before: the session is ended by this call.
    Reused {
        /// Its owner.
        user: Uuid,
        /// The session that ended.
        session: Uuid,
    },
    /// It has expired.
    Expired,
    /// It was never issued, or its session has ended.
    Unknown,
}

/// Operations on the tables `sessions` and `session_tokens`.
#[async_trait]
pub trait Sessions {
    /// Begins a session of a user whose password's hash is still `hash`; the oldest ones beyond `sessions_max` end.
    /// Answers those; `None` when the account is gone, disabled, or has another password.
    async fn begin_session(
        &self,
        (user, hash): (Uuid, &str),
        session: &NewSession,
        sessions_max: u32,
        end: End,
    ) -> Result<Option<Vec<Uuid>>, StoreError>;
    /// The sessions of a user, the last used first.
    async fn sessions_of(&self, user: Uuid) -> Result<Vec<Session>, StoreError>;
    /// Uses a refresh token, in one transaction: of two concurrent uses one is the first.
    async fn use_token(&self, rotation: &Rotation) -> Result<Use, StoreError>;
    /// Ends a session of this user; false when there is none.
    async fn end_session(&self, user: Uuid, session: Uuid, end: End) -> Result<bool, StoreError>;
    /// Ends the session of a refresh token, used or not; answers its owner and id, if there is one.
    async fn end_session_of(&self, token: &TokenHash, end: End) -> Result<Option<(Uuid, Uuid)>, StoreError>;
    /// Ends all sessions of a user but `keep`; answers those that ended.
    async fn end_sessions(&self, user: Uuid, keep: Option<Uuid>, end: End) -> Result<Vec<Uuid>, StoreError>;
    /// Deletes at most `limit` sessions and as many tokens that expired before `now`; returns how many.
    async fn forget_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    client: String,
    started_at: i64,
    used_at: i64,
    expires_at: i64,
}

impl TryFrom<Row> for Session {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            client: row.client,
            started_at: timestamp("sessions.started_at", row.started_at)?,
            used_at: timestamp("sessions.used_at", row.used_at)?,
            expires_at: timestamp("sessions.expires_at", row.expires_at)?,
        })
    }
}

pub(super) const ADD_SESSION: &str = "INSERT INTO sessions (id, user_id, client, started_at, used_at, expires_at)
                                      VALUES ($1, $2, $3, $4, $4, $5)";
pub(super) const ADD_TOKEN: &str =
    "INSERT INTO session_tokens (hash, session_id, issued_at, expires_at) VALUES ($1, $2, $3, $4)";

/// Adds a session and its first token in a transaction.
macro_rules! insert_session {
    ($tx:ident, $user:expr, $session:expr) => {{
        let (started, expires) =
            ($crate::storage::millis($session.started_at), $crate::storage::millis($session.expires_at));
        sqlx::query($crate::storage::sessions::ADD_SESSION)
            .bind($session.id)
            .bind($user)
            .bind(&$session.client)
            .bind(started)
            .bind(expires)
            .execute(&mut *$tx)
            .await?;
        sqlx::query($crate::storage::sessions::ADD_TOKEN)
            .bind(&$session.token[..])
            .bind($session.id)
            .bind(started)
            .bind(expires)
            .execute(&mut *$tx)
            .await?;
        if let Some(device) = &$session.device {
            insert_device!($tx, $user, device);
        }
    }};
}
pub(super) use insert_session;

/// Ends all sessions of a user but one in a transaction; gives those that ended.
macro_rules! end_all {
    ($tx:ident, $user:expr, $keep:expr, $end:expr) => {{
        let sql = "DELETE FROM sessions WHERE user_id = $1 AND id <> $2 RETURNING id";
        // The nil id is no session's.
        let query = sqlx::query_scalar::<_, Uuid>(sql).bind($user).bind($keep.unwrap_or(Uuid::nil()));
        let ended: Vec<Uuid> = query.fetch_all(&mut *$tx).await?;
        for session in &ended {
            revoke!($tx, *session, $user, $end);
        }
        ended
    }};
}
pub(super) use end_all;

/// One text for both databases, see `users_table!`. `$now` is the database's clock, for those that judge by it.
macro_rules! sessions_tables {
    ($Store:ty, $lock:literal, $now:literal) => {
        #[async_trait]
        impl Sessions for $Store {
            async fn begin_session(
                &self,
                (user, hash): (Uuid, &str),
                session: &NewSession,
                sessions_max: u32,
                end: End,
            ) -> Result<Option<Vec<Uuid>>, StoreError> {
                // Locked, so that nobody is disabled or changes their password meanwhile.
                let check =
                    concat!("SELECT id FROM users WHERE id = $1 AND NOT disabled AND password_hash = $2", $lock);
                let oldest = "SELECT id FROM sessions WHERE user_id = $1 ORDER BY used_at DESC, id LIMIT 1000 OFFSET $2";
                transact!(self, |tx| {
                    let known = sqlx::query_scalar::<_, Uuid>(check).bind(user).bind(hash);
                    if known.fetch_optional(&mut *tx).await?.is_none() {
                        return Ok(None);
                    }
                    let beyond = i64::from(sessions_max).saturating_sub(1);
                    let oldest = sqlx::query_scalar::<_, Uuid>(oldest).bind(user).bind(beyond);
                    let oldest = oldest.fetch_all(&mut *tx).await?;
                    for id in &oldest {
                        sqlx::query("DELETE FROM sessions WHERE id = $1").bind(id).execute(&mut *tx).await?;
                        revoke!(tx, *id, user, end);
                    }
                    // A login uses the account, whether or not addresses are verified.
                    let used = "UPDATE users SET unverified_until = NULL WHERE id = $1 AND unverified_until IS NOT NULL";
                    sqlx::query(used).bind(user).execute(&mut *tx).await?;
                    insert_session!(tx, user, session);
                    Ok(Some(oldest))
                })
            }

            async fn sessions_of(&self, user: Uuid) -> Result<Vec<Session>, StoreError> {
                let sql = "SELECT id, client, started_at, used_at, expires_at FROM sessions
                           WHERE user_id = $1 ORDER BY used_at DESC, id";
                let rows = sqlx::query_as::<_, Row>(sql).bind(user).fetch_all(self.reader());
                self.ask(rows).await?.into_iter().map(Session::try_from).collect()
            }

            async fn use_token(&self, rotation: &Rotation) -> Result<Use, StoreError> {
                // The session is locked before its tokens are read: of two uses the second one sees the first.
                let lock = concat!("SELECT user_id FROM sessions WHERE id = $1", $lock);
                transact!(self, |tx| {
                    let find = sqlx::query_scalar::<_, Uuid>("SELECT session_id FROM session_tokens WHERE hash = $1");
                    let Some(session) = find.bind(&rotation.token[..]).fetch_optional(&mut *tx).await? else {
                        return Ok(Use::Unknown);
                    };
                    let owner = sqlx::query_scalar::<_, Uuid>(lock).bind(session).fetch_optional(&mut *tx).await?;
                    let token = concat!("SELECT expires_at, used_at, nonce, successor, CASE WHEN $3 THEN ", $now, " ELSE $2 END AS now
                                         FROM session_tokens WHERE hash = $1");
                    let token = sqlx::query_as::<_, Token>(token).bind(&rotation.token[..]);
                    let token = token.bind(millis(rotation.end.at)).bind(self.judges_time());
                    let (Some(owner), Some(token)) = (owner, token.fetch_optional(&mut *tx).await?) else {
                        return Ok(Use::Unknown); // it ended meanwhile
                    };
                    let used = "SELECT count(*) FROM session_tokens WHERE hash = $1 AND used_at IS NOT NULL";
                    let used = sqlx::query_scalar::<_, i64>(used).bind(token.successor.as_deref());
                    let is_successor_used = used.fetch_one(&mut *tx).await? > 0;
                    let now = token.now;
                    let nonce = match token.judge(rotation.grace, is_successor_used) {
                        Verdict::Expired => return Ok(Use::Expired),
                        Verdict::Stolen => {
                            sqlx::query("DELETE FROM sessions WHERE id = $1").bind(session).execute(&mut *tx).await?;
                            revoke!(tx, session, owner, rotation.end);
                            return Ok(Use::Reused { user: owner, session });
                        }
                        Verdict::Repeated(nonce) => nonce,
                        Verdict::First => rotation.nonce,
                    };
                    if token.used_at.is_none() {
                        let spend = "UPDATE session_tokens SET used_at = $2, nonce = $3, successor = $4 WHERE hash = $1";
                        let spend = sqlx::query(spend).bind(&rotation.token[..]).bind(now);
                        spend.bind(&nonce[..]).bind(&rotation.successor[..]).execute(&mut *tx).await?;
                        let add = sqlx::query(ADD_TOKEN).bind(&rotation.successor[..]).bind(session);
                        add.bind(now).bind(millis(rotation.expires_at)).execute(&mut *tx).await?;
                        let renew = "UPDATE sessions SET used_at = $2, expires_at = $3 WHERE id = $1";
                        let renew = sqlx::query(renew).bind(session).bind(now).bind(millis(rotation.expires_at));
                        renew.execute(&mut *tx).await?;
                    }
                    let user = concat!("SELECT ", user_columns!(), " FROM users WHERE id = $1");
                    let user = sqlx::query_as::<_, user::Row>(user).bind(owner).fetch_one(&mut *tx).await?;
                    Ok(Use::Rotated { user: user.try_into()?, session, nonce })
                })
            }

            async fn end_session(&self, user: Uuid, session: Uuid, end: End) -> Result<bool, StoreError> {
                let sql = "DELETE FROM sessions WHERE id = $1 AND user_id = $2";
                transact!(self, |tx| {
                    let known = sqlx::query(sql).bind(session).bind(user).execute(&mut *tx).await?.rows_affected() == 1;
                    if known {
                        revoke!(tx, session, user, end);
                    }
                    Ok(known)
                })
            }

            async fn end_session_of(&self, token: &TokenHash, end: End) -> Result<Option<(Uuid, Uuid)>, StoreError> {
                let sql = "DELETE FROM sessions WHERE id = (SELECT session_id FROM session_tokens WHERE hash = $1)
                           RETURNING user_id, id";
                transact!(self, |tx| {
                    let query = sqlx::query_as::<_, (Uuid, Uuid)>(sql).bind(&token[..]);
                    let ended = query.fetch_optional(&mut *tx).await?;
                    if let Some((user, session)) = ended {
                        revoke!(tx, session, user, end);
                    }
                    Ok(ended)
                })
            }

            async fn end_sessions(&self, user: Uuid, keep: Option<Uuid>, end: End) -> Result<Vec<Uuid>, StoreError> {
                transact!(self, |tx| { Ok(end_all!(tx, user, keep, end)) })
            }

            async fn forget_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
                let sessions = "DELETE FROM sessions WHERE id IN
                                (SELECT id FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
                let tokens = "DELETE FROM session_tokens WHERE hash IN
                              (SELECT hash FROM session_tokens WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
                transact!(self, |tx| {
                    let mut forgotten = 0;
                    for sql in [sessions, tokens] {
                        let query = sqlx::query(sql).bind(millis(now)).bind(i64::from(limit));
                        forgotten += query.execute(&mut *tx).await?.rows_affected();
                    }
                    Ok(forgotten)
                })
            }
        }
    };
}

sessions_tables!(Sqlite, "", "$2");
sessions_tables!(Postgres, " FOR UPDATE", "(extract(epoch FROM clock_timestamp()) * 1000)::bigint");
