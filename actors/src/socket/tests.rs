//! A connection's rules, as tables and as properties: the effects of each event.

mod asks;
mod bench;
mod entering;
mod granted;
mod grants;
mod hosted;
mod life;
mod numbers;
mod properties;
mod restarts;
mod stage;
mod timelines;
mod turns;

use bench::*;

use super::{
    budget::Charge,
    rules::{Event, Purpose, Without},
};
use crate::{
    messages::socket::{Credential, Disconnect, FromUser, RoomEvent, SessionEnd},
    ports::{RevocationScope, TokenError},
    protocol::{
        Close, Code, Entry, LeaveReason, LoginId, SessionId,
        encode::chat_data,
        server::{Refusal, ResumeFailure},
    },
};

const SIGNALING: Without = Without { signaling: true, media: false, history: false };

#[test]
fn hello_is_verified_then_welcomed() {
    let mut bench = Bench::opened();
    assert_eq!(bench.sends(r#"{"type":"hello","data":{"token":"t"}}"#), ["verify t resume false"]);
    let verified = Event::Verified(Purpose::Hello(None), Ok(identity(1)));
    assert_eq!(bench.wants(verified), ["attach to 1", "welcome 1"]);
    assert_eq!(bench.sends(r#"{"type":"hello","data":{"token":"t"}}"#), ["send error bad_message"]);
}

#[test]
fn every_token_carrier_leads_to_one_verification() {
    let mut by_header = Bench::opened();
    assert_eq!(by_header.wants(Event::Opened(Credential::Token("h".into()))), ["verify h resume false"]);
    let mut by_cookie = Bench::opened();
    assert_eq!(by_cookie.wants(Event::Opened(Credential::Cookie("c".into()))), [""; 0]);
    assert_eq!(by_cookie.sends(r#"{"type":"hello","data":{}}"#), ["verify c resume false"]);
    let mut by_hello = Bench::opened();
    by_hello.wants(Event::Opened(Credential::Cookie("c".into())));
    assert_eq!(by_hello.sends(r#"{"type":"hello","data":{"token":"t"}}"#), ["verify t resume false"]);
    assert_eq!(Bench::opened().sends(r#"{"type":"hello","data":{}}"#), ["send error auth_required", "close 4401"]);
}

#[test]
fn an_invalid_token_is_refused_with_its_reason_and_the_connection_closed() {
    for (why, code) in [(TokenError::Expired, "token_expired"), (TokenError::Invalid("x".into()), "auth_invalid")] {
        let wants = Bench::opened().wants(Event::Verified(Purpose::Hello(None), Err(why)));
        assert_eq!(wants, [format!("send error {code}"), "close 4401".to_owned()]);
    }
}

#[test]
fn a_token_that_cannot_be_verified_now_may_be_sent_again() {
    let away = || TokenError::Unavailable("x".into());
    let wants = Bench::opened().wants(Event::Verified(Purpose::Hello(None), Err(away())));
    assert_eq!(wants, ["send error unavailable after 2000 ms", "close 1013"]);
    let wants = Bench::ready().wants(Event::Verified(Purpose::Refresh, Err(away())));
    assert_eq!(wants, ["send error unavailable after 2000 ms"], "the former token is still good");
}

#[test]
fn a_newer_token_replaces_the_old_one_if_it_is_the_same_users() {
    let mut bench = Bench::ready();
    assert_eq!(bench.wants(Event::Verified(Purpose::Refresh, Ok(identity(1)))), ["refresh 1"]);
    assert_eq!(bench.wants(Event::Verified(Purpose::Refresh, Ok(identity(2)))), ["send error forbidden"]);
    assert_eq!(bench.wants(Event::Verified(Purpose::Refresh, Err(TokenError::Expired))), ["send error token_expired"]);
    assert_eq!(bench.wants(Event::FromUser(FromUser::Restarted)), ["attach to 1"]);
}

#[test]
fn what_may_be_sent_depends_on_the_phase() {
    let join = join_room();
    type Make = fn() -> Bench;
    let table: [(Make, &str, &str); 10] = [
        (Bench::opened, &join, "send error auth_required"),
        (Bench::opened, r#"{"type":"heartbeat"}"#, "send heartbeat_ack"),
        (Bench::ready, &join, "look up aaa-aaaa-aaa to join"),
        (Bench::ready, r#"{"type":"leave_room"}"#, "send error not_in_room"),
        (Bench::ready, r#"{"type":"chat_message","data":{"content":"x"}}"#, "send error not_in_room"),
        (Bench::ready, r#"{"type":"chat_message","cid":7,"data":{"content":"x"}}"#, "send error not_in_room of 7"),
        (Bench::in_room, &join, "send error already_in_room"),
        (Bench::in_room, r#"{"type":"chat_message","data":{"content":"x"}}"#, "room chat -"),
        (Bench::in_room, r#"{"type":"message","data":{"topic":"x","data":1}}"#, "room chat -"),
        (Bench::in_room, r#"{"type":"token_refresh","data":{"token":"t"}}"#, "verify t to refresh"),
    ];
    for (make, text, wanted) in table {
        assert_eq!(make().sends(text), [wanted], "{text}");
    }
    assert_eq!(Bench::in_room().sends(r#"{"type":"leave_room"}"#), ["room leave Left", "send room_left"]);
}

#[test]
fn every_close_notifies_client_and_room_correctly() {
    let freed = |reason| Bench::from_room(RoomEvent::Ended(SessionEnd::Freed(reason)));
    let table = [
        (Event::Disconnected(Disconnect::Closed(Some(1001))), vec!["room leave Left", "echo Some(1001)"]),
        (Event::Disconnected(Disconnect::Closed(None)), vec!["room leave Left", "echo None"]),
        (Event::Disconnected(Disconnect::Closed(Some(4000))), vec!["room disconnected", "echo Some(4000)"]),
        (Event::Disconnected(Disconnect::Lost), vec!["room disconnected", "end"]),
        (
            Event::Disconnected(Disconnect::Violation(Close::TooBig)),
            vec!["send error payload_too_large", "room disconnected", "close 1009"],
        ),
        (Event::Close(Close::SlowReader), vec!["send error slow_reader", "room disconnected", "close 4530"]),
        (Event::Close(Close::Draining), vec!["send error draining", "room disconnected", "close 1001"]),
        (
            Event::FromUser(FromUser::Close(Close::Forbidden)),
            vec!["send error forbidden", "room leave Kicked", "close 4403"],
        ),
        (
            Event::FromUser(FromUser::Close(Close::Token)),
            vec!["send error token_expired", "room disconnected", "close 4401"],
        ),
        (
            Event::FromUser(FromUser::Revoked(RevocationScope::Session(LoginId::from_u128(1)))),
            vec!["send error auth_invalid", "room leave Left", "close 4401"],
        ),
        (
            Event::FromUser(FromUser::Revoked(RevocationScope::AllBefore(5_001))),
            vec!["send error auth_invalid", "room leave Left", "close 4401"],
        ),
        (Event::FromUser(FromUser::Revoked(RevocationScope::Session(LoginId::from_u128(2)))), vec![]),
        (Event::FromUser(FromUser::Revoked(RevocationScope::AllBefore(5_000))), vec![]),
        (freed(LeaveReason::Replaced), vec!["send error replaced", "close 4409"]),
        (Bench::from_room(RoomEvent::Ended(SessionEnd::Moved)), vec!["send error replaced", "close 4409"]),
        (freed(LeaveReason::Kicked), vec!["send error removed", "close 4403"]),
        (freed(LeaveReason::Banned), vec!["send error banned", "close 4403"]),
        (freed(LeaveReason::Closed), vec!["send room_closed", "send error room_closed", "close 4404"]),
        (freed(LeaveReason::Lost), vec!["send resume_failed SeatGone"]),
        (freed(LeaveReason::Left), vec!["send resume_failed SeatGone"]),
        (Bench::from_room(RoomEvent::Ended(SessionEnd::Gap)), vec!["send resume_failed Gap"]),
        (
            Bench::from_room(RoomEvent::OutcomeUnknown),
            vec!["send error unavailable", "room disconnected", "close 1013"],
        ),
        (Bench::from_room(RoomEvent::ResumeFailed(ResumeFailure::Gap)), vec!["send resume_failed Gap"]),
    ];
    for (event, wanted) in table {
        assert_eq!(Bench::in_room().wants(event), wanted);
    }
}

#[test]
fn every_close_has_a_reason_unless_it_needs_none() {
    for close in Close::ALL {
        let wants = Bench::in_room().wants(Event::Close(*close));
        let explained = wants.iter().any(|want| want.starts_with("send error"));
        assert_eq!(explained, !matches!(close, Close::Normal | Close::RoomGone), "{close:?}: {wants:?}");
        assert_eq!(wants.last(), Some(&format!("close {}", close.number())));
    }
}

// T4
#[test]
fn events_of_another_session_are_dropped() {
    let stranger = SessionId::from_u128(7);
    let entry = || Entry::Message(chat_data("1", ME, "hi", 0));
    let refusal = || Refusal::new(Code::Glare, "");
    let events = || {
        [
            RoomEvent::Deliver(1, entry()),
            RoomEvent::Accepted(1),
            RoomEvent::Held(1),
            RoomEvent::Refused(1, refusal()),
            RoomEvent::JoinRefused(refusal()),
            RoomEvent::ResumeFailed(ResumeFailure::Gap),
            RoomEvent::ResumeUnavailable,
            RoomEvent::OutcomeUnknown,
            RoomEvent::Ended(SessionEnd::Moved),
            RoomEvent::Lost,
            RoomEvent::Restarted,
            RoomEvent::NoRoom,
            resumed(1),
            joined(),
        ]
    };
    for make in [Bench::in_room, Bench::ready, Bench::joining, Bench::resuming] {
        for what in events() {
            let mut bench = make();
            bench.sends(&offer(1));
            assert_eq!(bench.hears_in(stranger, what), [""; 0]);
        }
    }
}

#[test]
fn an_entry_is_delivered_once_and_a_client_cannot_acknowledge_what_was_not_sent() {
    let mut bench = Bench::in_room();
    assert_eq!(bench.hears(chat(1)), ["deliver 1"]);
    assert_eq!(bench.hears(chat(1)), [""; 0]);
    assert_eq!(bench.sends(r#"{"type":"ack","seq":900}"#), ["room acked 1 refused 0"]);
    assert_eq!(bench.sends(r#"{"type":"ack","seq":1}"#), [""; 0]);
}

#[test]
fn a_degraded_node_notifies_a_client_once_it_is_authenticated() {
    let mut bench = Bench::opened();
    assert_eq!(bench.wants(Event::Degraded(SIGNALING)), [""; 0]);
    let verified = Event::Verified(Purpose::Hello(None), Ok(identity(1)));
    assert_eq!(bench.wants(verified), ["attach to 1", "welcome 1", r#"send degraded ["signaling"]"#]);
    assert_eq!(bench.wants(Event::Degraded(SIGNALING)), [""; 0]);
    let both = Without { media: true, ..SIGNALING };
    assert_eq!(bench.wants(Event::Degraded(both)), [r#"send degraded ["signaling", "media"]"#]);
    let chat = Without { history: true, ..Without::default() };
    assert_eq!(bench.wants(Event::Degraded(chat)), [r#"send degraded ["history"]"#]);
    assert_eq!(bench.wants(Event::Degraded(Without::default())), ["send degraded []"]);
}

#[test]
fn each_loss_in_the_ledger_is_reported() {
    let mut bench = Bench::in_room();
    bench.wants(Event::Degraded(Without { history: true, ..Without::default() }));
    for _ in 0..2 {
        assert_eq!(
            bench.hears(RoomEvent::Lost),
            [r#"send degraded ["history"] lost"#],
            "what is missing stays missing"
        );
    }
}

// T8
#[test]
fn a_flood_is_closed_and_a_spent_budget_refuses() {
    let mut bench = Bench::in_room();
    assert_eq!(
        bench.sends_for(r#"{"type":"heartbeat"}"#, Charge::Refused(100)),
        ["send error rate_limited after 100 ms"]
    );
    let closed = ["send error rate_limited after 90 ms", "room disconnected", "close 4529"];
    assert_eq!(bench.sends_for(r#"{"type":"heartbeat"}"#, Charge::Flood(90)), closed);
    assert_eq!(Bench::in_room().wants(Event::Pinged(vec![1], Charge::Granted)), ["pong 1"]);
    assert_eq!(Bench::in_room().wants(Event::Pinged(vec![], Charge::Refused(1))), [""; 0]);
    assert_eq!(Bench::in_room().wants(Event::Pinged(vec![], Charge::Flood(90))), closed);
    assert_eq!(Bench::in_room().wants(Event::Ponged(vec![], Charge::Flood(90))), closed);
}
