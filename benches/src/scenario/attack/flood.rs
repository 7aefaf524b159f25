//! One attack on the node's memory: a client in a room sends large messages that nobody takes to all other members in turn,
//! as fast as it is allowed to. Must not know what the node does with them.

use std::time::{Duration, Instant};

use actors::protocol::{RoomId, UserId};
use tokio::time::sleep;

use crate::attacker::{Account, Attacker};
use client::messages::{self, Mark};

/// Bytes of a description: the protocol allows messages of 64 KiB.
const SDP_BYTES: usize = 60_000;
/// Bytes of a candidate that is taken, and of one that is tried now and then.
const CANDIDATE_BYTES: usize = 4_000;
/// Every so many candidates, one is as long as a description.
const LONG_EVERY: u64 = 16;
/// Messages sent before the answers to them are looked at: a client that is refused too often is closed.
const TOGETHER: u64 = 4;
/// How long to look at the answers.
const PAUSE: Duration = Duration::from_millis(10);

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Candidates before their description.
    EarlyCandidates,
    /// Descriptions, to members that are disconnected.
    ToAbsent,
    /// Descriptions, to members that receive them and acknowledge nothing.
    ToSilent,
    /// Descriptions, to members that read nothing.
    ToDeaf,
}

/// An attack on one room.
pub(super) struct Raid {
    pub(super) kind: Kind,
    pub(super) account: Account,
    pub(super) room: RoomId,
    /// The other members, who joined after the attacker.
    pub(super) targets: Vec<UserId>,
    /// Other clients that must stay connected.
    pub(super) accomplices: Vec<Attacker>,
}

/// What it came to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spoils {
    /// Messages sent, and their bytes.
    pub(super) sent: u64,
    pub(super) bytes: u64,
    /// Messages that were refused.
    pub(super) refused: u64,
    /// How often the attacker's socket was closed.
    pub(super) closed: u64,
}

impl Spoils {
    /// Both together.
    pub(super) const fn and(self, other: Self) -> Self {
        Self {
            sent: self.sent + other.sent,
            bytes: self.bytes + other.bytes,
            refused: self.refused + other.refused,
            closed: self.closed + other.closed,
        }
    }
}

impl Raid {
    /// Attacks until then; reconnects when it is closed.
    pub(super) async fn run(self, mut attacker: Attacker, until: Instant) -> anyhow::Result<Spoils> {
        let mut spoils = Spoils::default();
        let mut has_joined_first = true;
        loop {
            self.send(&attacker, has_joined_first, until, &mut spoils).await;
            spoils.refused += attacker.refused(None);
            if Instant::now() >= until {
                drop(self.accomplices);
                return Ok(spoils);
            }
            spoils.closed += 1;
            has_joined_first = false;
            sleep(Duration::from_secs(1)).await;
            attacker = Attacker::open(&self.account).await?;
            attacker.join(self.room).await?;
        }
    }

    /// Sends to all targets in turn, until then or until the connection ends.
    async fn send(&self, attacker: &Attacker, has_joined_first: bool, until: Instant, spoils: &mut Spoils) {
        for (turn, target) in (1_u64..).zip(self.targets.iter().cycle()) {
            if Instant::now() >= until {
                return;
            }
            let mut bytes = 0;
            let said = attacker.send_numbered(|cid, text| {
                match self.kind {
                    Kind::EarlyCandidates => {
                        let is_long = spoils.sent.is_multiple_of(LONG_EVERY);
                        let length = if is_long { SDP_BYTES } else { CANDIDATE_BYTES };
                        messages::candidate(text, (cid, target.clone()), Mark { n: 0, at: 0, rev: 0 }, length);
                    }
                    // The member that joined first offers, the others answer.
                    Kind::ToAbsent | Kind::ToSilent | Kind::ToDeaf if has_joined_first => {
                        messages::offer(text, cid, target.clone(), SDP_BYTES)
                    }
                    Kind::ToAbsent | Kind::ToSilent | Kind::ToDeaf => {
                        messages::answer(text, cid, target.clone(), SDP_BYTES)
                    }
                }
                bytes = text.len() as u64;
            });
            if said.await.is_err() {
                return;
            }
            (spoils.sent, spoils.bytes) = (spoils.sent + 1, spoils.bytes + bytes);
            if turn.is_multiple_of(TOGETHER) {
                sleep(PAUSE).await;
            }
            if let Some(wait) = attacker.retry_after() {
                sleep(wait.min(until.saturating_duration_since(Instant::now()))).await;
            }
        }
    }
}
