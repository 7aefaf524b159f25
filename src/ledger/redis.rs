//! The ledger in Redis, which nodes share (contract `docs/redis.md`).
//!
//! Each operation is one script on one room, under way when the call returns: it goes out in the order of the calls, on one
//! connection. What became of it is known, or the outcome is unknown and the link begins anew. Who is in a room is decided in
//! the scripts (`lua/`); here are their arguments and answers.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use actors::{
    clock::monotonic,
    ledger::{Answer, At, Failure, Push, Sent},
    ports::{Entropy, SystemEntropy},
    protocol::Epoch,
};
use redis::Value;
use tokio::sync::{mpsc, oneshot};

use self::{
    codec::{Malformed, Read},
    keys::Bucket,
    outcome::{NOT_SENT, UNANSWERED},
    reply::Parts,
    scripts::{SERVER_CLOCK, Script, Scripts},
    shared::{Call, Order, Run, Shared},
};

mod arguments;
mod assembly;
mod codec;
mod dial;
mod driver;
mod epoch;
mod events;
mod handshake;
mod keys;
mod limits;
mod link;
mod listening;
mod metrics;
mod operations;
mod outcome;
mod presence;
mod probe;
mod reply;
mod running;
mod scripts;
mod sentinel;
mod shared;
mod stream;
mod subscription;
#[cfg(test)]
pub(crate) mod tests;

pub use dial::{Dial, RedisAddress};
pub(super) use keys::Keys;
pub use limits::RedisLimits;
pub use metrics::describe_metrics;
pub use presence::{ClusterSeen, NodeSeen, NodeStatus};
pub use probe::probe;
pub(crate) use stream::speak;
pub use stream::{DialError, Login, Stream};

/// Channels that may wait to be subscribed or unsubscribed, besides operations: a process has few nodes.
const CHANNELS_WAITING_MAX: usize = 1_024;

/// The ledger in Redis. Dropped, its connections end.
pub struct RedisLedger {
    shared: Arc<Shared>,
    orders: mpsc::Sender<Order>,
}

impl RedisLedger {
    /// A ledger under these keys of the Redis at this address. It connects by itself, and again whenever the connection is
    /// lost. Call it within a tokio runtime.
    ///
    /// # Errors
    /// [`DialError`] if the URL cannot be read; not if nothing is there yet.
    pub fn start(address: &RedisAddress, prefix: &str, limits: RedisLimits) -> Result<Self, DialError> {
        Self::start_on(address, prefix, limits, SERVER_CLOCK)
    }

    fn start_on(address: &RedisAddress, prefix: &str, limits: RedisLimits, clock: &str) -> Result<Self, DialError> {
        let (login, dial) = address.dial()?;
        Ok(Self::begin(handshake::Address { login, dial, entropy: Box::new(SystemEntropy) }, prefix, limits, clock))
    }

    /// The same over the streams that `dial` opens, to a server that asks for no login; `entropy` spreads pauses.
    ///
    /// # Errors
    /// Never, as long as the default address can be read.
    pub fn dialed(dial: Dial, entropy: Box<dyn Entropy>, prefix: &str, limits: RedisLimits) -> Result<Self, DialError> {
        let (login, _) = RedisAddress::from("redis://localhost".to_owned()).dial()?;
        Ok(Self::begin(handshake::Address { login, dial, entropy }, prefix, limits, SERVER_CLOCK))
    }

    fn begin(address: handshake::Address, prefix: &str, limits: RedisLimits, clock: &str) -> Self {
        let keys = Keys::new(prefix);
        let scripts = Scripts::new(clock, &keys, &limits.ledger);
        let shared = Arc::new(Shared::new(keys, scripts, limits));
        let (orders, asked) = mpsc::channel(limits.in_flight_max + CHANNELS_WAITING_MAX);
        tokio::spawn(driver::run(shared.clone(), address, asked));
        Self { shared, orders }
    }

