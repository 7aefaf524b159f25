//! A restart of a room's cell delays messages but loses none, and takes a bounded number of attempts.

use super::*;
use crate::{
    messages::{Key, socket::Lookup},
    ports::Unavailable,
    protocol::{RoomId, UserId},
};

const RESEAT: [&str; 1] = ["look up aaa-aaaa-aaa to reseat"];

fn found_again(bench: &mut Bench) -> Vec<String> {
    bench.wants(found(Lookup::Reseat(SESSION)))
}

#[test]
fn unsettled_messages_are_resent_once_and_the_client_does_not_notice() {
    let mut bench = Bench::in_room();
    bench.sends(&offer(1));
    bench.sends(&offer(2));
    bench.sends_for(&say(3), Charge::Refused(7));
    bench.hears(RoomEvent::Accepted(1));
    bench.hears(chat(1));
    assert_eq!(bench.hears(RoomEvent::Restarted), RESEAT);
    assert_eq!(bench.sends(&offer(4)), [""; 0], "kept for the room");
    assert_eq!(bench.sends_for(&say(5), Charge::Refused(7)), ["send error rate_limited of 5 after 7 ms"]);
    assert_eq!(found_again(&mut bench), ["open room resume 3 after 1"]);
    let wanted = ["room skipped 3 rate_limited", "room skipped 5 rate_limited", "room offer 2", "room offer 4"];
    assert_eq!(bench.hears(resumed(1)), wanted);
    assert_eq!(bench.sends(&offer(6)), ["room offer 6"]);
    let closed = ["send error internal", "room disconnected", "close 1011"];
    assert_eq!(bench.hears(RoomEvent::Restarted), closed, "2 may be what the room fails over, or in the ledger");
}

#[test]
fn an_unnumbered_message_is_not_resent() {
    let mut bench = Bench::in_room();
    bench.sends(SAY);
    bench.hears(RoomEvent::Restarted);
    found_again(&mut bench);
    assert_eq!(bench.hears(resumed(0)), ["send error internal"]);
    assert_eq!(bench.messages.count(), 0);
}

// T12
#[test]
fn consecutive_restarts_are_bounded_and_reset_by_a_settled_message() {
    let mut bench = Bench::in_room();
    for tag in 1..=9 {
        assert_eq!(bench.hears(RoomEvent::Restarted), RESEAT);
        found_again(&mut bench);
        bench.hears(resumed(0));
        bench.sends(&offer(tag));
        bench.hears(RoomEvent::Accepted(tag));
    }
    for _ in 0..3 {
        assert_eq!(bench.hears(RoomEvent::Restarted), RESEAT);
    }
    assert_eq!(bench.hears(RoomEvent::Restarted), ["send error internal", "room disconnected", "close 1011"]);
}

// T12
#[test]
fn retries_of_a_join_or_resume_are_bounded() {
    let mut joining = Bench::joining();
    let mut resuming = Bench::resuming();
    for _ in 0..3 {
        assert_eq!(joining.hears(RoomEvent::Restarted), ["look up aaa-aaaa-aaa to join"]);
        assert_eq!(joining.wants(found(Lookup::Join(room(), None))), ["open room join"]);
        assert_eq!(resuming.hears(RoomEvent::Restarted), ["look up aaa-aaaa-aaa to resume"]);
        assert_eq!(resuming.wants(found(Lookup::Resume(resume()))), ["open room resume 3 after 4"]);
    }
    assert_eq!(joining.hears(RoomEvent::Restarted), ["room leave Left", "send error internal"]);
    assert_eq!(joining.sends(&join_room()), ["look up aaa-aaaa-aaa to join"]);
    assert_eq!(resuming.hears(RoomEvent::Restarted), ["send error internal", "room disconnected", "close 1011"]);
}

// T9
#[test]
fn every_lookup_after_a_restart_ends() {
    let mut joining = Bench::joining();
    joining.hears(RoomEvent::Restarted);
    let gone = Event::Found(Lookup::Join(room(), None), Ok(None), FRESH);
    assert_eq!(joining.wants(gone), ["charge Miss", "room leave Left", "send error room_not_found"]);
    assert_eq!(joining.sends(&join_room()), ["look up aaa-aaaa-aaa to join"]);

    let reseat = |found| Event::Found(Lookup::Reseat(SESSION), found, FRESH);
    let mut in_room = Bench::in_room();
    in_room.hears(RoomEvent::Restarted);
    assert_eq!(in_room.wants(reseat(Ok(None))), ["send resume_failed RoomClosed"]);
    assert_eq!(in_room.sends(&join_room()), ["look up aaa-aaaa-aaa to join"]);

    let mut unavailable = Bench::in_room();
    unavailable.hears(RoomEvent::Restarted);
    assert_eq!(unavailable.wants(reseat(Err(Unavailable))), ["open unknown room resume 3 after 0"]);
    let closed = ["send error unavailable", "room disconnected", "close 1013"];
    assert_eq!(unavailable.later(12).wants(Event::Tick), closed, "no answer arrived");

    assert_eq!(Bench::in_room().wants(reseat(Ok(None))), [""; 0], "there was no request");
}

#[test]
fn a_loss_in_the_ledger_during_a_restart_leads_to_a_resume_that_resynchronises() {
    let mut bench = Bench::in_room();
    bench.hears(RoomEvent::Restarted);
    found_again(&mut bench);
    let seat = crate::protocol::SeatId { order: 3, fence: 2 };
    let replay = vec![(1, Entry::Message(chat_data("1", ME, "hi", 0)))];
    let resumed = resumed_as((seat, replay), vec![], (0, true));
    assert_eq!(bench.hears(resumed), ["send error unavailable", "room disconnected", "close 1013"]);
}

#[test]
fn a_room_that_ended_without_a_word_is_as_one_that_has_restarted_however_many_say_so() {
    let lost = || Event::Lost(Key::Room(room()));
    let mut bench = Bench::in_room();
    bench.sends(&offer(1));
    bench.sends(&offer(2));
    assert_eq!(bench.hears(RoomEvent::NoRoom), RESEAT);
    assert_eq!((bench.hears(RoomEvent::NoRoom), bench.wants(lost())), (vec![], vec![]));
    assert_eq!(found_again(&mut bench), ["open room resume 3 after 0"]);
    assert_eq!(bench.hears(resumed(0)), ["room offer 1", "room offer 2"]);

    assert_eq!(Bench::in_room().wants(lost()), RESEAT);
    assert_eq!(Bench::joining().wants(lost()), ["look up aaa-aaaa-aaa to join"]);
    assert_eq!(Bench::ready().wants(lost()), [""; 0]);
    assert_eq!(Bench::in_room().wants(Event::Lost(Key::Room(RoomId::from_letters([25; 10])))), [""; 0]);
}

#[test]
fn a_user_that_ended_without_a_word_is_attached_to_again() {
    let attached = Bench::in_room().wants(Event::Lost(Key::User(ME)));
    assert_eq!(attached, ["attach to 1"]);
    assert_eq!(Bench::in_room().wants(Event::Lost(Key::User(UserId::from_u128(9)))), [""; 0]);
}
