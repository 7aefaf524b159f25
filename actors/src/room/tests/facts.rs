//! What the ledger must learn, and how long it is told.

use std::time::Duration;

use super::bench::*;
use crate::{
    ledger::{Ended, Failure},
    messages::room::{Message, Reply, SeatRef},
    protocol::{Kind, LeaveReason, SeatId, SocketId},
    room::rules::Room,
};

// C2
#[test]
fn a_lost_socket_keeps_the_seat_and_a_leave_frees_it_until_the_ledger_knows() {
    let exits = [
        (Message::Disconnected(seat(1)), "call gone 1"),
        (Message::Leave(seat(1), LeaveReason::Left), "call leave 1 Left"),
    ];
    for (exit, wanted) in exits {
        let mut bench = Bench::with_members(1, 1);
        assert_eq!(bench.told(exit), [wanted]);
        for (failure, backoff) in [(not_applied(0), 50), (unknown(0), 100), (not_applied(0), 200), (unknown(0), 400)] {
            assert_eq!(bench.answer(Reply::Fact(1, Err(failure))), NOTHING);
            assert!(!bench.room.is_idle(), "the room stays for it");
            assert_eq!(bench.pass(Duration::from_millis(backoff - 1)), NOTHING);
            assert_eq!(bench.pass(Duration::from_millis(1)), [wanted]);
        }
        for _ in 0..10 {
            bench.answer(Reply::Fact(1, Err(not_applied(9_000))));
            assert_eq!(bench.pass(Duration::from_secs(1)), [wanted], "never less often than once a second");
        }
        assert_eq!(bench.answer(Reply::Fact(1, Ok(vec![]))), NOTHING);
        assert!(bench.room.is_idle());
    }
}

// T6
#[test]
fn a_fact_of_a_seat_that_the_room_does_not_know_is_told_all_the_same() {
    let mut bench = Bench::new();
    assert_eq!(bench.told(Message::Disconnected(seat(4))), ["call gone 4"]);
    assert_eq!(bench.told(Message::Leave(seat(5), LeaveReason::Left)), ["call leave 5 Left"]);
    assert_eq!(bench.told(Message::Leave(joining(6), LeaveReason::Left)), NOTHING, "there was never a seat");
    let older = SeatRef { socket: SocketId(8), ..seat(1) };
    let mut bench = Bench::with_members(1, 1);
    bench.told(Message::Resume(resume(1, 9, 0)));
    let answer = crate::ledger::ResumedSeat { pushes: vec![ended(1, Ended::Moved)], ..resumed(1) };
    bench.answer(Reply::Resume(resume(1, 9, 0), resumed_seat(answer)));
    assert_eq!(bench.told(Message::Leave(older, LeaveReason::Left)), NOTHING, "a newer session holds it here");
}

#[test]
fn what_is_told_since_a_panic_is_not_taken_for_what_was_told_before() {
    let mut bench = Bench::new();
    bench.told(Message::Leave(seat(9), LeaveReason::Left));
    let stand_in = Room::new(bench.room.id, settings());
    bench.room = std::mem::replace(&mut bench.room, stand_in).successor();
    let told = bench.told(Message::Leave(seat(8), LeaveReason::Left));
    assert_eq!(told, ["call leave 9 Left", "call leave 8 Left"]);
    bench.answer(Reply::Fact(1, Ok(vec![])));
    bench.answer(Reply::Fact(2, Err(not_applied(0))));
    assert_eq!(bench.pass(Duration::from_secs(1)), ["call leave 8 Left"]);
}

// T14
#[test]
fn a_room_is_closed_once_and_every_session_ends() {
    let mut bench = Bench::with_members(2, 2);
    assert_eq!(bench.told(Message::Close(LeaveReason::Closed, 2)), ["call close Closed 2"]);
    assert_eq!(bench.told(Message::Close(LeaveReason::Closed, 2)), NOTHING);
    assert_eq!(bench.told(Message::Join(join(3))), ["tell 3 join refused room_closed"]);
    let closed = || Ended::Freed(LeaveReason::Closed);
    let wants = bench.answer(Reply::Fact(1, Ok(vec![ended(1, closed()), ended(2, closed())])));
    assert_eq!(wants, ["tell 1 ended Freed(Closed)", "tell 2 ended Freed(Closed)"]);
    assert!(bench.room.is_idle());
}

#[test]
fn a_room_that_somebody_else_has_closed_ends_every_session_without_asking() {
    let mut bench = Bench::with_members(2, 2);
    assert_eq!(bench.told(Message::Closed(2)), ["tell 1 ended Freed(Closed)", "tell 2 ended Freed(Closed)"]);
    assert!(bench.room.is_idle());
    assert_eq!(bench.told(Message::Join(join(3))), ["tell 3 join refused room_closed"]);
}

// T14
#[test]
fn a_join_that_waited_does_not_open_a_closed_room() {
    let mut bench = Bench::new();
    bench.told(Message::Join(join(1)));
    bench.answer(Reply::Join(join(1), Err(not_applied(100))));
    assert_eq!(bench.told(Message::Close(LeaveReason::Closed, 2)), ["call close Closed 2"]);
    assert_eq!(bench.pass(Duration::from_millis(100)), ["tell 1 join refused room_closed"]);
}

