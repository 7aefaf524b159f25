//! The table `idempotent_answers`: the answers to requests with an `Idempotency-Key`, stored in the transaction that performs the
//! request. So a repetition, on any node and after any failure, gets the same answer, and nothing is done twice.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Postgres, Sqlite, StoreError, millis, transaction::transact};

/// Answers that are kept, at most (≈ 500 bytes each); of more, the oldest are forgotten before their time.
const ANSWERS_MAX: i64 = 100_000;

/// A request that is to be done once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// Whose keys these are: an API key.
    pub scope: Uuid,
    /// SHA-256 of the request's `Idempotency-Key`.
    pub hash: [u8; 32],
    /// SHA-256 of what the request says.
    pub request: [u8; 32],
    /// Its answer, if it is done now.
    pub answer: String,
    /// Now.
    pub at: Timestamp,
    /// How long the answer is kept.
    pub until: Timestamp,
}

/// The outcome of a request with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// It was done now.
    Now,
    /// It was done before, with this answer.
    Before(String),
    /// The key was used for another request.
    Another,
}

impl Once {
    /// What transactions with the same key have in common.
    pub(super) fn turn(&self) -> String {
        format!("{} {:?}", self.scope, self.hash)
    }

    pub(super) fn judge(&self, known: Answered) -> Added {
        if known.request == self.request { Added::Before(known.answer) } else { Added::Another }
    }
}

/// An answer that is stored.
#[derive(sqlx::FromRow)]
pub(super) struct Answered {
    request: Vec<u8>,
    answer: String,
}

pub(super) const ANSWERED: &str =
    "SELECT request, answer FROM idempotent_answers WHERE scope = $1 AND hash = $2 AND expires_at > $3";

/// An answer that has expired is replaced.
pub(super) const ANSWER: &str = "INSERT INTO idempotent_answers (scope, hash, request, answer, expires_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (scope, hash) DO UPDATE SET request = excluded.request, answer = excluded.answer, expires_at = excluded.expires_at";

/// Operations on the table `idempotent_answers`.
#[async_trait]
pub trait Idempotency {
    /// Deletes at most `limit` that have expired at `now` or are too many; returns how many.
    async fn forget_answers(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}

macro_rules! idempotency_table {
    ($Store:ty) => {
        #[async_trait]
        impl Idempotency for $Store {
            async fn forget_answers(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
                let sql = "DELETE FROM idempotent_answers WHERE (scope, hash) IN
                           (SELECT scope, hash FROM idempotent_answers WHERE expires_at <= $1 OR expires_at <=
                               (SELECT expires_at FROM idempotent_answers ORDER BY expires_at DESC LIMIT 1 OFFSET $2)
                            ORDER BY expires_at LIMIT $3)";
                transact!(self, |tx| {
                    let query = sqlx::query(sql).bind(millis(now)).bind(ANSWERS_MAX).bind(i64::from(limit));
                    Ok(query.execute(&mut *tx).await?.rows_affected())
                })
            }
        }
    };
}

idempotency_table!(Sqlite);
idempotency_table!(Postgres);
