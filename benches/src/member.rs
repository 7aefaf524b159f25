//! One client of the crowd: it behaves as a browser does, and every word it hears is judged.
//!
//! A member reacts by itself to what it hears (negotiates, acknowledges, answers pings); what is said beyond that is
//! said through its [`Mouth`], by whoever plays the scenario. Must not know sockets' bytes, nor other members.

mod mouth;
mod negotiation;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use std::time::Duration;

use actors::protocol::{RoomId, UserId};

pub(crate) use mouth::{Mouth, Voice};
pub(crate) use negotiation::Negotiation;

use crate::clock::{Epoch, Nanos};
use crate::oracle::{Cast, RoomNumber, Violation, Witness};
use crate::tally::Tally;
use crate::wire::{Ending, Line, Listen, Opened, read};
use crate::words::{self, Body, Heard};

/// Who a member is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) user: UserId,
    pub(crate) room: RoomId,
    pub(crate) number: RoomNumber,
}

/// What all members do alike, and where they leave their marks.
pub(crate) struct Play {
    pub(crate) epoch: Epoch,
    pub(crate) cast: Cast,
    pub(crate) tally: Tally,
    pub(crate) conduct: Conduct,
    pub(crate) script: Box<dyn Script>,
    /// How often members shall beat, as `welcome` told; 0 until it has.
    pub(crate) heartbeat_seconds: AtomicU64,
    /// The run is over: connections may end.
    pub(crate) ending: AtomicBool,
}

/// How members behave.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conduct {
    /// Whether `welcome` is answered with `join_room` at once.
    pub(crate) joins_at_once: bool,
    /// What is exchanged when two members meet; `None`: nothing.
    pub(crate) negotiation: Option<Negotiation>,
    /// Numbered messages heard before one is acknowledged.
    pub(crate) ack_every: u32,
}

/// What a scenario does with a relayed message.
pub(crate) trait Script: Send + Sync {
    /// `from`'s candidate, due to be sent at `at`, has arrived at `to`.
    fn relayed(&self, play: &Play, to: &Mouth, from: UserId, at: Nanos);
}

/// A member, listening.
struct Member {
    part: Part,
    play: Arc<Play>,
    mouth: Mouth,
    witness: Witness,
    /// Numbered messages heard since the last acknowledgement.
    unacked: u32,
    seated: bool,
}

/// Starts the task of a member whose socket is open; it ends with its connection.
pub(crate) fn begin(part: Part, play: &Arc<Play>, opened: Opened) -> Mouth {
    let Opened { stream, early } = opened;
    let (half, write) = stream.into_split();
    let seed = u32::try_from(part.user.as_u128() & 0xffff_ffff).unwrap_or_default();
    let mouth = Mouth(Line::new(write, seed, Voice::default()));
    let play = Arc::clone(play);
    let mut member =
        Member { part, play, mouth: mouth.clone(), witness: Witness::new(part.number), unacked: 0, seated: false };
    tokio::spawn(async move {
        let ending = read(half, early, &mut member).await;
        member.ended(&ending);
    });
    mouth
}

impl Listen for Member {
    fn text(&mut self, text: &[u8]) {
        match words::hear(text) {
            Ok(heard) => self.hear(&heard),
            Err(error) => self.violated(Violation::Unreadable(error.to_string())),
        }
    }

    fn ping(&mut self, payload: &[u8]) {
        self.mouth.pong(payload);
    }
}

impl Member {
    fn hear(&mut self, heard: &Heard) {
        if let Err(violation) = self.witness.see(heard, &self.play.cast, self.mouth.said()) {
            self.violated(violation);
        }
        let play = Arc::clone(&self.play);
        match &heard.body {
            Body::Candidate { from, mark } => {
                play.tally.relayed.fetch_add(1, Relaxed);
                play.script.relayed(&play, &self.mouth, *from, mark.at);
            }
            Body::Welcome { heartbeat_seconds } => {
                play.heartbeat_seconds.store(*heartbeat_seconds, Relaxed);
                play.tally.welcomed.fetch_add(1, Relaxed);
                if play.conduct.joins_at_once {
                    self.mouth.join(self.part.room);
                }
            }
            Body::Joined { .. } => self.sat_down(),
            Body::UserJoined { user, .. } => {
                self.mouth.forget(*user);
                if self.witness.offers_to(*user) {
                    self.negotiate(*user, Mouth::offer);
                }
            }
            Body::Offer { from } => {
                play.tally.described.fetch_add(1, Relaxed);
                self.negotiate(*from, Mouth::answer);
            }
            Body::Answer { .. } => drop(play.tally.described.fetch_add(1, Relaxed)),
            Body::EndOfCandidates { .. } => drop(play.tally.complete.fetch_add(1, Relaxed)),
            Body::Refused { again_after_ms: Some(ms), .. } if !self.seated => self.join_again(*ms),
            Body::Refused { code, .. } => play.tally.refused(code),
            Body::UserLeft { .. } | Body::Ack(_) | Body::Other => {}
        }
        self.acknowledge(heard);
    }

    fn sat_down(&mut self) {
        self.seated = true;
        if let Err(violation) = self.play.cast.sat_down(self.part.number) {
            self.violated(violation);
        }
        self.play.tally.joined.fetch_add(1, Relaxed);
        self.play.tally.answered.fetch_add(1, Relaxed);
    }

    /// A join that could not be decided just now is asked for again, as the web client does.
    fn join_again(&self, after_ms: u64) {
        self.play.tally.waited.fetch_add(1, Relaxed);
        let (mouth, room) = (self.mouth.clone(), self.part.room);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(after_ms)).await;
            mouth.join(room);
        });
    }

    fn negotiate(&self, with: UserId, describe: impl Fn(&Mouth, UserId, usize)) {
        if let Some(negotiation) = self.play.conduct.negotiation {
            describe(&self.mouth, with, negotiation.sdp_bytes);
            let said = negotiation.trickle(&self.mouth, with, self.play.epoch.now());
            self.play.tally.offered.fetch_add(said, Relaxed);
        }
    }

    fn acknowledge(&mut self, heard: &Heard) {
        if heard.seq.is_some() {
            self.unacked += 1;
        }
        if self.unacked >= self.play.conduct.ack_every {
            self.unacked = 0;
            self.mouth.acknowledge(self.witness.seq());
        }
    }

    fn violated(&self, violation: Violation) {
        self.play.tally.violated(self.part.user, violation);
    }

    fn ended(&self, ending: &Ending) {
        let expected = self.play.ending.load(Relaxed);
        if self.seated && !expected {
            self.play.cast.left(self.part.number);
        }
        self.play.tally.ended(ending, expected);
    }
}
