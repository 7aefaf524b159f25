//! New epochs of the ledger, and fences.

use std::time::Duration;

use super::bench::*;
use crate::{
    ledger::{Audited, Ended, Failure, Push, Sent, Source},
    messages::room::{Message, Reply},
    protocol::{Kind, LeaveReason},
};

#[test]
fn a_new_epoch_is_told_once_and_every_seat_claimed_with_what_it_knows() {
    let mut bench = Bench::with_members(3, 2);
    bench.accepted(1, 2, (4, Kind::Offer));
    bench.told(Message::Skipped { from: seat(1), cid: 5, code: crate::protocol::Code::RateLimited });
    bench.told(pushed(heard(2, 2, Source { from: 3, cid: 8, broadcast: false })));
    bench.told(pushed(heard(2, 3, Source { from: 3, cid: 9, broadcast: true })));
    bench.told(pushed(heard(2, 4, Source { from: 1, cid: 4, broadcast: false })));
    let claims =
        "call claim [1 at 2 sent 4 heard all 3=9 skipped 5 rate_limited] [2 at 4 sent 0 heard 3=8 all 3=9] facts 0";
    assert_eq!(bench.told(Message::Epoch(2)), ["tell 1 lost", "tell 2 lost", claims]);
    assert_eq!(bench.told(Message::Epoch(2)), NOTHING);
    assert_eq!(bench.told(Message::Epoch(1)), NOTHING);
}

#[test]
fn members_messages_wait_for_the_claim_and_go_on_in_the_new_epoch() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(chat(1, 1));
    let wants = bench.sent(1, Err(Failure::Epoch(2)));
    assert_eq!(wants[2], "call claim [1 at 1 sent 0 heard] [2 at 0 sent 0 heard] facts 0");
    assert_eq!(bench.told(chat(1, 2)), NOTHING);
    assert_eq!(bench.told(chat(2, 1)), NOTHING);
    assert_eq!(bench.told(Message::Join(join(3))), NOTHING);
    assert_eq!(bench.room.asked_in(), 1);
    let found = vec![held(vec![(2, chat_entry())]), Audited::Ended(Ended::Freed(LeaveReason::Lost))];
    let wants = bench.answer(Reply::Claim(vec![id(1), id(2)], claimed(2, found)));
    let told = ["tell 1 deliver 2", "tell 2 ended Freed(Lost)", "call join 3", "call broadcast from 1 as 1"];
    assert_eq!(wants, told);
    assert_eq!(bench.room.asked_in(), 2);
}

// C12
#[test]
fn what_waits_for_a_claim_waits_no_longer_than_for_the_ledger() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(chat(1, 1));
    bench.sent(1, Err(Failure::Epoch(2)));
    bench.told(Message::Join(join(3)));
    bench.told(chat(1, 2));
    bench.now += Duration::from_secs(1);
    bench.told(chat(2, 1));
    let wants = bench.pass(bench.limits.hold_within - Duration::from_secs(1));
    let refused = [
        "tell 3 join refused unavailable after 1000",
        "tell 1 refused 101 unavailable after 1000",
        "tell 1 refused 102 unavailable after 1000",
    ];
    assert_eq!(wants.into_iter().filter(|wanted| !wanted.contains("audit")).collect::<Vec<_>>(), refused);
}

#[test]
fn a_claim_is_repeated_until_it_is_answered() {
    let mut bench = Bench::with_members(1, 1);
    let claim = "call claim [1 at 0 sent 0 heard] facts 0";
    assert_eq!(bench.told(Message::Epoch(2)), ["tell 1 lost", claim]);
    for failure in [not_applied(100), unknown(100)] {
        assert_eq!(bench.answer(Reply::Claim(vec![id(1)], Err(failure))), NOTHING);
        assert_eq!(bench.pass(Duration::from_millis(100)), [claim]);
    }
    let wants = bench.answer(Reply::Claim(vec![id(1)], Err(Failure::Epoch(3))));
    assert_eq!(wants, ["tell 1 lost", claim], "once for each epoch");
    let gap = claimed(3, vec![Audited::Gap]);
    assert_eq!(bench.answer(Reply::Claim(vec![id(1)], gap)), ["tell 1 ended Gap", "call leave 1 Lost"]);
}

