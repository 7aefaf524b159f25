//! The port, on Redis: each operation is one script, and the script decides.

use std::time::Duration;

use actors::{
    ledger::{
        Answer, At, Audit, Audited, Broadcast, Claim, Claimed, Due, Fact, Failure, Join, Joined, Lease, Ledger, Notice,
        Place, Placed, Published, Push, Reaped, Recipient, Resume, Resumed, Send, Sent, Skipped, Subscriber,
        TrackChange,
    },
    protocol::{
        Entry, Epoch, JoinOrder, Kind, LeaveReason, Member, Message, NodeId, RoomId, SeatId, SessionId, UserId,
        media::{Host, MediaEpoch},
    },
};
use tokio::sync::oneshot;

use super::{
    RedisLedger, arguments, codec,
    keys::Bucket,
    outcome::{AWAY_WAIT, NOT_SENT, UNANSWERED},
    reply::{self, Parts},
    scripts::Script,
    shared::{Order, Run},
};

/// How many entries the seat's node had not received.
fn missed(audited: &Audited) -> u64 {
    if let Audited::Held(entries, _) = audited { entries.len() as u64 } else { 0 }
}

impl Ledger for RedisLedger {
    fn join(&self, at: At<'_>, join: Join) -> Answer<Joined> {
        let room = at.room;
        self.on_room(Script::Join, at, arguments::join(join), move |word, parts| reply::joined(room, word, parts))
    }

    fn leave(&self, at: At<'_>, seat: SeatId, reason: LeaveReason) -> Answer<Vec<Push>> {
        let own = vec![seat.order.to_string(), seat.fence.to_string(), codec::word(reason).to_owned()];
        self.pushing(Script::Leave, at, own)
    }

    fn evict(&self, at: At<'_>, user: UserId, up_to: JoinOrder, reason: LeaveReason) -> Answer<Vec<Push>> {
        let own = vec![user.to_string(), up_to.to_string(), codec::word(reason).to_owned()];
        self.pushing(Script::Evict, at, own)
    }

    fn gone(&self, at: At<'_>, seat: SeatId, window: Duration, skipped: Vec<Skipped>) -> Answer<()> {
        let (order, fence) = (seat.order.to_string(), seat.fence.to_string());
        let own = vec![order, fence, window.as_millis().to_string(), codec::skips(&skipped)];
        self.on_room(Script::Gone, at, own, |_, _| Ok(()))
    }

    fn resume(&self, at: At<'_>, resume: Resume) -> Answer<Resumed> {
        let (room, order) = (at.room, resume.order);
        let read = move |word: &str, parts: &mut Parts| reply::resumed(room, order, word, parts);
        self.on_room(Script::Resume, at, arguments::resume(&resume), read)
    }

    fn send(&self, at: At<'_>, send: Send) -> Answer<Sent> {
        self.sending(Script::Send, at, &[], arguments::send(&send))
    }

    fn broadcast(&self, at: At<'_>, broadcast: Broadcast) -> Answer<Sent> {
        let is_chat = broadcast.message.kind == Kind::ChatMessage;
        let waits = is_chat.then(|| self.shared.keys.chat(at.room));
        let own = arguments::broadcast(&broadcast, &self.shared.limits);
        self.sending(Script::Broadcast, at, waits.as_ref().map_or(&[], |keys| keys), own)
    }

    fn announce(&self, at: At<'_>, message: Message, to: Option<UserId>) -> Answer<Vec<Push>> {
        let own = [Some(codec::message(&message)), to.map(|to| to.to_string())];
        self.pushing(Script::Announce, at, own.into_iter().flatten().collect())
    }

    fn audit(&self, at: At<'_>, seats: Vec<Audit>) -> Answer<Vec<Audited>> {
        let (count, shared) = (seats.len(), self.shared.clone());
        let read = move |word: &str, parts: &mut Parts| {
            let audited = reply::audits_of(count, word, parts)?;
            shared.meters.missed.increment(audited.iter().map(missed).sum());
            Ok(audited)
        };
        self.on_room(Script::Audit, at, arguments::audits(&seats), read)
    }

    fn close(&self, at: At<'_>, reason: LeaveReason, revision: u64) -> Answer<Vec<Push>> {
        self.pushing(Script::Close, at, vec![codec::word(reason).to_owned(), revision.to_string()])
    }

    fn members(&self, room: RoomId) -> Answer<Vec<Member>> {
        let nobody = NodeId::new("");
        let at = At { room, node: &nobody, epoch: 0 };
        self.on_room(Script::Members, at, Vec::new(), |_, parts| reply::members(parts))
    }

    fn occupied(&self, after: Option<RoomId>, max: usize) -> Answer<Vec<RoomId>> {
        let after = after.map(|room| room.to_string()).unwrap_or_default();
        let run = |bucket: Bucket| Run {
            keys: vec![bucket.leases],
            arguments: vec![bucket.at, after.clone(), max.to_string()],
        };
        self.in_buckets(Script::Occupied, run, move |buckets| reply::occupied(max, buckets).map(Ok))
    }

