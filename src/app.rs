//! The composition root: the whole wiring on one screen. Every part is made here and given what it needs; no part
//! fetches anything itself.

use std::{path::Path, sync::Arc};

use actors::{
    bytes::BufferedBytes,
    ledger::MemoryLedger,
    node::{NodeRef, Ports},
    ports::SystemEntropy,
    protocol::NodeId,
};
use anyhow::Context as _;
use jiff::Timestamp;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    auth::{Auth, Clock, KeyRing},
    config::Config,
    http::{self, Check, Health, Rates, Site},
    ice::{Ice, MemoryQuota},
    load::{self, Load},
    storage::{self, Rooms, Store, cache::MemoryCache},
    telemetry::{memory, metrics::Scrape},
    ws::{self, Certificates, Gate, Listener},
};

mod admin;
mod banner;
mod ready_file;
mod settings;
mod signals;
mod snapshot;
mod sweep;

use banner::{Serving, announce};

/// Rooms whose settings are cached, at most (≈ 200 bytes each).
const ROOMS_NEAR_MAX: usize = 100_000;

/// Serves until a signal stops the process, then drains.
///
/// # Errors
/// A resource of the node cannot be opened; the error names it and the remedy.
pub async fn serve(config: Config, scrape: Scrape) -> anyhow::Result<()> {
    describe_metrics();
    memory::announce(settings::memory_max(&config));
    let first_start = prepare(&config.node.data_dir)?;
    let url = config.database.url.as_ref().map(|url| url.expose());
    let store = storage::open(url, &config.node.data_dir, &settings::storage(&config)).await?;
    let keys = open_keys(&config.node.data_dir).await?;
    let clock = Clock::system();
    let auth = Arc::new(Auth::new(Arc::clone(&store), Arc::clone(&keys), settings::auth(&config), clock)?);
    let rooms = Rooms::new(
        Arc::clone(&store),
        Arc::new(MemoryCache::new(ROOMS_NEAR_MAX)),
        settings::http(&config).rooms.per_host_max,
    );
    let ice = Arc::new(Ice::new(settings::ice(&config), settings::turn_secrets(&config)));
    let system = system(&config, (&auth, &rooms, &ice));
    let id = config.node.id.clone().unwrap_or_else(made_up_name);
    let node = NodeRef::start(NodeId::new(&id), system.settings, system.ports).await?;

    let load = Load::new(config.node.loop_lag_max);
    node.keep_seats_while(Arc::clone(&load) as _);
    let http_settings = settings::http(&config);
    let site = Arc::new(Site {
        auth,
        rooms,
        live: Arc::new(node.clone()),
        ice,
        quota: Arc::new(MemoryQuota::new(&settings::ice(&config))),
        health: Arc::new(Health::new(id, checks(&store, &node))),
        load: Arc::clone(&load),
        rates: Rates::new(&http_settings.rates),
        settings: http_settings,
    });
    let certificates = certificates(&config)?;
    let public = settings::listen(
        &config,
        Listener::bind(config.http.bind, settings::edge(&config)).await?.watched_by(Arc::clone(&load)),
        certificates.clone(),
    )?;
    let http_address = public.local_addr()?;

    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    tasks.spawn(Arc::clone(&load).watch(stop.clone()));
    tasks.spawn(sweep::expired_tokens(Arc::clone(&site.auth), stop.clone()));
    let render = Arc::new(move || scrape.render());
    let router = http::router(Arc::clone(&site));
    tokio::spawn(public.serve(router, Arc::new(Gate { node: node.clone(), load }), tasks.clone(), stop.clone()));
    let beside = (config.admin.bind, settings::edge(&config));
    let admin_address = admin::serve(beside, http::admin_router(site, render), (tasks.clone(), stop.clone())).await?;

    let signals = signals::listen()?;
    ready_file::write(config.node.ready_file.as_deref(), http_address, admin_address)?;
    announce(&Serving::new(&config, http_address, admin_address, first_start));
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]); // fails when not run by systemd
    signals::until_told_to_stop(signals, &keys, certificates.as_ref()).await?;

    if leave(&node, &config, (tasks, stop), &*store).await {
        snapshot::keep(&config, &system.ledger);
    }
    ready_file::remove(config.node.ready_file.as_deref());
    Ok(())
}

