//! The table `api_keys`: what verifies the tokens of other people's backends. Nodes keep it in memory and read it every half
//! second. Must not know how a key is sealed, nor what it may sign.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Postgres, Settings, Sqlite, StoreError, millis, timestamp, transaction::transact};

/// How tokens are signed with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum ApiAlgorithm {
    /// HMAC with SHA-256: backend and nodes have the same secret.
    #[serde(rename = "HS256")]
    Hs256,
    /// Ed25519: only the backend has the private key.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl ApiAlgorithm {
    /// As it is written in a token's header.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// A key as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: Uuid,
    /// Its name for operators.
    pub name: String,
    /// How tokens are signed with it.
    pub algorithm: ApiAlgorithm,
    /// The encrypted secret, or the public key.
    pub material: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Without the material.
impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApiKey({}, {}, {})", self.id, self.name, self.algorithm.as_str())
    }
}

/// Operations on the table `api_keys`.
#[async_trait]
pub trait ApiKeys: Send + Sync {
    /// Adds a key; false when there are `max` already.
    async fn add_api_key(&self, key: &ApiKey, max: u32) -> Result<bool, StoreError>;
    /// All keys, the oldest first.
    async fn api_keys(&self) -> Result<Vec<ApiKey>, StoreError>;
    /// Deletes a key; false when there is none.
    async fn remove_api_key(&self, id: Uuid) -> Result<bool, StoreError>;
}

/// The API keys of the PostgreSQL at `url`, whose schema a node has migrated: for commands.
///
/// # Errors
/// It cannot be reached. The error does not contain the url's password.
pub async fn of_database(url: &str, settings: &Settings) -> anyhow::Result<Arc<dyn ApiKeys>> {
    Ok(Arc::new(Postgres::open_migrated(url, settings).await?))
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    algorithm: String,
    material: Vec<u8>,
    created_at: i64,
}

impl TryFrom<Row> for ApiKey {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let algorithm = match row.algorithm.as_str() {
            "HS256" => ApiAlgorithm::Hs256,
            "EdDSA" => ApiAlgorithm::EdDsa,
            _ => return Err(StoreError::Unreadable { column: "api_keys.algorithm", value: row.algorithm }),
        };
        let created_at = timestamp("api_keys.created_at", row.created_at)?;
        Ok(Self { id: row.id, name: row.name, algorithm, material: row.material, created_at })
    }
}

/// One text for both databases, see `users_table!`.
macro_rules! api_keys_table {
    ($Store:ty) => {
        #[async_trait]
        impl ApiKeys for $Store {
            async fn add_api_key(&self, key: &ApiKey, max: u32) -> Result<bool, StoreError> {
                let add =
                    "INSERT INTO api_keys (id, name, algorithm, material, created_at) VALUES ($1, $2, $3, $4, $5)";
                transact!(self, |tx| {
                    let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM api_keys");
                    if count.fetch_one(&mut *tx).await? >= i64::from(max) {
                        return Ok(false);
                    }
                    sqlx::query(add)
                        .bind(key.id)
                        .bind(&key.name)
                        .bind(key.algorithm.as_str())
                        .bind(&key.material)
                        .bind(millis(key.created_at))
                        .execute(&mut *tx)
                        .await?;
                    Ok(true)
                })
            }

            async fn api_keys(&self) -> Result<Vec<ApiKey>, StoreError> {
                let sql = "SELECT id, name, algorithm, material, created_at FROM api_keys ORDER BY created_at, id";
                let rows = self.ask(sqlx::query_as::<_, Row>(sql).fetch_all(self.reader())).await?;
                rows.into_iter().map(ApiKey::try_from).collect()
            }

            async fn remove_api_key(&self, id: Uuid) -> Result<bool, StoreError> {
                transact!(self, |tx| {
                    let query = sqlx::query("DELETE FROM api_keys WHERE id = $1").bind(id);
                    Ok(query.execute(&mut *tx).await?.rows_affected() == 1)
                })
            }
        }
    };
}

api_keys_table!(Sqlite);
api_keys_table!(Postgres);
