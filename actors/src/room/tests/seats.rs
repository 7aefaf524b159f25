//! Joins and resumes.

use std::time::Duration;

use super::bench::*;
use crate::{
    bytes::Pressure,
    ledger::{Ended, Failure, Joined, Resumed, Sequence, Skipped},
    messages::room::{Message, Reply, ResumeRequest, SeatRef},
    ports::RoomSettings,
    protocol::{Code, Kind, LeaveReason, SeatId, SocketId, server::ResumeFailure},
};

// C13
#[test]
fn an_older_reading_of_the_settings_does_not_replace_a_newer_one() {
    let mut bench = Bench::new();
    let reading = |participants_max, revision| {
        Message::SettingsChanged(RoomSettings { participants_max, revision, ..settings() })
    };
    for (read, wanted) in [(reading(2, 3), 2), (reading(9, 2), 2), (reading(7, 0), 2), (reading(5, 4), 5)] {
        assert_eq!(bench.told(read), NOTHING);
        assert_eq!(bench.room.settings.participants_max, wanted);
    }
}

#[test]
fn a_join_asks_the_ledger_and_a_closed_room_does_not() {
    let mut bench = Bench::new();
    assert_eq!(bench.told(Message::Join(join(1))), ["call join 1"]);
    assert_eq!(bench.told(Message::SettingsChanged(RoomSettings { active: false, ..settings() })), NOTHING);
    assert_eq!(bench.told(Message::Join(join(2))), ["tell 2 join refused room_closed"]);
}

#[test]
fn every_answer_to_a_join_reaches_who_asked() {
    let answers = [
        (Ok(Joined::Full), "tell 1 join refused room_full"),
        (Err(not_applied(2_500)), ""),
        (Err(unknown(100)), ""),
        (Ok(seated(1, vec![])), "tell 1 joined as 1 beside 0"),
    ];
    for (answer, told) in answers {
        let mut bench = Bench::new();
        bench.told(Message::Join(join(1)));
        let wants = bench.answer(Reply::Join(join(1), answer));
        assert_eq!(wants.join(","), told);
    }
}

#[test]
fn a_join_that_was_not_applied_is_asked_for_again_and_given_up_in_time() {
    let mut bench = Bench::new();
    bench.told(Message::Join(join(1)));
    assert_eq!(bench.answer(Reply::Join(join(1), Err(not_applied(800)))), NOTHING);
    assert_eq!(bench.pass(Duration::from_millis(799)), NOTHING);
    assert_eq!(bench.pass(Duration::from_millis(1)), ["call join 1"]);
    bench.answer(Reply::Join(join(1), Err(not_applied(800))));
    assert_eq!(bench.pass(Duration::from_millis(800)), ["call join 1"]);
    let wants = bench.answer(Reply::Join(join(1), Err(not_applied(2_000))));
    assert_eq!(wants, ["tell 1 join refused unavailable after 2000"]);
    assert!(bench.room.is_idle(), "there is no seat, and nothing to look for");
}

#[test]
fn a_join_of_unknown_outcome_is_repeated_and_its_seat_looked_for_at_the_end() {
    let mut bench = Bench::new();
    bench.told(Message::Join(join(1)));
    let mut asked = 1;
    let mut wants = bench.answer(Reply::Join(join(1), Err(unknown(500))));
    while wants.is_empty() {
        assert_eq!(bench.pass(Duration::from_millis(500)), ["call join 1"]);
        wants = bench.answer(Reply::Join(join(1), Err(if asked % 2 == 0 { unknown(500) } else { not_applied(500) })));
        asked += 1;
    }
    assert_eq!((wants, asked), (vec!["tell 1 join refused unavailable after 1000".to_owned()], 10));
    assert_eq!(bench.pass(Duration::from_secs(5)), ["call held"]);
    let held = vec![(SeatId { order: 9, fence: 1 }, session(1))];
    assert_eq!(bench.answer(Reply::Held(Ok(held))), ["call gone 9"]);
    assert_eq!(bench.answer(Reply::Fact(1, Ok(vec![]))), NOTHING);
    assert!(bench.room.is_idle());
}

