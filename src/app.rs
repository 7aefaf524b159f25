//! The composition root: the whole wiring on one screen. Every part is made here and given what it needs; no part
//! fetches anything itself.

use std::sync::Arc;

use actors::{
    bytes::BufferedBytes,
    node::{NodeRef, Ports},
    ports::SystemEntropy,
    protocol::NodeId,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    accounts::{self, Accounts, Mailing},
    auth::{Clock, Tokens},
    changes::{self, Changes},
    config::Config,
    history::{self, History},
    http::{self, Health, Rates, Site},
    ice::Ice,
    load::{self, Load},
    mail::{self, MailQueue, Mailer},
    net::rate::Limiter,
    rooms::{Hosting, InCall, Rooms},
    storage::Store,
    telemetry::{memory, metrics::Scrape},
    ws::{self, Certificates, Gate, Listener},
};

mod admin;
mod banner;
mod check;
mod checks;
mod cluster;
mod data;
mod database;
mod descriptions;
mod ledger;
mod media;
mod permissions;
mod probe;
mod ready_file;
mod reload;
mod settings;
mod shared;
mod signals;
mod snapshot;
mod sweep;
#[cfg(test)]
mod tests;
mod told;

use admin::Door;
use banner::{Serving, announce};
pub use check::{check, probe};
use checks::checks;
use cluster::Cluster;
use reload::Reload;
use shared::Shared;
pub use shared::other_issuers;

/// Serves until a signal stops the process, then drains.
///
/// # Errors
/// A resource of the node cannot be opened; the error names it and the remedy.
pub async fn serve(config: Config, scrape: Scrape) -> anyhow::Result<()> {
    describe_metrics();
    memory::announce(settings::memory_max(&config));
    let (mut lock, first_start) = data::take(&config)?;
    let (store, _tenancy) = database::open(&config).await?;
    let (shared, clock) = (Shared::of(&config)?, Clock::system());
    let keys = shared::open_keys(&config, &store).await?;
    let tokens = shared::tokens(&config, &keys, &clock)?;
    accounts::restore(&*store, &tokens, &clock).await?;
    let rooms = Rooms::new(Arc::clone(&store), shared.cache());
    let ice = Arc::new(Ice::new(settings::ice(&config), settings::turn_secrets(&config)));
    let system = system(&config, &store, (&tokens, &rooms, &ice)).await?;
    let id = settings::node_id(&config);
    let node = descriptions::trace(NodeRef::start(NodeId::new(&id), system.settings, system.ports).await?);
    system.media.listen(&node).await?;
    let told = told::Told::new(&config, (&store, &system.ledger), &id)?;
    let (changes, hosting, accounts, mails) = use_cases(&config, (&store, &rooms, tokens, &shared), &node, &clock)?;

    let load = Load::new(config.node.loop_lag_max);
    node.keep_seats_while(Arc::clone(&load) as _);
    let http_settings = settings::http(&config);
    let public = Listener::bind(config.http.bind, settings::edge(&config)).await?;
    let http_address = public.local_addr()?;
    let cluster = Cluster::new(&config, &node, &system.ledger, http_address);
    let site = Arc::new(Site {
        accounts: Arc::new(accounts.clone()),
        rooms,
        history: Arc::clone(&system.history),
        hosting: hosting.clone(),
        live: Arc::new(node.clone()),
        events: told.events.clone(),
        outbox: told.outbox.clone(),
        ice,
        health: Arc::new(Health::new(id, checks(&store, (&node, &system.ledger, &system.media), clock))),
        load: Arc::clone(&load),
        cluster: cluster.clone().described(),
        media: system.media.described(),
        rates: Rates::new(&http_settings.rates, shared.counts().as_ref()),
        settings: http_settings,
    });
    let certificates = certificates(&config)?;
    let public = guarded(public, &site, certificates.as_ref());

    let ends @ Ends { tasks, stop, .. } = &Ends::default();
    tasks.spawn(Arc::clone(&load).watch(stop.clone()));
    in_background((&hosting, &accounts, system.history, &node), (cluster, told), ends);
    let reload = Reload::new(keys, config.auth.rotate_keys_every, certificates.clone());
    shared.follow((&accounts, &reload, &system.ledger), ends);
    let gate = Arc::new(Gate { node: node.clone(), load });
    tokio::spawn(public.serve(http::router(Arc::clone(&site)), gate, tasks.clone(), stop.clone()));
    let operators = http::admin_router(site, Arc::new(move || scrape.render()), admin::operators(&config, ends)?);
    let door = Door::new(&config, settings::edge(&config), certificates.clone());
    lock.serves_at(door.socket()?);
    let admin_address = door.serve(operators, (tasks.clone(), stop.clone())).await?;

    let serving = Serving::new(&config, http_address, admin_address, first_start);
    until_told_to_stop(&config, &serving, (&reload, ends)).await?;

    if leave(&node, &config, ends, (&changes, &mails, &*store, &system.media)).await {
        system.ledger.keep(&config);
    }
    ready_file::remove(config.node.ready_file.as_deref());
    Ok(())
}

