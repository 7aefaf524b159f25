//! One attacker of `attack budget`, and the attacks that it knows. Must not know what the other members notice of it.

use std::time::{Duration, Instant};

use actors::protocol::{Close, Code, RoomId, UserId};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

use crate::attacker::{Account, Attacker};
use client::messages;
use client::wire::{Ending, Opcode, WriterClosed};

/// Sockets with which a user takes over its own seat at the same time.
const TOGETHER: usize = 4;
/// The pause after each attempt to connect.
const PAUSE: Duration = Duration::from_millis(15);
/// How often messages are sent.
const EVERY: Duration = Duration::from_millis(10);
/// Messages sent each time by a fast attacker, 10 000 a second, and by a slow one, 2 000 a second: 100 and 20 times the
/// budget of a socket.
const FAST: u64 = 100;
const SLOW: u64 = 20;

/// A user that attacks, its address, and the room it attacks.
#[derive(Debug, Clone)]
pub(super) struct Foe {
    pub(super) user: UserId,
    pub(super) account: Account,
    pub(super) room: RoomId,
    /// Whether it sends 100 messages where others send 20.
    pub(super) is_fast: bool,
}

/// An attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attack {
    /// New sockets of one user join the room, each taking over the seat of the one before.
    Takeover,
    /// One socket joins and leaves.
    JoinLeave,
    /// Heartbeats.
    Flood,
    /// Pings and pongs that nobody asked for.
    Ping,
    /// Joins of rooms that do not exist.
    Guess,
}

/// What an attacker did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Messages, frames or sockets.
    pub(super) sent: u64,
    /// Guesses that the node looked up.
    pub(super) answered: u64,
    /// Connections closed with 4529.
    pub(super) closed_as_flood: u64,
}

/// A figure's name, how to read it, and its meaning.
type Figure = (&'static str, fn(&Outcome) -> u64, &'static str);

impl Attack {
    pub(super) const ALL: [Self; 5] = [Self::Takeover, Self::JoinLeave, Self::Flood, Self::Ping, Self::Guess];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Takeover => "takeover",
            Self::JoinLeave => "join_leave",
            Self::Flood => "flood",
            Self::Ping => "ping",
            Self::Guess => "guess",
        }
    }

    pub(super) const fn ratio_figure(self) -> &'static str {
        match self {
            Self::Takeover => "takeover_p99_ratio",
            Self::JoinLeave => "join_leave_p99_ratio",
            Self::Flood => "flood_p99_ratio",
            Self::Ping => "ping_p99_ratio",
            Self::Guess => "guess_p99_ratio",
        }
    }

    /// The figure of joins that members decode, where the attack is about them.
    pub(super) const fn joins_figure(self) -> Option<&'static str> {
        match self {
            Self::Takeover => Some("takeover_joins_heard"),
            Self::JoinLeave => Some("join_leave_joins_heard"),
            Self::Flood | Self::Ping | Self::Guess => None,
        }
    }

    pub(super) const fn figures(self) -> &'static [Figure] {
        match self {
            Self::Takeover => &[("takeovers_tried", |outcome| outcome.sent, "sockets opened to take over a seat")],
            Self::JoinLeave => &[],
            Self::Flood => &[("flood_sent", |outcome| outcome.sent, "heartbeats")],
            Self::Ping => &[("ping_sent", |outcome| outcome.sent, "pings and pongs")],
            Self::Guess => &[
                ("guesses_sent", |outcome| outcome.sent, "joins of rooms that do not exist"),
                ("guesses_answered", |outcome| outcome.answered, "of these, looked up by the node"),
            ],
        }
    }

    /// Whether the node must close each attacker's connection.
    pub(super) const fn must_be_closed(self) -> bool {
        match self {
            Self::Flood | Self::Ping | Self::Guess => true,
            Self::Takeover | Self::JoinLeave => false,
        }
    }
}

impl Foe {
    /// Attacks until then; connects again when the node has closed the connection.
    pub(super) async fn fight(&self, attack: Attack, until: Instant) -> Outcome {
        if attack == Attack::Takeover {
            return self.take_over(until).await;
        }
        let mut outcome = Outcome::default();
        while Instant::now() < until {
            if let Ok(attacker) = Attacker::open(&self.account).await {
                self.fight_over(&attacker, attack, (until, &mut outcome)).await;
            }
            sleep(PAUSE).await;
        }
        outcome
    }

    /// Attacks over one connection, until then or its end.
    async fn fight_over(&self, attacker: &Attacker, attack: Attack, (until, outcome): (Instant, &mut Outcome)) {
        // A ping costs a tenth of a message.
        let together = if self.is_fast || attack == Attack::Ping { FAST } else { SLOW };
        let mut turn = interval(EVERY);
        'open: while Instant::now() < until {
            for _ in 0..together {
                if self.send(attack, attacker, outcome.sent).await.is_err() {
                    break 'open;
                }
                outcome.sent += 1;
            }
            turn.tick().await;
        }
        attacker.close(); // the node answers, unless it has closed the connection before
        let is_flood = attacker.ends().await == Some(&Ending::Closed(Some(Close::Rate.number())));
        outcome.closed_as_flood += u64::from(is_flood);
        outcome.answered += attacker.refused(Some(Code::RoomNotFound.as_str()));
    }

    /// One message of an attack.
    async fn send(&self, attack: Attack, attacker: &Attacker, n: u64) -> Result<(), WriterClosed> {
        match attack {
            Attack::Takeover => Ok(()), // sockets, not messages
            Attack::JoinLeave => {
                attacker.ask_to_join(self.room).await?;
                attacker.is_answered().await; // a leave that overtakes it would only cancel it
                attacker.leave().await
            }
            Attack::Flood => attacker.send(|_, text| messages::heartbeat(text)).await,
            Attack::Ping => attacker.control(if n.is_multiple_of(2) { Opcode::Ping } else { Opcode::Pong }).await,
            Attack::Guess => attacker.ask_to_join(guess(n)).await,
        }
    }

    /// Opens one socket after the other, several at a time; each joins the room in place of the one before.
    async fn take_over(&self, until: Instant) -> Outcome {
        let mut workers = JoinSet::new();
        for _ in 0..TOGETHER {
            let foe = self.clone();
            workers.spawn(async move {
                let (mut sent, mut _before) = (0, None);
                while Instant::now() < until {
                    sent += 1;
                    if let Ok(attacker) = Attacker::open(&foe.account).await {
                        if attacker.ask_to_join(foe.room).await.is_ok() {
                            attacker.is_answered().await;
                        }
                        _before = Some(attacker); // the socket before stays open until its seat is taken over
                    }
                    sleep(PAUSE).await;
                }
                sent
            });
        }
        Outcome { sent: workers.join_all().await.into_iter().sum(), ..Outcome::default() }
    }
}

/// The id of a room that does not exist: a few thousand of 26^10.
fn guess(n: u64) -> RoomId {
    let letter = |place: u32| u8::try_from(n / 26_u64.pow(place) % 26).unwrap_or_default();
    RoomId::from_letters([16, 25, 16, 25, 16, 25, letter(3), letter(2), letter(1), letter(0)])
}
