//! One connection: it follows its dialect, counts received messages, and sends them back while configured to. A message
//! out of order is an error. Must not know other callers.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use super::dialect::{Dialect, Ear, Incoming, Phrase, SendState};
use benches::clock::{Epoch, Nanos};
use benches::latency::Latencies;
use client::messages::Mark;
use client::wire::{Listen, Opcode, Writer, WriterClosed};

/// State shared by all callers of a server.
pub(crate) struct Talk {
    pub(crate) epoch: Epoch,
    pub(crate) dialect: Box<dyn Dialect>,
    /// Of one message's frame.
    pub(crate) bytes: usize,
    pub(crate) latencies: Latencies,
    /// Whether a message is sent back when it arrives.
    pub(crate) bouncing: AtomicBool,
    /// Connections may end.
    pub(crate) ending: AtomicBool,
    pub(crate) ready: AtomicU64,
    pub(crate) offered: AtomicU64,
    pub(crate) relayed: AtomicU64,
    pub(crate) ended: AtomicU64,
    trouble: Mutex<Option<String>>,
}

/// The write side of a caller.
#[derive(Clone)]
pub(crate) struct Outbox {
    n: usize,
    line: Arc<Writer<SendState>>,
    talk: Arc<Talk>,
}

/// A reading caller.
pub(crate) struct Caller {
    outbox: Outbox,
    ear: Ear,
    /// The number of the partner's last message.
    heard: u64,
}

impl Talk {
    pub(crate) fn new(dialect: Box<dyn Dialect>, (epoch, bytes): (Epoch, usize)) -> anyhow::Result<Arc<Self>> {
        let count = AtomicU64::default;
        Ok(Arc::new(Self {
            epoch,
            dialect,
            bytes,
            latencies: Latencies::new(&["aside", "measured"])?,
            bouncing: AtomicBool::new(false),
            ending: AtomicBool::new(false),
            ready: count(),
            offered: count(),
            relayed: count(),
            ended: count(),
            trouble: Mutex::default(),
        }))
    }

    /// The first error.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn troubled(&self, words: String) {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(words);
    }
}

impl Outbox {
    pub(crate) fn new(n: usize, line: Arc<Writer<SendState>>, talk: Arc<Talk>) -> Self {
        Self { n, line, talk }
    }

    pub(crate) fn number(&self) -> usize {
        self.n
    }

    pub(crate) fn send(&self, phrase: Phrase) {
        let talk = &self.talk;
        let ((), said) = self.line.send(|state, text| talk.dialect.send(self.n, phrase, state, text));
        if said.is_err() && !talk.ending.load(Relaxed) {
            talk.troubled(format!(
                "the line of caller {} is over, or the server takes less than it is offered",
                self.n
            ));
        }
    }

    /// A message to the partner that was due at a time.
    pub(crate) fn message(&self, due: Nanos) {
        self.talk.offered.fetch_add(1, Relaxed);
        self.send(Phrase::Message(due, self.talk.bytes));
    }

    /// Closes as a page does (RFC 6455 §7.4.1).
    pub(crate) fn close(&self) {
        let _: Result<(), WriterClosed> = self.line.control(Opcode::Close, &1_001_u16.to_be_bytes());
    }
}

impl Caller {
    pub(crate) fn new(outbox: Outbox) -> Self {
        Self { outbox, ear: Ear::default(), heard: 0 }
    }

    pub(crate) fn ended(&self) {
        let talk = &self.outbox.talk;
        talk.ended.fetch_add(1, Relaxed);
        if !talk.ending.load(Relaxed) {
            talk.troubled(format!("the server hung up on caller {}", self.outbox.n));
        }
    }

    fn arrived(&mut self, Mark { n, at, .. }: Mark) {
        let talk = &self.outbox.talk;
        let now = talk.epoch.now();
        talk.latencies.record(at, now);
        self.heard += 1;
        if n != self.heard {
            talk.troubled(format!("caller {} got message {n} instead of {}", self.outbox.n, self.heard));
        }
        if talk.bouncing.load(Relaxed) {
            self.outbox.message(now);
        }
        // Counted last, so that a returned message is never missing between the two counts.
        talk.relayed.fetch_add(1, Relaxed);
    }
}

impl Listen for Caller {
    fn text(&mut self, text: &[u8]) {
        let talk = Arc::clone(&self.outbox.talk);
        let Incoming { say, later, ready, id, mark, trouble } = talk.dialect.decode(&mut self.ear, text);
        if let Some(mark) = mark {
            self.arrived(mark);
        }
        if let Some(id) = id {
            self.outbox.line.with(|state| state.id = id);
        }
        if let Some(phrase) = say {
            self.outbox.send(phrase);
        }
        if let Some((wait, phrase)) = later {
            let outbox = self.outbox.clone();
            tokio::spawn(async move {
                tokio::time::sleep(wait).await;
                outbox.send(phrase);
            });
        }
        if let Some(words) = trouble {
            talk.troubled(format!("caller {} heard {words}", self.outbox.n));
        }
        talk.ready.fetch_add(u64::from(ready), Relaxed);
    }

    fn ping(&mut self, payload: &[u8]) {
        let _: Result<(), WriterClosed> = self.outbox.line.control(Opcode::Pong, payload);
    }

    fn begin(&mut self) {
        self.outbox.line.hold();
    }

    fn pause(&mut self) {
        self.outbox.line.release();
    }

    fn listens(&self) -> bool {
        true
    }
}
