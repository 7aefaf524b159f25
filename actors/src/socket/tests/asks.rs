//! Requests to a room's media server: each is answered once, or refused.

use super::*;
use crate::messages::socket::SfuEvent;

fn capabilities(rid: &str) -> String {
    format!(r#"{{"type":"sfu_get_router_capabilities"{rid},"data":{{}}}}"#)
}

fn asks(bench: &mut Bench, rid: u64) -> Vec<String> {
    bench.sends(&capabilities(&format!(r#","rid":{rid}"#)))
}

fn answered(bench: &mut Bench, key: u64) -> Vec<String> {
    bench.hears(RoomEvent::Sfu(Box::new(SfuEvent::Answered(key, Ok("{}".into())))))
}

#[test]
fn a_request_is_answered_once_with_its_number() {
    let mut bench = Bench::in_room();
    assert_eq!(asks(&mut bench, 7), ["room sfu 7 in 0"]);
    assert_eq!(answered(&mut bench, 8), [""; 0], "nobody has asked that");
    assert_eq!(answered(&mut bench, 7), ["send sfu_get_router_capabilities Some(7) {}"]);
    assert_eq!(answered(&mut bench, 7), [""; 0]);
    asks(&mut bench, 7);
    let refusal = Refusal::new(Code::MediaUnavailable, "").after_ms(1_500);
    let refused = RoomEvent::Sfu(Box::new(SfuEvent::Answered(7, Err(refusal))));
    assert_eq!(bench.hears(refused), ["send error media_unavailable of request 7 after 1500 ms"]);
}

#[test]
fn only_so_many_are_open_each_with_a_number_of_its_own() {
    let mut bench = Bench::in_room();
    (1..=7).for_each(|rid| assert_eq!(asks(&mut bench, rid).len(), 1));
    assert_eq!(asks(&mut bench, 7), ["send error bad_message of request 7"]);
    assert_eq!(bench.sends(&capabilities("")).len(), 1, "one of each kind needs no number");
    assert_eq!(bench.sends(&capabilities("")), ["send error bad_message"]);
    assert_eq!(asks(&mut bench, 9), ["send error media_limit of request 9"]);
    answered(&mut bench, 3);
    assert_eq!(asks(&mut bench, 9), ["room sfu 9 in 0"]);
}

#[test]
fn outside_a_room_nothing_is_asked() {
    assert_eq!(asks(&mut Bench::ready(), 7), ["send error not_in_room of request 7"]);
}

#[test]
fn a_client_is_answered_although_its_room_was_restarted() {
    let mut bench = Bench::in_room();
    asks(&mut bench, 7);
    let wants = bench.hears(RoomEvent::Restarted);
    assert!(wants.contains(&"send error unavailable of request 7 after 1000 ms".to_owned()), "{wants:?}");
}
