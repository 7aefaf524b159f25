//! The table `signing_keys`: the sealed keys of all nodes that share a PostgreSQL. A node with SQLite keeps its keys in files.
//! Must not know what a key is, nor when it signs.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Postgres, Sqlite, StoreError, millis, timestamp, transaction::transact};

/// The advisory lock under which the keys are changed: "aldis" and a number, as one that nobody else takes by accident.
const CHANGING: i64 = 0x61_6c64_6973_0001;

/// A key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    /// Its id.
    pub kid: String,
    /// From when on it signs, in whole milliseconds; no other key has the same time.
    pub signs_from: Timestamp,
    /// The private key, encrypted.
    pub sealed: Vec<u8>,
}

/// A change of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyChange {
    /// A new one.
    Add(SigningKey),
    /// The key that signs from the first time on signs from the second one on.
    Move(Timestamp, Timestamp),
    /// The key that signs from this time on is deleted.
    Remove(Timestamp),
}

/// Operations on the table `signing_keys`.
#[async_trait]
pub trait SigningKeys: Send + Sync {
    /// All keys, by the time from which they sign.
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError>;
    /// Makes all changes at once, if the keys still sign from `planned_for` (sorted): of two nodes that change them at the
    /// same time the second gets `false`, and nothing of its changes is made.
    async fn change_signing_keys(&self, planned_for: &[Timestamp], changes: &[KeyChange]) -> Result<bool, StoreError>;
}

/// Whether nodes share a database, and with it their keys.
pub trait SharedKeys {
    /// The signing keys of all nodes that share this database; `None` for SQLite, whose only node keeps its keys in files.
    fn signing_keys_of_all(self: Arc<Self>) -> Option<Arc<dyn SigningKeys>>;
}

impl SharedKeys for Sqlite {
    fn signing_keys_of_all(self: Arc<Self>) -> Option<Arc<dyn SigningKeys>> {
        None
    }
}

impl SharedKeys for Postgres {
    fn signing_keys_of_all(self: Arc<Self>) -> Option<Arc<dyn SigningKeys>> {
        Some(self)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    kid: String,
    signs_from: i64,
    sealed: Vec<u8>,
}

impl TryFrom<Row> for SigningKey {
    type Error = StoreError;

    fn try_from(Row { kid, signs_from, sealed }: Row) -> Result<Self, StoreError> {
        Ok(Self { kid, signs_from: timestamp("signing_keys.signs_from", signs_from)?, sealed })
    }
}

#[async_trait]
impl SigningKeys for Postgres {
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        let sql = "SELECT kid, signs_from, sealed FROM signing_keys ORDER BY signs_from";
        let rows = self.ask(sqlx::query_as::<_, Row>(sql).fetch_all(self.reader())).await?;
        rows.into_iter().map(SigningKey::try_from).collect()
    }

    async fn change_signing_keys(&self, planned_for: &[Timestamp], changes: &[KeyChange]) -> Result<bool, StoreError> {
        let expected: Vec<_> = planned_for.iter().map(|from| millis(*from)).collect();
        transact!(self, |tx| {
            sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(CHANGING).execute(&mut *tx).await?;
            let found = sqlx::query_scalar::<_, i64>("SELECT signs_from FROM signing_keys ORDER BY signs_from");
            if found.fetch_all(&mut *tx).await? != expected {
                return Ok(false);
            }
            for change in changes {
                match change {
                    KeyChange::Add(SigningKey { kid, signs_from, sealed }) => {
                        let sql = "INSERT INTO signing_keys (kid, signs_from, sealed) VALUES ($1, $2, $3)";
                        sqlx::query(sql).bind(kid).bind(millis(*signs_from)).bind(sealed).execute(&mut *tx).await?
                    }
                    KeyChange::Move(from, to) => {
                        let sql = "UPDATE signing_keys SET signs_from = $2 WHERE signs_from = $1";
                        sqlx::query(sql).bind(millis(*from)).bind(millis(*to)).execute(&mut *tx).await?
                    }
                    KeyChange::Remove(from) => {
                        let sql = "DELETE FROM signing_keys WHERE signs_from = $1";
                        sqlx::query(sql).bind(millis(*from)).execute(&mut *tx).await?
                    }
                };
            }
            Ok(true)
        })
    }
}