#[test]
fn candidates_that_are_under_way_with_their_description_are_not_told_to_wait() {
    let mut bench = Bench::with_members(3, 3);
    bench.told(signal(1, 2, 1, Kind::IceCandidate));
    bench.told(signal(1, 3, 2, Kind::IceCandidate));
    bench.told(signal(1, 2, 3, Kind::Offer));
    assert_eq!(bench.told(Message::Disconnected(seat(1))), ["call gone 1 skipped 2 waits"]);
    assert_eq!(bench.room.candidate_bytes(), 0);
}

#[test]
fn a_fact_waits_for_a_claim_in_a_new_epoch() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(Message::Leave(seat(1), LeaveReason::Left));
    let wants = bench.answer(Reply::Fact(1, Err(Failure::Epoch(2))));
    assert_eq!(wants, ["tell 2 lost", "call claim [2 at 0 sent 0 heard] facts 1"]);
    assert_eq!(bench.pass(Duration::from_millis(500)), NOTHING);
    let claimed = claimed(2, vec![held(vec![])]);
    assert_eq!(bench.answer(Reply::Claim(vec![id(2)], claimed)), ["call leave 1 Left"]);
}

#[test]
fn seats_that_nobody_holds_are_reported_and_known_ones_are_not() {
    let mut bench = Bench::with_members(1, 1);
    bench.told(Message::Join(join(2)));
    let held = vec![(id(1), session(1)), (id(2), session(2)), (SeatId { order: 3, fence: 4 }, session(3))];
    assert_eq!(bench.answer(Reply::Held(Ok(held))), ["call gone 3#4"]);
}

#[test]
fn an_eviction_is_told_until_the_ledger_knows() {
    let mut bench = Bench::new();
    let evict = || Message::Evict(user(7), LeaveReason::Kicked);
    assert_eq!(bench.told(evict()), ["call find 7"]);
    bench.answer(Reply::Located(1, Err(not_applied(0))));
    assert_eq!(bench.pass(Duration::from_millis(50)), ["call find 7"]);
    assert_eq!(bench.answer(Reply::Located(1, Ok(Some(5)))), ["call evict 7 up to 5 Kicked"]);
    bench.answer(Reply::Fact(1, Err(not_applied(0))));
    assert!(!bench.room.is_idle());
    assert_eq!(bench.pass(Duration::from_millis(100)), ["call evict 7 up to 5 Kicked"], "the seat that was found");
    assert_eq!(bench.answer(Reply::Fact(1, Ok(vec![]))), NOTHING);
    assert!(bench.room.is_idle());
}

#[test]
fn whom_a_ledger_that_lost_its_rooms_does_not_know_yet_is_evicted_too() {
    let mut bench = Bench::with_members(3, 2);
    for number in [2, 3] {
        bench.told(Message::Evict(user(number), LeaveReason::Kicked));
    }
    assert_eq!(bench.answer(Reply::Located(1, Ok(None))), ["call evict 2 up to 2 Kicked"], "a member here");
    assert_eq!(bench.answer(Reply::Located(2, Ok(None))), ["call evict 3 up to 3 Kicked"], "a member on another node");
}

#[test]
fn nobody_who_is_not_there_is_evicted() {
    let mut bench = Bench::new();
    bench.told(Message::Evict(user(7), LeaveReason::Kicked));
    assert_eq!(bench.answer(Reply::Located(1, Ok(None))), NOTHING);
    assert!(bench.room.is_idle());
}

#[test]
fn a_room_that_is_opened_again_before_the_ledger_knows_that_it_was_closed_stays_open() {
    let mut bench = Bench::with_members(1, 1);
    bench.told(Message::Close(LeaveReason::Closed, 2));
    bench.answer(Reply::Fact(1, Err(not_applied(0))));
    let reading = |revision| Message::SettingsChanged(crate::ports::RoomSettings { revision, ..settings() });
    bench.told(reading(1));
    assert_eq!(bench.told(Message::Join(join(2))), ["tell 2 join refused room_closed"], "that reading is older");
    bench.told(reading(3));
    assert_eq!(bench.pass(Duration::from_secs(1)), NOTHING, "nobody is told that it is closed");
    assert_eq!(bench.told(Message::Join(join(2))), ["call join 2"]);
}

#[test]
fn what_is_told_late_closes_no_room_that_was_opened_again() {
    let mut bench = Bench::with_members(2, 2);
    let reading = |revision| Message::SettingsChanged(crate::ports::RoomSettings { revision, ..settings() });
    bench.told(reading(3));
    assert_eq!(bench.told(Message::Close(LeaveReason::Closed, 2)), NOTHING);
    assert_eq!(bench.told(Message::Closed(2)), NOTHING);
    assert_eq!(bench.told(Message::Join(join(3))), ["call join 3"]);
    bench.answer(Reply::Join(join(3), Err(not_applied(100))));
    assert_eq!(bench.told(Message::Close(LeaveReason::Closed, 4)), ["call close Closed 4"]);
    bench.answer(Reply::Fact(1, Err(not_applied(0))));
    assert_eq!(bench.told(Message::Close(LeaveReason::Closed, 6)), ["call close Closed 4", "call close Closed 6"]);
}