/// Says that the node serves, and waits for a signal, or for an operator who drains it.
async fn until_told_to_stop(
    config: &Config,
    serving: &Serving,
    (reload, ends): (&Arc<Reload>, &Ends),
) -> anyhow::Result<()> {
    let signals = signals::listen()?;
    ready_file::write(config.node.ready_file.as_deref(), serving.http, serving.admin)?;
    announce(serving);
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]); // fails when not run by systemd
    signals::until_told_to_stop(signals, reload, &ends.drain).await
}

/// Until all changes have ended, those whose outcome is in doubt are looked at; until `stop`, the cluster is told of this node.
fn in_background(
    (hosting, accounts, history, node): (&Hosting, &Accounts, Arc<History>, &NodeRef),
    (cluster, told): (Cluster, told::Told),
    Ends { tasks, stop, changed, .. }: &Ends,
) {
    tasks.spawn(sweep::expired(accounts.clone(), Arc::clone(&history), told.outbox.clone(), stop.clone()));
    tasks.spawn(told.run(stop.clone()));
    tasks.spawn(told::of_history(history.is_away(), node.clone(), stop.clone()));
    tasks.spawn(history.run(changed.clone()));
    tasks.spawn(hosting.clone().settle(changed.clone()));
    tasks.spawn(hosting.clone().watch_the_door(accounts.clock().clone(), stop.clone()));
    tasks.spawn(accounts.clone().settle(changed.clone()));
    tasks.spawn(cluster.tell(stop.clone()));
}

/// The public listener, which sheds load, knows whom to trust, counts sockets, and encrypts if it has certificates.
fn guarded(public: Listener, site: &Site, certificates: Option<&Arc<Certificates>>) -> Listener {
    let public = public.watched_by(Arc::clone(&site.load));
    let public = public.with_rules(Arc::clone(&site.settings.net)).with_socket_rate(Arc::clone(&site.rates.sockets));
    certificates.into_iter().fold(public, |public, certificates| public.with_tls(Arc::clone(certificates)))
}

fn describe_metrics() {
    mail::describe_metrics();
    changes::describe_metrics();
    http::metrics::describe();
    ws::describe_metrics();
    crate::ledger::describe_metrics();
    load::describe_metrics();
    crate::ice::describe_metrics();
    history::describe_metrics();
    crate::media::describe_metrics();
    crate::webhooks::describe_metrics();
    crate::auth::describe_metrics();
}

/// What the actor system is made of.
struct System {
    settings: actors::settings::Settings,
    ports: Ports,
    ledger: ledger::Opened,
    history: Arc<History>,
    media: media::Opened,
}

/// The changes that people make, each a task of its own.
fn use_cases(
    config: &Config,
    (store, rooms, tokens, shared): (&Arc<dyn Store>, &Rooms, Arc<Tokens>, &Shared),
    node: &NodeRef,
    clock: &Clock,
) -> anyhow::Result<(Changes, Hosting, Accounts, MailQueue)> {
    let (changes, live) = (Changes::default(), Arc::new(node.clone()));
    let per_host_max = settings::http(config).rooms.per_host_max;
    let hosting = Hosting::new(rooms.clone(), Arc::clone(&live) as _, changes.clone(), per_host_max);
    node.hosted_by(Arc::new(InCall::new(hosting.clone(), clock.clone())));
    let mailer: Arc<dyn Mailer> = match settings::mail_server(config) {
        Some(server) => Arc::new(mail::Smtp::new(&server)?),
        None => Arc::new(mail::Log),
    };
    let mails = MailQueue::new(mailer, settings::mails(config));
    let rates = &config.rate_limits;
    let per_recipient = settings::rate(rates.mails_per_email);
    let mailing = Mailing {
        queue: mails.clone(),
        site_url: settings::site_url(config),
        is_sent: config.mail.is_sent(),
        per_recipient: Limiter::new("rate:mail", per_recipient, rates.remembered_max.get(), shared.counts()),
    };
    let parts = accounts::Parts {
        store: Arc::clone(store),
        tokens,
        live,
        hosting: hosting.clone(),
        changes: changes.clone(),
        mailing,
        clock: clock.clone(),
    };
    let accounts = Accounts::new(parts, settings::auth(config))?;
    Ok((changes, hosting, accounts, mails))
}