#[test]
fn facts_of_the_last_moments_are_told_with_the_claim_and_older_ones_are_not() {
    let mut bench = Bench::with_members(3, 3);
    bench.told(Message::Leave(seat(3), LeaveReason::Left));
    bench.answer(Reply::Fact(1, Ok(vec![])));
    bench.pass(Duration::from_secs(9));
    bench.told(Message::Disconnected(seat(2)));
    bench.answer(Reply::Fact(2, Ok(vec![])));
    bench.pass(Duration::from_secs(2));
    let wants = bench.told(Message::Epoch(2));
    assert_eq!(
        wants,
        ["tell 1 lost", "call claim [1 at 2 sent 0 heard] facts 2"],
        "the socket was lost, nothing was skipped"
    );
}

#[test]
fn what_a_lost_member_sent_is_claimed_by_those_who_received_it() {
    let mut bench = Bench::with_members(2, 2);
    bench.accepted(1, 2, (4, Kind::Offer));
    bench.told(Message::Disconnected(seat(1)));
    let wants = bench.told(Message::Epoch(2));
    assert_eq!(wants[1], "call claim [2 at 0 sent 0 heard 1=4 all 1=4] facts 2");
}

#[test]
fn a_join_into_a_newer_epoch_claims_the_others() {
    let mut bench = Bench::with_members(1, 1);
    bench.told(Message::Join(join(2)));
    let mut answer = seated(2, vec![]);
    if let crate::ledger::Joined::Seated { epoch, .. } = &mut answer {
        *epoch = 2;
    }
    let wants = bench.answer(Reply::Join(join(2), Ok(answer)));
    let told = ["tell 1 lost", "call claim [1 at 0 sent 0 heard] facts 0", "tell 2 joined as 2 beside 1"];
    assert_eq!(wants, told, "who joined has lost nothing");
}

#[test]
fn a_seat_given_before_a_loss_and_answered_after_it_is_claimed_and_its_client_told() {
    let resumed = || Reply::Resume(resume(3, 33, 0), resumed_seat(resumed(3)));
    let joined = || Reply::Join(join(3), Ok(seated(3, vec![])));
    let cases = [
        (Message::Join(join(3)), joined as fn() -> Reply, "tell 3 joined as 3 beside 2"),
        (Message::Resume(resume(3, 33, 0)), resumed, "tell 33 resumed 3#2 missed 0, last 0"),
    ];
    for (request, answer, told) in cases {
        let mut bench = Bench::with_members(2, 2);
        bench.told(request);
        bench.told(Message::Epoch(2));
        let wants = bench.answer(answer());
        assert_eq!(
            (wants[0].as_str(), wants[1].ends_with("lost")),
            (told, true),
            "while the others are claimed: {wants:?}"
        );
        let found = vec![held(vec![]), held(vec![])];
        let again = bench.answer(Reply::Claim(vec![id(1), id(2)], claimed(2, found)));
        assert!(again.len() == 1 && again[0].contains("[3 at 0"), "{again:?}");
    }
    let mut bench = Bench::with_members(1, 1);
    bench.told(Message::Join(join(2)));
    bench.told(Message::Epoch(2));
    bench.answer(Reply::Claim(vec![id(1)], claimed(2, vec![held(vec![])])));
    let wants = bench.answer(Reply::Join(join(2), Ok(seated(2, vec![]))));
    let claim = "call claim [1 at 0 sent 0 heard] [2 at 0 sent 0 heard] facts 0";
    assert_eq!(wants, ["tell 2 joined as 2 beside 1", "tell 2 lost", claim], "once they are claimed");
}

