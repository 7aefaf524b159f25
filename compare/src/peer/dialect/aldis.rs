//! Our own: hello with a token, join, offer or answer by join order, then candidates, each numbered; an `ack` of every
//! 8th, as the web client sends. The other servers guarantee less; the cost is part of the figures.

use std::time::Duration;

use actors::protocol::{RoomId, UserId};

use super::{Dialect, Ear, Incoming, Phrase, SendState};
use benches::node::Token;
use client::messages::{self, Body};
use client::wire::Upgrade;

/// Approximate size of a session description.
const SDP_BYTES: usize = 1_500;
/// Numbered messages received before an acknowledgement is sent.
const ACK_EVERY: u32 = 8;

/// A token for each caller, a room for each pair.
#[derive(Default)]
pub(crate) struct Seats {
    pub(crate) tokens: Vec<Token>,
    pub(crate) rooms: Vec<RoomId>,
}

/// See the head of this file.
pub(crate) struct Aldis {
    pub(crate) seats: std::sync::Arc<Seats>,
    /// Whether callers join and negotiate, or only send hello.
    pub(crate) joins: bool,
}

impl Aldis {
    fn other(&self, n: usize) -> UserId {
        self.seats.tokens[self.partner(n)].user.clone()
    }
}

impl Dialect for Aldis {
    fn upgrade(&self, _: usize) -> Option<Upgrade> {
        Some(Upgrade::aldis())
    }

    fn greets(&self) -> &'static [Phrase] {
        &[Phrase::Greeting]
    }

    /// The default interval of `welcome`.
    fn beat(&self) -> Option<Duration> {
        Some(Duration::from_secs(15))
    }

    fn send(&self, n: usize, phrase: Phrase, state: &mut SendState, out: &mut String) {
        match phrase {
            Phrase::Greeting => messages::hello(out, &self.seats.tokens[n].token),
            Phrase::Join => messages::join(out, self.seats.rooms[n / 2]),
            Phrase::Offer => messages::offer(out, state.cid(), self.other(n), SDP_BYTES),
            Phrase::Answer => messages::answer(out, state.cid(), self.other(n), SDP_BYTES),
            Phrase::Ack(seq) => messages::acknowledge(out, seq),
            Phrase::Beat => messages::heartbeat(out),
            Phrase::Message(at, bytes) => {
                let mark = state.mark(at);
                messages::candidate(out, (state.cid(), self.other(n)), mark, bytes);
            }
        }
    }

    fn decode(&self, ear: &mut Ear, text: &[u8]) -> Incoming {
        let Ok(heard) = messages::parse(text) else { return Incoming::trouble(text) };
        let mut meant = match heard.body {
            Body::Welcome { .. } if self.joins => Incoming::send(Phrase::Join),
            Body::Welcome { .. } => Incoming::ready(),
            Body::UserJoined { .. } => Incoming::send(Phrase::Offer),
            Body::Offer { .. } => Incoming { ready: true, ..Incoming::send(Phrase::Answer) },
            Body::Answer { .. } => Incoming::ready(),
            Body::Candidate { mark, .. } => Incoming { mark: Some(mark), ..Incoming::default() },
            Body::Refused { code, again_after_ms: Some(ms), .. } if code == "unavailable" => {
                Incoming { later: Some((Duration::from_millis(ms), Phrase::Join)), ..Incoming::default() }
            }
            // Callers neither reconnect nor chat.
            Body::Refused { .. } | Body::Resumed { .. } | Body::Unresumed { .. } | Body::Chat { .. } => {
                Incoming::trouble(text)
            }
            Body::Joined { .. } | Body::UserLeft { .. } | Body::EndOfCandidates { .. } | Body::Ack(_) | Body::Other => {
                Incoming::default()
            }
        };
        ear.unacked += u32::from(heard.seq.is_some());
        if let (Some(seq), None, true) = (heard.seq, meant.say, ear.unacked >= ACK_EVERY) {
            ear.unacked = 0;
            meant.say = Some(Phrase::Ack(seq));
        }
        meant
    }
}
