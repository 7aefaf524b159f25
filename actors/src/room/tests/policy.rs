//! Who may join, as the host has decided.

use super::bench::*;
use crate::{
    ledger::{Ended, Joined},
    messages::room::{Message, Reply},
    ports::{RoomPolicy, RoomSettings},
    protocol::{Guests, LeaveReason},
};

/// The settings of a room of host 1, with this lock and these bans.
fn ruled(revision: u64, locked: bool, banned: &[u64]) -> Message {
    let banned = banned.iter().copied().map(user).collect();
    let policy = RoomPolicy { host: user(1), locked, guests: Guests::No, name: "".into(), banned };
    Message::SettingsChanged(RoomSettings { policy: Some(policy.into()), revision, ..settings() })
}

#[test]
fn whoever_is_banned_is_not_seated_and_does_not_stay() {
    let mut bench = Bench::with_members(3, 2);
    assert_eq!(
        bench.told(ruled(2, false, &[2, 3])),
        ["call evict 2 up to 2 Banned"],
        "who is here; others know of theirs"
    );
    let banned = ended(2, Ended::Freed(LeaveReason::Banned));
    assert_eq!(bench.answer(Reply::Fact(1, Ok(vec![banned]))), ["tell 2 ended Freed(Banned)"]);
    assert_eq!(bench.told(Message::Join(join(2))), ["tell 2 join refused banned"]);
    assert_eq!(bench.told(Message::Join(join(4))), ["call join 4"]);
    assert_eq!(bench.told(ruled(3, false, &[])), NOTHING);
    assert_eq!(bench.told(Message::Join(join(2))), ["call join 2"], "the ban is lifted");
}

#[test]
fn a_ban_that_overtakes_a_join_or_a_resume_holds() {
    let mut bench = Bench::new();
    bench.told(Message::Join(join(2)));
    assert_eq!(bench.told(ruled(2, false, &[2])), NOTHING, "there is no seat yet");
    let wants = bench.answer(Reply::Join(join(2), Ok(seated(2, vec![]))));
    assert_eq!(wants, ["tell 2 joined as 2 beside 1", "call evict 2 up to 2 Banned"]);
    let mut bench = Bench::new();
    bench.told(Message::Resume(resume(2, 2, 0)));
    bench.told(ruled(2, false, &[2]));
    let wants = bench.answer(Reply::Resume(resume(2, 2, 0), resumed_seat(resumed(2))));
    assert_eq!(wants.last().map(String::as_str), Some("call evict 2 up to 2 Banned"));
}

#[test]
fn a_locked_room_takes_nobody_new_but_its_host() {
    let mut bench = Bench::new();
    bench.told(ruled(2, true, &[]));
    assert_eq!(bench.told(Message::Join(join(2))), ["call join 2 again at most"], "the ledger knows who has a seat");
    assert_eq!(bench.answer(Reply::Join(join(2), Ok(Joined::Full))), ["tell 2 join refused room_locked"]);
    assert_eq!(bench.told(Message::Join(join(1))), ["call join 1"], "the host");
    assert_eq!(bench.answer(Reply::Join(join(1), Ok(Joined::Full))), ["tell 1 join refused room_full"]);
    assert_eq!(bench.told(Message::Resume(resume(3, 3, 0))), ["call resume 3"]);
    bench.told(ruled(3, false, &[]));
    assert_eq!(bench.told(Message::Join(join(2))), ["call join 2"]);
}

#[test]
fn an_older_reading_unlocks_nothing() {
    let mut bench = Bench::new();
    bench.told(ruled(3, true, &[]));
    bench.told(ruled(2, false, &[]));
    assert_eq!(bench.told(Message::Join(join(2))), ["call join 2 again at most"]);
}
