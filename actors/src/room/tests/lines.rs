//! What members send, and how each message ends.

use std::time::Duration;

use super::bench::*;
use crate::{
    ledger::{Audited, Ended, Failure, Push, Sent},
    messages::room::{Message, Number, Reply, SeatRef},
    protocol::{Code, Kind, LeaveReason, SeatId},
};

#[test]
fn every_answer_to_a_signal_settles_it_or_asks_on() {
    let table = [
        (Ok(Sent::Appended(vec![])), "tell 1 accepted 105"),
        (Ok(Sent::Duplicate), "tell 1 accepted 105"),
        (Ok(Sent::Fenced), "call audit 1:1/0"),
        (Ok(Sent::ReceiverGone), "tell 1 refused 105 peer_not_found"),
        (Err(not_applied(3_000)), ""),
        (Err(unknown(3_000)), ""),
        (Err(Failure::Epoch(1)), ""),
    ];
    for (answer, told) in table {
        let mut bench = Bench::with_members(2, 2);
        bench.told(signal(1, 2, 5, Kind::Offer));
        assert_eq!(bench.sent(1, answer.clone()).join(","), told, "{answer:?}");
    }
}

// C12
#[test]
fn one_message_of_a_member_is_under_way_and_members_do_not_wait_for_each_other() {
    let mut bench = Bench::with_members(2, 2);
    assert_eq!(bench.told(chat(1, 1)), ["call broadcast from 1 as 1"]);
    assert_eq!(bench.told(chat(1, 2)), NOTHING);
    assert_eq!(bench.told(signal(1, 3, 3, Kind::Offer)), NOTHING, "refusals come in order too");
    assert_eq!(bench.told(chat(2, 1)), ["call broadcast from 2 as 1"]);
    assert_eq!(bench.sent(2, Ok(Sent::Appended(vec![]))), ["tell 2 accepted 101"]);
    assert_eq!(bench.sent(1, Ok(Sent::Appended(vec![]))), ["tell 1 accepted 101", "call broadcast from 1 as 2"]);
    let wants = bench.sent(1, Ok(Sent::Appended(vec![])));
    assert_eq!(wants, ["tell 1 accepted 102", "tell 1 refused 103 peer_not_found"]);
}

#[test]
fn a_message_that_was_not_applied_is_sent_again_until_its_time_is_over() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(chat(1, 1));
    for _ in 0..3 {
        assert_eq!(bench.sent(1, Err(not_applied(500))), NOTHING);
        assert_eq!(bench.pass(Duration::from_millis(500))[0], "call broadcast from 1 as 1");
    }
    bench.told(chat(1, 2));
    let refused = "tell 1 refused 101 unavailable after 1000";
    let next = "call broadcast from 1 as 2 skipped 1 unavailable";
    assert_eq!(bench.sent(1, Err(not_applied(500))), [refused, next], "the next one has its own time");
}

// C3
#[test]
fn a_message_of_unknown_outcome_is_repeated_word_by_word_and_never_refused() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(signal(1, 2, 1, Kind::IceCandidate));
    let asked = bench.told(signal(1, 2, 2, Kind::Offer));
    bench.told(chat(1, 3));
    for answer in [unknown(900), not_applied(900), unknown(900), not_applied(900)] {
        assert_eq!(bench.sent(1, Err(answer)), NOTHING);
        let again = bench.pass(Duration::from_millis(900));
        assert!(again.contains(&asked[0]), "{again:?}");
    }
    let wants = bench.sent(1, Ok(Sent::Duplicate));
    let told = ["tell 1 accepted 102", "tell 1 accepted 101", "call broadcast from 1 as 3"];
    assert_eq!(wants, told, "it had been applied, and what went with it");
}

