//! One client: it behaves as a browser does, and verifies every message it receives.
//!
//! A member reacts by itself to received messages (negotiates, acknowledges, answers pings); the scenario sends
//! everything else through its [`Outbox`]. Must not know the bytes of sockets, nor other members.

mod life;
mod negotiation;
mod notice;
mod outbox;
mod signal;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use actors::protocol::{RoomId, UserId};

pub(crate) use client::Reconnect;
pub(crate) use negotiation::Negotiation;
use notice::Notice;
pub(crate) use outbox::{Outbox, SendState};
pub(crate) use signal::{Fate, Signal, Stay};

use crate::clock::{Epoch, Nanos};
use crate::oracle::{RoomNumber, Roster, Violation, Witness};
use crate::tally::Tally;
use client::messages::{self, Body, Incoming};
use client::wire::{Listen, Opened, Reader, Way, WriteHalf, Writer};

/// A member to connect: its identity, its token, its source address.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) part: Part,
    pub(crate) token: Arc<str>,
    pub(crate) way: Way,
}

/// The identity of a member.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) user: UserId,
    pub(crate) room: RoomId,
    pub(crate) number: RoomNumber,
}

/// State shared by all members of a run.
pub(crate) struct Play {
    pub(crate) epoch: Epoch,
    pub(crate) roster: Roster,
    pub(crate) tally: Tally,
    pub(crate) conduct: Conduct,
    pub(crate) script: Box<dyn Script>,
    /// The heartbeat interval announced in `welcome`; 0 before that.
    pub(crate) heartbeat_seconds: AtomicU64,
    /// The run is ending: connections may close.
    pub(crate) ending: AtomicBool,
}

/// The behaviour of members.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conduct {
    /// Whether `welcome` is answered with `join_room` at once.
    pub(crate) joins_at_once: bool,
    /// What two members in a room exchange; `None`: nothing.
    pub(crate) negotiation: Option<Negotiation>,
    /// Numbered messages received before an acknowledgement is sent.
    pub(crate) ack_every: u32,
    /// How a member reconnects when its connection is lost; `None`: the run fails.
    pub(crate) comeback: Option<Reconnect>,
}

/// A received candidate.
#[derive(Debug, Clone)]
pub(crate) struct Relayed {
    pub(crate) signal: Signal,
    /// When it was due to be sent.
    pub(crate) at: Nanos,
}

/// Callbacks of a scenario for events of members; by default they do nothing.
pub(crate) trait Script: Send + Sync {
    /// The member of `outbox` has received a candidate.
    fn relayed(&self, play: &Play, outbox: &Outbox, relayed: Relayed);
    /// A member, whose connection was lost at `lost_at`, has resumed its session.
    fn back(&self, _play: &Play, _who: &Part, _lost_at: Nanos) {}
    /// A member's connection was lost, and it will reconnect.
    fn interrupted(&self, _who: Part) {}
    /// A member could not resume its session.
    fn unresumed(&self, _who: Part) {}
    /// A member was told that messages to it may be lost.
    fn told_of_loss(&self, _play: &Play, _who: Stay) {}
    /// A candidate was refused, or its sender's session ended before it was answered.
    fn not_taken(&self, _signal: Signal, _fate: Fate) {}
    /// A member has joined a room with this many others.
    fn seated(&self, _play: &Play, _who: UserId, _others: usize) {}
    /// One side of a pair with this newcomer has received the other's description and all candidates.
    fn complete(&self, _play: &Play, _newcomer: UserId) {}
    /// Another member has received a chat message of this member, due at `at`.
    fn chatted(&self, _play: &Play, _from: UserId, _at: Nanos) {}
    /// A member has received that another one joined.
    fn met(&self, _listener: UserId, _newcomer: UserId) {}
    /// A member has left.
    fn left(&self, _play: &Play, _who: UserId) {}
}

impl<S: Script> Script for Arc<S> {
    fn relayed(&self, play: &Play, outbox: &Outbox, relayed: Relayed) {
        S::relayed(self, play, outbox, relayed);
    }

    fn back(&self, play: &Play, who: &Part, lost_at: Nanos) {
        S::back(self, play, who, lost_at);
    }

