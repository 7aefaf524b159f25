//! State that the ledger and its link share: names, scripts, limits, the epoch, subscriptions, and the operations in flight.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
};

use actors::{
    ledger::{Event, Failure, Notice},
    protocol::{Epoch, NodeId},
};
use redis::{Cmd, Value};
use tokio::sync::oneshot;

use super::{
    codec, keys::Keys, limits::RedisLimits, metrics::Meters, outcome::NOT_SENT, reply, scripts::Script,
    scripts::Scripts, subscription::Subscriptions,
};

/// The parts of one ledger, besides its connections.
pub(super) struct Shared {
    pub(super) keys: Keys,
    pub(super) scripts: Scripts,
    pub(super) limits: RedisLimits,
    pub(super) subscriptions: Subscriptions,
    /// The newest epoch that was heard of; 0 before the first.
    epoch: AtomicU64,
    account: Arc<Account>,
    /// How often pushes have arrived again after they may have been lost.
    pub(super) interruptions: AtomicU64,
    /// Whether operations flow.
    pub(super) is_up: AtomicBool,
    /// Whether replicas confirm what is written, as far as they must.
    is_confirmed: AtomicBool,
    pub(super) meters: Meters,
    /// The run id of the server of the present connection.
    pub(super) server: Mutex<String>,
}

/// Operations in flight.
#[derive(Debug, Default)]
struct Account {
    operations: AtomicUsize,
    bytes: AtomicUsize,
}

/// An operation that counts as under way until this is dropped, whether anybody waits for its answer or not.
#[derive(Debug)]
pub(super) struct Booked {
    account: Arc<Account>,
    bytes: usize,
}

impl Drop for Booked {
    fn drop(&mut self) {
        self.account.operations.fetch_sub(1, Ordering::Relaxed);
        self.account.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// The inputs of one run of a script. All keys carry the tag of one bucket.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) keys: Vec<String>,
    pub(super) arguments: Vec<String>,
}

/// One operation on its way: a script, run once, or once for each bucket.
pub(super) struct Call {
    pub(super) script: Script,
    pub(super) runs: Vec<Run>,
    /// In a newer epoch it is not sent; 0: it is sent in any.
    pub(super) epoch: Epoch,
    pub(super) asked: std::time::Instant,
    pub(super) answer: oneshot::Sender<Result<Value, Failure>>,
    pub(super) booked: Booked,
}

/// Requests to the link, in order.
pub(super) enum Order {
    /// An operation.
    Call(Call),
    /// A node's channel.
    Subscribe(NodeId),
    /// No longer a node's channel.
    Unsubscribe(NodeId),
    /// A message to a channel.
    Publish {
        /// The channel.
        channel: String,
        /// The message.
        payload: String,
        /// Whether it was taken.
        answer: oneshot::Sender<Result<Value, Failure>>,
        /// Counts it.
        booked: Booked,
    },
    /// Commands that are sent together.
    Together {
        /// The commands.
        commands: Vec<Cmd>,
        /// When they were asked for.
        asked: std::time::Instant,
        /// An array of their answers.
        answer: oneshot::Sender<Result<Value, Failure>>,
        /// Counts them.
        booked: Booked,
    },
    /// Answered once everything published before was handed on.
    #[cfg(test)]
    Settle(oneshot::Sender<()>),
}

impl Call {
    /// Answers that it was not sent.
    pub(super) fn refuse(self) {
        let _ = self.answer.send(Err(NOT_SENT));
    }

    /// The call, unless the present epoch is newer than its own: then that is its answer. So a connection carries none that does not know what the
    /// handshake has found.
    pub(super) fn of_epoch(self, present: Epoch) -> Option<Self> {
        if self.epoch == 0 || self.epoch >= present {
            return Some(self);
        }
        let _ = self.answer.send(Err(Failure::Epoch(present)));
        None
    }
}

impl Shared {
    pub(super) fn new(keys: Keys, scripts: Scripts, limits: RedisLimits) -> Self {
        Self {
            keys,
            scripts,
            limits,
            subscriptions: Subscriptions::default(),
            epoch: AtomicU64::new(0),
            account: Arc::default(),
            interruptions: AtomicU64::new(0),
            is_up: AtomicBool::new(false),
            is_confirmed: AtomicBool::new(true),
            meters: Meters::new(),
            server: Mutex::default(),
        }
    }

