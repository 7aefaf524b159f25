//! All members: connected at a rate, authenticated, joined, kept alive, disconnected. Each step ends when the last
//! member has taken it, or fails with the number of those that have not. Must not know what is measured.

mod heartbeats;
mod sources;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use actors::protocol::Code;
use anyhow::{Context as _, bail};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{interval, timeout};

use heartbeats::Heartbeats;
pub use sources::Sources;

use crate::limits::{OPEN_WITHIN, OPENING_MAX, STALLED_AFTER};
use crate::member::{self, Caller, Outbox, Part, Play};
use crate::node::Door;
use crate::ramp::Ramp;
use crate::show::Show;
use crate::tally::Tally;
use client::wire::{self, Upgrade, Way};

/// A member to connect, and its token.
pub(crate) struct Guest {
    pub(crate) part: Part,
    pub(crate) token: Arc<str>,
    /// Size of the socket's receive buffer; `None`: the kernel's default.
    pub(crate) receive_bytes: Option<u32>,
}

/// All members of a run.
pub(crate) struct Company {
    pub(crate) guests: Vec<Guest>,
    /// Members that will try to join full rooms, to check the limit.
    pub(crate) knockers: Vec<Guest>,
    pub(crate) play: Arc<Play>,
}

/// How they connect.
pub(crate) struct Arrival<'a> {
    /// The nodes, of which each member takes the next: so the members of a room are spread over them.
    pub(crate) to: Vec<Door>,
    pub(crate) sources: Sources,
    /// Members a second, in every step.
    pub(crate) ramp: u32,
    pub(crate) show: &'a Show,
}

/// All members with an open socket, in the order of the guests.
pub(crate) struct Crowd {
    pub(crate) guests: Vec<Guest>,
    pub(crate) knockers: Vec<Guest>,
    pub(crate) outboxes: Arc<Vec<Outbox>>,
    pub(crate) play: Arc<Play>,
    ramp: u32,
    _heart: Heartbeats,
}

impl Crowd {
    /// Opens every guest's socket, without a hello.
    pub(crate) async fn open(company: Company, arrival: Arrival<'_>) -> anyhow::Result<Self> {
        let Company { guests, knockers, play } = company;
        let Arrival { to, sources, ramp, show } = arrival;
        let bar = show.step("open sockets", guests.len());
        let (turns, mut opening) = (Arc::new(Semaphore::new(OPENING_MAX)), JoinSet::new());
        let (mut pace, mut outboxes) = (Ramp::new(ramp), vec![None; guests.len()]);
        for (n, guest) in guests.iter().enumerate() {
            pace.turn().await;
            let turn = Arc::clone(&turns).acquire_owned().await?;
            let Door { address, trust } = to[n % to.len()].clone();
            let way = Way { to: address, source: sources.of(n), receive_bytes: guest.receive_bytes, trust };
            let caller = Caller { part: guest.part.clone(), token: Arc::clone(&guest.token), way: way.clone() };
            let play = Arc::clone(&play);
            opening.spawn(async move {
                let _turn = turn;
                let opened = timeout(OPEN_WITHIN, wire::open(way, &Upgrade::aldis())).await;
                let opened = opened.with_context(|| format!("no answer to the handshake within {OPEN_WITHIN:?}"))??;
                anyhow::Ok((n, member::begin(caller, &play, opened)))
            });
            while let Some(opened) = opening.try_join_next() {
                place(opened?, &mut outboxes)?;
                bar.inc();
            }
        }
        while let Some(opened) = opening.join_next().await {
            place(opened?, &mut outboxes)?;
            bar.inc();
        }
        let outboxes: Arc<Vec<Outbox>> = Arc::new(outboxes.into_iter().flatten().collect());
        let heart = Heartbeats::begin(Arc::clone(&outboxes), Arc::clone(&play));
        Ok(Self { guests, knockers, outboxes, play, ramp, _heart: heart })
    }

