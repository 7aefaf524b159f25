//! Media servers over HTTP: the adapter of the port `MediaServers` for the contract `aldis-media.v1` (docs/media.md).
//!
//! One supervised actor for each server listens to its events, probes it and keeps its breaker; requests look at what the actor
//! knows and run in tasks of their own, so that a client that hangs up leaves nothing half done. No request waits for the actor.
//! Must not know who is in a room, nor what the parameters say.

mod actor;
mod client;
mod deleting;
mod limits;
mod listing;
mod metrics;
mod root;
mod rules;
mod server;
mod stream;
#[cfg(test)]
mod tests;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use actors::{
    clock::monotonic,
    ports::{
        Later, MediaError, MediaListener, MediaServers, Placement,
        media::{Call, Json},
    },
    protocol::{RoomId, SessionId, media::MediaEpoch},
};
use anyhow::Context as _;
use ractor::ActorRef;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use deleting::Deletions;
use rules::{Ask, Position, object_at, ranked};
use server::{Refused, Server, full, unavailable};

pub use limits::Limits;
pub use metrics::describe_metrics;

/// A media server of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Its name on all nodes: `host:port`.
    pub name: String,
    /// Where it is asked: `https://host:port`.
    pub base: String,
}

/// The media servers of this node. Dropped, nobody listens to them any more.
pub struct Media {
    servers: Vec<Arc<Server>>,
    request_within: Duration,
    deletions: Deletions,
    runtime: Handle,
    root: Mutex<Option<ActorRef<root::Command>>>,
    /// A placement on a server that is not configured here was logged.
    has_met_unknown: AtomicBool,
}

/// Whether the server at this address is well and accepts this secret.
///
/// # Errors
/// Why not.
pub async fn probe(address: &Address, secret: &SecretString, limits: Limits) -> Result<(), String> {
    let server = Server::new(&address.name, &address.base, secret, limits).map_err(|why| format!("{why:#}"))?;
    server.probe().await.map(drop)
}

/// When it is worthwhile to look again for a server that takes a room.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(2);

impl Media {
    /// The servers at these addresses, which share this secret with the node. Nobody listens to them before [`Media::listen`].
    /// Call it within a tokio runtime.
    ///
    /// # Errors
    /// The secret fits in no header, or the system has no certificate authorities.
    pub fn new(addresses: &[Address], secret: &SecretString, limits: Limits) -> anyhow::Result<Self> {
        let server = |Address { name, base }: &Address| Server::new(name, base, secret, limits).map(Arc::new);
        let servers = addresses.iter().map(server).collect::<anyhow::Result<_>>()?;
        Ok(Self {
            servers,
            request_within: limits.request_within,
            deletions: Deletions::new(&limits),
            runtime: Handle::current(),
            root: Mutex::default(),
            has_met_unknown: AtomicBool::new(false),
        })
    }

    /// Listens to the servers from now on, and tells what it hears.
    ///
    /// # Errors
    /// The actors cannot be started.
    pub async fn listen(&self, listener: Arc<dyn MediaListener>) -> anyhow::Result<()> {
        let root = root::start((self.servers.clone(), listener)).await;
        let root = root.context("cannot start the actors of the media servers")?;
        let before = self.root.lock().unwrap_or_else(PoisonError::into_inner).replace(root);
        if let Some(before) = before {
            before.stop(None);
        }
        Ok(())
    }

    /// Gives up retries, and waits at most `within` for deletions that are under way; whether they have ended.
    pub async fn finish(&self, within: Duration) -> bool {
        self.deletions.finish(within).await
    }

    /// Which servers are away, if any is.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let is_away = |server: &&Arc<Server>| {
            let view = server.view();
            view.position != Position::Closed || view.load.is_none()
        };
        let away: Vec<_> = self.servers.iter().filter(is_away).map(|server| &*server.name).collect();
        let all = self.servers.len();
        (!away.is_empty()).then(|| format!("{} of {all} media servers are away: {}", away.len(), away.join(", ")))
    }

    /// The servers as operators see them.
    #[must_use]
    pub fn describe(&self) -> Value {
        let described = |server: &Arc<Server>| {
            let view = server.view();
            json!({
                "server": &*server.name,
                "instance": view.instance.as_deref(),
                "heard": view.load.is_some(),
                "breaker": match view.position {
                    Position::Closed => "closed",
                    Position::HalfOpen => "half_open",
                    Position::Open => "open",
                },
                "draining": view.load.map(|load| load.is_draining),
                "consumers": view.load.map(|load| load.consumers),
                "consumersMax": view.load.map(|load| load.consumers_max),
                "inFlight": server.in_flight(),
            })
        };
        json!({ "servers": self.servers.iter().map(described).collect::<Vec<_>>() })
    }

    fn deadline(&self) -> Instant {
        monotonic() + self.request_within
    }

    /// The server of a placement.
    fn server(&self, at: &Placement) -> Result<Arc<Server>, MediaError> {
        let known = self.servers.iter().find(|server| server.name == at.server);
        known.cloned().ok_or_else(|| {
            if !self.has_met_unknown.swap(true, Ordering::Relaxed) {
                tracing::warn!(server = %at.server, "a room is on a media server that this node does not know: media.servers must be the same on all nodes");
            }
            unavailable("this node does not know the room's media server", LOOK_AGAIN_AFTER)
        })
    }

    /// Runs to its end in a task of its own.
    fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, MediaError>> + Send + 'static,
    ) -> Later<Result<T, MediaError>> {
        let task = self.runtime.spawn(work);
        Box::pin(async move {
            task.await.unwrap_or_else(|why| {
                tracing::error!(%why, "a request to a media server has panicked");
                Err(unavailable("the request failed here", LOOK_AGAIN_AFTER))
            })
        })
    }

    fn delete(&self, at: &Placement, ask: Ask) {
        if let Ok(server) = self.server(at) {
            self.deletions.begin(&self.runtime, server, Arc::clone(&at.instance), ask);
        }
    }
}

