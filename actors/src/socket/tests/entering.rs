//! Joining and resuming, and messages that wait meanwhile.

use super::*;
use crate::{
    messages::socket::Lookup,
    ports::Unavailable,
    protocol::{Attributes, Member, UserId},
};

fn member(user: u128) -> Member {
    let user = UserId::from_u128(user);
    Member { user, name: "y".into(), session: SESSION, order: 1, connected: true, attributes: Attributes::default() }
}

#[test]
fn a_join_handles_every_answer() {
    let lookup = || Lookup::Join(room(), None);
    let asked = || {
        let mut bench = Bench::ready();
        bench.sends(&join_room());
        bench
    };
    assert_eq!(asked().wants(found(lookup())), ["open room join"]);
    let missing = Event::Found(lookup(), Ok(None), FRESH);
    assert_eq!(asked().wants(missing), ["charge Miss", "send error room_not_found"]);
    let unavailable = Event::Found(lookup(), Err(Unavailable), FRESH);
    assert_eq!(asked().wants(unavailable), ["send error unavailable after 1000 ms"]);
    let mut full = Bench::joining();
    assert_eq!(full.hears(RoomEvent::JoinRefused(Refusal::new(Code::RoomFull, ""))), ["send error room_full"]);
    assert_eq!(full.sends(&join_room()), ["look up aaa-aaaa-aaa to join"], "one may try again");
}

#[test]
fn a_join_is_charged_for_each_notified_member() {
    let members = vec![member(2), member(3), member(4)];
    let joined = RoomEvent::Joined {
        seat: crate::protocol::SeatId { order: 9, fence: 1 },
        members,
        mode: crate::protocol::server::Mode::Mesh,
        replaced: true,
        media: None,
        policy: None,
        attributes: Attributes::default(),
    };
    assert_eq!(Bench::joining().hears(joined), ["charge Members(3)", "send room_joined rev 9", "charge Takeover"]);
}

#[test]
fn a_connection_that_ends_while_it_joins_leaves_no_seat_behind() {
    let mut bench = Bench::joining();
    assert_eq!(bench.wants(Event::Disconnected(Disconnect::Lost)), ["room disconnected", "end"]);
    assert_eq!(bench.hears(joined()), [""; 0]);
    let mut looking_up = Bench::ready();
    looking_up.sends(&join_room());
    assert_eq!(looking_up.wants(Event::Disconnected(Disconnect::Lost)), ["end"]);
    assert_eq!(looking_up.wants(found(Lookup::Join(room(), None))), [""; 0]);
}

#[test]
fn messages_that_depend_on_a_join_wait_in_order() {
    let mut bench = Bench::joining();
    for text in [offer(1), say(2), r#"{"type":"leave_room"}"#.to_owned(), join_room(), say(1)] {
        assert_eq!(bench.sends(&text), [""; 0]);
    }
    assert_eq!(bench.sends(r#"{"type":"heartbeat"}"#), ["send heartbeat_ack"], "what does not depend on it goes first");
    assert_eq!(bench.messages.count(), 5);
    let wanted = [
        "charge Members(0)",
        "send room_joined rev 3",
        "room offer 1",
        "room chat 2",
        "room leave Left",
        "send room_left",
        "look up aaa-aaaa-aaa to join",
    ];
    assert_eq!(bench.hears(joined()), wanted);
    assert_eq!(bench.messages.count(), 1, "the last one waits for the next join");
    bench.wants(found(Lookup::Join(room(), None)));
    assert_eq!(bench.hears(joined()), ["charge Members(0)", "send room_joined rev 3", "room chat 1"]);
}

#[test]
fn a_refused_join_refuses_waiting_messages() {
    let mut bench = Bench::joining();
    bench.sends(&offer(1));
    bench.sends_for(&say(2), Charge::Refused(100));
    let wanted = ["send error room_full", "send error not_in_room of 1", "send error rate_limited of 2 after 100 ms"];
    assert_eq!(bench.hears(RoomEvent::JoinRefused(Refusal::new(Code::RoomFull, ""))), wanted);
    assert_eq!(bench.messages.count(), 0);
}

#[test]
fn a_resume_is_answered_then_replayed() {
    let mut bench = Bench::ready();
    assert_eq!(bench.sends(&hello_again()), ["look up aaa-aaaa-aaa to resume"]);
    assert_eq!(bench.wants(found(Lookup::Resume(resume()))), ["open room resume 3 after 4"]);
    assert_eq!(bench.sends(&offer(10)), [""; 0]);
    let replay = vec![(5, Entry::Joined(member(2).into())), (6, Entry::Joined(member(2).into()))];
    let seat = crate::protocol::SeatId { order: 3, fence: 2 };
    let resumed = resumed_as((seat, replay), vec![member(2)], (9, true));
    let wanted = ["send resumed from 5 last 9 lost", "deliver 5", "deliver 6", "room offer 10"];
    assert_eq!(bench.hears(resumed), wanted);
    for _ in 0..2 {
        assert_eq!(bench.hears(RoomEvent::Lost), ["send degraded [] lost"], "of each loss");
    }
    assert_eq!(bench.sends(SAY), ["room chat -"]);
}

#[test]
fn a_resume_needs_no_database() {
    let mut bench = Bench::ready();
    bench.sends(&hello_again());
    let unavailable = Event::Found(Lookup::Resume(resume()), Err(Unavailable), FRESH);
    assert_eq!(bench.wants(unavailable), ["open unknown room resume 3 after 4"]);
    assert_eq!(bench.hears(resumed(0)), ["send resumed from 5 last 0"]);
}

#[test]
fn a_resume_that_fails_leaves_the_client_free_to_join() {
    let closed = Event::Found(Lookup::Resume(resume()), Ok(None), FRESH);
    let asked = || {
        let mut bench = Bench::ready();
        bench.sends(&hello_again());
        bench
    };
    let table = [
        (asked(), closed, "send resume_failed RoomClosed"),
        (Bench::resuming(), Bench::from_room(RoomEvent::ResumeFailed(ResumeFailure::Gap)), "send resume_failed Gap"),
    ];
    for (mut bench, event, wanted) in table {
        assert_eq!(bench.wants(event), [wanted]);
        assert_eq!(bench.sends(&join_room()), ["look up aaa-aaaa-aaa to join"]);
    }
    let bad = r#"{"type":"hello","data":{"resume":{"resumeToken":"x","seq":0}}}"#;
    assert_eq!(Bench::ready().sends(bad), ["send resume_failed BadToken"]);
    let unavailable = ["send error unavailable", "room disconnected", "close 1013"];
    assert_eq!(Bench::resuming().hears(RoomEvent::ResumeUnavailable), unavailable);
}

#[test]
fn a_missing_answer_times_out() {
    let mut joining = Bench::joining();
    joining.sends(&say(1));
    assert_eq!(joining.wake_at(), joining.now + std::time::Duration::from_secs(10), "to ping");
    let wanted = ["room leave Left", "send error unavailable after 1000 ms", "send error not_in_room of 1", "ping"];
    assert_eq!(joining.later(12).wants(Event::Tick), wanted);
    assert_eq!(joining.hears(joined()), [""; 0]);
    let closed = ["send error unavailable", "room disconnected", "close 1013"];
    assert_eq!(Bench::resuming().later(12).wants(Event::Tick), closed);
    let mut looking_up = Bench::ready();
    looking_up.sends(&join_room());
    assert_eq!(looking_up.later(12).wants(Event::Tick), ["send error unavailable after 1000 ms", "ping"]);
    assert_eq!(looking_up.wants(found(Lookup::Join(room(), None))), [""; 0]);
}