// C6
#[test]
fn a_fenced_room_delivers_nothing_and_audits_before_it_goes_on() {
    let mut bench = Bench::with_members(2, 2);
    assert_eq!(bench.told(Message::Fence(true)), NOTHING);
    assert_eq!(bench.told(pushed(push(1, 2, chat_entry()))), NOTHING);
    assert_eq!(bench.told(chat(1, 1)), NOTHING);
    assert_eq!(bench.told(Message::Join(join(3))), NOTHING);
    assert_eq!(bench.told(Message::Disconnected(seat(2))), ["call gone 2"], "facts are facts");
    let wants = bench.told(Message::Fence(false));
    assert_eq!(wants, ["call audit 1:1/0", "call join 3", "call broadcast from 1 as 1"]);
    let found = Ok(vec![held(vec![(2, chat_entry())])]);
    assert_eq!(bench.answer(Reply::Audit(vec![id(1)], found)), ["tell 1 deliver 2"]);
}

#[test]
fn what_waits_behind_a_fence_waits_no_longer_than_for_the_ledger() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(chat(2, 1));
    bench.told(Message::Fence(true));
    bench.told(chat(1, 1));
    bench.told(Message::Resume(resume(3, 3, 0)));
    bench.sent(2, Err(unknown(50)));
    let wants = bench.pass(bench.limits.hold_within);
    assert_eq!(wants[..2], ["tell 3 resume unavailable", "tell 1 refused 101 unavailable after 1000"]);
    let wants = bench.pass(bench.limits.unknown_within - bench.limits.hold_within);
    assert!(wants.contains(&"tell 2 outcome unknown".to_owned()), "{wants:?}");
    assert_eq!(bench.sent(2, Ok(Sent::Duplicate)), NOTHING);
}

#[test]
fn an_entry_of_another_epoch_has_another_number_and_is_not_delivered() {
    let mut bench = Bench::with_members(1, 1);
    let newer = Push { epoch: 2, ..push(1, 1, chat_entry()) };
    assert_eq!(bench.told(pushed(newer)), ["tell 1 lost", "call claim [1 at 0 sent 0 heard] facts 0"]);
    bench.answer(Reply::Claim(vec![id(1)], claimed(2, vec![held(vec![(1, chat_entry())])])));
    let older = push(1, 2, chat_entry());
    assert_eq!(bench.told(pushed(older)), NOTHING);
}

#[test]
fn what_was_read_from_an_inbox_is_claimed_as_heard_too() {
    let mut bench = Bench::with_members(1, 1);
    bench.told(Message::Audit);
    let source = Source { from: 3, cid: 8, broadcast: false };
    let found = Audited::Held(vec![(1, chat_entry())], vec![source]);
    bench.answer(Reply::Audit(vec![id(1)], Ok(vec![found])));
    assert_eq!(bench.told(Message::Epoch(2))[1], "call claim [1 at 1 sent 0 heard 3=8] facts 0");
}

#[test]
fn what_comes_of_the_old_epoch_during_a_claim_is_not_delivered() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(Message::Audit);
    bench.told(chat(2, 1));
    let claim = "call claim [1 at 1 sent 0 heard] [2 at 0 sent 0 heard] facts 0";
    assert_eq!(bench.told(Message::Epoch(2))[2], claim, "up to where was delivered");
    let audited = vec![held(vec![(2, chat_entry())]), held(vec![])];
    assert_eq!(bench.answer(Reply::Audit(vec![id(1), id(2)], Ok(audited))), NOTHING);
    let appended = Sent::Appended(vec![push(1, 2, chat_entry())]);
    assert_eq!(bench.sent(2, Ok(appended)), ["tell 2 accepted 101"], "the loss was told");
    bench.answer(Reply::Claim(vec![id(1), id(2)], claimed(2, vec![held(vec![]), held(vec![])])));
    let newer = Push { epoch: 2, ..push(1, 2, chat_entry()) };
    assert_eq!(bench.told(pushed(newer)), ["tell 1 deliver 2"], "the number of the new epoch counts");
}