    /// Whether operations flow.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.shared.is_up.load(Ordering::SeqCst)
    }

    /// How often the link is up again after it was lost: what others published meanwhile did not arrive.
    #[must_use]
    pub fn interruptions(&self) -> u64 {
        self.shared.interruptions.load(Ordering::SeqCst)
    }

    /// The newest epoch that the ledger has told; 0 before the first connection.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.shared.epoch()
    }

    /// Sends a script, but not if the ledger is in a newer epoch than this (0: in whichever it is); its answer is read once it is
    /// there. `read` is given the answer's first word and the rest.
    fn ask<T: Send + 'static>(
        &self,
        script: Script,
        epoch: Epoch,
        keys: Vec<String>,
        arguments: Vec<String>,
        read: impl FnOnce(&str, &mut Parts) -> Read<T> + Send + 'static,
    ) -> Answer<T> {
        let shared = self.shared.clone();
        self.raw(script, epoch, vec![Run { keys, arguments }], move |value| {
            let (word, mut parts) = reply::answer(value)?;
            match word.as_str() {
                "wait" => Ok(Err(Failure::NotApplied { wait: Duration::from_millis(parts.number()?) })),
                "epoch" => {
                    let epoch = parts.number()?;
                    shared.learn(epoch);
                    Ok(Err(Failure::Epoch(epoch)))
                }
                _ => read(&word, &mut parts).map(Ok),
            }
        })
    }

    /// Sends a script once for each bucket; the parts that `read` is given are the answers.
    fn in_buckets<T: Send + 'static>(
        &self,
        script: Script,
        run: impl Fn(Bucket) -> Run,
        read: impl FnOnce(Parts) -> Read<Result<T, Failure>> + Send + 'static,
    ) -> Answer<T> {
        let runs = self.shared.keys.buckets().map(run).collect();
        self.raw(script, 0, runs, move |value| read(Parts::of(value)?))
    }

    /// Sends a script. Of one run, `read` is given the answer, of several an array of them.
    fn raw<T: Send + 'static>(
        &self,
        script: Script,
        epoch: Epoch,
        runs: Vec<Run>,
        read: impl FnOnce(Value) -> Read<Result<T, Failure>> + Send + 'static,
    ) -> Answer<T> {
        let bytes = runs.iter().flat_map(|run| run.keys.iter().chain(&run.arguments)).map(String::len).sum();
        let Some(booked) = self.shared.book(bytes) else { return Answer::Now(Err(NOT_SENT)) };
        let (answer, answered) = oneshot::channel();
        let call = Call { script, runs, epoch, asked: monotonic(), answer, booked };
        if self.orders.try_send(Order::Call(call)).is_err() {
            return Answer::Now(Err(NOT_SENT));
        }
        Answer::Later(Box::pin(async move {
            // The sender is dropped when the link is lost after the operation was sent.
            let value = answered.await.unwrap_or(Err(UNANSWERED))?;
            read(value).unwrap_or_else(|why| {
                tracing::error!(%why, ?script, "an answer of the ledger cannot be read");
                Err(UNANSWERED)
            })
        }))
    }

    /// Tells the link of a node's channel.
    fn channel(&self, order: Order) {
        if self.orders.try_send(order).is_err() {
            tracing::error!("a node's channel was not subscribed: too many wait");
        }
    }

    /// Sends a script on a room.
    fn on_room<T: Send + 'static>(
        &self,
        script: Script,
        at: At<'_>,
        own: Vec<String>,
        read: impl FnOnce(&str, &mut Parts) -> Read<T> + Send + 'static,
    ) -> Answer<T> {
        self.on_keys(script, at, self.shared.keys.of_room(at.room).to_vec(), own, read)
    }

    fn on_keys<T: Send + 'static>(
        &self,
        script: Script,
        at: At<'_>,
        all_keys: Vec<String>,
        own: Vec<String>,
        read: impl FnOnce(&str, &mut Parts) -> Read<T> + Send + 'static,
    ) -> Answer<T> {
        let mut arguments = vec![at.room.to_string(), at.node.to_string(), at.epoch.to_string()];
        arguments.extend(own);
        // The others read the bucket's epoch themselves, and a claim comes from an older one.
        let epoch = if script == Script::Send { at.epoch } else { 0 };
        self.ask(script, epoch, all_keys, arguments, read)
    }

    /// Sends a script that answers with what is to be delivered.
    fn pushing(&self, script: Script, at: At<'_>, own: Vec<String>) -> Answer<Vec<Push>> {
        let room = at.room;
        self.on_room(script, at, own, move |_, parts| reply::pushes(room, parts))
    }

    /// Sends a script that passes messages on; `further` keys follow those of the room.
    fn sending(&self, script: Script, at: At<'_>, further: &[String], own: Vec<String>) -> Answer<Sent> {
        let room = at.room;
        let keys = [&self.shared.keys.of_room(room)[..], further].concat();
        self.on_keys(script, at, keys, own, move |word, parts| match word {
            reply::USUAL => reply::own_pushes(parts).map(Sent::Appended),
            "ok" => reply::pushes(room, parts).map(Sent::Appended),
            "dup" => Ok(Sent::Duplicate),
            "fenced" => Ok(Sent::Fenced),
            "receiver" => Ok(Sent::ReceiverGone),
            "large" => Ok(Sent::TooMany),
            other => Err(Malformed(other.to_owned())),
        })
    }
}

impl RedisLedger {
    /// Waits until everything that was published before has been handed on.
    #[cfg(test)]
    async fn settle(&self) {
        let (answer, answered) = oneshot::channel();
        let _ = self.orders.send(Order::Settle(answer)).await;
        let _ = answered.await;
    }
}
