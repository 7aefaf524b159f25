//! The table `revocations`: what access tokens may no longer be used, until the last of them has expired. The nodes keep
//! it in memory; it is read when they start, and where several share it, every few seconds.

use actors::protocol::UserId;
use async_trait::async_trait;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid};

use super::{Postgres, Sqlite, StoreError, millis, timestamp, transaction::transact};

/// When sessions end, and how long that must be remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// Now: tokens minted before are refused.
    pub at: Timestamp,
    /// When the last token minted before has expired.
    pub until: Timestamp,
}

/// Access tokens that may no longer be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Whose.
    pub user: UserId,
    /// Those of one session, or with `None` all that were minted before `end.at`.
    pub session: Option<Uuid>,
    /// Since when, and until when to remember it.
    pub end: End,
}

/// Operations on the table `revocations`.
#[async_trait]
pub trait Revocations {
    /// All that still matter at `now`.
    async fn revocations(&self, now: Timestamp) -> Result<Vec<Revocation>, StoreError>;
    /// Those of them that happened since this time, by the clock of whichever node ended something.
    async fn revocations_since(&self, since: Timestamp, now: Timestamp) -> Result<Vec<Revocation>, StoreError>;
    /// Notes that everything of this user has ended, who may have an account or not.
    async fn revoke_user(&self, user: &UserId, end: End) -> Result<(), StoreError>;
    /// Deletes at most `limit` that no longer matter at `now`; returns how many.
    async fn forget_revocations(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}

#[derive(sqlx::FromRow)]
struct Row {
    subject: Uuid,
    user_id: Uuid,
    at: i64,
    until: i64,
    /// The id of a user that is no UUID.
    person: Option<String>,
}

impl TryFrom<Row> for Revocation {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let unreadable = |value| StoreError::Unreadable { column: "revocations.person", value };
        let person = row.person.map(|text| text.parse().map_err(|_| unreadable(text))).transpose()?;
        Ok(Self {
            user: person.unwrap_or_else(|| row.user_id.into()),
            session: (row.subject != row.user_id).then_some(row.subject),
            end: End { at: timestamp("revocations.at", row.at)?, until: timestamp("revocations.until", row.until)? },
        })
    }
}

/// Records in a transaction that a session, or everything of a user (`$subject` is the user), has ended.
macro_rules! revoke {
    ($tx:ident, $subject:expr, $user:expr, $end:expr) => {
        sqlx::query($crate::storage::revocations::REVOKE)
            .bind($subject)
            .bind($user)
            .bind($crate::storage::millis($end.at))
            .bind($crate::storage::millis($end.until))
            .execute(&mut *$tx)
            .await?
    };
}
pub(super) use revoke;

/// A later end of the same subject counts; an earlier one never replaces it.
pub(super) const REVOKE: &str = "INSERT INTO revocations (subject, user_id, at, until) VALUES ($1, $2, $3, $4)
     ON CONFLICT (subject) DO UPDATE SET at = excluded.at, until = excluded.until WHERE revocations.at < excluded.at";

/// The same, whoever it is: their id as text, if it is no UUID.
const REVOKE_PERSON: &str = "INSERT INTO revocations (subject, user_id, at, until, person) VALUES ($1, $1, $2, $3, $4)
     ON CONFLICT (subject) DO UPDATE SET at = excluded.at, until = excluded.until WHERE revocations.at < excluded.at";

/// A number for an id that is none, the same on all nodes.
fn number_of(text: &str) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(text)[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}

macro_rules! revocations_table {
    ($Store:ty) => {
        #[async_trait]
        impl Revocations for $Store {
            async fn revocations(&self, now: Timestamp) -> Result<Vec<Revocation>, StoreError> {
                let sql = "SELECT subject, user_id, at, until, person FROM revocations WHERE until > $1";
                let rows = sqlx::query_as::<_, Row>(sql).bind(millis(now)).fetch_all(self.reader());
                self.ask(rows).await?.into_iter().map(Revocation::try_from).collect()
            }

            async fn revocations_since(&self, since: Timestamp, now: Timestamp) -> Result<Vec<Revocation>, StoreError> {
                let sql = "SELECT subject, user_id, at, until, person FROM revocations WHERE at >= $1 AND until > $2";
                let rows = sqlx::query_as::<_, Row>(sql).bind(millis(since)).bind(millis(now));
                self.ask(rows.fetch_all(self.reader())).await?.into_iter().map(Revocation::try_from).collect()
            }

            async fn revoke_user(&self, user: &UserId, end: End) -> Result<(), StoreError> {
                let person = user.as_uuid().is_none().then(|| user.to_string());
                let subject = user.as_uuid().unwrap_or_else(|| number_of(person.as_deref().unwrap_or_default()));
                transact!(self, |tx| {
                    let query = sqlx::query(REVOKE_PERSON).bind(subject).bind(millis(end.at)).bind(millis(end.until));
                    query.bind(&person).execute(&mut *tx).await?;
                    Ok(())
                })
            }

            async fn forget_revocations(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
                let sql = "DELETE FROM revocations WHERE subject IN
                           (SELECT subject FROM revocations WHERE until <= $1 ORDER BY until LIMIT $2)";
                transact!(self, |tx| {
                    let query = sqlx::query(sql).bind(millis(now)).bind(i64::from(limit));
                    Ok(query.execute(&mut *tx).await?.rows_affected())
                })
            }
        }
    };
}

revocations_table!(Sqlite);
revocations_table!(Postgres);
