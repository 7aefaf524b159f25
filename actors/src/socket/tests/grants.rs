//! What a token grants, on the wire.

use super::*;
use crate::{messages::socket::Lookup, protocol::RoomId};

const OURS: &str = r#"{"room":"aaa-aaaa-aaa","join":true}"#;
const SILENT: &str = r#"{"room":"aaa-aaaa-aaa","join":true,"publishChat":false}"#;
const ANOTHER: &str = r#"{"room":"bbb-bbbb-bbb","join":true}"#;
const NOTHING: &str = "{}";
const NOTED: &str = "note join refused forbidden";

/// A connection that is authenticated, or has a seat, with a newer token of these grants.
fn refreshed(mut bench: Bench, claim: &str) -> (Bench, Vec<String>) {
    let wants = bench.wants(Event::Verified(Purpose::Refresh, Ok(granted(claim))));
    (bench, wants)
}

#[test]
fn a_join_needs_the_grant_for_this_room() {
    let (allowed, denied) = (&["look up aaa-aaaa-aaa to join"][..], &[NOTED, "send error forbidden"][..]);
    for (claim, expected) in [
        (OURS, allowed),
        (r#"{"join":true}"#, allowed),
        (ANOTHER, denied),
        (NOTHING, denied),
        (r#"{"admin":true}"#, denied),
    ] {
        let (mut bench, _) = refreshed(Bench::ready(), claim);
        assert_eq!(bench.sends(&join_room()), expected, "{claim}");
    }
    let (mut bench, _) = refreshed(Bench::ready(), ANOTHER);
    let numbered = join_room().replace(r#""data""#, r#""cid":3,"data""#);
    assert_eq!(bench.sends(&numbered), [NOTED, "send error forbidden of 3"]);
}

#[test]
fn a_resume_needs_it_too() {
    let mut bench = Bench::opened();
    let hello = Event::Verified(Purpose::Hello(Some(resume())), Ok(granted(ANOTHER)));
    let expected = ["attach to 1", "welcome 1", NOTED, "send error forbidden", "send resume_failed BadToken"];
    assert_eq!(bench.wants(hello), expected);
    let mut bench = Bench::opened();
    let hello = Event::Verified(Purpose::Hello(Some(resume())), Ok(granted(OURS)));
    assert_eq!(bench.wants(hello), ["attach to 1", "welcome 1", "look up aaa-aaaa-aaa to resume"]);
}

#[test]
fn chat_that_is_not_granted_is_refused_with_its_number_and_the_room_knows() {
    let (mut bench, _) = refreshed(Bench::in_room(), SILENT);
    assert_eq!(bench.sends(&say(1)), ["room skipped 1 forbidden", "send error forbidden of 1"]);
    assert_eq!(bench.sends(SAY), ["send error forbidden"]);
    assert_eq!(bench.sends(&offer(2)), ["room offer 2"], "signals are not chat");
    let (mut bench, _) = refreshed(Bench::ready(), SILENT);
    assert_eq!(bench.sends(SAY), ["send error not_in_room"]);
}

#[test]
fn a_newer_token_applies_its_grants_at_once() {
    assert_eq!(refreshed(Bench::in_room(), OURS).1, ["refresh 1"]);
    let (bench, wants) = refreshed(Bench::in_room(), ANOTHER);
    let noted = "note refused forbidden";
    assert_eq!(wants, ["refresh 1", noted, "send error forbidden", "room leave Kicked", "close 4403"]);
    assert!(bench.connection.is_closed());
    assert_eq!(refreshed(Bench::ready(), NOTHING).1, ["refresh 1"], "who is in no room stays");
}

#[test]
fn a_token_that_comes_while_the_room_is_looked_up_counts() {
    let mut bench = Bench::ready();
    bench.sends(&join_room());
    let (mut bench, wants) = refreshed(bench, ANOTHER);
    assert_eq!(wants, ["refresh 1"]);
    assert_eq!(bench.wants(found(Lookup::Join(room(), None))), [NOTED, "send error forbidden"]);
}

#[test]
fn who_is_moved_leaves_and_is_told_where_to_go_once() {
    let another: RoomId = "bbb-bbbb-bbb".parse().expect("a room");
    let moved = |from, to| Event::FromUser(FromUser::Move(from, to));
    let mut bench = Bench::in_room();
    assert_eq!(bench.wants(moved(another, room())), [""; 0], "it is not in that room");
    assert_eq!(bench.wants(moved(room(), another)), ["room leave Left", "send moved to bbb-bbbb-bbb"]);
    assert_eq!(bench.wants(moved(room(), another)), [""; 0]);
    assert_eq!(bench.sends(&join_room()), ["look up aaa-aaaa-aaa to join"], "the socket is open");
}

#[test]
fn whoever_hides_says_nothing() {
    let (mut bench, _) = refreshed(Bench::in_room(), r#"{"join":true,"hidden":true}"#);
    assert_eq!(bench.sends(&say(1)), ["room skipped 1 forbidden", "send error forbidden of 1"]);
}
