//! When a room is audited, and how little an idle one does.

use std::time::Duration;

use super::bench::*;
use crate::{
    messages::room::{Message, Reply},
    protocol::RoomId,
    room::rules::Room,
};

fn audited(bench: &mut Bench, seats: &[u64]) {
    let found = seats.iter().map(|_| held(vec![])).collect();
    let ids = seats.iter().map(|seat| id(*seat)).collect();
    assert_eq!(bench.answer(Reply::Audit(ids, Ok(found))), NOTHING);
}

#[test]
fn a_room_is_audited_when_it_is_quiet_and_again_when_acknowledgements_have_come() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(pushed(push(2, 1, chat_entry())));
    let after = bench.limits.audit_after;
    assert_eq!(bench.pass(after - Duration::from_millis(1)), NOTHING);
    assert_eq!(bench.pass(Duration::from_millis(1)), ["call audit 1:1/0 2:1/0"]);
    audited(&mut bench, &[1, 2]);
    assert_eq!(bench.told(Message::Acked { from: seat(1), seq: 99, refused: 0 }), NOTHING);
    assert_eq!(bench.told(Message::Acked { from: seat(2), seq: 1, refused: 0 }), NOTHING);
    assert_eq!(bench.pass(after), ["call audit 1:1/1 2:1/1"], "never more than was delivered");
    audited(&mut bench, &[1, 2]);
    bench.told(Message::Acked { from: seat(2), seq: 1, refused: 0 });
    assert_eq!(bench.pass(Duration::from_secs(50)), NOTHING, "nothing new");
    assert_eq!(bench.pass(Duration::from_secs(20)), ["call audit 1:1/1 2:1/1"]);
}

#[test]
fn a_room_that_is_never_quiet_is_audited_all_the_same() {
    let mut bench = Bench::with_members(1, 1);
    let mut audits = 0;
    for seq in 1..=60 {
        bench.told(pushed(push(1, seq, chat_entry())));
        for wanted in bench.pass(Duration::from_millis(500)) {
            assert!(wanted.starts_with("call audit"));
            audited(&mut bench, &[1]);
            audits += 1;
        }
    }
    assert_eq!(audits, 3, "in half a minute");
}

#[test]
fn an_idle_room_has_one_timer_and_rooms_do_not_wake_together() {
    let mut periods = Vec::new();
    for letter in 0..20 {
        let mut bench = Bench::new();
        bench.room = Room::new(RoomId::from_letters([letter; 10]), settings());
        bench.take_seat(1);
        let at = bench.room.wake_at().expect("a room with a seat is audited");
        periods.push(at - bench.now);
    }
    let every = Bench::new().limits.audit_every;
    assert!(periods.iter().all(|period| *period >= every * 9 / 10 && *period <= every * 11 / 10), "{periods:?}");
    periods.sort();
    periods.dedup();
    assert!(periods.len() > 15);
}

// C4
#[test]
fn an_audit_that_fails_is_asked_for_again_and_a_lost_tail_is_found() {
    let mut bench = Bench::with_members(1, 1);
    assert_eq!(bench.told(Message::Audit), ["call audit 1:0/0"]);
    assert_eq!(bench.answer(Reply::Audit(vec![id(1)], Err(not_applied(300)))), NOTHING);
    assert_eq!(bench.pass(Duration::from_millis(300)), ["call audit 1:0/0"]);
    let found = Ok(vec![held(vec![(1, chat_entry())])]);
    assert_eq!(bench.answer(Reply::Audit(vec![id(1)], found)), ["tell 1 deliver 1"]);
}