#[test]
fn what_came_early_in_the_old_epoch_is_not_delivered_in_the_new_one() {
    let mut bench = Bench::with_members(1, 1);
    bench.told(pushed(push(1, 2, chat_entry())));
    bench.told(Message::Epoch(2));
    assert_eq!(bench.answer(Reply::Claim(vec![id(1)], claimed(2, vec![held(vec![])]))), NOTHING);
    let first = Push { epoch: 2, ..push(1, 1, chat_entry()) };
    assert_eq!(bench.told(pushed(first)), ["tell 1 deliver 1"]);
}

#[test]
fn what_comes_of_the_new_epoch_during_a_claim_follows_its_answer() {
    let mut bench = Bench::with_members(1, 1);
    bench.told(Message::Epoch(2));
    let second = Push { epoch: 2, ..push(1, 2, chat_entry()) };
    assert_eq!(bench.told(pushed(second)), NOTHING);
    let found = vec![held(vec![(1, chat_entry())])];
    let wants = bench.answer(Reply::Claim(vec![id(1)], claimed(2, found)));
    assert_eq!(wants, ["tell 1 deliver 1", "tell 1 deliver 2"]);
}

#[test]
fn a_seat_that_is_given_while_others_are_claimed_is_claimed_too() {
    let mut bench = Bench::with_members(1, 1);
    bench.told(Message::Join(join(2)));
    let claim = "call claim [1 at 0 sent 0 heard] facts 0";
    assert_eq!(bench.told(Message::Epoch(2)), ["tell 1 lost", claim]);
    let joined = bench.answer(Reply::Join(join(2), Ok(seated(2, vec![]))));
    assert_eq!(joined, ["tell 2 joined as 2 beside 1", "tell 2 lost"], "it was given before the loss");
    let wants = bench.answer(Reply::Claim(vec![id(1)], claimed(2, vec![held(vec![])])));
    assert_eq!(wants, ["call claim [1 at 0 sent 0 heard] [2 at 0 sent 0 heard] facts 0"]);
    assert_eq!(bench.room.asked_in(), 1, "the epoch that it is known in");
    bench.answer(Reply::Claim(vec![id(1), id(2)], claimed(2, vec![held(vec![]), held(vec![])])));
    assert_eq!(bench.room.asked_in(), 2);
}

#[test]
fn candidates_that_may_be_in_the_ledger_with_their_description_are_not_claimed_as_waiting() {
    let mut bench = Bench::with_members(2, 1);
    bench.told(signal(1, 2, 1, Kind::IceCandidate));
    bench.told(signal(1, 2, 2, Kind::Offer));
    assert_eq!(
        bench.told(Message::Epoch(2))[1],
        "call claim [1 at 1 sent 0 heard] facts 0",
        "its outcome is not known"
    );
    bench.sent(1, Err(not_applied(10)));
    let wants = bench.told(Message::Epoch(3));
    assert_eq!(wants[1], "call claim [1 at 1 sent 0 heard skipped 1 waits] facts 0", "it was not applied");
}

#[test]
fn what_was_read_of_a_member_here_whose_answer_was_lost_is_claimed_as_heard() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(signal(1, 2, 3, Kind::Offer));
    bench.sent(1, Err(unknown(50)));
    bench.told(Message::Audit);
    let source = Source { from: 1, cid: 3, broadcast: false };
    let found = vec![held(vec![]), Audited::Held(vec![(1, chat_entry())], vec![source])];
    bench.answer(Reply::Audit(vec![id(1), id(2)], Ok(found)));
    let wants = bench.told(Message::Epoch(2));
    assert_eq!(wants[2], "call claim [1 at 1 sent 0 heard] [2 at 1 sent 0 heard 1=3] facts 0");
}

#[test]
fn whom_the_clients_knew_before_the_first_loss_is_told_with_each_claim() {
    let mut bench = Bench::with_members(3, 1);
    assert_eq!(bench.room.known_before(), [1, 2, 3]);
    bench.told(Message::Epoch(2));
    bench.answer(Reply::Claim(vec![id(1)], claimed(2, vec![held(vec![(1, left(2))])])));
    bench.told(Message::Epoch(3));
    assert_eq!(bench.room.known_before(), [1, 2, 3], "a seat that had left has left, whatever happens meanwhile");
}