// C3
#[test]
fn an_outcome_that_stays_unknown_closes_the_socket_and_stops_the_line() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(signal(1, 2, 1, Kind::IceCandidate));
    bench.told(signal(1, 2, 2, Kind::Offer));
    bench.told(chat(1, 3));
    let mut wants = bench.sent(1, Err(unknown(1_000)));
    for _ in 0..5 {
        wants = bench.pass(Duration::from_secs(1));
        wants.retain(|wanted| !wanted.starts_with("call audit"));
        if wants != ["tell 1 outcome unknown"] {
            bench.sent(1, Err(unknown(1_000)));
        }
    }
    assert_eq!(wants, ["tell 1 outcome unknown"]);
    assert_eq!(bench.told(chat(1, 4)), NOTHING, "its client repeats it after a resume");
    assert_eq!(bench.room.candidate_bytes(), 0);
    let wants = bench.told(Message::Disconnected(seat(1)));
    assert_eq!(wants, ["call gone 1"], "the candidate was perhaps applied: it is not skipped");
}

#[test]
fn a_message_of_unknown_outcome_is_not_refused_when_its_receiver_has_left() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(signal(1, 2, 1, Kind::Offer));
    bench.sent(1, Err(unknown(100)));
    bench.pass(Duration::from_millis(100));
    assert_eq!(bench.sent(1, Ok(Sent::ReceiverGone)), ["tell 1 accepted 101"]);
}

#[test]
fn a_duplicate_is_accepted_also_when_its_turn_does_not_come() {
    let mut bench = Bench::with_members(2, 2);
    bench.accepted(1, 2, (1, Kind::Offer));
    bench.told(Message::Fence(true));
    bench.told(chat(1, 1));
    bench.told(chat(1, 2));
    let wants = bench.pass(bench.limits.hold_within);
    assert_eq!(wants[..2], ["tell 1 accepted 101", "tell 1 refused 102 unavailable after 1000"]);
}

#[test]
fn an_unnumbered_message_of_unknown_outcome_is_sent_once() {
    let mut bench = Bench::with_members(2, 2);
    let number = Number { tag: 5, cid: None };
    bench.told(said(seat(1), number, None, payload(Kind::ChatMessage)));
    assert_eq!(bench.sent(1, Err(unknown(100))), ["tell 1 accepted 5"]);
    bench.told(said(seat(1), number, None, payload(Kind::ChatMessage)));
    assert_eq!(bench.sent(1, Err(not_applied(100))), NOTHING, "this one is sent again");
    assert_eq!(bench.pass(Duration::from_millis(100)), ["call broadcast from 1"]);
}

// C5
#[test]
fn a_sender_whom_the_ledger_fences_hears_why_and_is_not_only_refused() {
    for (found, told) in [
        (Audited::Ended(Ended::Moved), "tell 1 ended Moved"),
        (Audited::Ended(Ended::Freed(LeaveReason::Lost)), "tell 1 ended Freed(Lost)"),
    ] {
        let mut bench = Bench::with_members(2, 2);
        bench.told(chat(1, 1));
        assert_eq!(bench.sent(1, Ok(Sent::Fenced)), ["call audit 1:1/0"]);
        assert_eq!(bench.answer(Reply::Audit(vec![id(1)], Ok(vec![found]))), [told]);
    }
    let mut bench = Bench::with_members(2, 2);
    bench.told(chat(1, 1));
    bench.sent(1, Ok(Sent::Fenced));
    bench.answer(Reply::Audit(vec![id(1)], Ok(vec![held(vec![])])));
    assert_eq!(
        bench.pass(Duration::from_millis(200)),
        ["call broadcast from 1 as 1"],
        "a seat that was revived goes on"
    );
}

#[test]
fn a_sender_whom_the_ledger_fences_for_no_reason_is_refused_in_the_end() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(chat(1, 1));
    let mut wants = Vec::new();
    for _ in 0..20 {
        wants.extend(bench.sent(1, Ok(Sent::Fenced)));
        wants.extend(bench.answer(Reply::Audit(vec![id(1)], Ok(vec![held(vec![])]))));
        wants.extend(bench.pass(Duration::from_millis(200)));
    }
    assert_eq!(wants.iter().filter(|wanted| wanted.contains("refused 101 unavailable")).count(), 1, "{wants:?}");
    assert_eq!(wants.iter().filter(|wanted| wanted.contains("broadcast")).count(), 9);
}

