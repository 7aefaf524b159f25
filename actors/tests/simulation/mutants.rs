//! Ledgers with one bug each: the checker is only worth something if it catches them. What an audit mends by itself, as a
//! push that is forgotten, is not among them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::time::Instant;

use actors::{
    ledger::{
        Answer, At, Audit, Audited, Broadcast, Claim, Claimed, Due, Ended, Event, Fact, Join, Joined, Lease, Ledger,
        MemoryLedger, Notice, Place, Placed, Published, Push, Pushed, Reaped, Recipient, Resume, Resumed, Send, Sent,
        Skipped, Subscriber, TrackChange,
    },
    protocol::{
        Entry, Epoch, JoinOrder, LeaveReason, Member, Message, NodeId, RoomId, SeatId, SessionId, UserId,
        media::{Host, MediaEpoch},
    },
};

/// One bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// A resent message is appended again.
    NoDeduplication,
    /// One seat more than the limit.
    LimitPlusOne,
    /// A leave with an old fence frees the seat.
    UnfencedLeave,
    /// A lost socket is not noted.
    ForgottenGone,
    /// The end of a seat is not pushed.
    LostEnded,
    /// What an audit should fill stays missing.
    HoleNotFilled,
    /// Candidates pass before any description.
    CandidateFirst,
    /// A resume does not tell the old node.
    SilentResume,
    /// A message is acknowledged and not appended.
    AckWithoutAppend,
    /// A seat is freed although its window is not past.
    HastyReaper,
    /// A room that has panicked forgets its seats: what their clients do next is not told to the ledger.
    GhostSeat,
    /// In a new epoch nobody tells what was sent and received in the lost moments.
    ForgottenNumbers,
    /// In a new epoch nobody tells who was lost and freed in the lost moments.
    ForgottenFacts,
}

impl Mutant {
    pub(crate) const ALL: &[Self] = &[
        Self::NoDeduplication,
        Self::LimitPlusOne,
        Self::UnfencedLeave,
        Self::ForgottenGone,
        Self::LostEnded,
        Self::HoleNotFilled,
        Self::CandidateFirst,
        Self::SilentResume,
        Self::AckWithoutAppend,
        Self::HastyReaper,
        Self::GhostSeat,
        Self::ForgottenNumbers,
        Self::ForgottenFacts,
    ];
}

/// A ledger with one bug.
pub(crate) struct Mutated {
    mutant: Mutant,
    inner: Arc<MemoryLedger>,
    panics: Arc<Panics>,
}

/// Until when each room forgets its seats after a panic.
#[derive(Default)]
pub(crate) struct Panics(Mutex<BTreeMap<RoomId, Instant>>);

impl Panics {
    /// Until clients have noticed.
    const FORGETS_FOR: Duration = Duration::from_secs(3);

    pub(crate) fn note(&self, room: RoomId) {
        self.0.lock().expect("no panic").insert(room, Instant::now() + Self::FORGETS_FOR);
    }

    fn forgets(&self, room: RoomId) -> bool {
        self.0.lock().expect("no panic").get(&room).is_some_and(|until| Instant::now() < *until)
    }
}

impl Mutated {
    pub(crate) const fn new(mutant: Mutant, inner: Arc<MemoryLedger>, panics: Arc<Panics>) -> Self {
        Self { mutant, inner, panics }
    }

    fn is_ghost(&self, room: RoomId) -> bool {
        self.is(Mutant::GhostSeat) && self.panics.forgets(room)
    }

    fn is(&self, mutant: Mutant) -> bool {
        self.mutant == mutant
    }

    /// Pushes without those that this bug forgets.
    fn without(&self, mut pushes: Vec<Push>) -> Vec<Push> {
        pushes.retain(|push| self.keeps(push));
        pushes
    }

    fn keeps(&self, push: &Push) -> bool {
        !match &push.what {
            Pushed::Ended(_, Ended::Moved) => self.is(Mutant::SilentResume),
            Pushed::Ended(_, Ended::Freed(_)) => self.is(Mutant::LostEnded),
            Pushed::Entry { .. } | Pushed::Unhosted(..) => false,
        }
    }
}

fn map<T, R>(answer: Answer<T>, change: impl FnOnce(T) -> R) -> Answer<R> {
    match answer {
        Answer::Now(answer) => Answer::Now(answer.map(change)),
        Answer::Later(_) => unreachable!("memory answers at once"),
    }
}

impl Ledger for Mutated {
    fn join(&self, at: At<'_>, join: Join) -> Answer<Joined> {
        let max = (join.max.own + u32::from(self.is(Mutant::LimitPlusOne))).into();
        self.inner.join(at, Join { max, ..join })
    }

    fn leave(&self, at: At<'_>, seat: SeatId, reason: LeaveReason) -> Answer<Vec<Push>> {
        if self.is_ghost(at.room) {
            return Vec::new().into();
        }
        if self.is(Mutant::UnfencedLeave) {
            for newer in 0..4 {
                let seat = SeatId { fence: seat.fence + newer, ..seat };
                if let Answer::Now(Ok(pushes)) = self.inner.leave(at, seat, reason)
                    && !pushes.is_empty()
                {
                    return pushes.into();
                }
            }
        }
        map(self.inner.leave(at, seat, reason), |pushes| self.without(pushes))
    }

    fn evict(&self, at: At<'_>, user: UserId, up_to: JoinOrder, reason: LeaveReason) -> Answer<Vec<Push>> {
        self.inner.evict(at, user, up_to, reason)
    }

