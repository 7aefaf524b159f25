//! The server behind the edge: rules under one lock, the engine, and those who listen. Each call runs in a task of its own,
//! so that a caller who hangs up leaves nothing half done.
//! Must not know HTTP.

mod asked;
mod facts;
mod peer;
mod repeat;
mod room;
#[cfg(test)]
mod tests;

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use tokio::sync::{broadcast, watch};

pub use asked::{Ask, Keyed, PeerAsk};

use crate::{
    answers::Answer,
    engine::{Engine, EngineError},
    events::{Event, Events, State},
    id::Id,
    limits::Limits,
    metrics::Metrics,
    refusal::{Code, Refusal},
    rules::{Closed, Counts, Rooms},
};

/// A server as the edge holds it, whatever its engine.
pub trait Calls: Send + Sync + 'static {
    /// Answers a call.
    fn call(self: Arc<Self>, ask: Ask) -> Pin<Box<dyn Future<Output = Answer> + Send>>;

    /// This run of the server.
    fn instance(&self) -> &Id;

    /// Its limits.
    fn limits(&self) -> &Limits;

    /// What it measures.
    fn metrics(&self) -> &Metrics;

    /// How much there is, and whether it takes new rooms.
    fn now(&self) -> (Counts, State);

    /// The events from now on; none: as many listen as may.
    fn listen(&self) -> Option<broadcast::Receiver<bytes::Bytes>>;
}

/// A server with its engine.
pub struct Server<E: Engine> {
    engine: E,
    instance: Id,
    limits: Limits,
    rooms: Mutex<Rooms<E>>,
    events: Events,
    /// Rooms are made one after the other, so that there is one of each name.
    opening: tokio::sync::Mutex<()>,
    /// Why the engine has ended.
    dead: watch::Sender<Option<String>>,
    metrics: Metrics,
}

impl<E: Engine> Server<E> {
    /// A server without rooms.
    #[must_use]
    pub fn new(engine: E, limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            engine,
            instance: Id::random(),
            limits,
            rooms: Mutex::new(Rooms::new(limits)),
            events: Events::new(limits.events_max),
            opening: tokio::sync::Mutex::default(),
            dead: watch::Sender::new(None),
            metrics: Metrics::new(limits.capacity),
        })
    }

    /// Its engine.
    pub fn engine(&self) -> &E {
        &self.engine
    }

    /// Takes no new rooms from now on.
    pub fn drain(&self) {
        self.rules(|rooms| rooms.drain(now()));
    }

    /// Whether a drain is over.
    pub fn drained(&self) -> bool {
        self.rules(|rooms| rooms.drained(now()))
    }

    /// Closes what has expired.
    pub fn reap(&self) {
        let peers = self.close(|rooms| rooms.reap(now()));
        if peers > 0 {
            tracing::info!(peers, "expired: they had no connected transport");
            self.metrics.expired(peers);
        }
    }

    /// Tells how loaded the server is.
    pub fn tell_load(&self, cpu: f64) {
        let (counts, state) = Calls::now(self);
        self.metrics.show(counts, state, cpu, self.events.streams());
        self.tell(&Event::Load { consumers: counts.consumers, consumers_max: self.limits.capacity, cpu, state });
    }

    /// Waits until the engine has ended, and says why.
    pub async fn died(&self) -> String {
        let mut dead = self.dead.subscribe();
        let why = dead.wait_for(Option::is_some).await.ok().and_then(|why| why.clone());
        why.unwrap_or_default()
    }

    /// Runs rules under the lock.
    fn rules<T>(&self, rules: impl FnOnce(&mut Rooms<E>) -> T) -> T {
        // A panic between two changes leaves counts that are off by one at worst.
        rules(&mut self.rooms.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs rules that close something: events are told in the order of the changes, handles are dropped after the lock.
    fn close<T>(&self, rules: impl FnOnce(&mut Rooms<E>) -> (Closed<E>, T)) -> T {
        let (gone, told) = self.rules(|rooms| {
            let (closed, told) = rules(rooms);
            closed.events.iter().for_each(|event| self.tell(event));
            (closed.gone, told)
        });
        drop(gone);
        told
    }

    fn tell(&self, event: &Event) {
        self.metrics.told(event.name());
        self.events.tell(event);
    }

    /// Waits for the engine, but not forever. Handles that it creates after that are dropped, and so closed.
    async fn wait<T: Send + 'static>(
        &self,
        engine: impl Future<Output = Result<T, EngineError>> + Send + 'static,
    ) -> Result<T, Refusal> {
        match tokio::time::timeout(self.limits.engine_within, tokio::spawn(engine)).await {
            Ok(Ok(done)) => done.map_err(refused),
            Ok(Err(panicked)) => Err(internal(&panicked)),
            Err(_) => Err(Refusal::new(Code::Unavailable, "The media worker did not answer in time: try again.")),
        }
    }
}

impl<E: Engine> Calls for Server<E> {
    fn call(self: Arc<Self>, ask: Ask) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
        Box::pin(async move { self.answer(ask).await.unwrap_or_else(|refusal| refusal.into()) })
    }

    fn instance(&self) -> &Id {
        &self.instance
    }

    fn limits(&self) -> &Limits {
        &self.limits
    }

    fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    fn now(&self) -> (Counts, State) {
        self.rules(|rooms| (rooms.counts(), rooms.state()))
    }

    fn listen(&self) -> Option<broadcast::Receiver<bytes::Bytes>> {
        (self.events.streams() < self.limits.streams_max).then(|| self.events.subscribe())
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self { status: refusal.code.status(), body: refusal.body().into() }
    }
}

/// The time of the rules; it stands still in tests that pause it.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

fn refused(error: EngineError) -> Refusal {
    match error {
        EngineError::Refused(why) => Refusal::new(Code::BadParameters, why),
        EngineError::Gone => Refusal::not_found(),
        EngineError::Unavailable(why) => {
            tracing::warn!(%why, "the media worker failed");
            Refusal::new(Code::Unavailable, "The media worker failed: try again; if it ended, this server restarts.")
        }
    }
}

fn internal(cause: &dyn std::fmt::Display) -> Refusal {
    tracing::error!(%cause, "a call panicked");
    Refusal::new(Code::Internal, "The call failed because of a fault of this server; it was logged.")
}