    fn interrupted(&self, who: Part) {
        S::interrupted(self, who);
    }

    fn unresumed(&self, who: Part) {
        S::unresumed(self, who);
    }

    fn told_of_loss(&self, play: &Play, who: Stay) {
        S::told_of_loss(self, play, who);
    }

    fn not_taken(&self, signal: Signal, fate: Fate) {
        S::not_taken(self, signal, fate);
    }

    fn seated(&self, play: &Play, who: UserId, others: usize) {
        S::seated(self, play, who, others);
    }

    fn complete(&self, play: &Play, newcomer: UserId) {
        S::complete(self, play, newcomer);
    }

    fn chatted(&self, play: &Play, from: UserId, at: Nanos) {
        S::chatted(self, play, from, at);
    }

    fn met(&self, listener: UserId, newcomer: UserId) {
        S::met(self, listener, newcomer);
    }

    fn left(&self, play: &Play, who: UserId) {
        S::left(self, play, who);
    }
}

/// A reading member.
struct Member {
    caller: Caller,
    play: Arc<Play>,
    outbox: Outbox,
    witness: Witness,
    /// Numbered messages received since the last acknowledgement.
    unacked: u32,
    /// The resume token of the session; only of members that reconnect.
    resume_token: Option<Box<str>>,
    /// The write half of the new connection, until the node has answered the resume.
    returning: Option<WriteHalf>,
    /// When the connection was lost, while it is.
    lost_at: Option<Nanos>,
    /// How long to wait before it reconnects, as its node has asked.
    asked: Option<Duration>,
}

/// Starts the task of a member whose socket is open; it ends with its connection, or with the last attempt at another.
pub(crate) fn begin(caller: Caller, play: &Arc<Play>, opened: Opened) -> Outbox {
    let Opened { stream, early } = opened;
    let (half, write) = stream.into_split();
    let seed = u32::try_from(caller.part.user.as_u128().unwrap_or_default() & 0xffff_ffff).unwrap_or_default();
    let outbox = Outbox(Writer::new(write, seed, SendState::new(play.conduct.comeback.is_some())));
    let member = Member {
        witness: Witness::new(caller.part.number),
        caller,
        play: Arc::clone(play),
        outbox: outbox.clone(),
        unacked: 0,
        resume_token: None,
        returning: None,
        lost_at: None,
        asked: None,
    };
    tokio::spawn(member.live(Reader::new(half, early)));
    outbox
}

impl Listen for Member {
    fn text(&mut self, text: &[u8]) {
        match messages::parse(text) {
            Ok(heard) => {
                self.received(&heard);
                if matches!(heard.body, Body::Resumed { .. } | Body::Other) {
                    self.noticed(Notice::of(text));
                }
            }
            Err(error) => self.violated(Violation::Unreadable(error.to_string())),
        }
    }

    fn ping(&mut self, payload: &[u8]) {
        self.outbox.pong(payload);
    }

    fn begin(&mut self) {
        self.outbox.0.hold();
    }

    fn pause(&mut self) {
        self.outbox.0.release();
    }

    fn listens(&self) -> bool {
        !self.outbox.is_stalled()
    }
}

