//! All callers of one server: connected, kept alive, disconnected. Must not know what is measured, nor any dialect.

use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::caller::{Caller, Outbox, Talk};
use super::dialect::{Phrase, SendState};
use benches::crowd::Sources;
use benches::limits::{OPEN_WITHIN, PER_SOURCE, STALLED_AFTER};
use benches::ramp::Ramp;
use client::wire::{Opened, Reader, Way, Writer, connect, upgrade};

/// Concurrent handshakes: enough to keep one core busy.
const OPENING_MAX: usize = 64;
/// Shares of the beat's interval; in each, as many callers beat.
const SHARES: u32 = 50;

/// All callers by number.
pub(crate) struct Party {
    pub(crate) outboxes: Arc<Vec<Outbox>>,
    pub(crate) talk: Arc<Talk>,
    /// Readers and the heart; they end with the party, and so do their sockets.
    tasks: JoinSet<()>,
}

impl Party {
    /// Connects the callers with these numbers, each to the next address, at a rate, until each is ready by its dialect.
    pub(crate) async fn gather(
        to: &[SocketAddr],
        talk: Arc<Talk>,
        (numbers, ramp): (Range<usize>, Option<u32>),
    ) -> anyhow::Result<Self> {
        let sources = Sources::plan(&[], PER_SOURCE, (to[0], numbers.len()))?;
        let (mut opening, mut tasks, mut pace) = (JoinSet::new(), JoinSet::new(), ramp.map(Ramp::new));
        let mut outboxes = Vec::with_capacity(numbers.len());
        for (at, n) in numbers.clone().enumerate() {
            if let Some(pace) = &mut pace {
                pace.turn().await;
            }
            let theirs = Arc::clone(&talk);
            let way = Way { source: sources.of(at), ..Way::to(to[n % to.len()]) };
            opening.spawn(async move {
                let opened = timeout(OPEN_WITHIN, open(way, &theirs, n)).await;
                opened.with_context(|| format!("no answer to the handshake within {OPEN_WITHIN:?}"))?
            });
            while opening.len() >= OPENING_MAX {
                let Some(opened) = opening.join_next().await else { break };
                outboxes.push(begin(opened??, &talk, &mut tasks));
            }
        }
        while let Some(opened) = opening.join_next().await {
            outboxes.push(begin(opened??, &talk, &mut tasks));
        }
        outboxes.sort_unstable_by_key(Outbox::number);
        let outboxes = Arc::new(outboxes);
        tasks.spawn(beat(Arc::clone(&outboxes), Arc::clone(&talk)));
        let party = Self { outboxes, talk, tasks };
        party.reach("be let in", |talk| &talk.ready, numbers.len() as u64).await?;
        Ok(party)
    }

    /// Waits until a counter has reached its goal.
    pub(crate) async fn reach(&self, what: &str, count: impl Fn(&Talk) -> &AtomicU64, goal: u64) -> anyhow::Result<()> {
        let (mut last, mut moved) = (0, Instant::now());
        loop {
            let now = count(&self.talk).load(Relaxed);
            if now >= goal {
                return Ok(());
            }
            if now != last {
                (last, moved) = (now, Instant::now());
            }
            if let Some(trouble) = self.talk.trouble() {
                bail!("{trouble}");
            }
            if moved.elapsed() > STALLED_AFTER {
                bail!("only {now} of {goal} callers or messages came to {what}, and none more for {STALLED_AFTER:?}");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Closes all connections; those that the server does not close are dropped.
    pub(crate) async fn go(mut self) -> anyhow::Result<()> {
        self.talk.ending.store(true, Relaxed);
        if self.talk.dialect.upgrade(0).is_some() {
            self.outboxes.iter().for_each(Outbox::close);
            self.reach("be let go", |talk| &talk.ended, self.outboxes.len() as u64).await?;
        }
        self.tasks.shutdown().await;
        match self.talk.trouble() {
            Some(trouble) => bail!("{trouble}"),
            None => Ok(()),
        }
    }
}

/// Opens one caller's socket.
async fn open(way: Way, talk: &Talk, n: usize) -> anyhow::Result<(usize, Opened)> {
    let stream = connect(&way).await?;
    let opened = match talk.dialect.upgrade(n) {
        Some(asked) => upgrade(stream, way.to, &asked).await?,
        None => Opened { stream: stream.into(), early: Vec::new() },
    };
    Ok((n, opened))
}

/// Starts the task of a caller whose socket is open.
fn begin((n, opened): (usize, Opened), talk: &Arc<Talk>, tasks: &mut JoinSet<()>) -> Outbox {
    let Opened { stream, early } = opened;
    let (half, write) = stream.into_split();
    let is_bare = talk.dialect.upgrade(n).is_none();
    let seed = u32::try_from(n).unwrap_or_default();
    let line = if is_bare {
        Writer::bare(write, SendState::default())
    } else {
        Writer::new(write, seed << 1, SendState::default())
    };
    let outbox = Outbox::new(n, line, Arc::clone(talk));
    let mut caller = Caller::new(outbox.clone());
    tasks.spawn(async move {
        Reader::new(half, early).read(&mut caller).await;
        caller.ended();
    });
    if is_bare {
        talk.ready.fetch_add(1, Relaxed); // there is nothing to wait for
    }
    talk.dialect.greets().iter().for_each(|phrase| outbox.send(*phrase));
    outbox
}

/// Sends the keep-alives of all callers, spread over the interval.
async fn beat(outboxes: Arc<Vec<Outbox>>, talk: Arc<Talk>) {
    let Some(every) = talk.dialect.beat() else { return };
    let mut turn = tokio::time::interval(every / SHARES);
    for share in (0..SHARES as usize).cycle() {
        turn.tick().await;
        outboxes.iter().skip(share).step_by(SHARES as usize).for_each(|outbox| outbox.send(Phrase::Beat));
    }
}
