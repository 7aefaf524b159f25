//! Pushes, holes, and what a room learns from them.

use std::time::Duration;

use super::bench::*;
use crate::{
    ledger::{Audited, Ended, Push, Pushed, Sent},
    messages::room::{Message, Reply},
    protocol::{Entry, Kind, LeaveReason, UserId},
};

#[test]
fn a_hole_is_read_at_once_where_no_answer_may_fill_it() {
    let mut bench = Bench::with_members(1, 1);
    assert_eq!(bench.told(pushed(push(1, 3, chat_entry()))), ["call audit 1:0/0"]);
    assert_eq!(bench.told(pushed(push(1, 2, chat_entry()))), NOTHING, "it is asked for");
    let read = vec![(1, chat_entry()), (2, chat_entry())];
    let wants = bench.answer(Reply::Audit(vec![id(1)], Ok(vec![held(read)])));
    assert_eq!(wants, ["tell 1 deliver 1", "tell 1 deliver 2", "tell 1 deliver 3"], "what came early was kept");
    assert_eq!(bench.told(pushed(push(1, 1, chat_entry()))), NOTHING, "what comes late was delivered");
}

// C11
#[test]
fn a_hole_waits_a_moment_for_an_answer_that_is_under_way() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(chat(1, 1));
    assert_eq!(bench.told(pushed(push(2, 2, chat_entry()))), NOTHING);
    let wants = bench.sent(1, Ok(Sent::Appended(vec![push(2, 1, chat_entry())])));
    assert_eq!(wants, ["tell 2 deliver 1", "tell 2 deliver 2", "tell 1 accepted 101"], "no inbox was read");

    bench.told(chat(1, 2));
    assert_eq!(bench.told(pushed(push(2, 4, chat_entry()))), NOTHING);
    assert_eq!(bench.pass(bench.limits.hole_within), ["call audit 2:2/0"], "it does not wait for long");
}

#[test]
fn a_hole_is_read_when_the_last_answer_has_not_filled_it() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(chat(1, 1));
    bench.told(pushed(push(2, 2, chat_entry())));
    let wants = bench.sent(1, Ok(Sent::Appended(vec![])));
    assert_eq!(wants, ["tell 1 accepted 101", "call audit 2:0/0"]);
}

// C14
#[test]
fn a_failed_audit_is_retried_by_the_tick() {
    for failure in [not_applied(100), unknown(100)] {
        let mut bench = Bench::with_members(1, 1);
        bench.told(pushed(push(1, 2, chat_entry())));
        assert_eq!(bench.answer(Reply::Audit(vec![id(1)], Err(failure))), NOTHING);
        assert_eq!(bench.pass(Duration::from_millis(100)), ["call audit 1:0/0"]);
    }
}

#[test]
fn an_entry_that_came_after_the_audit_was_answered_is_asked_for_a_little_later() {
    let mut bench = Bench::with_members(1, 1);
    bench.told(pushed(push(1, 3, chat_entry())));
    let read = vec![(1, chat_entry())];
    assert_eq!(bench.answer(Reply::Audit(vec![id(1)], Ok(vec![held(read)]))), ["tell 1 deliver 1"]);
    let wants = bench.told(pushed(push(1, 2, chat_entry())));
    assert_eq!(wants, ["tell 1 deliver 2", "tell 1 deliver 3"], "it comes by itself");
}

#[test]
fn a_gap_ends_the_session_and_frees_its_seat() {
    let mut bench = Bench::with_members(1, 1);
    bench.told(pushed(push(1, 300, chat_entry())));
    let wants = bench.answer(Reply::Audit(vec![id(1)], Ok(vec![Audited::Gap])));
    assert_eq!(wants, ["tell 1 ended Gap", "call leave 1 Lost"]);
}

#[test]
fn an_end_of_an_older_generation_is_not_the_seats() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(Message::Resume(resume(1, 9, 1)));
    bench.answer(Reply::Resume(resume(1, 9, 1), resumed_seat(resumed(1))));
    assert_eq!(bench.told(pushed(ended(1, Ended::Moved))), NOTHING);
    let end = Push { what: Pushed::Ended(2, Ended::Moved), ..ended(1, Ended::Moved) };
    assert_eq!(bench.told(pushed(end)), ["tell 9 ended Moved"]);
}

// C15
#[test]
fn a_roster_change_is_learnt_only_if_it_is_newer() {
    let mut bench = Bench::with_members(2, 1);
    let rejoined = |order| {
        let mut member = member(2);
        member.order = order;
        Entry::Joined(member.into())
    };
    bench.told(pushed(push(1, 2, rejoined(9))));
    bench.told(pushed(push(1, 3, rejoined(5))));
    bench.told(pushed(push(1, 4, left(2))));
    let wanted = "call send offer from 1 to 9 as 1";
    assert_eq!(bench.told(signal(1, 2, 1, Kind::Offer)), [wanted], "neither older news counts");
    let left = Entry::Left { user: UserId::from_u128(2), order: 9, reason: LeaveReason::Left };
    bench.sent(1, Ok(Sent::Appended(vec![])));
    bench.told(pushed(push(1, 5, left)));
    assert_eq!(bench.told(signal(1, 2, 2, Kind::Offer)), ["tell 1 refused 102 peer_not_found"]);
}

#[test]
fn a_pair_starts_afresh_when_a_member_has_a_new_session() {
    let mut bench = Bench::with_members(2, 1);
    bench.accepted(1, 2, (1, Kind::Offer));
    assert_eq!(bench.told(signal(1, 2, 2, Kind::IceCandidate)), ["call send ice_candidate from 1 to 2 as 2"]);
    bench.sent(1, Ok(Sent::Appended(vec![])));
    let mut again = member(2);
    again.order = 9;
    bench.told(pushed(push(1, 2, left(2))));
    bench.told(pushed(push(1, 3, Entry::Joined(again.into()))));
    assert_eq!(bench.told(signal(1, 2, 3, Kind::IceCandidate)), ["tell 1 held 103"]);
}

// C5
#[test]
fn a_member_whom_others_see_leaving_has_left_here_too() {
    let mut bench = Bench::with_members(2, 2);
    let wants = bench.told(pushed(push(1, 2, left(2))));
    assert_eq!(wants, ["tell 1 deliver 2", "tell 2 ended Freed(Left)"], "its own push may be lost");
}

#[test]
fn what_a_resume_missed_is_in_its_answer_and_what_follows_comes_after() {
    let mut bench = Bench::new();
    bench.told(Message::Resume(resume(1, 1, 3)));
    let answer = crate::ledger::ResumedSeat { replay: vec![(4, chat_entry())], ..resumed(1) };
    bench.answer(Reply::Resume(resume(1, 1, 3), resumed_seat(answer)));
    assert_eq!(bench.told(pushed(push(1, 4, chat_entry()))), NOTHING);
    assert_eq!(bench.told(pushed(push(1, 5, chat_entry()))), ["tell 1 deliver 5"]);
}

#[test]
fn pushes_that_overtake_the_answer_to_a_join_are_kept_up_to_a_bound() {
    let mut bench = Bench::new();
    bench.told(Message::Join(join(1)));
    for seq in 1..=300 {
        assert_eq!(bench.told(pushed(push(1, seq, chat_entry()))), NOTHING);
    }
    let wants = bench.answer(Reply::Join(join(1), Ok(seated(1, vec![]))));
    assert_eq!(wants.iter().filter(|want| want.starts_with("tell 1 deliver")).count(), 256);
}
