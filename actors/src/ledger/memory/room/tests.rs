//! What holds in a room after any sequence of steps, and what a resting seat weighs.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::{
    bytes::{Buffer, BufferedBytes},
    clock::{Clock, Moment},
    ledger::{
        At, Audit, Broadcast, Claim, Fact, Resume, Resumed, Send, Sequence, Skipped, Source,
        memory::numbers::SKIPPED_MAX,
    },
    protocol::{Attributes, Kind, Message, RoomId, client::Cid},
    settings::LedgerLimits,
};

const WINDOW: Duration = Duration::from_secs(5);
const SETTLE: Duration = Duration::from_secs(3);
const MAX: u32 = 3;
const USERS: usize = 4;

fn limits() -> LedgerLimits {
    LedgerLimits { inbox_entries_max: 5, inbox_bytes_max: 40, rooms_max: 1, settle_within: SETTLE, events_max: 0 }
}

/// One step, as numbers that choose.
type Step = (u8, u8, u8, u8);

/// A room, and what its holders know of it.
struct Trial {
    core: RoomCore,
    /// Each user's newest seat and session.
    seats: [(SeatId, u128); USERS],
    now: Moment,
    sessions: u128,
    bytes: BufferedBytes,
    /// The limit may have been passed by claims.
    has_lost: bool,
}

impl RoomCore {
    fn check_invariants(&self, is_limit_kept: bool) {
        assert!(!is_limit_kept || self.seats.len() <= MAX as usize, "a room never holds more than its limit");
        assert!(self.seats.is_sorted_by(|one, other| one.order < other.order), "seats are in join order");
        assert!(self.seats.iter().all(|seat| seat.order <= self.last), "join order is counted");
        assert!(self.rare.as_ref().is_none_or(|rare| rare.ended.len() <= ENDED_MAX), "little is remembered");
        for seat in &self.seats {
            seat.inbox.check_invariants(&limits());
            let others = || self.seats.iter().filter(|other| other.order != seat.order);
            assert!(others().all(|other| other.user != seat.user && other.session != seat.session), "one seat a user");
            let is_settling = self.rare.as_ref().is_some_and(|rare| rare.settles.is_some());
            let is_there = |to: JoinOrder| others().any(|other| other.order == to);
            assert!(is_settling || seat.numbers.receivers().all(is_there), "freed seats are forgotten");
            assert!(seat.skipped().is_sorted_by(|one, other| one.cid < other.cid), "skipped numbers are in order");
            assert!(seat.skipped().len() <= SKIPPED_MAX, "and few");
            assert!(seat.rare.as_ref().is_none_or(|rare| **rare != Default::default()), "an empty box is given back");
            assert!(!seat.is_orphaned() || !seat.is_connected(), "an orphan is disconnected");
        }
    }
}

impl Trial {
    fn new() -> Self {
        let (seats, now) = ([(SeatId { order: 0, fence: 0 }, 0); USERS], Clock::new().now());
        let core = RoomCore::new(1, 0, None);
        Self { core, seats, now, sessions: 0, bytes: BufferedBytes::new(600), has_lost: false }
    }

    fn step(&mut self, (kind, user, other, number): Step) {
        self.now.at += Duration::from_millis(700);
        let node = NodeId::new(if number % 2 == 0 { "a" } else { "b" });
        let at = At { room: RoomId::from_letters([0; 10]), node: &node, epoch: 0 };
        let limits = limits();
        let moment = self.now;
        let now = || moment;
        let mut turn = Turn::new(at, self.core.epoch, &now, (&limits, self.bytes.pressure()));
        let (user, other) = (usize::from(user), usize::from(other));
        let mut seat = self.seats[user].0;
        if number % 7 == 0 {
            seat.fence = seat.fence.saturating_sub(1);
        }
        match kind {
            0..3 => self.join(user, &mut turn),
            3 => drop(self.core.leave(seat, LeaveReason::Left, &mut turn)),
            4 => self.core.gone(seat, WINDOW, &[skipped(number)], &mut turn),
            5 => {
                let dead = if number % 3 == 0 { std::slice::from_ref(&node) } else { &[] };
                self.core.reap(dead, |node| node.as_str() == "a", &mut turn);
            }
            6 => self.resume(user, number, &mut turn),
            7 => drop(self.core.audit_one(Audit { seat, last_seq: 0, acked: (number % 8).into() }, &mut turn)),
            8 => drop(self.core.evict(&UserId::from_u128(user as u128), u64::MAX, LeaveReason::Kicked, &mut turn)),
            9 => self.lose(number, &mut turn),
            10 => self.claim(user, other, number, &mut turn),
            11 => drop(self.core.broadcast(broadcast(seat, number), &mut turn)),
            _ => drop(self.core.send(send(seat, self.seats[other].0.order, number), &mut turn)),
        }
        turn.settle_account(&self.bytes);
        self.core.check_invariants(!self.has_lost);
        let [inbox, absent] = self.core.buffered();
        let booked = (self.bytes.held(Buffer::Inbox), self.bytes.held(Buffer::Absent));
        assert_eq!(booked, (inbox as u64, absent as u64), "what is booked is what is buffered");
    }

