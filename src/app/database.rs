//! The database that the configuration names, and whether this node may use it beside others.

use std::{path::Path, sync::Arc};

use anyhow::Context as _;
use jiff::Timestamp;

use super::settings;
use crate::{
    config::{Config, DatabaseKind, text::Text as _},
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

/// Opens it. The second part is to be kept as long as the node serves.
///
/// # Errors
/// It cannot be opened, nodes with another ledger use it, or another node uses its file.
pub(super) async fn open(config: &Config) -> anyhow::Result<(Arc<dyn Store>, Kept)> {
    let url = config.database.url.as_ref();
    let store = storage::open(url.map(|url| url.expose()), &config.node.data_dir, &settings::storage(config)).await?;
    let Some(url) = url else { return Ok((store, Kept::Nothing)) };
    let place = || format!("cannot use the database {}", url.write());
    let kept = match (url.kind(), url.file()) {
        (DatabaseKind::Postgres, _) => {
            let tenancy = if config.ledger.redis_url.is_some() { Tenancy::Shared } else { Tenancy::Alone };
            Kept::Tenancy(tenancy::hold(url.expose(), tenancy).await.with_context(place)?)
        }
        (DatabaseKind::Sqlite, Some(file)) => {
            lock(config, file).with_context(place)?.map_or(Kept::Nothing, Kept::Folder)
        }
        (DatabaseKind::Sqlite, None) => Kept::Nothing,
    };
    Ok((store, kept))
}

/// The lock of the directory of a SQLite file elsewhere: nodes that share a database use PostgreSQL.
fn lock(config: &Config, file: &Path) -> anyhow::Result<Option<Lock>> {
    let folder = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.canonicalize()? == config.node.data_dir.canonicalize()? {
        return Ok(None); // held already
    }
    Ok(Some(Lock::take(folder, Holder::this("serve", Timestamp::now()))?))
}
