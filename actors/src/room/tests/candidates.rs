//! Roles, early candidates, and what waits for what.

use std::{sync::Arc, time::Duration};

use super::bench::*;
use crate::{
    bytes::Pressure,
    ledger::Sent,
    messages::room::{Message, Number},
    protocol::{Kind, Message as Payload},
    room::rules::step::{Effect, LedgerCall},
};

#[test]
fn the_earlier_offers_the_later_answers_and_nobody_else() {
    let table = [
        (1, 2, Kind::Offer, "call send offer from 1 to 2 as 5"),
        (2, 1, Kind::Offer, "tell 2 refused 105 glare"),
        (2, 1, Kind::Answer, "call send answer from 2 to 1 as 5"),
        (1, 2, Kind::Answer, "tell 1 refused 105 glare"),
        (2, 1, Kind::Renegotiate, "call send renegotiate from 2 to 1 as 5"),
        (1, 3, Kind::Offer, "tell 1 refused 105 peer_not_found"),
        (1, 1, Kind::Offer, "tell 1 refused 105 peer_not_found"),
    ];
    for (from, to, kind, wanted) in table {
        assert_eq!(Bench::with_members(2, 2).told(signal(from, to, 5, kind)), [wanted], "{from} → {to} {kind:?}");
    }
}

#[test]
fn a_member_on_another_node_is_as_good_as_one_here() {
    let mut bench = Bench::with_members(2, 1);
    assert_eq!(bench.told(signal(1, 2, 1, Kind::Offer)), ["call send offer from 1 to 2 as 1"]);
}

#[test]
fn early_candidates_travel_with_their_description_and_are_accepted_with_it() {
    let mut bench = Bench::with_members(2, 2);
    for cid in [1, 2] {
        assert_eq!(bench.told(signal(1, 2, cid, Kind::IceCandidate)), [format!("tell 1 held {}", cid + 100)]);
    }
    let wanted = "call send offer+ice_candidate+ice_candidate from 1 to 2 as 3 released 1 released 2";
    assert_eq!(bench.told(signal(1, 2, 3, Kind::Offer)), [wanted]);
    assert_eq!(bench.told(signal(1, 2, 4, Kind::IceCandidate)), NOTHING, "it waits for its turn");
    let appended = (1..=3).map(|seq| push(2, seq, chat_entry())).collect();
    let told = [
        "tell 2 deliver 1",
        "tell 2 deliver 2",
        "tell 2 deliver 3",
        "tell 1 accepted 103",
        "tell 1 accepted 101",
        "tell 1 accepted 102",
        "call send ice_candidate from 1 to 2 as 4",
    ];
    assert_eq!(bench.sent(1, Ok(Sent::Appended(appended))), told);
    assert_eq!(bench.told(signal(2, 1, 1, Kind::IceCandidate)), ["tell 2 held 101"], "the other way still waits");
    assert_eq!(bench.room.candidate_bytes(), 2);
}

#[test]
fn a_message_that_overtakes_waiting_candidates_does_not_make_them_duplicates() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(signal(2, 1, 1, Kind::IceCandidate));
    let wanted = "call send renegotiate from 2 to 1 as 2 skipped 1 waits";
    assert_eq!(bench.told(signal(2, 1, 2, Kind::Renegotiate)), [wanted]);
    bench.sent(2, Ok(Sent::Appended(vec![])));
    let wanted = "call send answer+ice_candidate from 2 to 1 as 3 released 1";
    assert_eq!(bench.told(signal(2, 1, 3, Kind::Answer)), [wanted], "it is told once");
    assert_eq!(bench.sent(2, Ok(Sent::Appended(vec![]))), ["tell 2 accepted 103", "tell 2 accepted 101"]);
    assert_eq!(bench.told(chat(2, 4)), ["call broadcast from 2 as 4"], "nothing is skipped any more");
}

#[test]
fn candidates_that_waited_stay_when_their_description_could_not_be_sent() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(signal(1, 2, 1, Kind::IceCandidate));
    bench.told(signal(1, 2, 2, Kind::Offer));
    bench.pass(Duration::from_secs(1));
    let wants = bench.sent(1, Err(not_applied(1_000)));
    assert_eq!(wants, ["tell 1 refused 102 unavailable after 1000"]);
    let wanted = "call send offer+ice_candidate from 1 to 2 as 3 skipped 2 unavailable released 1";
    assert_eq!(bench.told(signal(1, 2, 3, Kind::Offer)), [wanted]);
}

#[test]
fn a_candidate_gives_up_when_its_peer_leaves() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(signal(1, 2, 1, Kind::IceCandidate));
    let wants = bench.told(pushed(push(1, 2, left(2))));
    assert_eq!(wants[..2], ["tell 1 refused 101 peer_not_found", "tell 1 deliver 2"]);
    assert_eq!(bench.room.candidate_bytes(), 0);
}

#[test]
fn a_candidate_gives_up_when_its_time_is_over() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(signal(1, 2, 1, Kind::IceCandidate));
    let within = bench.limits.candidates_within;
    let before = bench.pass(within - Duration::from_millis(1));
    assert!(before.iter().all(|wanted| wanted.starts_with("call audit")), "{before:?}");
    assert_eq!(bench.pass(Duration::from_millis(1)), ["tell 1 refused 101 candidates_overflow"]);
    assert_eq!(bench.room.candidate_bytes(), 0);
}

#[test]
fn a_description_that_is_under_way_takes_its_candidates_out_of_time() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(signal(1, 2, 1, Kind::IceCandidate));
    bench.now += bench.limits.candidates_within - Duration::from_millis(1);
    bench.told(signal(1, 2, 2, Kind::Offer));
    bench.now += Duration::from_millis(2);
    let wants = bench.told(Message::Tick);
    assert!(wants.iter().all(|wanted| wanted.starts_with("call audit")), "{wants:?}");
    assert_eq!(bench.sent(1, Ok(Sent::Appended(vec![]))), ["tell 1 accepted 102", "tell 1 accepted 101"]);
}