fn describe_metrics() {
    http::metrics::describe();
    ws::describe_metrics();
    load::describe_metrics();
}

/// What the actor system is made of.
struct System {
    settings: actors::settings::Settings,
    ports: Ports,
    ledger: Arc<MemoryLedger>,
}

fn system(config: &Config, (auth, rooms, ice): (&Arc<Auth>, &Rooms, &Arc<Ice>)) -> System {
    let settings = settings::node(config, settings::memory_max(config).bytes);
    let clock = Arc::new(actors::clock::Clock::new());
    let bytes = Arc::new(BufferedBytes::new(settings.node.buffered_bytes_max));
    let ledger = Arc::new(snapshot::open(config, Arc::clone(&clock), Arc::clone(&bytes)));
    let ports = Ports {
        ledger: Arc::clone(&ledger) as _,
        verifier: Arc::clone(auth.tokens()) as _,
        revocations: Arc::new(()),
        rooms: Arc::new(rooms.clone()),
        ice: Arc::clone(ice) as _,
        entropy: Arc::new(SystemEntropy),
        clock,
        bytes,
    };
    System { settings, ports, ledger }
}

/// Drains, unless a second signal stops the process at once.
async fn leave(
    node: &NodeRef,
    config: &Config,
    (tasks, stop): (TaskTracker, CancellationToken),
    store: &dyn Store,
) -> bool {
    let sockets = node.population().sockets;
    tracing::info!(sockets, within = ?config.drain.within, "draining; a second signal stops at once");
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]); // as above
    let draining = async {
        let rested = node.drain(settings::drain(config)).await;
        stop.cancel();
        tasks.close();
        let ended = tokio::time::timeout(settings::ENDING_WITHIN, tasks.wait()).await.is_ok();
        store.close().await;
        tracing::info!(rested, ended, "drained");
    };
    tokio::select! {
        biased; // what is done is done, even if a signal comes with it
        () = draining => true,
        () = signals::stop_now() => {
            tracing::warn!("stopped at once: connections are dropped, and their sessions with them");
            false
        }
    }
}

/// Creates the data directory, readable by its owner only; returns whether it did not exist before.
fn prepare(data_dir: &Path) -> anyhow::Result<bool> {
    use std::os::unix::fs::DirBuilderExt as _;
    if data_dir.is_dir() {
        return Ok(false);
    }
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data_dir);
    made.with_context(|| {
        format!("cannot create the data directory {} → choose another with --data-dir", data_dir.display())
    })?;
    Ok(true)
}

/// Opens the signing keys. The first start generates one, which takes some 100 ms of CPU.
async fn open_keys(data_dir: &Path) -> anyhow::Result<Arc<KeyRing>> {
    let folder = data_dir.join("keys");
    let opened = tokio::task::spawn_blocking(move || KeyRing::open(&folder, Timestamp::now())).await?;
    Ok(Arc::new(opened?))
}

fn certificates(config: &Config) -> anyhow::Result<Option<Arc<Certificates>>> {
    match (&config.http.tls_cert, &config.http.tls_key) {
        (Some(cert), Some(key)) => Ok(Some(Certificates::load(cert.clone(), key.clone())?)),
        (None, _) | (_, None) => Ok(None), // one without the other is refused by the configuration's rules
    }
}

/// The checks that readiness depends on.
fn checks(store: &Arc<dyn Store>, node: &NodeRef) -> Vec<Check> {
    let (store, node, leased) = (Arc::clone(store), node.clone(), node.clone());
    vec![
        Check::vital("database", move || {
            let store = Arc::clone(&store);
            async move { store.ping().await.map_err(|why| why.to_string()) }
        }),
        Check::vital("ledger", move || {
            let fenced = leased.is_fenced();
            async move { if fenced { Err("the node cannot renew its lease".to_owned()) } else { Ok(()) } }
        }),
        Check::vital("taking_sockets", move || {
            let draining = node.is_draining();
            async move { if draining { Err("the node is draining".to_owned()) } else { Ok(()) } }
        }),
    ]
}

/// A name for this run, when none is configured.
fn made_up_name() -> String {
    format!("node-{:08x}", rand::random::<u32>())
}