#[test]
fn a_repeated_join_that_is_seated_looks_for_what_it_missed() {
    let mut bench = Bench::new();
    bench.told(Message::Join(join(1)));
    bench.answer(Reply::Join(join(1), Err(unknown(100))));
    bench.pass(Duration::from_millis(100));
    let wants = bench.answer(Reply::Join(join(1), Ok(seated(1, vec![]))));
    assert_eq!(wants, ["tell 1 joined as 1 beside 0", "call audit 1:0/0"]);
}

#[test]
fn joins_of_one_room_have_a_rate_and_resumes_come_first() {
    let mut bench = Bench::new();
    (bench.budget.room_joins_per_second, bench.budget.room_joins_burst) = (10, 1);
    for user in [1, 2] {
        assert_eq!(bench.told(Message::Join(join(user))), [format!("call join {user}")]);
    }
    assert_eq!(bench.told(Message::Join(join(3))), ["tell 3 join refused rate_limited after 100"]);
    assert_eq!(bench.told(Message::Resume(resume(4, 4, 0))), ["call resume 4"]);
    bench.now += Duration::from_millis(200);
    assert_eq!(bench.told(Message::Join(join(3))), ["call join 3"]);
}

#[test]
fn newcomers_are_refused_when_memory_is_short_and_resumes_are_not() {
    let mut bench = Bench::new();
    bench.pressure = Pressure::ShedNewcomers;
    assert_eq!(bench.told(Message::Join(join(1))), ["tell 1 join refused unavailable after 1000"]);
    assert_eq!(bench.told(Message::Resume(resume(1, 1, 0))), ["call resume 1"]);
}

// C5
#[test]
fn a_seat_that_a_join_replaced_has_ended_with_or_without_a_push() {
    for is_pushed in [true, false] {
        let mut bench = Bench::with_members(1, 1);
        let mut newer = join(1);
        (newer.session, newer.socket) = (session(9), SocketId(9));
        bench.told(Message::Join(newer.clone()));
        let pushes = if is_pushed { vec![ended(1, Ended::Freed(LeaveReason::Replaced))] } else { Vec::new() };
        let seat = SeatId { order: 9, fence: 1 };
        let answer = Joined::Seated { seat, epoch: 1, members: vec![], replaced: Some(id(1)), media: None, pushes };
        let wants = bench.answer(Reply::Join(newer, Ok(answer)));
        assert_eq!(wants, ["tell 1 ended Freed(Replaced)", "tell 9 joined as 9 beside 0"]);
    }
}

// C9
#[test]
fn a_socket_that_was_taken_over_speaks_for_nobody() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(Message::Resume(resume(1, 9, 1)));
    let sent = vec![Sequence { to: Some(2), cid: 6, described: true }];
    let pushes = vec![ended(1, Ended::Moved)];
    let answer = resumed_seat(crate::ledger::ResumedSeat { sent, pushes, ..resumed(1) });
    let wants = bench.answer(Reply::Resume(resume(1, 9, 1), answer));
    assert_eq!(wants, ["tell 1 ended Moved", "tell 9 resumed 1#2 missed 0, last 6"]);
    assert_eq!(bench.told(Message::Disconnected(seat(1))), NOTHING);
    assert_eq!(bench.told(Message::Leave(seat(1), LeaveReason::Left)), NOTHING);
    assert_eq!(bench.told(signal(1, 2, 1, Kind::Offer)), NOTHING);
    let theirs = SeatRef { socket: SocketId(9), seat: Some(SeatId { order: 1, fence: 2 }), ..seat(1) };
    let candidate = said(theirs, number(7), Some(user(2)), payload(Kind::IceCandidate));
    let passes = ["call send ice_candidate from 1 to 2 as 7"];
    assert_eq!(bench.told(candidate), passes, "its description passed before the resume");
    assert_eq!(bench.told(Message::Disconnected(theirs)), ["call gone 1#2"]);
}

