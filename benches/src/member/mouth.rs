//! What a member says: its numbers are given where the words are written, so that they stand on the wire in order.
//! A word to a connection that is over is let go: its end is counted elsewhere. Must not know when to say what.

use std::sync::Arc;

use actors::protocol::{
    RoomId, UserId,
    client::{Cid, Seq},
};

use crate::clock::Nanos;
use crate::wire::{Line, LineOver, Opcode};
use crate::words::{self, Mark};

/// What a member has said so far.
#[derive(Debug, Default)]
pub(crate) struct Voice {
    cid: Cid,
    /// Marked messages by receiver; a call has few members.
    told: Vec<(UserId, u64)>,
}

/// A member's way to speak; may be held by anybody.
#[derive(Clone)]
pub(crate) struct Mouth(pub(super) Arc<Line<Voice>>);

impl Voice {
    fn next(&mut self) -> Cid {
        self.cid += 1;
        self.cid
    }

    fn next_to(&mut self, user: UserId) -> u64 {
        match self.told.iter_mut().find(|(told, _)| *told == user) {
            Some((_, n)) => {
                *n += 1;
                *n
            }
            None => {
                self.told.push((user, 1));
                1
            }
        }
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

    pub(crate) fn join(&self, room: RoomId) {
        self.say(|voice, text| words::join(text, voice.next(), room));
    }

    pub(crate) fn heartbeat(&self) {
        self.say(|_, text| words::heartbeat(text));
    }

    pub(crate) fn offer(&self, to: UserId, sdp_bytes: usize) {
        self.say(|voice, text| words::offer(text, voice.next(), to, sdp_bytes));
    }

    pub(crate) fn answer(&self, to: UserId, sdp_bytes: usize) {
        self.say(|voice, text| words::answer(text, voice.next(), to, sdp_bytes));
    }

    /// A candidate that was due at `at`, in a message of `bytes`; whether it was said.
    pub(crate) fn candidate(&self, to: UserId, at: Nanos, bytes: usize) -> bool {
        let said = self.0.say(|voice, text| {
            let mark = Mark { n: voice.next_to(to), at };
            words::candidate(text, (voice.next(), to), mark, bytes);
        });
        said.is_ok()
    }

    pub(crate) fn end_of_candidates(&self, to: UserId) {
        self.say(|voice, text| words::end_of_candidates(text, voice.next(), to));
    }

    pub(crate) fn acknowledge(&self, seq: Seq) {
        self.say(|_, text| words::acknowledge(text, seq));
    }

    pub(crate) fn pong(&self, payload: &[u8]) {
        let _: Result<(), LineOver> = self.0.control(Opcode::Pong, payload);
    }

    /// Leaves the room and the node as a page does that goes away (RFC 6455 §7.4.1).
    pub(crate) fn close(&self) {
        let _: Result<(), LineOver> = self.0.control(Opcode::Close, &1_001_u16.to_be_bytes());
    }

    /// A member came anew: what was told to their stay before does not count.
    pub(super) fn forget(&self, user: UserId) {
        self.0.with(|voice| voice.told.retain(|(told, _)| *told != user));
    }

    fn say(&self, words: impl FnOnce(&mut Voice, &mut String)) {
        let _: Result<(), LineOver> = self.0.say(words);
    }
}
