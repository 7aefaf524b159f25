//! What nodes share besides their rooms' seats: signing keys and revocations in PostgreSQL, settings of rooms and counts of limits in
//! Redis. A node with SQLite and no Redis shares nothing, and keeps all of it itself.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use jiff::Timestamp;
use tokio::{runtime::Handle, time::interval};
use tokio_util::sync::CancellationToken;

use super::{Ends, ledger, reload::Reload, settings};
use crate::{
    accounts::Accounts,
    auth::{
        ApiKeyring, Clock, Issuers, KeyRing, KeySecret, Sealing, Tokens,
        issuers::{self, Kept, KeySource, Web},
    },
    config::{Config, DatabaseKind},
    http::rate::Counts,
    ledger::{Values, WaitingChat},
    rooms::cache::{MemoryCache, RoomCache, SharedCache},
    storage::Store,
};

/// Rooms whose settings this node has in its memory, at most (≈ 250 bytes each).
const ROOMS_NEAR_MAX: usize = 100_000;
/// How long a node that shares nothing keeps them.
const ROOMS_NEAR_FOR: Duration = Duration::from_secs(30);
/// How often the link to the ledger is looked at: while it is lost, notices are lost.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// See the module.
pub(super) struct Shared {
    values: Option<Arc<Values>>,
    /// With a database that nodes share, too: each node's own one has rooms of its own.
    rooms: Option<Arc<SharedCache>>,
    has_shared_database: bool,
}

impl Shared {
    /// The shared state of this configuration. Redis is dialed on first use.
    ///
    /// # Errors
    /// The URL of Redis cannot be read.
    pub(super) fn of(config: &Config) -> anyhow::Result<Self> {
        let has_shared_database = config.database.url.as_ref().is_some_and(|url| url.kind() == DatabaseKind::Postgres);
        let redis = config.ledger.redis_url.as_ref();
        let values = redis.map(|url| Values::new(&settings::redis_address(config, url), &config.ledger.prefix));
        let values = values.transpose()?.map(Arc::new);
        let rooms = values.clone().filter(|_| has_shared_database);
        let rooms = rooms.map(|values| Arc::new(SharedCache::new(values, ROOMS_NEAR_MAX)));
        Ok(Self { values, rooms, has_shared_database })
    }

    /// The cache of rooms' settings.
    pub(super) fn cache(&self) -> Arc<dyn RoomCache> {
        match &self.rooms {
            Some(rooms) => Arc::clone(rooms) as _,
            None => Arc::new(MemoryCache::new(ROOMS_NEAR_MAX, ROOMS_NEAR_FOR)),
        }
    }

    /// Chat that waits in Redis to be stored.
    ///
    /// # Errors
    /// The URL of Redis cannot be read.
    pub(super) fn waiting_chat(config: &Config) -> anyhow::Result<Option<WaitingChat>> {
        let redis = config.ledger.redis_url.as_ref();
        let waiting = redis.map(|url| WaitingChat::new(&settings::redis_address(config, url), &config.ledger.prefix));
        Ok(waiting.transpose()?)
    }

    /// The counts of limits.
    pub(super) fn counts(&self) -> Option<Arc<dyn Counts>> {
        self.values.clone().map(|values| values as _)
    }

    /// Follows what other nodes do, and which keys other issuers have, until `stop`.
    pub(super) fn follow(
        self,
        (accounts, reload, ledger): (&Accounts, &Arc<Reload>, &ledger::Opened),
        Ends { tasks, stop, changed, .. }: &Ends,
    ) {
        if let Some(issuers) = accounts.tokens().issuers() {
            tasks.spawn(Arc::clone(issuers).follow(accounts.clock().clone(), stop.clone()));
        }
        if let Some(rooms) = self.rooms {
            tasks.spawn(rooms.settle(changed.clone()));
        }
        if self.has_shared_database {
            tasks.spawn(accounts.clone().follow_revocations(stop.clone()));
            tasks.spawn(accounts.clone().follow_api_keys(stop.clone()));
            tasks.spawn(Arc::clone(reload).meet_unknown_keys(stop.clone()));
            tasks.spawn(look_for_lost_notices(accounts.clone(), ledger.clone(), stop.clone()));
        }
    }
}

/// Opens the signing keys: those of all nodes, or this node's own. The first start generates one, which takes some 100 ms of CPU.
///
/// # Errors
/// They cannot be read or made.
pub(super) async fn open_keys(config: &Config, store: &Arc<dyn Store>) -> anyhow::Result<Arc<KeyRing>> {
    let (folder, now) = (config.node.data_dir.join("keys"), Timestamp::now());
    let secret = config.auth.key_secret_file.clone();
    let shared = Arc::clone(store).signing_keys_of_all();
    let runtime = Handle::current();
    let opened = tokio::task::spawn_blocking(move || {
        let Some(keys) = shared else { return KeyRing::open(&folder, now) };
        let secret =
            secret.context("nodes that share a database seal their signing keys → set auth.key_secret_file")?;
        KeyRing::open_shared(keys, KeySecret::read(&secret)?, runtime, now)
    });
    Ok(Arc::new(opened.await??))
}

/// Verifies what these keys and those of other issuers sign, and API keys, of which there are none yet. What seals those is the secret of the signing keys in a
/// shared database, if there is one, or a node's own.
///
/// # Errors
/// The secret cannot be read, or no HTTP client can be made.
pub(super) fn tokens(config: &Config, keys: &Arc<KeyRing>, clock: &Clock) -> anyhow::Result<Arc<Tokens>> {
    let sealing = match &config.auth.key_secret_file {
        Some(secret) => Sealing::Given(Box::new(KeySecret::read(secret)?)),
        None => Sealing::own(&config.node.data_dir.join("keys")),
    };
    let tokens = Tokens::new(Arc::clone(keys), &settings::auth(config), clock.clone());
    let tokens = tokens.with_api_keys(Arc::new(ApiKeyring::new(sealing)));
    // Keys outlive a restart.
    let keeping = |source| Arc::new(Kept::new(source, config.node.data_dir.join("issuers"))) as _;
    Ok(Arc::new(match issuers_from(config, keeping)? {
        Some(issuers) => tokens.with_issuers(issuers),
        None => tokens,
    }))
}

/// The other issuers, whose keys are to be fetched; `None` if there are none.
///
/// # Errors
/// No HTTP client can be made.
pub fn other_issuers(config: &Config) -> anyhow::Result<Option<Arc<Issuers>>> {
    issuers_from(config, |web| web)
}

fn issuers_from(
    config: &Config,
    source: impl FnOnce(Arc<dyn KeySource>) -> Arc<dyn KeySource>,
) -> anyhow::Result<Option<Arc<Issuers>>> {
    let settings = settings::issuers(config);
    if settings.is_empty() {
        return Ok(None);
    }
    let limits = issuers::Limits::default();
    let web = Web::new(&limits).context("no HTTP client can be made to fetch the keys of auth.issuers")?;
    Ok(Some(Arc::new(Issuers::new(settings, source(Arc::new(web)), limits))))
}

/// After each interruption of the ledger's link: what was revoked meanwhile is read at once.
async fn look_for_lost_notices(accounts: Accounts, ledger: ledger::Opened, stop: CancellationToken) {
    let mut look = interval(LOOK_EVERY);
    let mut known = ledger.interruptions();
    loop {
        tokio::select! {
            biased; // stop first: at the next start everything is read
            () = stop.cancelled() => return,
            _ = look.tick() => {}
        }
        let now = ledger.interruptions();
        if now != known {
            known = now;
            accounts.notices_may_be_lost();
        }
    }
}
