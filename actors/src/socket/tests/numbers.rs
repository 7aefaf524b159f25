//! Outcomes are final: accepted, refused or a duplicate, and only sent messages are acknowledged.

use std::time::Duration;

use super::*;

/// The outcome of an offer's number; the tags are those that this bench has used so far.
fn accepted(tag: u64) -> RoomEvent {
    RoomEvent::Accepted(tag)
}

#[test]
fn acks_wait_for_others_but_not_longer_than_a_second() {
    let mut bench = Bench::in_room();
    assert_eq!(bench.sends(&offer(1)), ["room offer 1"]);
    assert_eq!(bench.hears(accepted(1)), ["settled"]);
    assert_eq!(bench.wake_at(), bench.now + Duration::from_secs(1));
    assert_eq!(bench.later(1).wants(Event::Tick), ["send ack 1"]);
    for cid in 2..=40 {
        bench.sends(&offer(cid));
        let wanted = if cid == 33 { vec!["settled", "send ack 33"] } else { vec!["settled"] };
        assert_eq!(bench.hears(accepted(cid)), wanted, "{cid}");
    }
    assert_eq!(bench.later(1).hears(chat(1)), ["deliver 1", "send ack 40"], "it is sent together with other frames");
}

#[test]
fn an_ack_never_passes_what_is_not_settled() {
    let mut bench = Bench::in_room();
    (1..=4).for_each(|cid| drop(bench.sends(&offer(cid))));
    bench.hears(accepted(1));
    bench.hears(accepted(3));
    assert_eq!(bench.later(1).wants(Event::Tick), ["send ack 1"]);
    bench.hears(RoomEvent::Held(2));
    bench.hears(accepted(4));
    assert_eq!(bench.later(1).wants(Event::Tick), [""; 0], "a candidate that waits for its description is not settled");
    bench.hears(RoomEvent::Refused(2, Refusal::new(Code::CandidatesOverflow, "")));
    assert_eq!(bench.later(1).wants(Event::Tick), ["send ack 4"]);
}

#[test]
fn unnumbered_messages_take_no_number() {
    let mut bench = Bench::in_room();
    assert_eq!(bench.sends(SAY), ["room chat -"]);
    assert_eq!(bench.hears(accepted(1)), ["settled"]);
    assert_eq!(bench.later(1).wants(Event::Tick), [""; 0], "unnumbered messages get no acks");
    assert_eq!([bench.sends(&say(1)), bench.sends(&say(2))], [["room chat 1"], ["room chat 2"]]);
}

#[test]
fn a_number_out_of_order_is_refused_and_not_taken() {
    let mut bench = Bench::in_room();
    assert_eq!(bench.sends(&say(3)), ["send error out_of_order of 3"]);
    assert_eq!(bench.sends(&say(2)), ["send error out_of_order of 2"]);
    assert_eq!(bench.sends(&say(1)), ["room chat 1"]);
    assert_eq!(bench.sends(&say(1)), ["send error out_of_order of 1"]);
    assert_eq!(bench.sends_for(&say(4), Charge::Refused(5)), ["send error out_of_order of 4"]);
    bench.hears(accepted(1));
    assert_eq!(bench.later(1).wants(Event::Tick), ["send ack 1"]);
}

// T5
#[test]
fn a_refusal_of_the_socket_consumes_the_number_and_the_room_remembers_it() {
    let mut bench = Bench::in_room();
    let limited = ["room skipped 1 rate_limited", "send error rate_limited of 1 after 7 ms"];
    assert_eq!(bench.sends_for(&say(1), Charge::Refused(7)), limited);
    let bad = r#"{"type":"offer","cid":2,"data":{}}"#;
    assert_eq!(bench.sends(bad), ["room skipped 2 bad_message", "send error bad_message of 2"]);
    let unknown = r#"{"type":"sfu_offer","cid":3,"data":{}}"#;
    assert_eq!(bench.sends(unknown), ["room skipped 3 unknown_type", "send error unknown_type of 3"]);
    let uncounted = r#"{"type":"join_room","cid":4,"data":{}}"#;
    assert_eq!(bench.sends(uncounted), ["send error bad_message of 4"], "its number only identifies it");
    assert_eq!(bench.sends(&say(4)), ["room chat 4"]);
    assert_eq!(bench.later(1).wants(Event::Tick), ["send ack 3"]);
}

#[test]
fn a_resumed_session_is_acknowledged_from_where_it_continues() {
    let mut bench = Bench::resuming();
    bench.hears(resumed(9));
    assert_eq!(bench.sends(&say(8)), ["room chat 8"]);
    assert_eq!(bench.later(2).wants(Event::Tick), [""; 0], "7 was not sent on this socket");
    assert_eq!(bench.sends(&say(8)), ["send error out_of_order of 8"]);
    assert_eq!(bench.sends(&say(12)), ["room chat 12"], "10 and 11 were refused, and that was forgotten");
    assert_eq!(bench.sends(&say(11)), ["send error out_of_order of 11"]);
    bench.hears(accepted(1));
    assert_eq!(bench.later(1).wants(Event::Tick), ["send ack 11"]);
    bench.hears(accepted(2));
    assert_eq!(bench.later(1).wants(Event::Tick), ["send ack 12"]);
}

