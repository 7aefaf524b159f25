//! The messages a member sends: numbered where they are written, so that they are sent in order. A message to a closed
//! connection is dropped, or kept if the member will reconnect. Must not know when to send what.

use std::sync::Arc;

use actors::protocol::{
    RoomId, UserId,
    client::{Cid, Seq},
};

use client::Sent;
use client::messages::{self, Mark};
use client::wire::{Cut, Opcode, WriteHalf, Writer, WriterClosed};

use crate::clock::Nanos;

/// What a member has sent so far, and its state.
#[derive(Debug, Default)]
pub(crate) struct SendState {
    /// Its numbers, and the messages to be resent after a resume.
    sent: Sent<Arc<str>>,
    /// Whether this member reconnects, so that messages are kept.
    keeps: bool,
    /// Marked messages by receiver; a call has few members.
    told: Vec<Told>,
    /// Marked messages to the whole room.
    chatted: u64,
    /// Has joined, and not sent leave.
    pub(super) seated: bool,
    /// Does not read for now.
    stalled: bool,
}

/// What was sent to one session of another member.
#[derive(Debug)]
struct Told {
    user: UserId,
    rev: u64,
    n: u64,
}

/// The write side of a member; can be shared.
#[derive(Clone)]
pub(crate) struct Outbox(pub(super) Arc<Writer<SendState>>);

impl SendState {
    /// A state that has sent nothing; `keeps`: whether messages are kept until acknowledged.
    pub(super) fn new(keeps: bool) -> Self {
        Self { keeps, ..Self::default() }
    }

    const fn cid(&self) -> Cid {
        self.sent.last()
    }

    fn mark(&mut self, user: UserId, at: Nanos) -> Mark {
        let known = self.told.iter().position(|told| told.user == user);
        let known = known.unwrap_or_else(|| {
            self.told.push(Told { user, rev: 0, n: 0 });
            self.told.len() - 1
        });
        let told = &mut self.told[known];
        told.n += 1;
        Mark { n: told.n, at, rev: told.rev }
    }

    /// Keeps the message just written; whether it did.
    fn keep(&mut self, text: &str) -> bool {
        self.keeps && self.sent.keep(text.into())
    }
}

impl Outbox {
    /// The last number used.
    pub(crate) fn last_cid(&self) -> Cid {
        self.0.with(|state| state.cid())
    }

    pub(crate) fn hello(&self, token: &str) {
        self.send(|_, text| messages::hello(text, token));
    }

    /// Joins a room: a session begins, whose messages are numbered from 1.
    pub(crate) fn join(&self, room: RoomId) {
        self.send(|state, text| {
            drop(state.sent.restart());
            messages::join(text, room);
        });
    }

    /// Leaves the room, but not the node. The caller has told the roster before.
    pub(crate) fn leave(&self) {
        self.send(|state, text| {
            state.seated = false;
            messages::leave(text);
        });
    }

    /// A heartbeat; a member that does not read sends none.
    pub(crate) fn heartbeat(&self) {
        if !self.is_stalled() {
            self.send(|_, text| messages::heartbeat(text));
        }
    }

    pub(crate) fn offer(&self, to: UserId, sdp_bytes: usize) {
        self.send_numbered(|state, text| messages::offer(text, state.cid(), to, sdp_bytes));
    }

    pub(crate) fn answer(&self, to: UserId, sdp_bytes: usize) {
        self.send_numbered(|state, text| messages::answer(text, state.cid(), to, sdp_bytes));
    }

    /// Sends a candidate that was due at `at`, in a message of `bytes`; whether it was sent, or will be.
    pub(crate) fn candidate(&self, to: UserId, at: Nanos, bytes: usize) -> bool {
        self.send_numbered(|state, text| {
            let mark = state.mark(to.clone(), at);
            messages::candidate(text, (state.cid(), to), mark, bytes);
        })
    }

    /// Sends a chat message that was due at `at`, of about `bytes`; whether it was sent, or will be.
    pub(crate) fn chat(&self, at: Nanos, bytes: usize) -> bool {
        self.send_numbered(|state, text| {
            state.chatted += 1;
            messages::chat(text, state.cid(), Mark { n: state.chatted, at, rev: 0 }, bytes);
        })
    }

    pub(crate) fn end_of_candidates(&self, to: UserId) {
        self.send_numbered(|state, text| messages::end_of_candidates(text, state.cid(), to));
    }

    pub(crate) fn acknowledge(&self, seq: Seq) {
        self.send(|_, text| messages::acknowledge(text, seq));
    }

    pub(crate) fn pong(&self, payload: &[u8]) {
        let _: Result<(), WriterClosed> = self.0.control(Opcode::Pong, payload);
    }

    /// Leaves the room and the node as a page that is closed (RFC 6455 §7.4.1).
    pub(crate) fn close(&self) {
        let _: Result<(), WriterClosed> = self.0.control(Opcode::Close, &1_001_u16.to_be_bytes());
    }

    /// Drops the connection.
    pub(crate) fn cut(&self, how: Cut) {
        self.0.cut(how);
    }

    /// Stops or resumes reading.
    pub(crate) fn stall(&self, stalled: bool) {
        self.0.with(|state| state.stalled = stalled);
    }

    pub(super) fn is_stalled(&self) -> bool {
        self.0.with(|state| state.stalled)
    }

    pub(super) fn is_seated(&self) -> bool {
        self.0.with(|state| state.seated)
    }

    /// A session starts, with these other members.
    pub(super) fn take_seat(&self, others: &[(UserId, u64)]) {
        self.0.with(|state| {
            state.seated = true;
            state.told = others.iter().map(|(user, rev)| Told { user: user.clone(), rev: *rev, n: 0 }).collect();
        });
    }

    /// The session ends; whether there was one.
    pub(super) fn give_up_seat(&self) -> bool {
        self.0.with(|state| {
            state.sent.forget();
            std::mem::take(&mut state.seated)
        })
    }

    /// A member joined, or joined again: messages to its previous session do not count.
    pub(super) fn meet(&self, user: UserId, rev: u64) {
        self.0.with(|state| {
            state.told.retain(|told| told.user != user);
            state.told.push(Told { user, rev, n: 0 });
        });
    }

    /// The node has acknowledged everything up to this number.
    pub(super) fn settle(&self, acked: Cid) {
        self.0.with(|state| drop(state.sent.settle(acked)));
    }

    /// Continues over another connection; kept messages are resent first.
    pub(super) fn continue_over(&self, half: WriteHalf) {
        self.0.reconnect(half, |state| state.sent.unacknowledged().map(|(_, text)| Arc::clone(text)).collect());
    }

    /// Sends a numbered message; whether it was sent, or kept to be sent later.
    fn send_numbered(&self, write: impl FnOnce(&mut SendState, &mut String)) -> bool {
        let (kept, said) = self.0.send(|state, text| {
            state.sent.number();
            write(state, text);
            state.keep(text)
        });
        kept || said.is_ok()
    }

    fn send(&self, write: impl FnOnce(&mut SendState, &mut String)) {
        let _ = self.0.send(write);
    }
}
