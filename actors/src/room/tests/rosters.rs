//! What clients know of who is in the room, and how that is repaired after a loss.

use std::time::Duration;

use super::bench::*;
use crate::{
    ledger::{Audited, Push, ResumedSeat},
    messages::room::{Message, Reply},
    protocol::{Entry, Member},
};

const SECOND: Duration = Duration::from_secs(1);

/// Every seat is its holder's, and has missed nothing.
fn nothing_missed(seats: usize) -> Vec<Audited> {
    (0..seats).map(|_| held(vec![])).collect()
}

/// A room in which the seats of members 1 to `local` have just been claimed in the second epoch.
fn claimed_room(count: u64, local: u64) -> Bench {
    let mut bench = Bench::with_members(count, local);
    bench.told(Message::Epoch(2));
    claim(&mut bench, local);
    bench
}

fn claim(bench: &mut Bench, local: u64) {
    let seats = (1..=local).map(id).collect::<Vec<_>>();
    let found = nothing_missed(seats.len());
    bench.answer(Reply::Claim(seats, claimed(2, found)));
}

/// Lets time pass until the room looks at the members; these seats are audited, and these are the members.
fn look(bench: &mut Bench, span: Duration, seats: &[u64], members: &[u64]) -> Vec<String> {
    let wants = bench.pass(span);
    assert_eq!(wants.last().map(String::as_str), Some("call members"), "{wants:?}");
    let seats: Vec<_> = seats.iter().copied().map(id).collect();
    bench.answer(Reply::Audit(seats.clone(), Ok(nothing_missed(seats.len()))));
    bench.answer(Reply::Members(Ok(members.iter().copied().map(member).collect())))
}

fn entries(to: u64, first: u64, entries: Vec<Entry>) -> Vec<Push> {
    (first..).zip(entries).map(|(seq, entry)| Push { epoch: 2, ..push(to, seq, entry) }).collect()
}

#[test]
fn once_an_epoch_has_settled_each_client_is_told_what_it_does_not_know() {
    let mut bench = claimed_room(3, 2);
    assert_eq!(bench.pass(2 * SECOND), ["call audit 1:2/0 2:1/0"], "the room's rhythm goes on");
    assert_eq!(look(&mut bench, SECOND, &[1, 2], &[1, 2, 4]), NOTHING, "news may be on their way");
    let wants = look(&mut bench, SECOND, &[1, 2], &[1, 2, 4]);
    assert_eq!(wants, ["call repair 1 -3 +4", "call repair 2 -3 +4"]);
    let news = || vec![left(3), Entry::Joined(member(4).into())];
    assert_eq!(bench.answer(Reply::Repair(Ok(entries(1, 3, news())))), ["tell 1 deliver 3", "tell 1 deliver 4"]);
    assert_eq!(bench.answer(Reply::Repair(Err(unknown(100)))), NOTHING);
    let wants = look(&mut bench, SECOND, &[1, 2], &[1, 2, 4]);
    assert_eq!(wants, ["call repair 2 -3 +4"], "until it has arrived");
    bench.answer(Reply::Repair(Ok(entries(2, 2, news()))));
    assert_eq!(look(&mut bench, SECOND, &[1, 2], &[1, 2, 4]), NOTHING);
    assert!(!bench.pass(5 * SECOND).contains(&"call members".to_owned()), "they agree");
}

#[test]
fn who_joins_in_the_new_epoch_is_not_told_of_those_who_left_before() {
    let mut bench = claimed_room(3, 1);
    assert_eq!(look(&mut bench, 3 * SECOND, &[1], &[1]), NOTHING);
    bench.told(Message::Join(join(4)));
    let members = vec![member(1)];
    let joined =
        crate::ledger::Joined::Seated { seat: id(4), epoch: 2, members, replaced: None, media: None, pushes: vec![] };
    bench.answer(Reply::Join(join(4), Ok(joined)));
    bench.told(pushed(Push { epoch: 2, ..push(1, 3, Entry::Joined(member(4).into())) }));
    let wants = look(&mut bench, SECOND, &[1, 4], &[1, 4]);
    assert_eq!(wants, ["call repair 1 -2 -3"], "4 was told that only 1 is there");
}

#[test]
fn who_resumes_while_the_epoch_settles_is_told_of_those_who_were_claimed_later() {
    let mut bench = claimed_room(2, 1);
    bench.told(Message::Resume(resume(3, 3, 0)));
    let seat = crate::protocol::SeatId { order: 3, fence: 2 };
    let answer = ResumedSeat { seat, epoch: 2, members: vec![member(1)], lost: true, ..resumed(3) };
    bench.answer(Reply::Resume(resume(3, 3, 0), resumed_seat(answer)));
    let look_at = |bench: &mut Bench, span| {
        bench.pass(span);
        bench.answer(Reply::Audit(vec![id(1), seat], Ok(nothing_missed(2))));
        bench.answer(Reply::Members(Ok(vec![member(1), member(2), member(3)])))
    };
    assert_eq!(look_at(&mut bench, 3 * SECOND), NOTHING);
    assert_eq!(look_at(&mut bench, SECOND), ["call repair 1 +3", "call repair 3 +2"]);
}

#[test]
fn who_resumes_where_nobody_saw_the_loss_is_compared_too() {
    let mut bench = Bench::new();
    bench.told(Message::Resume(resume(1, 1, 0)));
    let answer = ResumedSeat { epoch: 2, lost: true, ..resumed(1) };
    let wants = bench.answer(Reply::Resume(resume(1, 1, 0), resumed_seat(answer)));
    assert_eq!(
        wants[1], "call claim [1 at 0 sent 0 heard] facts 0",
        "its answer says when the epoch will have settled"
    );
    let seat = crate::protocol::SeatId { order: 1, fence: 2 };
    bench.answer(Reply::Claim(vec![seat], claimed(2, nothing_missed(1))));
    assert_eq!(bench.pass(3 * SECOND).last().map(String::as_str), Some("call members"));
}

#[test]
fn a_client_that_has_missed_news_which_were_lost_resumes() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(pushed(joined_push(1, 3)));
    bench.told(Message::Epoch(2));
    claim(&mut bench, 2);
    let wants = look(&mut bench, 3 * SECOND, &[1, 2], &[1, 2, 3]);
    assert_eq!(wants, ["tell 2 roster unknown"], "1 knows 3, the ledger does not know that 2 was not told");
    bench.told(Message::Disconnected(seat(2)));
    assert_eq!(look(&mut bench, SECOND, &[1], &[1, 2, 3]), NOTHING);
    assert!(!bench.pass(5 * SECOND).contains(&"call members".to_owned()), "they agree");
}

#[test]
fn nothing_is_repaired_that_came_by_itself() {
    let mut bench = claimed_room(2, 1);
    assert_eq!(look(&mut bench, 3 * SECOND, &[1], &[1, 2, 3]), NOTHING);
    bench.told(pushed(Push { epoch: 2, ..joined_push(1, 3) }));
    assert_eq!(look(&mut bench, SECOND, &[1], &[1, 2, 3]), NOTHING);
}

#[test]
fn nothing_is_compared_that_was_not_audited_before() {
    let mut bench = claimed_room(2, 1);
    let members = || Ok::<Vec<Member>, _>(vec![member(1), member(2), member(3)]);
    for span in [3 * SECOND, SECOND, SECOND] {
        assert!(bench.pass(span).contains(&"call members".to_owned()));
        bench.answer(Reply::Audit(vec![id(1)], Err(not_applied(100))));
        assert_eq!(bench.answer(Reply::Members(members())), NOTHING, "news of 3 may be in the inbox");
    }
}
