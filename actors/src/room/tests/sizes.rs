//! What an idle room costs: a dense node holds very many of them.

use std::time::Duration;

use super::bench::*;
use crate::{
    ledger::Sent,
    messages::room::Reply,
    protocol::{Entry, Kind},
    room::{RoomTurn, rules::heap_bytes},
};

/// A room of four on one node in which everybody has sent everybody a description.
fn idle_room_of_four() -> Bench {
    let mut bench = Bench::with_members(4, 4);
    let mut cid = 0;
    for (from, to) in (1..=4).flat_map(|from| (1..=4).map(move |to| (from, to))).filter(|(from, to)| from != to) {
        cid += 1;
        bench.accepted(from, to, (cid, if from < to { Kind::Offer } else { Kind::Answer }));
    }
    rest(&mut bench);
    bench
}

/// Lets time pass until nothing is under way, and the memory be given back.
fn rest(bench: &mut Bench) {
    for _ in bench.pass(Duration::from_secs(200)) {
        bench.answer(Reply::Audit(vec![], Ok(vec![])));
    }
    bench.room.compact(bench.now);
}

#[test]
fn an_idle_room_is_small() {
    let bench = idle_room_of_four();
    let heap = heap_bytes(&bench.room);
    assert!(heap / 4 <= 168, "{} bytes of heap a seat", heap / 4);
    assert!(size_of::<RoomTurn>() <= 256, "{} bytes a room", size_of::<RoomTurn>());
}

#[test]
fn what_waits_is_kept_when_memory_is_given_back() {
    let mut bench = Bench::with_members(2, 2);
    rest(&mut bench);
    bench.told(signal(1, 2, 1, Kind::IceCandidate));
    bench.pass(Duration::from_secs(1));
    bench.room.compact(bench.now);
    assert_eq!(bench.told(signal(1, 2, 2, Kind::Offer)), ["call send offer+ice_candidate from 1 to 2 as 2 released 1"]);
}

#[test]
fn what_was_under_way_leaves_no_memory_behind() {
    let mut bench = idle_room_of_four();
    let before = heap_bytes(&bench.room);
    bench.accepted(1, 2, (100, Kind::IceCandidate));
    bench.told(signal(1, 2, 101, Kind::IceCandidate));
    assert!(heap_bytes(&bench.room) > before);
    bench.sent(1, Ok(Sent::Appended(vec![])));
    rest(&mut bench);
    assert_eq!(heap_bytes(&bench.room), before);
}

#[test]
fn members_who_have_left_leave_no_memory_behind() {
    let mut bench = Bench::with_members(3, 1);
    rest(&mut bench);
    let before = heap_bytes(&bench.room);
    for (number, seq) in (4..40).zip((3..).step_by(2)) {
        bench.told(pushed(push(1, seq, Entry::Joined(member(number).into()))));
        bench.accepted(1, number, (number, Kind::Offer));
        bench.told(pushed(push(1, seq + 1, left(number))));
    }
    rest(&mut bench);
    assert_eq!(heap_bytes(&bench.room), before);
}
