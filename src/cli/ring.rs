//! The signing keys of a configuration, for commands: a folder, or the database that nodes share, which is asked on a runtime of
//! the command's own. Must not know what the keys are used for.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use jiff::Timestamp;
use tokio::runtime::{Builder, Runtime};

use crate::auth::{KeyRing, KeySecret};
use crate::config::{Config, DatabaseKind, DatabaseUrl};
use crate::storage;

/// Keys, and what keeps them reachable.
pub(super) struct Ring {
    pub(super) keys: Arc<KeyRing>,
    /// Of keys in a database.
    _runtime: Option<Runtime>,
}

/// Reads the keys, and changes nothing.
pub(super) fn read(config: &Config) -> anyhow::Result<Ring> {
    match shared(config) {
        None => Ok(of_folder(KeyRing::read(&folder(config), Timestamp::now())?)),
        Some(url) => of_database(config, url, KeyRing::read_shared),
    }
}

/// Reads the keys; if there are none, makes the first one.
pub(super) fn open(config: &Config) -> anyhow::Result<Ring> {
    match shared(config) {
        None => Ok(of_folder(KeyRing::open(&folder(config), Timestamp::now())?)),
        Some(url) => of_database(config, url, KeyRing::open_shared),
    }
}

/// The directory of this configuration's keys, unless they are in a database.
pub(super) fn folder(config: &Config) -> PathBuf {
    config.node.data_dir.join("keys")
}

/// The database in which nodes share the keys.
pub(super) fn shared(config: &Config) -> Option<&DatabaseUrl> {
    config.database.url.as_ref().filter(|url| url.kind() == DatabaseKind::Postgres)
}

fn of_folder(keys: KeyRing) -> Ring {
    Ring { keys: Arc::new(keys), _runtime: None }
}

type Open = fn(Arc<dyn storage::SigningKeys>, KeySecret, tokio::runtime::Handle, Timestamp) -> anyhow::Result<KeyRing>;

fn of_database(config: &Config, url: &DatabaseUrl, open: Open) -> anyhow::Result<Ring> {
    let secret = config.auth.key_secret_file.as_deref();
    let secret =
        secret.context("the signing keys are in the database, sealed → set auth.key_secret_file as the nodes do")?;
    let secret = KeySecret::read(secret)?;
    // With a thread of its own: the keys are read while this one waits.
    let runtime =
        Builder::new_multi_thread().worker_threads(1).enable_all().build().context("cannot start a runtime")?;
    let opened = runtime.block_on(storage::signing_keys(url.expose(), &storage::Settings::default()));
    let table = opened.with_context(|| {
        format!("cannot reach the database {} → is it running, and has a node been started on it?", shown(url))
    })?;
    let keys = open(table, secret, runtime.handle().clone(), Timestamp::now())?;
    Ok(Ring { keys: Arc::new(keys), _runtime: Some(runtime) })
}

fn shown(url: &DatabaseUrl) -> String {
    crate::config::text::Text::write(url)
}