    fn join(&mut self, user: usize, turn: &mut Turn<'_>) {
        self.sessions += 1;
        let session = SessionId::from_u128(self.sessions);
        let join = Join {
            name: "ann".into(),
            session,
            secret: 0,
            max: MAX.into(),
            window: WINDOW,
            user: user_id(user),
            revision: 1,
            attributes: Attributes::default(),
        };
        if let Ok(Joined::Seated { seat, .. }) = self.core.join(join, turn) {
            self.seats[user] = (seat, self.sessions);
        }
    }

    fn resume(&mut self, user: usize, number: u8, turn: &mut Turn<'_>) {
        let (seat, session) = self.seats[user];
        let session = SessionId::from_u128(session);
        let last_seq = (number % 8).into();
        let resume = Resume { user: user_id(user), order: seat.order, session, secret: 0, last_seq, reclaims: None };
        if let Resumed::Seated(resumed) = self.core.resume(&resume, turn) {
            assert_eq!(resumed.seat.fence, self.core.seats[self.core.place(seat.order).expect("seated")].fence);
            self.seats[user].0 = resumed.seat;
        }
    }

    /// The room forgets everything, or comes back as it is in a new epoch.
    fn lose(&mut self, number: u8, turn: &mut Turn<'_>) {
        self.has_lost = true;
        let (epoch, settles) = (self.core.epoch + 1, self.now.at + SETTLE);
        if number.is_multiple_of(2) {
            let last = self.core.last;
            self.core.close(LeaveReason::Closed, u64::MAX, turn);
            self.core = RoomCore::new(epoch, last, Some(settles));
        } else {
            let saved = self.core.save(turn.room, self.now.at);
            self.core = RoomCore::saved(saved, epoch, self.now.at);
            self.core.enter(settles);
        }
    }

    fn claim(&mut self, user: usize, other: usize, number: u8, turn: &mut Turn<'_>) {
        let (seat, session) = self.seats[user];
        if seat.order == 0 {
            return;
        }
        let to = self.seats[other].0.order;
        let cid = Cid::from(number);
        let claim = Claim {
            seat,
            user: user_id(user),
            name: "ann".into(),
            session: SessionId::from_u128(session),
            secret: 0,
            window: WINDOW,
            last_seq: (number % 8).into(),
            sent: vec![Sequence { to: Some(to).filter(|to| *to != seat.order), cid, described: false }],
            heard: vec![Source { from: to, cid, broadcast: number.is_multiple_of(5) }],
            skipped: vec![skipped(number)],
            attributes: Attributes::default(),
        };
        let fact = match number % 5 {
            0 => Fact::Freed(self.seats[other].0, LeaveReason::Left),
            1 => Fact::Disconnected(self.seats[other].0, WINDOW),
            3 => Fact::Known(vec![to]),
            2 => Fact::Skipped(self.seats[other].0, vec![skipped(number / 2)]),
            _ => Fact::Disconnected(SeatId { order: 0, fence: 0 }, WINDOW),
        };
        self.core.claim(self.core.epoch - u64::from(number % 2), vec![claim], &[fact], turn);
    }
}

fn user_id(user: usize) -> UserId {
    UserId::from_u128(user as u128)
}

fn skipped(number: u8) -> Skipped {
    Skipped { cid: number.into(), refused: None }
}

fn message(number: u8) -> Message {
    Message { kind: Kind::ChatMessage, data: "x".repeat((number % 32).into()).into() }
}

fn send(from: SeatId, to: JoinOrder, number: u8) -> Send {
    let cid = (number > 9).then(|| number.into());
    let (skipped, released) = (vec![skipped(number / 2)], vec![Cid::from(number / 3)]);
    Send { from, to, cid, skipped, released, messages: vec![message(number)] }
}

fn broadcast(from: SeatId, number: u8) -> Broadcast {
    let cid = (number > 9).then(|| number.into());
    Broadcast { from, cid, skipped: vec![skipped(number / 2)], message: message(number), changes: None }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_room_stays_whole(steps in prop::collection::vec((0..18_u8, 0..4_u8, 0..4_u8, any::<u8>()), 0..200)) {
        let mut trial = Trial::new();
        for step in steps {
            trial.step(step);
        }
    }
}

#[test]
fn a_resting_seat_is_small() {
    assert!(size_of::<Seat>() <= 160, "a seat weighs {} bytes", size_of::<Seat>());
    assert!(size_of::<crate::ledger::memory::numbers::Pair>() <= 16, "and 16 for each seat that it has sent to");
    assert!(size_of::<RoomCore>() <= 56, "a room weighs {} bytes", size_of::<RoomCore>());
}