    /// All members send hello and receive welcome.
    pub(crate) async fn greet(&self, show: &Show) -> anyhow::Result<()> {
        let hellos = self.each(|outbox, guest| outbox.hello(&guest.token));
        self.reach(show, "say hello", (self.outboxes.len() as u64, |tally| &tally.welcomed), hellos).await
    }

    /// All members join their rooms.
    pub(crate) async fn join(&self, show: &Show) -> anyhow::Result<()> {
        let joins = self.each(|outbox, guest| outbox.join(guest.part.room));
        self.reach(show, "join rooms", (self.outboxes.len() as u64, |tally| &tally.joined), joins).await
    }

    /// As [`greet`](Self::greet) and [`join`](Self::join), where members join as soon as they receive welcome.
    pub(crate) async fn greet_and_join(&self, show: &Show) -> anyhow::Result<()> {
        let hellos = self.each(|outbox, guest| outbox.hello(&guest.token));
        self.reach(show, "hello and join", (self.outboxes.len() as u64, |tally| &tally.joined), hellos).await
    }

    /// All members send hello and try to join, and should be refused; returns how many joined nevertheless.
    pub(crate) async fn knock(&self, show: &Show) -> anyhow::Result<u64> {
        let hellos = self.each(|outbox, guest| outbox.hello(&guest.token));
        self.reach(show, "knock", (self.outboxes.len() as u64, |tally| &tally.answered), hellos).await?;
        Ok(self.outboxes.len() as u64 - self.play.tally.refused_with(Code::RoomFull.as_str()))
    }

    /// Waits until every pair has negotiated; `pairs` are counted once.
    pub(crate) async fn negotiated(&self, show: &Show, pairs: u64) -> anyhow::Result<()> {
        let Some(negotiation) = self.play.conduct.negotiation else { return Ok(()) };
        let goal: (u64, fn(&Tally) -> &AtomicU64) = match negotiation.candidates {
            0 => (2 * pairs, |tally| &tally.described),
            _ => (2 * pairs, |tally| &tally.complete),
        };
        self.reach(show, "negotiate", goal, std::future::ready(())).await
    }

    /// All members leave; returns when the node has closed every socket.
    pub(crate) async fn go(&self, show: &Show) -> anyhow::Result<()> {
        self.play.ending.store(true, Relaxed);
        let goodbyes = self.each(|outbox, _| outbox.close());
        self.reach(show, "leave", (self.outboxes.len() as u64, |tally| &tally.ended), goodbyes).await
    }

    async fn each(&self, act: impl Fn(&Outbox, &Guest)) {
        let mut pace = Ramp::new(self.ramp);
        for (outbox, guest) in self.outboxes.iter().zip(&self.guests) {
            pace.turn().await;
            act(outbox, guest);
        }
    }

    /// Does something and waits until a counter has reached its goal.
    pub(crate) async fn reach(
        &self,
        show: &Show,
        step: &'static str,
        (goal, count): (u64, impl Fn(&Tally) -> &AtomicU64),
        doing: impl Future<Output = ()>,
    ) -> anyhow::Result<()> {
        let bar = show.step(step, usize::try_from(goal).unwrap_or(usize::MAX));
        let watching = async {
            let (mut last, mut moved) = (0, Instant::now());
            let mut look = interval(Duration::from_millis(10));
            loop {
                look.tick().await;
                let now = count(&self.play.tally).load(Relaxed);
                bar.set(now);
                if now >= goal {
                    return Ok(());
                }
                if now != last {
                    (last, moved) = (now, Instant::now());
                }
                if moved.elapsed() > STALLED_AFTER {
                    bail!(
                        "{step}: {now} of {goal}, and none more for {STALLED_AFTER:?} → {}",
                        self.play.tally.troubles()
                    );
                }
            }
        };
        // Boxed: otherwise each step's state would be part of the scenario's.
        Box::pin(async { tokio::join!(doing, watching).1 }).await
    }
}

fn place(opened: anyhow::Result<(usize, Outbox)>, outboxes: &mut [Option<Outbox>]) -> anyhow::Result<()> {
    let (n, outbox) = opened?;
    outboxes[n] = Some(outbox);
    Ok(())
}