#[test]
fn a_pong_confirms_what_was_sent_before_its_ping() {
    let mut bench = Bench::in_room();
    bench.sends_for(&say(1), Charge::Refused(7));
    bench.hears(chat(1));
    assert_eq!(bench.later(10).wants(Event::Tick), ["send ack 1", "ping"]);
    let payload = bench.connection.ping_payload().to_bytes().to_vec();
    bench.sends_for(&say(2), Charge::Refused(7));
    bench.hears(chat(2));
    assert_eq!(bench.wants(Event::Ponged(payload.clone(), Charge::Granted)), ["room acked 1 refused 1"]);
    assert_eq!(bench.wants(Event::Ponged(payload, Charge::Granted)), [""; 0], "no news");
    let payload = bench.connection.ping_payload().to_bytes().to_vec();
    assert_eq!(bench.wants(Event::Ponged(payload, Charge::Granted)), ["room acked 2 refused 2"]);
    assert_eq!(bench.wants(Event::Ponged(b"rubbish".to_vec(), Charge::Granted)), [""; 0]);
}

#[test]
fn a_pong_of_an_earlier_session_confirms_nothing() {
    let mut bench = Bench::in_room();
    (1..=3).for_each(|seq| drop(bench.hears(chat(seq))));
    let payload = bench.connection.ping_payload().to_bytes().to_vec();
    bench.sends(r#"{"type":"leave_room"}"#);
    let other = crate::protocol::SessionId::from_u128(43);
    bench.sends(&join_room());
    let fresh = crate::socket::rules::Fresh { session: other, secret: 6 };
    bench.wants(Event::Found(crate::messages::socket::Lookup::Join(room(), None), Ok(Some(settings())), fresh));
    bench.hears_in(other, joined());
    bench.hears_in(other, chat(1));
    assert_eq!(bench.wants(Event::Ponged(payload, Charge::Granted)), [""; 0]);
}

#[test]
fn unread_refusals_are_bounded() {
    let mut bench = Bench::in_room();
    for cid in 1..=200 {
        let wants = bench.sends_for(&say(cid), Charge::Refused(7));
        let (acks, pings) = (usize::from(cid % 32 == 0), usize::from(cid == 100));
        assert_eq!(wants.len(), 2 + acks + pings, "{cid}: {wants:?}");
        assert_eq!(wants.iter().any(|want| want == "ping"), pings == 1, "half of them are confirmed by a pong at once");
    }
    let wants = bench.sends_for(&say(201), Charge::Refused(7));
    assert_eq!(wants[2..], ["send error rate_limited after 7 ms", "room disconnected", "close 4529"]);
}

#[test]
fn while_nothing_is_settled_messages_to_others_are_refused_and_all_else_is_handled() {
    let mut bench = Bench::in_room();
    assert_eq!(bench.sends(&say(1)), ["room chat 1"]);
    let wants = bench.sends_stalled(&say(2));
    assert_eq!(wants, ["room skipped 2 unavailable", "send error unavailable of 2 after 1000 ms"]);
    assert_eq!(bench.sends_stalled(r#"{"type":"heartbeat"}"#), ["send heartbeat_ack"]);
    assert_eq!(bench.sends_stalled(r#"{"type":"leave_room"}"#), ["room leave Left", "send room_left"]);
}

#[test]
fn the_outcome_of_a_resent_message_is_the_rooms_to_tell() {
    for is_stalled in [true, false] {
        let mut bench = Bench::resuming();
        bench.hears(resumed(3));
        let send = |bench: &mut Bench, cid| match is_stalled {
            true => bench.sends_stalled(&say(cid)),
            false => bench.sends_for(&say(cid), Charge::Refused(7)),
        };
        assert_eq!(send(&mut bench, 3), ["room chat 3"], "accepted or refused before the resume");
        let code = if is_stalled { "unavailable" } else { "rate_limited" };
        assert_eq!(send(&mut bench, 4)[0], format!("room skipped 4 {code}"));
    }
}

#[test]
fn a_message_holds_a_permit_until_it_is_settled_or_held() {
    let mut bench = Bench::in_room();
    (1..=3).for_each(|cid| drop(bench.sends(&offer(cid))));
    assert_eq!(bench.messages.count(), 3);
    bench.hears(accepted(1));
    bench.hears(RoomEvent::Held(2));
    bench.hears(RoomEvent::Refused(3, Refusal::new(Code::Glare, "")));
    assert_eq!(bench.messages.count(), 0);
    bench.sends(r#"{"type":"heartbeat"}"#);
    bench.sends_for(&say(4), Charge::Refused(1));
    assert_eq!(bench.messages.count(), 0);
}
