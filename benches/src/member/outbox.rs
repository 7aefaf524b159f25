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

use super::signal::{Signal, Stay};
use crate::clock::Nanos;

/// What a member has sent so far, and its state.
#[derive(Debug, Default)]
pub(crate) struct SendState {
    /// Its numbers, and the messages to be resent after a resume.
    sent: Sent<Kept>,
    /// Whether this member reconnects, so that messages are kept.
    keeps: bool,
    /// Own join order.
    rev: u64,
    /// Marked messages by receiver; a call has few members.
    told: Vec<Told>,
    /// Marked messages to the whole room.
    chatted: u64,
    /// Has joined, and not sent leave.
    pub(super) seated: bool,
    /// Does not read for now.
    stalled: bool,
}

/// A message until it is acknowledged.
#[derive(Debug)]
struct Kept {
    text: Arc<str>,
    /// To whom, and the receiver's join order and the number in its mark; `None`: it is not marked.
    marked: Option<Told>,
}

/// What was sent to one session of another member.
#[derive(Debug, Clone)]
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

    /// The next one to this member.
    fn tell(&mut self, user: UserId) -> Told {
        let known = self.told.iter().position(|told| told.user == user);
        let known = known.unwrap_or_else(|| {
            self.told.push(Told { user, rev: 0, n: 0 });
            self.told.len() - 1
        });
        let told = &mut self.told[known];
        told.n += 1;
        told.clone()
    }

    /// Keeps the message just written; whether it did.
    fn keep(&mut self, text: &str, marked: Option<Told>) -> bool {
        self.keeps && self.sent.keep(Kept { text: text.into(), marked })
    }

    /// That message of this member.
    fn signal(&self, user: &UserId, Told { user: to, rev, n }: Told) -> Signal {
        Signal { from: Stay { user: user.clone(), rev: self.rev }, to: Stay { user: to, rev }, n }
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
        self.send_numbered(|state, text| {
            messages::offer(text, state.cid(), to, sdp_bytes);
            None
        });
    }

    pub(crate) fn answer(&self, to: UserId, sdp_bytes: usize) {
        self.send_numbered(|state, text| {
            messages::answer(text, state.cid(), to, sdp_bytes);
            None
        });
    }

    /// Sends a candidate that was due at `at`, in a message of `bytes`; whether it was sent, or will be.
    pub(crate) fn candidate(&self, to: UserId, at: Nanos, bytes: usize) -> bool {
        self.send_numbered(|state, text| {
            let told = state.tell(to.clone());
            messages::candidate(text, (state.cid(), to), Mark { n: told.n, at, rev: told.rev }, bytes);
            Some(told)
        })
    }

    /// Sends a chat message that was due at `at`, of about `bytes`; whether it was sent, or will be.
    pub(crate) fn chat(&self, at: Nanos, bytes: usize) -> bool {
        self.send_numbered(|state, text| {
            state.chatted += 1;
            messages::chat(text, state.cid(), Mark { n: state.chatted, at, rev: 0 }, bytes);
            None
        })
    }

    pub(crate) fn end_of_candidates(&self, to: UserId) {
        self.send_numbered(|state, text| {
            messages::end_of_candidates(text, state.cid(), to);
            None
        });
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

    /// A session starts with this join order, with these other members.
    pub(super) fn take_seat(&self, rev: u64, others: &[(UserId, u64)]) {
        self.0.with(|state| {
            (state.seated, state.rev) = (true, rev);
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

    /// The node has refused a message of this member: it is not sent again. Which it was, if it was marked.
    pub(super) fn refused(&self, cid: Cid, user: &UserId) -> Option<Signal> {
        self.0.with(|state| {
            let told = state.sent.refuse(cid)?.marked?;
            Some(state.signal(user, told))
        })
    }

    /// Marked messages of this member that the node has not answered.
    pub(super) fn unanswered(&self, user: &UserId) -> Vec<Signal> {
        self.0.with(|state| {
            let marked = state.sent.unacknowledged().filter_map(|(_, kept)| kept.marked.clone());
            marked.map(|told| state.signal(user, told)).collect()
        })
    }

    /// The last marked message of this member's session to each other one.
    pub(crate) fn last_signals(&self, user: &UserId) -> Vec<Signal> {
        self.0.with(|state| {
            let told = state.told.iter().filter(|told| told.n > 0);
            told.map(|told| state.signal(user, told.clone())).collect()
        })
    }

    /// Continues over another connection; kept messages are resent first.
    pub(super) fn continue_over(&self, half: WriteHalf) {
        self.0.reconnect(half, |state| state.sent.unacknowledged().map(|(_, kept)| Arc::clone(&kept.text)).collect());
    }

    /// Sends a numbered message; whether it was sent, or kept to be sent later.
    fn send_numbered(&self, write: impl FnOnce(&mut SendState, &mut String) -> Option<Told>) -> bool {
        let (kept, said) = self.0.send(|state, text| {
            state.sent.number();
            let marked = write(state, text);
            state.keep(text, marked)
        });
        kept || said.is_ok()
    }

    fn send(&self, write: impl FnOnce(&mut SendState, &mut String)) {
        let _ = self.0.send(write);
    }
}
