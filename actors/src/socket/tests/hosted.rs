//! What hosts want done, what members tell of themselves, and how those who are removed are told.

use super::*;

const LOCK: &str = r#"{"type":"set_room","cid":1,"data":{"locked":true}}"#;
const END: &str = r#"{"type":"end_room","data":{}}"#;

fn acted(tag: u64, result: Result<(), Refusal>) -> Event {
    Event::Acted(SESSION, tag, result)
}

#[test]
fn a_power_takes_its_number_and_is_settled_by_its_answer() {
    let mut bench = Bench::in_room();
    assert_eq!(bench.sends(LOCK), ["act 1 set_room"]);
    assert_eq!(bench.sends(r#"{"type":"chat_message","cid":2,"data":{"content":"hi"}}"#), ["room chat 2"]);
    assert_eq!(bench.hears(RoomEvent::Accepted(2)), ["settled"], "the first one is not settled");
    assert_eq!(bench.wants(acted(1, Ok(()))), ["settled"]);
    assert_eq!(bench.later(1).wants(Event::Tick).first().map(String::as_str), Some("send ack 2"));
    assert_eq!(bench.wants(acted(1, Ok(()))), [""; 0], "once");
}

#[test]
fn a_refusal_names_the_number_and_without_one_it_is_told_all_the_same() {
    let mut bench = Bench::in_room();
    bench.sends(LOCK);
    let not_host = || Err(Refusal::new(Code::NotHost, "no"));
    assert_eq!(bench.wants(acted(1, not_host())), ["send error not_host of 1"]);
    assert_eq!(bench.sends(END), ["act 2 end_room"]);
    assert_eq!(bench.wants(acted(2, not_host())), ["send error not_host"]);
    assert_eq!(bench.sends(LOCK), ["send error out_of_order of 1"], "a number counts once");
}

#[test]
fn the_answer_for_an_earlier_session_is_nobodys() {
    let mut bench = Bench::in_room();
    bench.sends(LOCK);
    assert_eq!(bench.wants(Event::Acted(SessionId::from_u128(1), 1, Ok(()))), [""; 0]);
    bench.hears(RoomEvent::Ended(SessionEnd::Freed(LeaveReason::Lost)));
    assert_eq!(bench.wants(acted(1, Ok(()))), [""; 0]);
}

#[test]
fn outside_a_room_nobody_is_a_host_and_tells_nothing() {
    let set = r#"{"type":"set_attributes","cid":1,"data":{"attributes":{"hand":"up"}}}"#;
    for text in [LOCK, END, set] {
        let refused = Bench::ready().sends(text).remove(0);
        assert!(refused.starts_with("send error not_in_room"), "{refused}");
    }
    assert_eq!(Bench::in_room().sends(set), ["room chat 1"], "to all others");
    let mut joining = Bench::joining();
    assert_eq!(joining.sends(LOCK), [""; 0], "it waits for the seat");
    assert_eq!(joining.hears(joined()).last().map(String::as_str), Some("act 1 set_room"));
}

#[test]
fn what_a_host_wants_done_is_not_repeated_to_a_restarted_room() {
    let mut bench = Bench::in_room();
    bench.sends(LOCK);
    bench.hears(RoomEvent::Restarted);
    bench.wants(found(crate::messages::socket::Lookup::Reseat(SESSION)));
    assert_eq!(bench.hears(resumed(0)), [""; 0]);
    assert_eq!(bench.wants(acted(1, Ok(()))), ["settled"]);
}

#[test]
fn whoever_is_removed_is_told_whether_for_good() {
    for (reason, code) in [(LeaveReason::Kicked, "removed"), (LeaveReason::Banned, "banned")] {
        let told = Bench::in_room().hears(RoomEvent::Ended(SessionEnd::Freed(reason)));
        assert_eq!(told, [format!("send error {code}"), "close 4403".to_owned()]);
    }
}