impl Drop for Media {
    fn drop(&mut self) {
        if let Some(root) = self.root.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            root.stop(None); // and its children with it
        }
    }
}

impl MediaServers for Media {
    fn configured(&self) -> bool {
        !self.servers.is_empty()
    }

    fn open(&self, room: RoomId, except: Option<Arc<str>>) -> Later<Result<Placement, MediaError>> {
        let views: Vec<_> = self.servers.iter().map(|server| (server, server.view())).collect();
        let takes = views
            .iter()
            .filter(|(server, view)| view.position == Position::Closed && except.as_deref() != Some(&*server.name));
        let loads = takes.filter_map(|(server, view)| Some((&*server.name, view.load?)));
        let names = ranked(room.as_str(), loads);
        let chosen = names.iter().filter_map(|name| self.servers.iter().find(|server| &*server.name == *name));
        let (chosen, deadline): (Vec<_>, _) = (chosen.cloned().collect(), self.deadline());
        let heard =
            views.iter().filter(|(_, view)| view.position == Position::Closed).filter_map(|(_, view)| view.load);
        let mut last = match heard.map(|load| load.is_draining).min() {
            Some(false) => full("every media server that is there is full", LOOK_AGAIN_AFTER),
            Some(true) => unavailable("every media server that is there drains", LOOK_AGAIN_AFTER),
            None => unavailable("no media server is there", LOOK_AGAIN_AFTER),
        };
        self.run(async move {
            for server in chosen {
                match server.ask(&Ask::room(room), None, deadline).await {
                    Ok((_, instance)) => return Ok(Placement { server: Arc::clone(&server.name), instance }),
                    Err(why) => last = why.into(), // the next best may take it
                }
            }
            Err(last)
        })
    }

    fn capabilities(&self, room: RoomId, (at, epoch): (Placement, MediaEpoch)) -> Later<Result<Json, MediaError>> {
        let (server, deadline) = (self.server(&at), self.deadline());
        self.run(async move {
            let server = server?;
            let (answer, _) = server.ask(&Ask::room(room).in_epoch(epoch), Some(&at.instance), deadline).await?;
            object_at(&answer, "rtpCapabilities").ok_or_else(|| {
                server.complain("it tells no rtpCapabilities");
                unavailable("it does not answer as it should", LOOK_AGAIN_AFTER)
            })
        })
    }

    fn call(
        &self,
        room: RoomId,
        (at, epoch): (Placement, MediaEpoch),
        peer: SessionId,
        rid: u64,
        call: Call,
    ) -> Later<Result<Json, MediaError>> {
        let (server, deadline) = (self.server(&at), self.deadline());
        self.run(async move {
            let server = server?;
            let ask = Ask::call(room, peer, rid, &call).ok_or(MediaError::NotFound)?.in_epoch(epoch);
            let mut answer = server.ask(&ask, Some(&at.instance), deadline).await;
            let has_expired = matches!(answer, Err(Refused::As(MediaError::NotFound)));
            if has_expired && matches!(call, Call::CreateTransport { .. }) {
                // A room without peers expires; what else a call names can only be gone with it.
                server.ask(&Ask::room(room).in_epoch(epoch), Some(&at.instance), deadline).await?;
                answer = server.ask(&ask, Some(&at.instance), deadline).await;
            }
            Ok(answer?.0)
        })
    }

    fn rooms(&self, at: Placement) -> Later<Result<Vec<RoomId>, MediaError>> {
        let (server, within) = (self.server(&at), self.request_within);
        self.run(async move {
            let server = server?;
            listing::rooms(&server, &at.instance, within).await
        })
    }

    fn peers(&self, room: RoomId, at: Placement) -> Later<Result<Vec<SessionId>, MediaError>> {
        let (server, deadline) = (self.server(&at), self.deadline());
        self.run(async move {
            let server = server?;
            listing::peers(&server, (room, &at.instance), deadline).await
        })
    }

    fn delete_peer(&self, room: RoomId, at: Placement, peer: SessionId) {
        self.delete(&at, Ask::delete_peer(room, peer));
    }

    fn delete_room(&self, room: RoomId, at: Placement, epoch: Option<MediaEpoch>) {
        let ask = Ask::delete_room(room);
        self.delete(&at, epoch.map_or(ask.clone(), |epoch| ask.in_epoch(epoch)));
    }
}