impl Member {
    fn received(&mut self, heard: &Incoming) {
        if let Err(violation) = self.witness.see(heard, &self.play.roster, self.outbox.last_cid()) {
            self.violated(violation);
        }
        let play = Arc::clone(&self.play);
        match &heard.body {
            Body::Candidate { from, mark } => {
                play.tally.relayed.fetch_add(1, Relaxed);
                let from = Stay { user: from.clone(), rev: self.witness.rev_of(from) };
                let signal = Signal { from, to: Stay { rev: mark.rev, ..self.stay() }, n: mark.n };
                play.script.relayed(&play, &self.outbox, Relayed { signal, at: mark.at });
            }
            Body::Chat { from, at, .. } => {
                play.tally.relayed.fetch_add(1, Relaxed);
                play.script.chatted(&play, from.clone(), *at);
            }
            Body::Welcome { heartbeat_seconds } => {
                play.heartbeat_seconds.store(*heartbeat_seconds, Relaxed);
                play.tally.welcomed.fetch_add(1, Relaxed);
                if play.conduct.joins_at_once && self.resume_token.is_none() {
                    self.outbox.join(self.caller.part.room);
                }
            }
            Body::Joined { rev, peers, resume_token } => self.seated((*rev, peers), resume_token),
            Body::Resumed { .. } => self.resumed(),
            Body::Unresumed { reason } => self.unresumed(reason),
            Body::UserJoined { user, rev } => {
                self.outbox.meet(user.clone(), *rev);
                play.script.met(self.caller.part.user.clone(), user.clone());
                if self.witness.offers_to(user.clone()) {
                    self.negotiate(user.clone(), Outbox::offer);
                }
            }
            Body::Offer { from } => {
                play.tally.described.fetch_add(1, Relaxed);
                self.negotiate(from.clone(), Outbox::answer);
            }
            Body::Answer { .. } => drop(play.tally.described.fetch_add(1, Relaxed)),
            Body::EndOfCandidates { from } => {
                let newcomer =
                    if self.witness.offers_to(from.clone()) { from.clone() } else { self.caller.part.user.clone() };
                play.script.complete(&play, newcomer);
                play.tally.complete.fetch_add(1, Relaxed);
            }
            Body::Ack(cid) if play.conduct.comeback.is_some() => self.outbox.settle(*cid),
            Body::Refused { again_after_ms: Some(ms), .. } if !self.outbox.is_seated() => self.join_again(*ms),
            Body::Refused { code, cid, .. } => {
                play.tally.refused(code);
                if let Some(signal) = cid.and_then(|cid| self.outbox.refused(cid, &self.caller.part.user)) {
                    play.script.not_taken(signal, Fate::Refused);
                }
            }
            Body::UserLeft { user } => play.script.left(&play, user.clone()),
            Body::Ack(_) | Body::Other => {}
        }
        self.acknowledge(heard);
    }

    fn seated(&mut self, (rev, others): (u64, &[(UserId, u64)]), resume_token: &str) {
        self.outbox.take_seat(rev, others);
        if self.play.conduct.comeback.is_some() {
            self.resume_token = Some(resume_token.into());
        }
        if let Err(violation) = self.play.roster.seated(self.caller.part.number) {
            self.violated(violation);
        }
        self.play.script.seated(&self.play, self.caller.part.user.clone(), others.len());
        self.play.tally.joined.fetch_add(1, Relaxed);
        self.play.tally.answered.fetch_add(1, Relaxed);
    }

    /// Retries a join that was refused with `unavailable`, as the web client does.
    fn join_again(&self, after_ms: u64) {
        self.play.tally.waited.fetch_add(1, Relaxed);
        let (outbox, room) = (self.outbox.clone(), self.caller.part.room);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(after_ms)).await;
            outbox.join(room);
        });
    }

    fn negotiate(&self, with: UserId, describe: impl Fn(&Outbox, UserId, usize)) {
        let Some(negotiation) = self.play.conduct.negotiation else { return };
        if self.outbox.is_seated() {
            describe(&self.outbox, with.clone(), negotiation.sdp_bytes);
            let said = negotiation.trickle(&self.outbox, with, self.play.epoch.now());
            self.play.tally.offered.fetch_add(said, Relaxed);
        }
    }

    fn acknowledge(&mut self, heard: &Incoming) {
        if heard.seq.is_some() {
            self.unacked += 1;
        }
        if self.unacked >= self.play.conduct.ack_every {
            self.unacked = 0;
            self.outbox.acknowledge(self.witness.seq());
        }
    }

    fn noticed(&mut self, notice: Option<Notice>) {
        match notice {
            Some(Notice::Loss) => self.play.script.told_of_loss(&self.play, self.stay()),
            Some(Notice::Draining(pause)) => self.asked = Some(pause),
            None => {}
        }
    }

    /// The session that it has now.
    fn stay(&self) -> Stay {
        Stay { user: self.caller.part.user.clone(), rev: self.witness.rev() }
    }

    fn violated(&self, violation: Violation) {
        self.play.tally.violated(self.caller.part.user.clone(), violation);
    }
}
