//! `Store` on PostgreSQL: one pool, every statement with a timeout.

use std::{future::Future, str::FromStr as _, time::Duration};

use anyhow::Context as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use super::{Settings, Store, StoreError};

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// The database of a cluster.
#[derive(Clone, Debug)]
pub struct Postgres {
    pool: PgPool,
    query_within: Duration,
}

impl Postgres {
    /// Connects and migrates the schema (under PostgreSQL's advisory lock, so nodes may start at the same time).
    ///
    /// # Errors
    /// The url is malformed, the server cannot be reached, or a migration fails.
    pub async fn open(url: &str, settings: &Settings) -> anyhow::Result<Self> {
        let options = PgConnectOptions::from_str(url)
            .context("the database url is malformed → write postgres://user:password@host:5432/database")?
            .application_name("aldis");
        let place = format!("{}:{}", options.get_host(), options.get_port());
        let opened = async {
            let pool = PgPoolOptions::new()
                .max_connections(settings.connections_max)
                .acquire_timeout(settings.acquire_within)
                .connect_with(options)
                .await?;
            MIGRATIONS.run(&pool).await?;
            anyhow::Ok(Self { pool, query_within: settings.query_within })
        };
        opened.await.with_context(|| format!("cannot open the PostgreSQL database at {place}: is it running, and may this user log in and create tables?"))
    }

    pub(super) fn writer(&self) -> &PgPool {
        &self.pool
    }

    pub(super) fn reader(&self) -> &PgPool {
        &self.pool
    }

    pub(super) async fn within<T>(&self, query: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
        match tokio::time::timeout(self.query_within, query).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(StoreError::Unavailable(format!("no answer within {:?}", self.query_within))),
        }
    }
}

#[async_trait::async_trait]
impl Store for Postgres {
    async fn ping(&self) -> Result<(), StoreError> {
        self.within(sqlx::query("SELECT 1 FROM users LIMIT 1").execute(&self.pool)).await.map(drop)
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}