    /// Operations under way.
    pub(super) fn in_flight(&self) -> usize {
        self.account.operations.load(Ordering::Relaxed)
    }

    /// Whether operations flow, from now on.
    pub(super) fn set_up(&self, is_up: bool) {
        self.is_up.store(is_up, Ordering::SeqCst);
        self.meters.up.set(f64::from(u8::from(is_up)));
        if !is_up {
            self.meters.in_flight.set(0.0); // what was under way ends with the connection
        }
    }

    /// Pushes arrive again after they may have been lost.
    pub(super) fn interrupted(&self) {
        self.interruptions.fetch_add(1, Ordering::SeqCst);
        self.meters.interruptions.increment(1);
    }

    /// Replicas have confirmed what was written, or have not in time.
    pub(super) fn confirmed(&self, is_confirmed: bool) {
        let was_confirmed = self.is_confirmed.swap(is_confirmed, Ordering::Relaxed);
        let wanted = self.limits.replicas_min;
        if was_confirmed && !is_confirmed {
            tracing::warn!(wanted, "too few replicas of Redis confirm what is written: nothing is accepted");
        } else if is_confirmed && !was_confirmed {
            tracing::info!(wanted, "replicas of Redis confirm what is written");
        }
    }

    /// Books an operation of this many bytes, if there is room for it.
    pub(super) fn book(&self, bytes: usize) -> Option<Booked> {
        let booked = Booked { account: self.account.clone(), bytes };
        let others = self.account.operations.fetch_add(1, Ordering::Relaxed);
        let their_bytes = self.account.bytes.fetch_add(bytes, Ordering::Relaxed);
        let fits = others < self.limits.in_flight_max && their_bytes + bytes <= self.limits.in_flight_bytes_max;
        fits.then_some(booked)
    }

    /// The newest epoch that was heard of.
    pub(super) fn epoch(&self) -> Epoch {
        self.epoch.load(Ordering::SeqCst)
    }

    /// The ledger is in this epoch.
    pub(super) fn learn(&self, epoch: Epoch) {
        let before = self.epoch.fetch_max(epoch, Ordering::SeqCst);
        self.meters.epoch(before.max(epoch));
        if before > 0 && epoch > before {
            self.subscriptions.tell_epoch(epoch);
        }
    }

    /// Hands on what was published: `P<epoch>`, `N<notice as JSON>`, or a push, which begins with a room's id.
    pub(super) fn published(&self, channel: &str, payload: &str) {
        let node = channel.strip_prefix(&self.keys.channels()).map(NodeId::new);
        if let Some(epoch) = payload.strip_prefix('P') {
            if let Ok(epoch) = codec::parse(epoch) {
                self.learn(epoch);
            }
            return;
        }
        if let Some(notice) = payload.strip_prefix('N') {
            match (serde_json::from_str::<Notice>(notice), node) {
                (Ok(notice), Some(node)) => self.subscriptions.tell(&node, Event::Notice(notice)),
                (Ok(notice), None) => self.subscriptions.tell_all(&Event::Notice(notice)),
                (Err(why), _) => tracing::warn!(%why, "a notice of another version was dropped"),
            }
            return;
        }
        match (reply::published(payload), node) {
            (Ok(pushes), Some(node)) => {
                for push in pushes {
                    self.subscriptions.tell(&node, Event::Push(push));
                }
            }
            (Ok(_), None) => {}
            (Err(why), _) => tracing::warn!(%why, "a push of another version was dropped"),
        }
    }
}
