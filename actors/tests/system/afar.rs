//! A ledger and a database that are far away: every answer is waited for, so that rooms and sockets are actors.

use std::{sync::Arc, time::Duration};

use actors::{
    ledger::{
        Address, Answer, Broadcast, Claim, Due, Join, Joined, Ledger, MemoryLedger, Push, Resume, Resumed, Send, Sent,
        Subscriber,
    },
    ports::{Later, RoomSettings, Rooms, Unavailable},
    protocol::{Entry, LeaveReason, Member, NodeId, RoomId, client::Seq},
};

use super::world::Book;

/// The same ledger, further away.
pub(crate) struct FarLedger(pub(crate) Arc<MemoryLedger>);

/// The same rooms, further away.
pub(crate) struct FarBook(pub(crate) Arc<Book>);

fn later<T: core::marker::Send + Unpin + 'static>(answer: Answer<T>) -> Answer<T> {
    Answer::Later(Box::pin(async move {
        tokio::task::yield_now().await;
        answer.await
    }))
}

impl Rooms for FarBook {
    fn settings(&self, room: RoomId) -> Later<Result<Option<RoomSettings>, Unavailable>> {
        let settings = self.0.settings(room);
        Box::pin(async move {
            tokio::task::yield_now().await;
            settings.await
        })
    }
}

impl Ledger for FarLedger {
    fn answers_at_once(&self) -> bool {
        false
    }

    fn join(&self, room: RoomId, join: Join) -> Answer<Joined> {
        later(self.0.join(room, join))
    }

    fn leave(&self, room: RoomId, who: Address, reason: LeaveReason, node: &NodeId) -> Answer<Vec<Push>> {
        later(self.0.leave(room, who, reason, node))
    }

    fn gone(&self, room: RoomId, who: Address, window: Duration, node: &NodeId) -> Answer<()> {
        later(self.0.gone(room, who, window, node))
    }

    fn resume(&self, room: RoomId, resume: Resume) -> Answer<Resumed> {
        later(self.0.resume(room, resume))
    }

    fn send(&self, room: RoomId, send: Send, node: &NodeId) -> Answer<Sent> {
        later(self.0.send(room, send, node))
    }

    fn broadcast(&self, room: RoomId, broadcast: Broadcast, node: &NodeId) -> Answer<Sent> {
        later(self.0.broadcast(room, broadcast, node))
    }

    fn read(&self, room: RoomId, who: Address, after: Seq) -> Answer<Option<Vec<(Seq, Entry)>>> {
        later(self.0.read(room, who, after))
    }

    fn acked(&self, room: RoomId, who: Address, seq: Seq) -> Answer<()> {
        later(self.0.acked(room, who, seq))
    }

    fn close(&self, room: RoomId, reason: LeaveReason, node: &NodeId) -> Answer<Vec<Push>> {
        later(self.0.close(room, reason, node))
    }

    fn members(&self, room: RoomId) -> Answer<Vec<Member>> {
        later(self.0.members(room))
    }

    fn reassert(&self, room: RoomId, claims: Vec<Claim>, node: &NodeId) -> Answer<Vec<Member>> {
        later(self.0.reassert(room, claims, node))
    }

    fn renew(&self, node: &NodeId, ttl: Duration) -> Answer<()> {
        later(self.0.renew(node, ttl))
    }

    fn due(&self) -> Answer<Due> {
        later(self.0.due())
    }

    fn reap(&self, room: RoomId, dead: &[NodeId], node: &NodeId) -> Answer<Vec<Push>> {
        later(self.0.reap(room, dead, node))
    }

    fn subscribe(&self, node: NodeId, subscriber: Subscriber) {
        self.0.subscribe(node, subscriber);
    }

    fn unsubscribe(&self, node: &NodeId) {
        self.0.unsubscribe(node);
    }
}