#[test]
fn a_resume_that_fails_says_why_and_one_that_cannot_be_asked_is_to_reconnect() {
    let table = [
        (Ok(Resumed::Failed(ResumeFailure::Gap)), "tell 1 resume failed Gap"),
        (Err(not_applied(2_000)), ""),
        (Err(unknown(2_000)), ""),
    ];
    for (answer, told) in table {
        let mut bench = Bench::new();
        bench.told(Message::Resume(resume(1, 1, 3)));
        let is_unknown = matches!(answer, Err(Failure::Unknown { .. }));
        let is_failed = answer.is_err();
        assert_eq!(bench.answer(Reply::Resume(resume(1, 1, 3), answer)).join(","), told);
        if is_failed {
            assert_eq!(bench.pass(Duration::from_secs(1)), ["call resume 1"]);
            let wants = bench.answer(Reply::Resume(resume(1, 1, 3), Err(not_applied(1_000))));
            assert_eq!(wants, ["tell 1 resume unavailable"]);
            assert_eq!(bench.room.is_idle(), !is_unknown, "a seat may be looked for");
        }
    }
}

#[test]
fn a_socket_whose_seat_has_moved_while_the_room_restarted_has_lost_it() {
    let mut bench = Bench::new();
    let request = || Box::new(ResumeRequest { reclaims: Some(1), ..*resume(1, 1, 3) });
    assert_eq!(bench.told(Message::Resume(request())), ["call resume 1"]);
    assert_eq!(bench.answer(Reply::Resume(request(), Ok(Resumed::Moved))), ["tell 1 ended Moved"]);
    assert!(bench.room.is_idle());
}

#[test]
fn the_same_socket_takes_its_own_seat_again_without_a_word() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(Message::Resume(resume(1, 1, 1)));
    let answer = resumed_seat(crate::ledger::ResumedSeat { pushes: vec![ended(1, Ended::Moved)], ..resumed(1) });
    let wants = bench.answer(Reply::Resume(resume(1, 1, 1), answer));
    assert_eq!(wants, ["tell 1 resumed 1#2 missed 0, last 0"]);
}

// T5
#[test]
fn a_receipt_is_a_fact_also_after_a_resume() {
    let mut bench = Bench::new();
    bench.told(Message::Resume(resume(1, 1, 0)));
    let skipped = vec![
        Skipped { cid: 3, refused: Some(Code::RateLimited) },
        Skipped { cid: 4, refused: None },
        Skipped { cid: 9, refused: Some(Code::Glare) },
    ];
    let sent = vec![Sequence { to: Some(2), cid: 6, described: true }, Sequence { to: None, cid: 5, described: false }];
    let answer = resumed_seat(crate::ledger::ResumedSeat { sent, skipped, ..resumed(1) });
    let wants = bench.answer(Reply::Resume(resume(1, 1, 0), answer));
    assert_eq!(wants, ["tell 1 resumed 1#2 missed 0, last 9"]);
    let table = [
        (2, "tell 1 accepted 102"),
        (3, "tell 1 refused 103 rate_limited"),
        (4, "call send ice_candidate from 1 to 2 as 4"),
        (6, "tell 1 accepted 106"),
        (7, "call send ice_candidate from 1 to 2 as 7"),
        (9, "tell 1 refused 109 glare"),
    ];
    let second = SeatId { order: 1, fence: 2 };
    for (cid, wanted) in table {
        let from = SeatRef { seat: Some(second), ..seat(1) };
        let again = said(from, number(cid), Some(user(2)), payload(Kind::IceCandidate));
        assert_eq!(bench.told(again), [wanted]);
        bench.answer(Reply::Sent(second, Ok(crate::ledger::Sent::Appended(vec![]))));
    }
}

#[test]
fn a_resend_to_somebody_who_has_come_back_meanwhile_counts_as_what_became_of_it() {
    let mut bench = Bench::new();
    bench.told(Message::Resume(resume(1, 1, 0)));
    // 2 has left and joined again: what was sent to its first seat is known by its number alone.
    let answer = resumed_seat(crate::ledger::ResumedSeat { applied: 5, ..resumed(1) });
    assert_eq!(bench.answer(Reply::Resume(resume(1, 1, 0), answer)), ["tell 1 resumed 1#2 missed 0, last 5"]);
    let from = SeatRef { seat: Some(SeatId { order: 1, fence: 2 }), ..seat(1) };
    for (cid, wanted) in [(4, "tell 1 accepted 104"), (5, "tell 1 accepted 105"), (6, "tell 1 refused 106 glare")] {
        let again = said(from, number(cid), Some(user(2)), payload(Kind::Answer));
        assert_eq!(bench.told(again), [wanted]);
    }
}