// T4
#[test]
fn an_answer_for_a_seat_that_has_moved_is_not_its_successors() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(chat(1, 1));
    bench.told(Message::Resume(resume(1, 9, 1)));
    let answer = resumed_seat(crate::ledger::ResumedSeat { pushes: vec![ended(1, Ended::Moved)], ..resumed(1) });
    bench.answer(Reply::Resume(resume(1, 9, 1), answer));
    let theirs = SeatRef { socket: crate::protocol::SocketId(9), seat: Some(SeatId { order: 1, fence: 2 }), ..seat(1) };
    bench.told(said(theirs, number(1), None, payload(Kind::ChatMessage)));
    let delivered = bench.sent(1, Ok(Sent::Appended(vec![push(2, 1, chat_entry())])));
    assert_eq!(delivered, ["tell 2 deliver 1"], "others get it, the new session is not told of it");
}

#[test]
fn refused_numbers_travel_once_with_what_follows() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(Message::Skipped { from: seat(1), cid: 1, code: Code::RateLimited });
    bench.told(signal(1, 3, 2, Kind::Offer));
    let wanted = "call broadcast from 1 as 3 skipped 1 rate_limited skipped 2 peer_not_found";
    assert_eq!(bench.told(chat(1, 3)), [wanted]);
    bench.sent(1, Ok(Sent::Appended(vec![])));
    assert_eq!(bench.told(chat(1, 4)), ["call broadcast from 1 as 4"]);
    bench.sent(1, Ok(Sent::Appended(vec![])));
    bench.told(Message::Skipped { from: seat(1), cid: 5, code: Code::RateLimited });
    bench.told(Message::Skipped { from: seat(1), cid: 6, code: Code::BadMessage });
    bench.told(Message::Acked { from: seat(1), seq: 0, refused: 5 });
    assert_eq!(bench.told(Message::Disconnected(seat(1))), ["call gone 1 skipped 6 bad_message"]);
}

#[test]
fn a_number_that_was_refused_on_this_connection_may_be_used_again() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(signal(1, 3, 1, Kind::Offer));
    assert_eq!(bench.told(chat(1, 1)), ["call broadcast from 1 as 1"]);
    bench.sent(1, Ok(Sent::Appended(vec![])));
    assert_eq!(bench.told(chat(1, 1)), ["tell 1 accepted 101"], "and is a duplicate from then on");
}

#[test]
fn what_was_sent_before_leaving_goes_before_the_leave() {
    let mut bench = Bench::with_members(2, 2);
    for cid in 1..=3 {
        bench.told(chat(1, cid));
    }
    let wants = bench.told(Message::Leave(seat(1), LeaveReason::Left));
    assert_eq!(wants, ["call broadcast from 1 as 2", "call broadcast from 1 as 3", "call leave 1 Left"]);
    let pushes: Vec<Push> = vec![push(2, 1, chat_entry())];
    assert_eq!(bench.sent(1, Ok(Sent::Appended(pushes))), ["tell 2 deliver 1"]);
}

#[test]
fn a_line_is_bounded() {
    let mut bench = Bench::with_members(2, 2);
    for cid in 1..=257 {
        assert!(bench.told(chat(1, cid)).len() < 2);
    }
    assert_eq!(bench.told(chat(1, 258)), ["tell 1 refused 358 unavailable after 1000"]);
}

#[test]
fn an_offer_and_its_candidates_go_out_before_a_leave() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(signal(1, 2, 1, Kind::Offer));
    bench.told(signal(1, 2, 2, Kind::IceCandidate));
    let wants = bench.told(Message::Leave(seat(1), LeaveReason::Left));
    assert_eq!(wants, ["call send ice_candidate from 1 to 2 as 2", "call leave 1 Left"]);
}
