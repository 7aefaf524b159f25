//! The messages a member sends: numbered where they are written, so that they are sent in order. A message to a closed
//! connection is dropped, or kept if the member will reconnect. Must not know when to send what.

use std::collections::VecDeque;
use std::sync::Arc;

use actors::protocol::{
    RoomId, UserId,
    client::{Cid, Seq},
};

use crate::clock::Nanos;
use crate::limits::KEPT_MAX;
use crate::wire::{Cut, Line, LineOver, Opcode, WriteHalf};
use crate::words::{self, Mark};

/// What a member has sent so far, and its state.
#[derive(Debug, Default)]
pub(crate) struct Voice {
    cid: Cid,
    /// Marked messages by receiver; a call has few members.
    told: Vec<Told>,
    /// Marked messages to the whole room.
    chatted: u64,
    /// Has joined, and not sent leave.
    pub(super) seated: bool,
    /// Does not read for now.
    stalled: bool,
    /// Unacknowledged messages, to be resent after a resume; `None`: this member does not reconnect.
    kept: Option<VecDeque<(Cid, Arc<str>)>>,
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
pub(crate) struct Mouth(pub(super) Arc<Line<Voice>>);

impl Voice {
    /// A voice that has sent nothing; `keeps`: whether messages are kept until acknowledged.
    pub(super) fn new(keeps: bool) -> Self {
        Self { kept: keeps.then(VecDeque::new), ..Self::default() }
    }

    fn next(&mut self) -> Cid {
        self.cid += 1;
        self.cid
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
        let Some(kept) = &mut self.kept else { return false };
        if kept.len() >= KEPT_MAX {
            return false;
        }
        kept.push_back((self.cid, text.into()));
        true
    }
}

impl Mouth {
    /// The last number used.
    pub(crate) fn said(&self) -> Cid {
        self.0.with(|voice| voice.cid)
    }

    pub(crate) fn hello(&self, token: &str) {
        self.say(|_, text| words::hello(text, token));
    }

    /// Joins a room: a session begins, whose messages are numbered from 1.
    pub(crate) fn join(&self, room: RoomId) {
        self.say(|voice, text| {
            voice.cid = 0;
            words::join(text, room);
        });
    }

    /// Leaves the room, but not the node. The caller has told the cast before.
    pub(crate) fn leave(&self) {
        self.say(|voice, text| {
            voice.seated = false;
            words::leave(text);
        });
    }

    /// A heartbeat; a member that does not read sends none.
    pub(crate) fn heartbeat(&self) {
        if !self.is_stalled() {
            self.say(|_, text| words::heartbeat(text));
        }
    }

    pub(crate) fn offer(&self, to: UserId, sdp_bytes: usize) {
        self.say_numbered(|voice, text| words::offer(text, voice.cid, to, sdp_bytes));
    }

    pub(crate) fn answer(&self, to: UserId, sdp_bytes: usize) {
        self.say_numbered(|voice, text| words::answer(text, voice.cid, to, sdp_bytes));
    }

    /// Sends a candidate that was due at `at`, in a message of `bytes`; whether it was sent, or will be.
    pub(crate) fn candidate(&self, to: UserId, at: Nanos, bytes: usize) -> bool {
        self.say_numbered(|voice, text| {
            let mark = voice.mark(to, at);
            words::candidate(text, (voice.cid, to), mark, bytes);
        })
    }

    /// Sends a chat message that was due at `at`, of about `bytes`; whether it was sent, or will be.
    pub(crate) fn chat(&self, at: Nanos, bytes: usize) -> bool {
        self.say_numbered(|voice, text| {
            voice.chatted += 1;
            words::chat(text, voice.cid, Mark { n: voice.chatted, at, rev: 0 }, bytes);
        })
    }

    pub(crate) fn end_of_candidates(&self, to: UserId) {
        self.say_numbered(|voice, text| words::end_of_candidates(text, voice.cid, to));
    }

    pub(crate) fn acknowledge(&self, seq: Seq) {
        self.say(|_, text| words::acknowledge(text, seq));
    }

    pub(crate) fn pong(&self, payload: &[u8]) {
        let _: Result<(), LineOver> = self.0.control(Opcode::Pong, payload);
    }

    /// Leaves the room and the node as a page that is closed (RFC 6455 §7.4.1).
    pub(crate) fn close(&self) {
        let _: Result<(), LineOver> = self.0.control(Opcode::Close, &1_001_u16.to_be_bytes());
    }

    /// Drops the connection.
    pub(crate) fn cut(&self, how: Cut) {
        self.0.cut(how);
    }

    /// Stops or resumes reading.
    pub(crate) fn stall(&self, stalled: bool) {
        self.0.with(|voice| voice.stalled = stalled);
    }

    pub(super) fn is_stalled(&self) -> bool {
        self.0.with(|voice| voice.stalled)
    }

    pub(super) fn is_seated(&self) -> bool {
        self.0.with(|voice| voice.seated)
    }

    /// A session starts, with these other members.
    pub(super) fn sit_down(&self, others: &[(UserId, u64)]) {
        self.0.with(|voice| {
            voice.seated = true;
            voice.told = others.iter().map(|(user, rev)| Told { user: *user, rev: *rev, n: 0 }).collect();
        });
    }

    /// The session ends; whether there was one.
    pub(super) fn stand_up(&self) -> bool {
        self.0.with(|voice| {
            voice.kept.iter_mut().for_each(VecDeque::clear);
            std::mem::take(&mut voice.seated)
        })
    }

    /// A member joined, or joined again: messages to its previous session do not count.
    pub(super) fn meet(&self, user: UserId, rev: u64) {
        self.0.with(|voice| {
            voice.told.retain(|told| told.user != user);
            voice.told.push(Told { user, rev, n: 0 });
        });
    }

    /// The node has acknowledged everything up to this number.
    pub(super) fn settle(&self, acked: Cid) {
        self.0.with(|voice| {
            if let Some(kept) = &mut voice.kept {
                let settled = kept.partition_point(|(cid, _)| *cid <= acked);
                kept.drain(..settled);
            }
        });
    }

    /// Continues over another connection; kept messages are resent first.
    pub(super) fn speak_over(&self, half: WriteHalf) {
        self.0.reconnect(half, |voice| voice.kept.iter().flatten().map(|(_, text)| Arc::clone(text)).collect());
    }

    /// Sends a numbered message; whether it was sent, or kept to be sent later.
    fn say_numbered(&self, words: impl FnOnce(&mut Voice, &mut String)) -> bool {
        let (kept, said) = self.0.say(|voice, text| {
            voice.next();
            words(voice, text);
            voice.keep(text)
        });
        kept || said.is_ok()
    }

    fn say(&self, words: impl FnOnce(&mut Voice, &mut String)) {
        let _ = self.0.say(words);
    }
}