#[test]
fn what_is_pushed_before_a_join_is_answered_is_delivered_behind_the_answer() {
    let mut bench = Bench::new();
    bench.told(Message::Join(join(1)));
    assert_eq!(bench.told(pushed(push(1, 1, chat_entry()))), NOTHING);
    assert_eq!(bench.told(pushed(ended(1, Ended::Freed(LeaveReason::Kicked)))), NOTHING);
    let wants = bench.answer(Reply::Join(join(1), Ok(seated(1, vec![]))));
    assert_eq!(wants, ["tell 1 joined as 1 beside 0", "tell 1 deliver 1", "tell 1 ended Freed(Kicked)"]);
    assert!(bench.room.is_idle());
}

#[test]
fn a_join_that_is_withdrawn_is_undone_when_its_seat_is_known() {
    let table = [
        (Message::Leave(joining(1), LeaveReason::Left), "call leave 1 Left"),
        (Message::Disconnected(joining(1)), "call gone 1"),
    ];
    for (exit, wanted) in table {
        let mut bench = Bench::new();
        bench.told(Message::Join(join(1)));
        assert_eq!(bench.told(exit), NOTHING);
        assert_eq!(bench.answer(Reply::Join(join(1), Ok(seated(1, vec![])))), [wanted]);
        assert!(!bench.room.is_idle());
        bench.answer(Reply::Fact(1, Ok(vec![])));
        assert!(bench.room.is_idle());
    }
    let mut bench = Bench::new();
    bench.told(Message::Join(join(1)));
    bench.told(Message::Disconnected(joining(1)));
    assert_eq!(bench.answer(Reply::Join(join(1), Err(not_applied(100)))), NOTHING);
    assert!(bench.room.is_idle(), "there is no seat to give back");
}

#[test]
fn a_join_that_waits_for_its_next_try_is_withdrawn_at_once() {
    let mut bench = Bench::new();
    bench.told(Message::Join(join(1)));
    bench.answer(Reply::Join(join(1), Err(not_applied(100))));
    assert_eq!(bench.told(Message::Leave(joining(1), LeaveReason::Left)), NOTHING);
    assert!(bench.room.is_idle());
}

#[test]
fn a_client_that_reconnects_before_its_resume_is_answered_is_not_mistaken_for_itself() {
    let mut bench = Bench::new();
    bench.told(Message::Resume(resume(1, 8, 3)));
    let lost = SeatRef { socket: SocketId(8), ..joining(1) };
    bench.told(Message::Disconnected(lost));
    assert_eq!(bench.told(Message::Resume(resume(1, 9, 3))), ["call resume 1"]);
    let wants = bench.answer(Reply::Resume(resume(1, 8, 3), resumed_seat(resumed(1))));
    assert_eq!(wants, ["call gone 1#2"]);
    let second = crate::ledger::ResumedSeat { seat: SeatId { order: 1, fence: 3 }, ..resumed(1) };
    let wants = bench.answer(Reply::Resume(resume(1, 9, 3), resumed_seat(second)));
    assert_eq!(wants, ["tell 9 resumed 1#3 missed 0, last 0"]);
}

#[test]
fn an_older_connection_that_asks_for_the_seat_again_gives_way_to_a_newer_one() {
    let mut bench = Bench::new();
    bench.told(Message::Resume(resume(1, 8, 3)));
    let wants = bench.told(Message::Resume(resume(1, 9, 3)));
    assert_eq!(wants, ["tell 8 resume unavailable", "call resume 1"]);
    let moved = crate::ledger::ResumedSeat { seat: SeatId { order: 1, fence: 2 }, ..resumed(1) };
    let wants = bench.answer(Reply::Resume(resume(1, 8, 3), resumed_seat(moved)));
    assert_eq!(wants, ["call gone 1#2"], "of no effect, once the newer one has the seat");
}
