//! What holds in a room after any sequence of steps, and what a resting seat weighs.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::{
    ledger::{Limits, Resume, Send},
    protocol::{Message, NodeId, RoomId, UserId, cluster::MessageKind},
};

const LIMITS: Limits = Limits { inbox_entries_max: 5, inbox_bytes_max: 40, rooms_max: 1 };
const WINDOW: Duration = Duration::from_secs(5);
const MAX: u32 = 3;

impl RoomCore {
    fn check_invariants(&self) {
        assert!(self.seats.len() <= MAX as usize, "a room never holds more than its limit");
        assert!(self.seats.is_sorted_by(|one, other| one.rev < other.rev), "seats stand in join order");
        assert!(self.seats.iter().all(|seat| seat.rev <= self.rev), "join order is counted");
        for (place, seat) in self.seats.iter().enumerate() {
            seat.inbox.check_invariants(&LIMITS);
            let others = || self.seats.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, other)| other);
            assert!(
                others().all(|other| other.user != seat.user && other.session != seat.session),
                "seats are one's own"
            );
            let is_there = |said: &crate::ledger::Said| others().any(|other| other.session == said.to);
            assert!(seat.said.iter().all(is_there), "what was said to an ended stay is forgotten");
            assert!(seat.said.len() < self.seats.len(), "one record a pair");
        }
    }

    /// Takes one of the steps that a room can take, chosen by these numbers; `stays` holds each user's newest session.
    fn any_step(&mut self, (kind, user, other, number): (u8, u8, u8, u8), stays: &mut [u8; 4], now: Instant) {
        let node = NodeId::new(if number % 2 == 0 { "a" } else { "b" });
        let mut turn = Turn::new(RoomId::from_letters([0; 10]), &node, now, &LIMITS);
        let name = |user: u8| UserId::from_u128(user.into());
        let session = |user: u8, stay: u8| SessionId::from_u128(u128::from(user) << 8 | u128::from(stay));
        let now_at = |user: u8| Address { user: name(user), session: session(user, stays[usize::from(user)]) };
        let (who, to) = (now_at(user), now_at(other));
        match kind {
            0..3 => {
                let stay = stays[usize::from(user)].wrapping_add(1);
                let (session, node, max) = (session(user, stay), node.clone(), MAX);
                let ask = Join { user: who.user, name: "ann".into(), session, secret: 0, node, max, window: WINDOW };
                if self.join(ask, &mut turn).is_some() {
                    stays[usize::from(user)] = stay;
                }
            }
            3 => self.leave(who, LeaveReason::Left, &mut turn),
            4 => self.gone(who, WINDOW, &turn),
            5 => self.reap(if number % 3 == 0 { std::slice::from_ref(&node) } else { &[] }, &mut turn),
            6 => {
                let (user, session, last_seq) = (who.user, who.session, (number % 8).into());
                self.resume(Resume { user, session, secret: 0, node: node.clone(), last_seq });
            }
            7 => self.acked(who, (number % 8).into()),
            _ => {
                let text = Message { kind: MessageKind::ChatMessage, data: "x".repeat((number % 32).into()).into() };
                let cid = (number > 9).then(|| number.into());
                self.send(Send { from: who, to, cid, messages: vec![text] }, &mut turn);
            }
        }
    }
}

proptest! {
    #[test]
    fn a_room_stays_whole(steps in prop::collection::vec((0..12_u8, 0..4_u8, 0..4_u8, any::<u8>()), 0..200)) {
        let (mut room, mut stays, mut now) = (RoomCore::default(), [0; 4], crate::clock::now());
        for step in steps {
            now += Duration::from_secs(1);
            room.any_step(step, &mut stays, now);
            room.check_invariants();
        }
    }
}

#[test]
fn a_resting_seat_is_small() {
    assert!(size_of::<Seat>() <= 256, "a seat weighs {} bytes", size_of::<Seat>());
    assert!(size_of::<crate::ledger::Said>() <= 32, "what was said to a member weighs at most 32 bytes");
}
