//! What a PostgreSQL server must be and allow, asked before a node relies on it.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};

use super::hosts::Hosts;

/// The oldest version that the tests are run with queries for, as `server_version_num` counts.
const VERSION_MIN: i32 = 130_000;

/// Logs in and asks for what a node needs at its start: a version, a database that can be written, and the right to create
/// tables. Changes nothing.
///
/// # Errors
/// What is missing, and what to do. The error does not contain the url's password.
pub async fn examine(url: &str, within: Duration) -> anyhow::Result<()> {
    let hosts = Hosts::parse(url)?;
    let place = hosts.names();
    let asked = async {
        let mut connection = hosts.writable().await?.connect().await?;
        is_new_enough(&mut connection).await?;
        may_write(&mut connection).await?;
        connection.close().await?;
        anyhow::Ok(())
    };
    let asked = tokio::time::timeout(within, asked).await;
    asked.context("it does not answer").flatten().with_context(|| format!("PostgreSQL at {place}"))
}

/// # Errors
/// The server is older than what is needed.
pub(super) async fn is_new_enough(connection: &mut PgConnection) -> anyhow::Result<()> {
    let (number, shown): (i32, String) =
        sqlx::query_as("SELECT current_setting('server_version_num')::int, current_setting('server_version')")
            .fetch_one(connection)
            .await?;
    ensure!(number >= VERSION_MIN, "it is version {shown}, and Aldis needs 13 or newer → upgrade the server");
    Ok(())
}

async fn may_write(connection: &mut PgConnection) -> anyhow::Result<()> {
    let (read_only, schema, may_create): (String, Option<String>, Option<bool>) = sqlx::query_as(
        "SELECT current_setting('transaction_read_only'), current_schema()::text, has_schema_privilege(current_schema()::text, 'CREATE')",
    )
    .fetch_one(connection)
    .await?;
    ensure!(
        read_only == "off",
        "its database can only be read → name the primary server, or all servers: postgres://user@one,two/database"
    );
    let schema = schema.context("this user has no schema → GRANT USAGE ON SCHEMA public to it")?;
    ensure!(
        may_create == Some(true),
        "this user may not create tables → GRANT CREATE ON SCHEMA {schema} to it, or make it the database's owner"
    );
    Ok(())
}
