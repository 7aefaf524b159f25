//! A socket's rules, as tables and as properties: what a socket wants done, for what it is told.

mod bench;

use bench::*;

use std::time::Duration;

use proptest::prelude::*;

use super::{
    Command, Credential, Credit, Hangup, UserToSocket,
    rules::{Effect, Event, Purpose, Question, Search},
};
use crate::{
    clock::Moment,
    ports::{TokenError, Unavailable},
    protocol::{
        Close, Code, Entry, LeaveReason, Member, SessionId, UserId, decode,
        encode::chat_data,
        server::{Mode, Refusal, ResumeFailure},
    },
    room::RoomToSocket,
};

#[test]
fn hello_is_verified_then_welcomed() {
    let mut bench = Bench::opened();
    assert_eq!(bench.says(r#"{"type":"hello","data":{"token":"t"}}"#), ["verify t resume false"]);
    let verified = Event::Verified(Purpose::Hello(None), Ok(identity(1)));
    assert_eq!(bench.wants(verified), ["attach to 1", "welcome 1"]);
    assert_eq!(bench.says(r#"{"type":"hello","data":{"token":"t"}}"#), ["send error bad_message"]);
}

#[test]
fn every_way_to_bring_a_token_ends_in_one_verification() {
    let mut by_header = Bench::opened();
    assert_eq!(by_header.wants(Event::Opened(Credential::Token("h".into()))), ["verify h resume false"]);
    let mut by_cookie = Bench::opened();
    assert_eq!(by_cookie.wants(Event::Opened(Credential::Cookie("c".into()))), [""; 0]);
    assert_eq!(by_cookie.says(r#"{"type":"hello","data":{}}"#), ["verify c resume false"]);
    let mut by_hello = Bench::opened();
    by_hello.wants(Event::Opened(Credential::Cookie("c".into())));
    assert_eq!(by_hello.says(r#"{"type":"hello","data":{"token":"t"}}"#), ["verify t resume false"]);
    assert_eq!(Bench::opened().says(r#"{"type":"hello","data":{}}"#), ["send error auth_required", "close 4401"]);
}

#[test]
fn a_bad_token_is_said_so_and_closed() {
    for (why, code) in [(TokenError::Expired, "token_expired"), (TokenError::Invalid("x".into()), "auth_invalid")] {
        let wants = Bench::opened().wants(Event::Verified(Purpose::Hello(None), Err(why)));
        assert_eq!(wants, [format!("send error {code}"), "close 4401".to_owned()]);
    }
}

#[test]
fn what_may_be_said_depends_on_how_far_one_is() {
    let join = format!(r#"{{"type":"join_room","data":{{"roomId":"{}"}}}}"#, room());
    type Make = fn() -> Bench;
    let table: [(Make, &str, &str); 9] = [
        (Bench::opened, &join, "send error auth_required"),
        (Bench::opened, r#"{"type":"heartbeat"}"#, "send heartbeat_ack"),
        (Bench::ready, &join, "find aaa-aaaa-aaa to join"),
        (Bench::ready, r#"{"type":"leave_room"}"#, "send error not_in_room"),
        (Bench::ready, r#"{"type":"chat_message","data":{"content":"x"}}"#, "send error not_in_room"),
        (Bench::in_room, &join, "send error already_in_room"),
        (Bench::in_room, r#"{"type":"chat_message","data":{"content":"x"}}"#, "room chat 1"),
        (Bench::in_room, r#"{"type":"leave_room"}"#, "room leave Left"),
        (Bench::in_room, r#"{"type":"token_refresh","data":{"token":"t"}}"#, "verify t to refresh"),
    ];
    for (make, text, wanted) in table {
        assert_eq!(make().says(text), [wanted], "{text}");
    }
}

#[test]
fn a_join_meets_every_answer() {
    let join = Search::Join(room(), Some(3));
    assert_eq!(Bench::ready().wants(found(join)), ["room join"]);
    assert_eq!(Bench::ready().wants(Event::Found(join, Ok(None), (STAY, 5))), ["send error room_not_found"]);
    assert_eq!(Bench::ready().wants(Event::Found(join, Err(Unavailable), (STAY, 5))), ["send error unavailable"]);
    let mut full = Bench::ready();
    full.wants(found(join));
    assert_eq!(full.hears(RoomToSocket::JoinRefused(Refusal::new(Code::RoomFull, ""))), ["send error room_full"]);
    assert_eq!(full.wants(found(join)), ["room join"], "one may try again");
}

#[test]
fn a_socket_that_ends_while_it_joins_leaves_no_seat_behind() {
    let mut bench = Bench::ready();
    bench.wants(found(Search::Join(room(), None)));
    assert_eq!(bench.told(Command::Hangup(Hangup::Lost)), ["room socket lost", "end"]);
    assert_eq!(bench.hears(RoomToSocket::Joined { session: STAY, rev: 1, members: vec![], mode: Mode::Mesh }), [""; 0]);
}

#[test]
fn every_end_says_the_right_thing_to_client_and_room() {
    let table = [
        (Command::Hangup(Hangup::Closed(Some(1001))), vec!["room leave Left", "echo Some(1001)"]),
        (Command::Hangup(Hangup::Closed(None)), vec!["room leave Left", "echo None"]),
        (Command::Hangup(Hangup::Closed(Some(4000))), vec!["room socket lost", "echo Some(4000)"]),
        (Command::Hangup(Hangup::Lost), vec!["room socket lost", "end"]),
        (
            Command::Hangup(Hangup::Violation(Close::TooBig)),
            vec!["send error payload_too_large", "room socket lost", "close 1009"],
        ),
        (Command::Close(Close::SlowReader), vec!["send error slow_reader", "room socket lost", "close 4530"]),
        (Command::Close(Close::Draining), vec!["send error draining", "room socket lost", "close 1001"]),
        (
            Command::FromUser(UserToSocket::Close(Close::Forbidden)),
            vec!["send error forbidden", "room leave Kicked", "close 4403"],
        ),
        (
            Command::FromUser(UserToSocket::Close(Close::Token)),
            vec!["send error token_expired", "room socket lost", "close 4401"],
        ),
        (
            Command::FromRoom(RoomToSocket::Ended(STAY, LeaveReason::Replaced)),
            vec!["send error replaced", "close 4409"],
        ),
        (
            Command::FromRoom(RoomToSocket::Ended(STAY, LeaveReason::Closed)),
            vec!["send room_closed", "send error room_closed", "close 4404"],
        ),
        (Command::FromRoom(RoomToSocket::Ended(STAY, LeaveReason::Lost)), vec!["send resume_failed SeatGone"]),
    ];
    for (command, wanted) in table {
        assert_eq!(Bench::in_room().told(command), wanted);
    }
}

#[test]
fn every_close_has_words_unless_it_needs_none() {
    for close in Close::ALL {
        let wants = Bench::in_room().told(Command::Close(*close));
        let explained = wants.iter().any(|want| want.starts_with("send error"));
        assert_eq!(explained, !matches!(close, Close::Normal | Close::RoomGone), "{close:?}: {wants:?}");
        assert_eq!(wants.last(), Some(&format!("close {}", close.number())));
    }
}

#[test]
fn entries_of_other_stays_and_repeats_are_not_delivered() {
    let mut bench = Bench::in_room();
    assert_eq!(bench.hears(chat(1)), ["deliver 1"]);
    assert_eq!(bench.hears(chat(1)), [""; 0]);
    let stranger = RoomToSocket::Deliver(SessionId::from_u128(7), 2, Entry::Message(chat_data("1", ME, "hi", 0)));
    assert_eq!(bench.hears(stranger), [""; 0]);
}

#[test]
fn acks_wait_for_company_but_not_longer_than_a_second() {
    let mut bench = Bench::in_room();
    assert_eq!(bench.says(&offer(1)), ["room Offer 1"]);
    assert_eq!(bench.hears(RoomToSocket::Accepted(1)), ["settled"]);
    assert_eq!(bench.session.wake_at(), bench.now + Duration::from_secs(1));
    assert_eq!(bench.later(1).told(Command::Tick), ["send ack 1"]);
    for cid in 2..=40 {
        bench.says(&offer(cid));
        let wanted = if cid == 33 { vec!["send ack 33", "settled"] } else { vec!["settled"] };
        assert_eq!(bench.hears(RoomToSocket::Accepted(cid)), wanted, "{cid}");
    }
}

#[test]
fn a_message_holds_a_credit_until_it_is_settled_or_held() {
    let mut bench = Bench::in_room();
    for cid in 1..=3 {
        bench.says(&offer(cid));
    }
    assert_eq!(bench.mailboxes.count(), 3);
    bench.hears(RoomToSocket::Accepted(1));
    bench.hears(RoomToSocket::Held(2));
    bench.hears(RoomToSocket::Refused(3, Refusal::new(Code::Glare, "")));
    assert_eq!(bench.mailboxes.count(), 0);
}

#[test]
fn a_restarted_room_is_told_again_what_it_did_not_answer_and_only_once() {
    let mut bench = Bench::in_room();
    bench.says(&offer(1));
    bench.says(&offer(2));
    bench.hears(RoomToSocket::Accepted(1));
    let resumed = || RoomToSocket::Resumed { session: STAY, members: vec![], replay: vec![], said: 1 };
    assert_eq!(bench.hears(RoomToSocket::Restarted(room())), ["find aaa-aaaa-aaa to resume after 0"]);
    assert_eq!(bench.hears(resumed()), ["room Offer 2"]);
    bench.hears(RoomToSocket::Restarted(room()));
    assert_eq!(bench.hears(resumed()), ["send error internal"], "what fells a room twice is refused");
}

#[test]
fn a_resume_is_answered_then_replayed() {
    let mut bench = Bench::ready();
    let token = format!("{}.{STAY}.{:032x}", room(), 5);
    let hello = format!(r#"{{"type":"hello","data":{{"resume":{{"resumeToken":"{token}","seq":4}}}}}}"#);
    assert_eq!(bench.says(&hello), ["find aaa-aaaa-aaa to resume after 4"]);
    let Some(search) = search_of(&mut bench, &hello) else { panic!("a search") };
    assert_eq!(bench.wants(found(search)), ["room resume after 4"]);
    let member = Member { user: UserId::from_u128(2), name: "y".into(), session: STAY, rev: 1, on: true };
    let replay = vec![(5, Entry::Joined(member.clone())), (6, Entry::Joined(member.clone()))];
    let resumed = RoomToSocket::Resumed { session: STAY, members: vec![member], replay, said: 9 };
    assert_eq!(bench.hears(resumed), ["send resumed from 5", "deliver 5", "deliver 6"]);
    assert_eq!(bench.says(r#"{"type":"chat_message","data":{"content":"x"}}"#), ["room chat 10"], "numbers go on");
    let mut failed = Bench::ready();
    failed.wants(found(search));
    assert_eq!(failed.hears(RoomToSocket::ResumeFailed(ResumeFailure::Gap)), ["send resume_failed Gap"]);
}

/// The search that a hello asks for.
fn search_of(bench: &mut Bench, hello: &str) -> Option<Search> {
    let credit = Credit::take(&bench.intake)?;
    let told = Event::Told(Command::Received(decode(hello), credit));
    let effects = bench.session.handle(told, Moment { at: bench.now, unix_ms: 0 });
    effects
        .into_iter()
        .find_map(|effect| if let Effect::Ask(Question::Find(search)) = effect { Some(search) } else { None })
}

#[test]
fn a_silent_socket_is_pinged_then_closed_and_a_pong_acknowledges() {
    let mut bench = Bench::in_room();
    bench.hears(chat(1));
    assert_eq!(bench.later(10).told(Command::Tick), ["ping 1"]);
    assert_eq!(bench.told(Command::Ponged(1_u64.to_be_bytes().to_vec())), ["room acked 1"]);
    assert_eq!(bench.later(10).told(Command::Tick), ["ping 1"]);
    assert_eq!(bench.told(Command::Ponged(b"rubbish".to_vec())), [""; 0]);
    bench.says(r#"{"type":"heartbeat"}"#);
    assert_eq!(bench.later(10).told(Command::Tick), ["ping 1"]);
    let closed = ["send error timeout", "room socket lost", "close 4508"];
    assert_eq!(bench.later(10).told(Command::Tick), closed, "the last ping was not answered");
    assert_eq!(Bench::in_room().later(30).told(Command::Tick), closed, "no heartbeat");
    assert_eq!(Bench::opened().later(5).told(Command::Tick), ["send error timeout", "close 4508"], "no hello");
}

#[test]
fn a_client_cannot_acknowledge_what_was_not_sent() {
    let mut bench = Bench::in_room();
    bench.hears(chat(1));
    assert_eq!(bench.says(r#"{"type":"ack","seq":900}"#), ["room acked 1"]);
    assert_eq!(bench.says(r#"{"type":"ack","seq":1}"#), [""; 0]);
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(r#"{"type":"hello","data":{"token":"t"}}"#.to_owned()),
        Just(format!(r#"{{"type":"join_room","data":{{"roomId":"{}"}}}}"#, room())),
        Just(r#"{"type":"leave_room"}"#.to_owned()),
        Just(r#"{"type":"heartbeat"}"#.to_owned()),
        (1..9_u64).prop_map(offer),
        (0..9_u64).prop_map(|seq| format!(r#"{{"type":"ack","seq":{seq}}}"#)),
        ".{0,20}",
    ]
}

fn any_answer() -> impl Strategy<Value = RoomToSocket> {
    prop_oneof![
        Just(()).prop_map(|()| RoomToSocket::Joined { session: STAY, rev: 1, members: vec![], mode: Mode::Mesh }),
        (0..9_u64).prop_map(|said| RoomToSocket::Resumed { session: STAY, members: vec![], replay: vec![], said }),
        (1..9_u64).prop_map(RoomToSocket::Accepted),
        (1..9_u64).prop_map(RoomToSocket::Held),
        (1..9_u64).prop_map(chat),
        Just(()).prop_map(|()| RoomToSocket::Restarted(room())),
        Just(()).prop_map(|()| RoomToSocket::Ended(STAY, LeaveReason::Lost)),
    ]
}

proptest! {
    /// Whatever comes, in whatever order: nothing panics, and after the end nothing is wanted.
    #[test]
    fn rules_are_total(steps in prop::collection::vec((any_text(), any_answer(), 0..4_u64), 0..40)) {
        let mut bench = Bench::ready();
        bench.may_read(1_000);
        let mut over = false;
        for (text, answer, seconds) in steps {
            bench.later(seconds);
            for wants in [bench.says(&text), bench.hears(answer), bench.wants(found(Search::Join(room(), None))), bench.told(Command::Tick)] {
                prop_assert!(!over || wants.is_empty(), "{wants:?}");
                over |= wants.iter().any(|want| want.starts_with("close") || want.starts_with("echo") || want == "end");
            }
        }
    }
}
