//! The port, on memory: each operation is one step on one room, or on an index.

use std::{collections::BTreeSet, time::Duration};

use super::{MemoryLedger, judge, lock, room::RoomCore, turn::Turn};
use crate::{
    ledger::{
        Answer, At, Audit, Audited, Broadcast, Claim, Claimed, Due, Event, Fact, Failure, HOST_LEASE, Join, Joined,
        Lease, Ledger, Notice, Place, Placed, Placing, Published, Push, Reaped, Recipient, Resume, Resumed, Send, Sent,
        Skipped, Subscriber, TrackChange,
    },
    protocol::{
        Entry, Epoch, JoinOrder, LeaveReason, Member, Message, NodeId, RoomId, SeatId, SessionId, UserId,
        media::{Host, Hosting, MediaEpoch},
        server::ResumeFailure,
    },
};

impl MemoryLedger {
    /// A step on a room if one of its seats is taken; else `absent` is the answer.
    fn answer<T>(
        &self,
        at: At<'_>,
        absent: impl FnOnce() -> T,
        step: impl FnOnce(&mut RoomCore, &mut Turn<'_>) -> Result<T, Failure>,
    ) -> Answer<T> {
        Answer::Now(self.room(at).and_then(|stored| match stored {
            Some(stored) => self.step(stored, at, step),
            None => Ok(absent()),
        }))
    }

    /// Looks once at all rooms for seats of nodes that were found dead.
    fn look_for_orphans(&self) {
        let dead = lock(&self.leases).sweep(self.clock.now().at);
        if dead.is_empty() {
            return;
        }
        self.orphans.watch(&dead);
        for stored in &self.rooms {
            for node in dead.iter().filter(|node| stored.core.is_held_by(node)) {
                self.orphans.found(*stored.key(), node);
            }
        }
    }
}

impl Ledger for MemoryLedger {
    fn join(&self, at: At<'_>, join: Join) -> Answer<Joined> {
        let joined = self.room_or_new(at.room).and_then(|stored| {
            let known = stored.get().core.epoch();
            self.step(stored, at, |core, turn| judge(at.epoch, known).and_then(|()| core.join(join, turn)))
        });
        Answer::Now(joined)
    }

    fn leave(&self, at: At<'_>, seat: SeatId, reason: LeaveReason) -> Answer<Vec<Push>> {
        self.answer(at, Vec::new, |core, turn| Ok(core.leave(seat, reason, turn)))
    }

    fn evict(&self, at: At<'_>, user: UserId, up_to: JoinOrder, reason: LeaveReason) -> Answer<Vec<Push>> {
        self.answer(at, Vec::new, |core, turn| Ok(core.evict(&user, up_to, reason, turn)))
    }

    fn gone(&self, at: At<'_>, seat: SeatId, window: Duration, skipped: Vec<Skipped>) -> Answer<()> {
        self.answer(
            at,
            || (),
            |core, turn| {
                core.gone(seat, window, &skipped, turn);
                Ok(())
            },
        )
    }

    fn resume(&self, at: At<'_>, resume: Resume) -> Answer<Resumed> {
        let seat_gone = || Resumed::Failed(ResumeFailure::SeatGone);
        self.answer(at, seat_gone, |core, turn| Ok(core.resume(&resume, turn)))
    }

    fn send(&self, at: At<'_>, send: Send) -> Answer<Sent> {
        Answer::Now(self.pass(at, || Sent::Fenced, |core, turn| core.send(send, turn)))
    }

    fn broadcast(&self, at: At<'_>, broadcast: Broadcast) -> Answer<Sent> {
        Answer::Now(self.pass(at, || Sent::Fenced, |core, turn| core.broadcast(broadcast, turn)))
    }

    fn announce(&self, at: At<'_>, message: Message, to: Option<UserId>) -> Answer<Vec<Push>> {
        Answer::Now(self.pass(at, Vec::new, |core, turn| core.announce(message, to.as_ref(), turn)))
    }

    fn audit(&self, at: At<'_>, seats: Vec<Audit>) -> Answer<Vec<Audited>> {
        let lost = || seats.iter().map(|_| Audited::Ended(super::LOST)).collect();
        Answer::Now(self.pass(at, lost, |core, turn| core.audit(&seats, turn)))
    }

    fn close(&self, at: At<'_>, reason: LeaveReason, revision: u64) -> Answer<Vec<Push>> {
        self.answer(at, Vec::new, |core, turn| Ok(core.close(reason, revision, turn)))
    }

    fn members(&self, room: RoomId) -> Answer<Vec<Member>> {
        let now = self.clock.now().at;
        self.rooms.get(&room).map(|stored| stored.core.known_members(now)).unwrap_or_default().into()
    }