    fn gone(&self, at: At<'_>, seat: SeatId, window: Duration, skipped: Vec<Skipped>) -> Answer<()> {
        if self.is(Mutant::ForgottenGone) || self.is_ghost(at.room) {
            return ().into();
        }
        let window = if self.is(Mutant::HastyReaper) { window / 10 } else { window };
        self.inner.gone(at, seat, window, skipped)
    }

    fn resume(&self, at: At<'_>, resume: Resume) -> Answer<Resumed> {
        map(self.inner.resume(at, resume), |resumed| match resumed {
            Resumed::Seated(mut seat) => {
                seat.pushes = self.without(std::mem::take(&mut seat.pushes));
                if self.is(Mutant::CandidateFirst) {
                    seat.sent.iter_mut().for_each(|sent| sent.described = true);
                    for member in &seat.members {
                        let to = Some(member.order);
                        if !seat.sent.iter().any(|sent| sent.to == to) {
                            seat.sent.push(actors::ledger::Sequence { to, cid: 0, described: true });
                        }
                    }
                }
                Resumed::Seated(seat)
            }
            not_seated @ (Resumed::Failed(_) | Resumed::Moved) => not_seated,
        })
    }

    fn send(&self, at: At<'_>, send: Send) -> Answer<Sent> {
        if self.is(Mutant::AckWithoutAppend) && send.cid.is_some_and(|cid| cid % 13 == 0) {
            return Sent::Appended(Vec::new()).into();
        }
        let cid = send.cid.filter(|_| !self.is(Mutant::NoDeduplication));
        self.inner.send(at, Send { cid, ..send })
    }

    fn broadcast(&self, at: At<'_>, broadcast: Broadcast) -> Answer<Sent> {
        let cid = broadcast.cid.filter(|_| !self.is(Mutant::NoDeduplication));
        self.inner.broadcast(at, Broadcast { cid, ..broadcast })
    }

    fn audit(&self, at: At<'_>, seats: Vec<Audit>) -> Answer<Vec<Audited>> {
        map(self.inner.audit(at, seats), |found| {
            let blind = |audited| match audited {
                Audited::Held(..) if self.is(Mutant::HoleNotFilled) => Audited::Held(Vec::new(), Vec::new()),
                Audited::Ended(_) if self.is(Mutant::LostEnded) || self.is(Mutant::SilentResume) => {
                    Audited::Held(Vec::new(), Vec::new())
                }
                held @ (Audited::Held(..) | Audited::Gap | Audited::Ended(_)) => held,
            };
            found.into_iter().map(blind).collect()
        })
    }

    fn close(&self, at: At<'_>, reason: LeaveReason, revision: u64) -> Answer<Vec<Push>> {
        self.inner.close(at, reason, revision)
    }

    fn members(&self, room: RoomId) -> Answer<Vec<Member>> {
        self.inner.members(room)
    }

    fn occupied(&self, after: Option<RoomId>, max: usize) -> Answer<Vec<RoomId>> {
        self.inner.occupied(after, max)
    }

    fn held(&self, at: At<'_>) -> Answer<Vec<(SeatId, SessionId)>> {
        if self.is(Mutant::GhostSeat) { Vec::new().into() } else { self.inner.held(at) }
    }

    fn claim(&self, at: At<'_>, mut claims: Vec<Claim>, facts: Vec<Fact>) -> Answer<Claimed> {
        if self.is(Mutant::ForgottenNumbers) {
            claims.iter_mut().for_each(|claim| (claim.sent, claim.heard) = (Vec::new(), Vec::new()));
        }
        let facts = if self.is(Mutant::ForgottenFacts) { Vec::new() } else { facts };
        self.inner.claim(at, claims, facts)
    }

    fn announce(&self, at: At<'_>, message: Message, to: Option<UserId>) -> Answer<Vec<Push>> {
        self.inner.announce(at, message, to)
    }

    fn repair(&self, at: At<'_>, seat: SeatId, entries: Vec<Entry>) -> Answer<Vec<Push>> {
        self.inner.repair(at, seat, entries)
    }

    fn place(&self, at: At<'_>, place: Place) -> Answer<Placed> {
        self.inner.place(at, place)
    }

    fn publish(&self, at: At<'_>, seat: SeatId, epoch: MediaEpoch, change: TrackChange) -> Answer<Published> {
        self.inner.publish(at, seat, epoch, change)
    }

    fn hears(&self, node: &NodeId, host: &Host, ttl: Duration, is_draining: bool) -> Answer<()> {
        self.inner.hears(node, host, ttl, is_draining)
    }

    fn renew(&self, node: &NodeId, ttl: Duration, known: Epoch) -> Answer<Lease> {
        self.inner.renew(node, ttl, known)
    }

    fn release(&self, node: &NodeId) -> Answer<()> {
        self.inner.release(node)
    }

    fn due(&self, page: usize) -> Answer<Due> {
        self.inner.due(page)
    }

    fn reap(&self, at: At<'_>, dead: &[NodeId]) -> Answer<Reaped> {
        self.inner.reap(at, dead)
    }

    fn subscribe(&self, node: &NodeId, subscriber: Subscriber) {
        let mutant = self.mutant;
        let inner = Arc::clone(&self.inner);
        let filter = Self { mutant, inner, panics: Arc::default() };
        self.inner.subscribe(
            node,
            Arc::new(move |event| match &event {
                Event::Push(push) if !filter.keeps(push) => true,
                Event::Push(_) | Event::Notice(_) | Event::Subscribed | Event::Interrupted | Event::Epoch(_) => {
                    subscriber(event)
                }
            }),
        );
    }

    fn unsubscribe(&self, node: &NodeId) {
        self.inner.unsubscribe(node);
    }

    fn notify(&self, to: Recipient, notice: Notice) -> Answer<()> {
        self.inner.notify(to, notice)
    }
}