#[test]
fn a_pair_holds_so_many_candidates_and_another_pair_as_many() {
    let mut bench = Bench::with_members(3, 3);
    bench.limits.candidates_max = 2;
    for (to, cid, wanted) in [
        (2, 1, "tell 1 held 101"),
        (2, 2, "tell 1 held 102"),
        (2, 3, "tell 1 refused 103 candidates_overflow"),
        (3, 4, "tell 1 held 104"),
    ] {
        assert_eq!(bench.told(signal(1, to, cid, Kind::IceCandidate)), [wanted]);
    }
}

// T7
#[test]
fn a_member_holds_so_many_bytes_of_candidates_to_all_others_together() {
    let mut bench = Bench::with_members(3, 3);
    let bytes = bench.limits.candidates_bytes_max;
    for (to, cid, wanted) in [(2, 1, "tell 1 held 101"), (3, 2, "tell 1 refused 102 candidates_overflow")] {
        bench.limits.candidate_bytes_max = bytes;
        let data = format!("{{\"a\":\"{}\"}}", "x".repeat(bytes / 2));
        let candidate = Payload { kind: Kind::IceCandidate, data: data.as_str().into() };
        assert_eq!(bench.told(said(seat(1), number(cid), Some(user(to)), candidate)), [wanted]);
    }
    let wanted = "call send offer+ice_candidate from 1 to 2 as 3 skipped 2 candidates_overflow released 1";
    assert_eq!(bench.told(signal(1, 2, 3, Kind::Offer)), [wanted], "calls go on");
}

#[test]
fn a_candidate_is_bounded_in_bytes_and_none_waits_when_memory_is_short() {
    let mut bench = Bench::with_members(2, 2);
    bench.limits.candidate_bytes_max = 10;
    let large = Payload { kind: Kind::IceCandidate, data: "{\"a\":\"12345\"}".into() };
    let large = said(seat(1), number(1), Some(user(2)), large);
    assert_eq!(bench.told(large), ["tell 1 refused 101 payload_too_large"]);
    bench.pressure = Pressure::ShedAbsent;
    assert_eq!(bench.told(signal(1, 2, 2, Kind::IceCandidate)), ["tell 1 refused 102 candidates_overflow"]);
    let wanted = "call send offer from 1 to 2 as 3 skipped 1 payload_too_large skipped 2 candidates_overflow";
    assert_eq!(bench.told(signal(1, 2, 3, Kind::Offer)), [wanted], "calls go on");
    bench.sent(1, Ok(Sent::Appended(vec![])));
    assert_eq!(bench.told(signal(1, 2, 4, Kind::IceCandidate)), ["call send ice_candidate from 1 to 2 as 4"]);
}

#[test]
fn load_is_shed_by_class_chat_first() {
    let mut bench = Bench::with_members(2, 2);
    bench.pressure = Pressure::ShedChat;
    assert_eq!(bench.told(chat(1, 1)), ["tell 1 refused 101 unavailable after 1000"]);
    bench.pressure = Pressure::ShedAll;
    assert_eq!(bench.told(signal(1, 2, 2, Kind::Offer)), ["tell 1 refused 102 unavailable after 1000"]);
}

#[test]
fn unnumbered_candidates_wait_as_well_and_skip_nothing() {
    let mut bench = Bench::with_members(2, 2);
    let unnumbered = |tag, kind| said(seat(1), Number { tag, cid: None }, Some(user(2)), payload(kind));
    assert_eq!(bench.told(unnumbered(1, Kind::IceCandidate)), ["tell 1 held 1"]);
    assert_eq!(bench.told(unnumbered(2, Kind::Offer)), ["call send offer+ice_candidate from 1 to 2"]);
    assert_eq!(bench.sent(1, Ok(Sent::Appended(vec![]))), ["tell 1 accepted 2", "tell 1 accepted 1"]);
}

#[test]
fn candidates_do_not_rely_on_a_description_whose_outcome_nobody_can_tell() {
    let mut bench = Bench::with_members(2, 1);
    let unnumbered = |tag, kind| said(seat(1), Number { tag, cid: None }, Some(user(2)), payload(kind));
    bench.told(unnumbered(1, Kind::Offer));
    assert_eq!(bench.sent(1, Err(unknown(50))), ["tell 1 accepted 1"], "at most once");
    assert_eq!(bench.told(signal(1, 2, 1, Kind::IceCandidate)), ["tell 1 held 101"], "perhaps it was not applied");
    let wanted = "call send offer+ice_candidate from 1 to 2 as 1";
    assert_eq!(bench.told(unnumbered(2, Kind::Offer)), [wanted], "the candidate has a number: both can be repeated");
    assert_eq!(bench.sent(1, Err(unknown(50))), NOTHING);
    assert_eq!(bench.pass(Duration::from_millis(50)), [wanted]);
    assert_eq!(bench.sent(1, Ok(Sent::Duplicate)), ["tell 1 accepted 2", "tell 1 accepted 101"]);
}

#[test]
fn a_shared_message_is_not_copied_on_its_way() {
    let data: Arc<str> = "{}".into();
    let mut bench = Bench::with_members(2, 2);
    let message = Payload { kind: Kind::Offer, data: Arc::clone(&data).into() };
    let told = said(seat(1), number(1), Some(user(2)), message);
    let effects = bench.effects(told);
    let [Effect::Call(LedgerCall::Send(send))] = effects.as_slice() else { panic!("one send is asked") };
    assert!(Arc::ptr_eq(send.messages[0].data.rest(), &data));
}
