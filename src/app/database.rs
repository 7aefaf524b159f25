//! The database that the configuration names, and whether this node may use it beside others.

use std::{path::Path, sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use super::settings;
use crate::{
    config::{Config, DatabaseKind, DatabaseUrl, text::Text as _},
    files::{Holder, Lock},
    storage::{
        self, Store,
        tenancy::{self, Held, Tenancy},
    },
};

/// What keeps others from a database while the node serves.
pub(super) enum Kept {
    /// Its folder is locked with the data directory.
    Nothing,
    /// The PostgreSQL.
    Tenancy(#[expect(dead_code, reason = "it ends when it is dropped")] Held),
    /// The folder of a SQLite file elsewhere.
    Folder(#[expect(dead_code, reason = "as above")] Lock),
}

/// The pause between two attempts to open a database that may yet answer.
const PAUSE: Duration = Duration::from_millis(500);
/// How often it is said what the node waits for.
const SAY_EVERY: Duration = Duration::from_secs(5);

/// Opens it. The second part is to be kept as long as the node serves. A PostgreSQL that starts, is busy or cannot be reached is waited
/// for: nodes and database are often started together.
///
/// # Errors
/// It cannot be opened, nodes with another ledger use it, or another node uses its file.
pub(super) async fn open(config: &Config) -> anyhow::Result<(Arc<dyn Store>, Kept)> {
    let (begun, mut said) = (Instant::now(), None::<Instant>);
    loop {
        let why = match attempt(config).await {
            Ok(opened) => return Ok(opened),
            Err(why) if storage::may_pass(&why) && begun.elapsed() < config.database.start_within => why,
            Err(why) => return Err(why),
        };
        if said.is_none_or(|said| said.elapsed() >= SAY_EVERY) {
            said = Some(Instant::now());
            let (waited, at_most) = (begun.elapsed().as_secs(), config.database.start_within.as_secs());
            tracing::warn!(why = %format!("{why:#}"), "waiting for the database: {waited} of at most {at_most} s (database.start_within)");
        }
        sleep(PAUSE).await;
    }
}

async fn attempt(config: &Config) -> anyhow::Result<(Arc<dyn Store>, Kept)> {
    let url = config.database.url.as_ref();
    let store = storage::open(url.map(|url| url.expose()), &config.node.data_dir, &settings::storage(config)).await?;
    let Some(url) = url else { return Ok((store, Kept::Nothing)) };
    match kept(config, url, &store).await {
        Ok(kept) => Ok((store, kept)),
        Err(why) => {
            store.close().await; // the next attempt opens another one
            Err(why.context(format!("cannot use the database {}", url.write())))
        }
    }
}

async fn kept(config: &Config, url: &DatabaseUrl, store: &Arc<dyn Store>) -> anyhow::Result<Kept> {
    match (url.kind(), url.file()) {
        (DatabaseKind::Postgres, _) => {
            store.ping().await?; // the first connection of the pool: what follows finds it
            let tenancy = if config.ledger.redis_url.is_some() { Tenancy::Shared } else { Tenancy::Alone };
            let refusing = Arc::clone(store);
            let tell = move |why| refusing.refuse_changes(why);
            Ok(Kept::Tenancy(tenancy::hold(url.expose(), tenancy, tell).await?))
        }
        (DatabaseKind::Sqlite, Some(file)) => Ok(lock(config, file)?.map_or(Kept::Nothing, Kept::Folder)),
        (DatabaseKind::Sqlite, None) => Ok(Kept::Nothing),
    }
}

/// The lock of the directory of a SQLite file elsewhere: nodes that share a database use PostgreSQL.
fn lock(config: &Config, file: &Path) -> anyhow::Result<Option<Lock>> {
    let folder = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.canonicalize()? == config.node.data_dir.canonicalize()? {
        return Ok(None); // held already
    }
    Ok(Some(Lock::take(folder, Holder::this("serve", Timestamp::now()))?))
}
