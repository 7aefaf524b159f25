//! A link as a node's ledger: every operation may fail.

use std::{sync::Arc, time::Duration};

use super::{Link, RETRY, SubscriberSlot, lock};
use crate::{
    ledger::{
        Answer, At, Audit, Audited, Broadcast, Claim, Claimed, Due, Fact, Failure, Join, Joined, Lease, Ledger, Notice,
        Place, Placed, Published, Push, Reaped, Recipient, Resume, Resumed, Send, Sent, Skipped, Subscriber,
        TrackChange,
    },
    protocol::{
        Entry, Epoch, JoinOrder, LeaveReason, Member, Message, NodeId, RoomId, SeatId, SessionId, UserId,
        media::{Host, MediaEpoch},
    },
};

/// A link as a node's ledger.
pub struct FaultyLedger(pub Arc<Link>);

impl Ledger for FaultyLedger {
    fn join(&self, at: At<'_>, join: Join) -> Answer<Joined> {
        self.0.operate(|ledger| ledger.join(at, join))
    }

    fn leave(&self, at: At<'_>, seat: SeatId, reason: LeaveReason) -> Answer<Vec<Push>> {
        self.0.operate(|ledger| ledger.leave(at, seat, reason))
    }

    fn evict(&self, at: At<'_>, user: UserId, up_to: JoinOrder, reason: LeaveReason) -> Answer<Vec<Push>> {
        self.0.operate(|ledger| ledger.evict(at, user, up_to, reason))
    }

    fn gone(&self, at: At<'_>, seat: SeatId, window: Duration, skipped: Vec<Skipped>) -> Answer<()> {
        self.0.operate(|ledger| ledger.gone(at, seat, window, skipped))
    }

    fn resume(&self, at: At<'_>, resume: Resume) -> Answer<Resumed> {
        self.0.operate(|ledger| ledger.resume(at, resume))
    }

    fn send(&self, at: At<'_>, send: Send) -> Answer<Sent> {
        self.0.operate(|ledger| ledger.send(at, send))
    }

    fn broadcast(&self, at: At<'_>, broadcast: Broadcast) -> Answer<Sent> {
        self.0.operate(|ledger| ledger.broadcast(at, broadcast))
    }

    fn announce(&self, at: At<'_>, message: Message, to: Option<UserId>) -> Answer<Vec<Push>> {
        self.0.operate(|ledger| ledger.announce(at, message, to))
    }

    fn audit(&self, at: At<'_>, seats: Vec<Audit>) -> Answer<Vec<Audited>> {
        self.0.operate(|ledger| ledger.audit(at, seats))
    }

    fn close(&self, at: At<'_>, reason: LeaveReason, revision: u64) -> Answer<Vec<Push>> {
        self.0.operate(|ledger| ledger.close(at, reason, revision))
    }

    fn members(&self, room: RoomId) -> Answer<Vec<Member>> {
        self.0.operate(|ledger| ledger.members(room))
    }

    fn occupied(&self, after: Option<RoomId>, max: usize) -> Answer<Vec<RoomId>> {
        self.0.operate(|ledger| ledger.occupied(after, max))
    }

    fn held(&self, at: At<'_>) -> Answer<Vec<(SeatId, SessionId)>> {
        self.0.operate(|ledger| ledger.held(at))
    }

    fn claim(&self, at: At<'_>, claims: Vec<Claim>, facts: Vec<Fact>) -> Answer<Claimed> {
        self.0.operate(|ledger| ledger.claim(at, claims, facts))
    }

    fn repair(&self, at: At<'_>, seat: SeatId, entries: Vec<Entry>) -> Answer<Vec<Push>> {
        self.0.operate(|ledger| ledger.repair(at, seat, entries))
    }

    fn place(&self, at: At<'_>, place: Place) -> Answer<Placed> {
        self.0.operate(|ledger| ledger.place(at, place))
    }

    fn publish(&self, at: At<'_>, seat: SeatId, epoch: MediaEpoch, change: TrackChange) -> Answer<Published> {
        self.0.operate(|ledger| ledger.publish(at, seat, epoch, change))
    }

    fn hears(&self, node: &NodeId, host: &Host, ttl: Duration, is_draining: bool) -> Answer<()> {
        self.0.operate(|ledger| ledger.hears(node, host, ttl, is_draining))
    }

    fn renew(&self, node: &NodeId, ttl: Duration, known: Epoch) -> Answer<Lease> {
        self.0.operate(|ledger| ledger.renew(node, ttl, known))
    }

    fn release(&self, node: &NodeId) -> Answer<()> {
        self.0.operate(|ledger| ledger.release(node))
    }

    fn due(&self, page: usize) -> Answer<Due> {
        self.0.operate(|ledger| ledger.due(page))
    }

    fn reap(&self, at: At<'_>, dead: &[NodeId]) -> Answer<Reaped> {
        if lock(&self.0.state).unreadable == Some(at.room) {
            return Answer::Now(Err(Failure::NotApplied { wait: RETRY }));
        }
        self.0.operate(|ledger| ledger.reap(at, dead))
    }

    fn subscribe(&self, node: &NodeId, subscriber: Subscriber) {
        let link = Arc::clone(&self.0);
        lock(&link.state).subscriber = Some(SubscriberSlot(Arc::clone(&subscriber)));
        self.0.inner.subscribe(node, Arc::new(move |event| link.pushed(event, &subscriber)));
    }

    fn unsubscribe(&self, node: &NodeId) {
        self.0.inner.unsubscribe(node);
        lock(&self.0.state).subscriber = None;
    }

    fn notify(&self, to: Recipient, notice: Notice) -> Answer<()> {
        self.0.operate(|ledger| ledger.notify(to, notice))
    }
}