    fn held(&self, at: At<'_>) -> Answer<Vec<(SeatId, SessionId)>> {
        self.on_room(Script::Held, at, Vec::new(), |_, parts| reply::held(parts))
    }

    fn claim(&self, at: At<'_>, claims: Vec<Claim>, facts: Vec<Fact>) -> Answer<Claimed> {
        let room = at.room;
        let own = arguments::claim(&claims, &facts);
        self.on_room(Script::Claim, at, own, move |_, parts| reply::claimed(room, parts))
    }

    fn repair(&self, at: At<'_>, seat: SeatId, entries: Vec<Entry>) -> Answer<Vec<Push>> {
        let mut own = vec![seat.order.to_string(), seat.fence.to_string()];
        own.extend(entries.iter().map(codec::entry));
        self.pushing(Script::Repair, at, own)
    }

    fn place(&self, at: At<'_>, place: Place) -> Answer<Placed> {
        let room = at.room;
        self.on_room(Script::Place, at, arguments::place(&place), move |_, parts| reply::placed(room, parts))
    }

    fn publish(&self, at: At<'_>, seat: SeatId, epoch: MediaEpoch, change: TrackChange) -> Answer<Published> {
        let room = at.room;
        let own = arguments::publish(seat, epoch, &change);
        self.on_room(Script::Publish, at, own, move |word, parts| reply::changed(room, word, parts))
    }

    fn hears(&self, _: &NodeId, host: &Host, ttl: Duration, is_draining: bool) -> Answer<()> {
        let [server, instance] = [&host.server, &host.instance].map(ToString::to_string);
        let arguments = vec![server, instance, ttl.as_millis().to_string(), u8::from(is_draining).to_string()];
        let run = |bucket: Bucket| Run { keys: vec![bucket.hosts], arguments: arguments.clone() };
        self.in_buckets(Script::Hears, run, |_| Ok(Ok(())))
    }

    fn renew(&self, node: &NodeId, ttl: Duration, known: Epoch) -> Answer<Lease> {
        let own = [node.to_string(), ttl.as_millis().to_string()];
        let run = |bucket: Bucket| Run { keys: vec![bucket.leases, bucket.marks, bucket.era], arguments: own.to_vec() };
        let (shared, node) = (self.shared.clone(), node.clone());
        self.in_buckets(Script::Renew, run, move |parts| {
            let (is_kept, epoch) = reply::renewed(parts)?;
            shared.subscriptions.recover(&node);
            shared.learn(epoch);
            Ok(Ok(if epoch > known {
                Lease::Rebuilt(epoch)
            } else if is_kept {
                Lease::Kept
            } else {
                Lease::Lapsed
            }))
        })
    }

    fn release(&self, node: &NodeId) -> Answer<()> {
        let run = |bucket: Bucket| Run { keys: vec![bucket.leases, bucket.marks], arguments: vec![node.to_string()] };
        self.in_buckets(Script::Release, run, |_| Ok(Ok(())))
    }

    fn due(&self, page: usize) -> Answer<Due> {
        let run = |bucket: Bucket| Run {
            keys: vec![bucket.leases, bucket.marks, bucket.due],
            arguments: vec![(page + 1).to_string(), bucket.at],
        };
        self.in_buckets(Script::Look, run, move |parts| reply::due(page, parts).map(Ok))
    }

    fn reap(&self, at: At<'_>, dead: &[NodeId]) -> Answer<Reaped> {
        let room = at.room;
        let own = dead.iter().map(NodeId::to_string).collect();
        self.on_room(Script::Reap, at, own, move |_, parts| reply::reaped(room, parts))
    }

    fn subscribe(&self, node: &NodeId, subscriber: Subscriber) {
        self.shared.subscriptions.add(node, subscriber);
        self.channel(Order::Subscribe(node.clone()));
    }

    fn unsubscribe(&self, node: &NodeId) {
        self.shared.subscriptions.remove(node);
        self.channel(Order::Unsubscribe(node.clone()));
    }

    fn notify(&self, to: Recipient, notice: Notice) -> Answer<()> {
        let channel = match to {
            Recipient::Node(node) => self.shared.keys.channel(&node),
            Recipient::All => self.shared.keys.all(),
        };
        let Ok(payload) = serde_json::to_string(&notice).map(|notice| format!("N{notice}")) else {
            return Answer::Now(Err(Failure::NotApplied { wait: AWAY_WAIT }));
        };
        let (answer, answered) = oneshot::channel();
        let Some(booked) = self.shared.book(payload.len()) else { return Answer::Now(Err(NOT_SENT)) };
        if self.orders.try_send(Order::Publish { channel, payload, answer, booked }).is_err() {
            return Answer::Now(Err(NOT_SENT));
        }
        Answer::Later(Box::pin(async move { answered.await.unwrap_or(Err(UNANSWERED)).map(|_| ()) }))
    }
}