    fn occupied(&self, after: Option<RoomId>, max: usize) -> Answer<Vec<RoomId>> {
        let is_next = |room: &RoomId| after.is_none_or(|after| *room > after);
        let occupied = self.rooms.iter().filter(|room| is_next(room.key()) && room.core.is_occupied());
        let mut rooms: Vec<RoomId> = occupied.map(|room| *room.key()).collect();
        rooms.sort_unstable();
        rooms.truncate(max);
        rooms.into()
    }

    fn held(&self, at: At<'_>) -> Answer<Vec<(SeatId, SessionId)>> {
        self.answer(at, Vec::new, |core, _| Ok(core.held_by(at.node)))
    }

    fn claim(&self, at: At<'_>, claims: Vec<Claim>, facts: Vec<Fact>) -> Answer<Claimed> {
        let claimed = self.room_or_new(at.room).and_then(|stored| {
            let present = stored.get().core.epoch();
            self.step(stored, at, |core, turn| {
                if at.epoch > present {
                    return Err(Failure::Epoch(present));
                }
                Ok(core.claim(at.epoch, claims, &facts, turn))
            })
        });
        Answer::Now(claimed)
    }

    fn repair(&self, at: At<'_>, seat: SeatId, entries: Vec<Entry>) -> Answer<Vec<Push>> {
        self.answer(at, Vec::new, |core, turn| Ok(core.repair(seat, &entries, turn)))
    }

    fn place(&self, at: At<'_>, place: Place) -> Answer<Placed> {
        let now = self.clock.now().at;
        let nowhere = || Placed { hosting: Hosting::default(), is_won: false, pushes: Vec::new() };
        let keeps = |host: &Host| lock(&self.hosts).keeps(host, now);
        let answer = self.answer(at, nowhere, |core, turn| core.place_media(&place, keeps, turn));
        // The node that has placed it there has just asked the server.
        if let (Answer::Now(Ok(Placed { is_won: true, .. })), Placing::Host(host)) = (&answer, &place.to) {
            lock(&self.hosts).hear(host, (now, now + HOST_LEASE), false);
        }
        answer
    }

    fn publish(&self, at: At<'_>, seat: SeatId, epoch: MediaEpoch, change: TrackChange) -> Answer<Published> {
        Answer::Now(self.pass(at, || Published::Fenced, |core, turn| core.publish((seat, epoch), change, turn)))
    }

    fn hears(&self, _: &NodeId, host: &Host, ttl: Duration, is_draining: bool) -> Answer<()> {
        let now = self.clock.now().at;
        lock(&self.hosts).hear(host, (now, now + ttl), is_draining);
        ().into()
    }

    fn renew(&self, node: &NodeId, ttl: Duration, known: Epoch) -> Answer<Lease> {
        let kept = lock(&self.leases).renew(node, self.clock.now().at, ttl);
        self.orphans.forget(node);
        self.subscribers.recover(node);
        let epoch = self.era.epoch();
        if epoch > known {
            return Lease::Rebuilt(epoch).into();
        }
        if kept { Lease::Kept } else { Lease::Lapsed }.into()
    }

    fn release(&self, node: &NodeId) -> Answer<()> {
        lock(&self.leases).release(node, self.clock.now().at);
        ().into()
    }

    fn due(&self, page: usize) -> Answer<Due> {
        let now = self.clock.now().at;
        self.look_for_orphans();
        let (dead, orphaned) = self.orphans.of_dead(|node| lock(&self.leases).is_dead(node, now));
        let mut rooms: Vec<RoomId> = lock(&self.deadlines).past(now).take(page + 1).collect();
        let past: BTreeSet<RoomId> = rooms.iter().copied().collect();
        rooms.extend(orphaned.into_iter().filter(|room| !past.contains(room)).take(page + 1));
        let more = rooms.len() > page;
        rooms.truncate(page);
        Due { rooms, dead, more }.into()
    }

    fn reap(&self, at: At<'_>, dead: &[NodeId]) -> Answer<Reaped> {
        let now = self.clock.now().at;
        let is_alive = |node: &NodeId| lock(&self.leases).is_live(node, now);
        self.answer(at, Reaped::default, |core, turn| Ok(core.reap(dead, is_alive, turn)))
    }

    fn subscribe(&self, node: &NodeId, subscriber: Subscriber) {
        self.subscribers.add(node, subscriber);
    }

    fn unsubscribe(&self, node: &NodeId) {
        self.subscribers.remove(node);
    }

    fn notify(&self, to: Recipient, notice: Notice) -> Answer<()> {
        match to {
            Recipient::Node(node) => self.subscribers.tell(&node, Event::Notice(notice)),
            Recipient::All => self.subscribers.tell_all(&Event::Notice(notice)),
        }
        ().into()
    }
}