async fn system(
    config: &Config,
    store: &Arc<dyn Store>,
    (tokens, rooms, ice): (&Arc<Tokens>, &Rooms, &Arc<Ice>),
) -> anyhow::Result<System> {
    let settings = settings::node(config, settings::memory_max(config).bytes);
    let clock = Arc::new(actors::clock::Clock::new());
    let bytes = Arc::new(BufferedBytes::new(settings.node.buffered_bytes_max));
    let ledger = ledger::open(config, &clock, &bytes).await?;
    let (store, chat) = (Arc::clone(store), Shared::waiting_chat(config)?);
    let history = Arc::new(History::new(store, chat, settings::history(config)));
    let media = media::open(config)?;
    let ports = Ports {
        ledger: ledger.port(),
        verifier: Arc::clone(tokens) as _,
        revocations: Arc::clone(tokens.revoked()) as _,
        history: told::noting(config, &history, &ledger),
        media: media.port(),
        rooms: Arc::new(rooms.clone()),
        ice: Arc::clone(ice) as _,
        entropy: Arc::new(SystemEntropy),
        clock,
        bytes,
    };
    Ok(System { settings, ports, ledger, history, media })
}

/// How the node's tasks end.
#[derive(Default)]
struct Ends {
    tasks: TaskTracker,
    /// An operator drains the node.
    drain: CancellationToken,
    /// After the drain: nothing new is begun.
    stop: CancellationToken,
    /// Once the changes that people have begun have ended: what they have left to be settled is settled now or never.
    changed: CancellationToken,
}

impl Ends {
    /// Waits for the changes and the mails that they post, and only then has the rest settled; whether all ended in time.
    async fn all(&self, changes: &Changes, mails: impl Future<Output = bool>) -> bool {
        self.stop.cancel();
        self.tasks.close();
        let is_changed = changes.finish(settings::CHANGES_WITHIN).await;
        self.changed.cancel();
        let (is_mailed, ()) = tokio::join!(mails, self.tasks.wait());
        is_changed & is_mailed
    }
}

/// Drains, unless a second signal stops the process at once. Ends in time, whatever hangs.
async fn leave(
    node: &NodeRef,
    config: &Config,
    ends: &Ends,
    (changes, mails, store, media): (&Changes, &MailQueue, &dyn Store, &media::Opened),
) -> bool {
    let sockets = node.population().sockets;
    tracing::info!(sockets, within = ?config.drain.within, "draining; a second signal stops at once");
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]); // as above
    let draining = async {
        let rested = node.drain(settings::drain(config)).await;
        let all = ending(ends.all(changes, mails.finish(settings::ENDING_WITHIN)), store.close());
        let ((ended, closed), deleted) = tokio::join!(all, media.finish());
        tracing::info!(rested, ended, closed, deleted, "drained");
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

/// Waits for the tasks, which say whether all of them ended, then for the store, each with a limit; returns which ended.
async fn ending(tasks: impl Future<Output = bool>, store: impl Future<Output = ()>) -> (bool, bool) {
    let ended = tokio::time::timeout(settings::ENDING_WITHIN, tasks).await.unwrap_or(false);
    (ended, tokio::time::timeout(settings::CLOSING_WITHIN, store).await.is_ok())
}

fn certificates(config: &Config) -> anyhow::Result<Option<Arc<Certificates>>> {
    match (&config.http.tls_cert, &config.http.tls_key) {
        (Some(cert), Some(key)) => Ok(Some(Certificates::load(cert.clone(), key.clone())?)),
        (None, _) | (_, None) => Ok(None), // one without the other is refused by the configuration's rules
    }
}
