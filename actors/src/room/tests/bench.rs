//! A room under test, and its clock.

use std::time::{Duration, Instant};

pub(super) use super::{fixtures::*, text::describe};
use crate::{
    bytes::Pressure,
    ledger::{Failure, Sent},
    messages::room::{Message, Reply},
    protocol::{Kind, client::Cid},
    room::rules::{
        Room,
        step::{Effect, Effects, Step},
    },
    settings::{BudgetLimits, RoomLimits},
};

pub(super) const NOTHING: [&str; 0] = [];

/// A room under test, and its clock.
pub(super) struct Bench {
    pub(super) room: Room,
    pub(super) now: Instant,
    pub(super) pressure: Pressure,
    pub(super) limits: RoomLimits,
    pub(super) budget: BudgetLimits,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self {
            room: Room::new(room_id(), settings()),
            now: Instant::now(),
            pressure: Pressure::None,
            limits: RoomLimits::default(),
            budget: BudgetLimits::default(),
        }
    }

    /// Users 1 to `count`, each on the socket of its number with the join order of its number; those above `local` are on
    /// another node. The room's timer has been looked at, and nothing is under way.
    pub(super) fn with_members(count: u64, local: u64) -> Self {
        let mut bench = Self::new();
        for user in 1..=local {
            bench.take_seat(user);
        }
        for user in local + 1..=count {
            for to in 1..=local {
                bench.told(pushed(joined_push(to, user)));
            }
        }
        bench
    }

    pub(super) fn take_seat(&mut self, user: u64) {
        self.told(Message::Join(join(user)));
        let answer = seated(user, (1..user).map(|to| joined_push(to, user)).collect());
        self.answer(Reply::Join(join(user), Ok(answer)));
    }

    pub(super) fn effects(&mut self, event: Message) -> Vec<Effect> {
        let mut effects = Effects::new();
        let Self { room, now, pressure, limits, budget } = self;
        let mut step = Step { now: *now, pressure: *pressure, limits, budget, effects: &mut effects };
        room.handle(event, &mut step);
        effects.into_vec()
    }

    /// What the room wants done, as text: `call …` and `tell <socket> …`, in order and whole.
    pub(super) fn told(&mut self, event: Message) -> Vec<String> {
        self.effects(event).iter().map(describe).collect()
    }

    pub(super) fn answer(&mut self, reply: Reply) -> Vec<String> {
        self.told(Message::Answered(Box::new(reply)))
    }

    /// The ledger's answer for the head of this member's line.
    pub(super) fn sent(&mut self, from: u64, answer: Result<Sent, Failure>) -> Vec<String> {
        self.answer(Reply::Sent(id(from), answer))
    }

    /// Sends, and the ledger takes it.
    pub(super) fn accepted(&mut self, from: u64, to: u64, (cid, kind): (Cid, Kind)) {
        self.told(signal(from, to, cid, kind));
        self.sent(from, Ok(Sent::Appended(Vec::new())));
    }

    /// Lets time pass, with every tick that the room asks for; answers what it wanted done.
    pub(super) fn pass(&mut self, span: Duration) -> Vec<String> {
        let until = self.now + span;
        let mut wants = Vec::new();
        while let Some(at) = self.room.wake_at().filter(|at| *at <= until) {
            self.now = at.max(self.now + Duration::from_millis(1));
            wants.extend(self.told(Message::Tick));
        }
        self.now = until;
        wants
    }
}
