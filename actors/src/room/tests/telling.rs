//! What members tell of themselves, and that it is told again after a loss.

use std::time::Duration;

use super::bench::*;
use crate::{
    ledger::{Audited, ResumedSeat, Sent},
    messages::room::{Message, Reply, Said},
    protocol::{Attributes, Kind, attributes::Changes},
};

const SECOND: Duration = Duration::from_secs(1);

fn tells(from: u64, cid: u64, changes: &[(&str, Option<&str>)]) -> Message {
    let changed: Changes = changes.iter().map(|(name, value)| ((*name).into(), value.map(Into::into))).collect();
    let (number, payload) = (number(cid), payload(Kind::AttributesChanged));
    Message::Said(Box::new(Said { from: seat(from), number, to: None, payload, changes: Some(changed) }))
}

fn taken() -> Result<Sent, crate::ledger::Failure> {
    Ok(Sent::Appended(vec![]))
}

/// The ledger has lost something, and the seats of members 1 to `local` are claimed again; what follows once all agree.
fn after_a_loss(bench: &mut Bench, local: u64) -> Vec<String> {
    bench.told(Message::Epoch(2));
    let held = |count: u64| (0..count).map(|_| held(vec![])).collect::<Vec<Audited>>();
    let seats: Vec<_> = (1..=local).map(id).collect();
    bench.answer(Reply::Claim(seats.clone(), claimed(2, held(local))));
    bench.pass(3 * SECOND);
    bench.answer(Reply::Audit(seats, Ok(held(local))));
    bench.answer(Reply::Members(Ok((1..=local).map(member).collect())))
}

#[test]
fn a_change_goes_to_all_others_and_too_much_is_refused() {
    let mut bench = Bench::with_members(2, 2);
    assert_eq!(bench.told(tells(1, 1, &[("hand", Some("up"))])), ["call broadcast from 1 as 1 hand=up"]);
    assert_eq!(bench.sent(1, taken()), ["tell 1 accepted 101"]);
    bench.told(tells(1, 2, &[("role", Some("chair"))]));
    assert_eq!(bench.sent(1, Ok(Sent::TooMany)), ["tell 1 refused 102 payload_too_large"]);
}

#[test]
fn too_much_is_refused_also_when_it_was_unknown_whether_it_was_applied() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(tells(1, 1, &[("role", Some("chair"))]));
    bench.sent(1, Err(unknown(10)));
    assert_eq!(bench.pass(SECOND), ["call broadcast from 1 as 1 role=chair"], "it is repeated");
    assert_eq!(bench.sent(1, Ok(Sent::TooMany)), ["tell 1 refused 101 payload_too_large"]);
}

#[test]
fn after_a_loss_everybody_is_told_again_what_the_ledger_had_taken() {
    let mut bench = Bench::with_members(2, 2);
    for (cid, changes) in
        [(1, [("hand", Some("up")), ("role", Some("chair"))]), (2, [("hand", None), ("b", Some("2"))])]
    {
        bench.told(tells(1, cid, &changes));
        bench.sent(1, taken());
    }
    bench.told(tells(1, 3, &[("never", Some("taken"))]));
    bench.sent(1, Ok(Sent::TooMany));
    assert_eq!(after_a_loss(&mut bench, 2), ["call broadcast from 1 b=2 -hand role=chair"], "2 tells nothing");
    assert_eq!(bench.sent(1, taken()), ["tell 1 accepted 0"], "the tag of no message of a socket");
    assert_eq!(bench.told(chat(1, 4)), ["call broadcast from 1 as 4 skipped 3 payload_too_large"], "the line goes on");
}

#[test]
fn a_session_that_was_resumed_after_a_loss_tells_again_what_the_ledger_knows() {
    let mut bench = Bench::new();
    bench.told(Message::Resume(resume(1, 1, 0)));
    let attributes = Attributes::of_token(Some("m"));
    let answer = ResumedSeat { epoch: 2, lost: true, members: vec![], attributes, ..resumed(1) };
    bench.answer(Reply::Resume(resume(1, 1, 0), resumed_seat(answer)));
    bench.room.compact(bench.now);
    let seat = crate::protocol::SeatId { order: 1, fence: 2 };
    bench.answer(Reply::Claim(vec![seat], claimed(2, vec![held(vec![])])));
    bench.pass(3 * SECOND);
    bench.answer(Reply::Audit(vec![seat], Ok(vec![held(vec![])])));
    let wants = bench.answer(Reply::Members(Ok(vec![member(1)])));
    assert_eq!(wants, ["call broadcast from 1 metadata=m"]);
}
