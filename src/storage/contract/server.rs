//! A PostgreSQL server for the tests: made when the first test needs it, stopped when the last one has ended; a database
//! of its own for each test.

use std::sync::{
    Arc, Weak,
    atomic::{AtomicU32, Ordering},
};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::sync::Mutex;

use crate::storage::{Postgres, Settings};

#[path = "../../../tests/services/postgres.rs"]
mod process;

pub(crate) use process::{Server, url};

/// A database of the server.
pub(crate) struct Database {
    _server: Arc<Server>,
    pub(crate) port: u16,
    pub(crate) name: String,
}

impl Database {
    pub(crate) async fn open(&self, settings: &Settings) -> Arc<Postgres> {
        Arc::new(Postgres::open(&self.url(), settings).await.expect("a database"))
    }

    pub(crate) fn url(&self) -> String {
        url(self.port, &self.name)
    }

    pub(crate) async fn connection(&self) -> PgConnection {
        PgConnection::connect(&self.url()).await.expect("a connection")
    }

    /// Runs statements on a connection of its own.
    pub(crate) async fn run(&self, sql: &str) {
        run(&mut self.connection().await, sql).await;
    }

    /// The text that a query gives.
    pub(crate) async fn text(&self, sql: &'static str) -> String {
        sqlx::query_scalar(sql)
            .fetch_one(&mut self.connection().await)
            .await
            .unwrap_or_else(|why| panic!("{why}: {sql}"))
    }

    /// Makes a database with the same content; nobody may be connected to this one.
    pub(super) async fn copy(&self) -> Self {
        made(&self._server, Some(&self.name)).await
    }
}

/// An empty database.
pub(crate) async fn database() -> Database {
    static SHARED: Mutex<Weak<Server>> = Mutex::const_new(Weak::new());
    let mut shared = SHARED.lock().await;
    let server = match shared.upgrade() {
        Some(server) => server,
        None => {
            let server = Arc::new(Server::start().await);
            *shared = Arc::downgrade(&server);
            server
        }
    };
    drop(shared);
    made(&server, None).await
}

/// An empty database of a server that no other test uses.
pub(crate) async fn own_database() -> Database {
    made(&Arc::new(Server::start().await), None).await
}

async fn made(server: &Arc<Server>, template: Option<&str>) -> Database {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let name = format!("t{}", MADE.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(&url(server.port, "postgres")).await.expect("a connection");
    let template = template.unwrap_or("template0");
    run(&mut connection, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
    Database { _server: Arc::clone(server), port: server.port, name }
}

pub(super) async fn run(connection: &mut PgConnection, sql: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await;
    done.unwrap_or_else(|why| panic!("{why}: {sql}"));
}
