//! The database that the configuration names, and whether this node may use it beside others.

use std::sync::Arc;

use anyhow::Context as _;

use super::settings;
use crate::{
    config::{Config, DatabaseKind, text::Text as _},
    storage::{
        self, Store,
        tenancy::{self, Held, Tenancy},
    },
};

/// Opens it. The second part is to be kept as long as the node serves.
///
/// # Errors
/// It cannot be opened, or nodes with another ledger use it.
pub(super) async fn open(config: &Config) -> anyhow::Result<(Arc<dyn Store>, Option<Held>)> {
    let url = config.database.url.as_ref();
    let store = storage::open(url.map(|url| url.expose()), &config.node.data_dir, &settings::storage(config)).await?;
    let Some(url) = url.filter(|url| url.kind() == DatabaseKind::Postgres) else { return Ok((store, None)) };
    let tenancy = if config.ledger.redis_url.is_some() { Tenancy::Shared } else { Tenancy::Alone };
    let held = tenancy::hold(url.expose(), tenancy).await;
    Ok((store, Some(held.with_context(|| format!("cannot use the database {}", url.write()))?)))
}
