//! Rooms of mode `auto`: to a media server as they grow, and back as they shrink.

use std::time::Duration;

use super::{
    bench::*,
    media::{host, hosting},
};
use crate::{
    ledger::{Joined, Placed},
    messages::{
        room::{MediaReply, MediaServersChange, Message, Reply},
        socket::RoomEvent,
    },
    ports::{MediaError, RoomSettings},
    protocol::{
        Entry, RoomMode,
        media::{Hosting, MediaNews, MediaReason, RoomMedia},
        server::Mode,
    },
    room::rules::step::Effect,
};

/// The least time between two changes, and for how long a room that could not change waits.
const DWELL: Duration = Duration::from_secs(30);
const AGAIN: Duration = Duration::from_secs(15);
const SHRINKS: &str = "mesh below 3 Shrunk";

impl Bench {
    /// So many members of a room of mode `auto`, in which nobody has come or gone for a while.
    fn auto(members: u64) -> Self {
        let mut bench = Self::new();
        bench.told(Message::SettingsChanged(RoomSettings { mode: RoomMode::Auto, revision: 2, ..settings() }));
        (1..=members).for_each(|user| bench.take_seat(user));
        bench
    }

    /// Three members, and media at `m` in epoch 1.
    fn grown() -> Self {
        let mut bench = Self::auto(3);
        bench.grows(1);
        bench
    }

    /// The room was asked for, and comes to `m` in this epoch.
    fn grows(&mut self, epoch: u64) {
        let asked = self.media(MediaReply::Opened(epoch - 1, Ok(host("m"))));
        assert_eq!(asked, [format!("call place in {} at m/1 Grown", epoch - 1)]);
        assert_eq!(self.wins(hosting(epoch, Some("m"))), ["media hosted at m/1"]);
    }

    /// The ledger answers a room that wants to go back between the browsers.
    fn falls(&mut self, is_won: bool, epoch: u64, at: Option<&str>) -> Vec<String> {
        let placed = Placed { hosting: hosting(epoch, at), is_won, pushes: vec![] };
        self.answer(Reply::Placed(None, Ok(Box::new(placed))))
    }

    /// This member of another node joins; members 1 and 2 are here.
    fn comes(&mut self, user: u64, seq: u64) -> Vec<String> {
        let wants = self.told(pushed(push(1, seq, Entry::Joined(member(user).into()))));
        wants.into_iter().filter(|want| !want.starts_with("tell")).collect()
    }

    fn goes(&mut self, user: u64, seq: u64) -> Vec<String> {
        let wants = self.told(pushed(push(1, seq, left(user))));
        wants.into_iter().filter(|want| !want.starts_with("tell")).collect()
    }

    /// Somebody takes a seat, when the ledger knew this: how media is meant to flow, and how it does in which epoch, as they are told.
    fn enters(&mut self, user: u64, known: Option<Hosting>) -> (Mode, Option<(Mode, u64)>) {
        self.told(Message::Join(join(user)));
        let Joined::Seated { seat, epoch, replaced, pushes, .. } = seated(user, vec![]) else { panic!("a seat") };
        let media = known.map(|hosting| Box::new(RoomMedia { hosting, tracks: vec![] }));
        let joined = Joined::Seated { seat, epoch, members: vec![], replaced, media, pushes };
        let effects = self.effects(Message::Answered(Box::new(Reply::Join(join(user), Ok(joined)))));
        let told = effects.iter().find_map(|effect| {
            let Effect::Tell(_, told) = effect else { return None };
            let RoomEvent::Joined { mode, media, .. } = &told.what else { return None };
            Some((*mode, media.as_ref().map(|seen| (seen.mode, seen.epoch))))
        });
        told.expect("they are told")
    }

    /// What the room wants by itself in so long, but audits.
    fn wants_in(&mut self, time: Duration) -> Vec<String> {
        let mut wants = self.pass(time);
        wants.retain(|want| want.starts_with("media ") || want.starts_with("call place"));
        wants
    }
}

fn none() -> MediaError {
    MediaError::Unavailable { why: "none".into(), retry_after: Duration::ZERO }
}

#[test]
fn two_talk_between_browsers_and_a_third_brings_a_media_server() {
    let mut bench = Bench::auto(2);
    assert_eq!(Bench::auto(0).enters(1, None), (Mode::Mesh, None), "as in every room between browsers");
    assert_eq!(bench.wants_in(Duration::from_secs(60)), NOTHING);
    assert_eq!(bench.comes(3, 2), ["media open in 0"]);
    assert_eq!(bench.comes(4, 3), NOTHING, "once");
    bench.grows(1);
    assert_eq!(bench.wants_in(Duration::from_secs(600)), NOTHING);
}

#[test]
fn a_third_whose_seat_is_here_counts_as_one_elsewhere() {
    let mut bench = Bench::auto(2);
    bench.told(Message::Join(join(3)));
    let wants = bench.answer(Reply::Join(join(3), Ok(seated(3, vec![]))));
    assert_eq!(wants.last().map(String::as_str), Some("media open in 0"), "{wants:?}");
}

#[test]
fn a_room_that_was_small_for_a_while_goes_back_and_leaves_its_media_server_later() {
    let mut bench = Bench::grown();
    bench.told(pushed(push(1, 3, left(3))));
    assert_eq!(bench.wants_in(DWELL - Duration::from_secs(1)), NOTHING);
    assert_eq!(bench.wants_in(Duration::from_secs(2)), [format!("call place in 1 at {SHRINKS}")]);
    assert_eq!(bench.falls(true, 2, None), ["media left"]);
    assert_eq!(bench.wants_in(Duration::from_secs(9)), NOTHING, "browsers use both ways");
    assert_eq!(bench.wants_in(Duration::from_secs(2)), ["media delete room at m/1 up to 2"]);
    assert_eq!(bench.wants_in(Duration::from_secs(60)), NOTHING);
}

#[test]
fn somebody_who_reloads_changes_nothing() {
    let mut bench = Bench::grown();
    let mut seq = 2;
    for user in 4..20 {
        bench.goes(user - 1, seq + 1);
        assert_eq!(bench.wants_in(DWELL - Duration::from_secs(1)), NOTHING);
        assert_eq!(bench.comes(user, seq + 2), NOTHING);
        seq += 2;
    }
    assert_eq!(bench.wants_in(Duration::from_secs(600)), NOTHING);
}

#[test]
fn each_return_is_waited_for_twice_as_long_and_growing_never_waits() {
    let mut bench = Bench::grown();
    let (mut seq, mut epoch, mut waits) = (3, 1, Vec::new());
    for user in 4..9 {
        bench.goes(user - 1, seq);
        let begun = bench.now;
        let asked = std::iter::repeat_with(|| bench.wants_in(Duration::from_secs(1))).find(|wants| !wants.is_empty());
        assert_eq!(asked, Some(vec![format!("call place in {epoch} at {SHRINKS}")]));
        waits.push(bench.now.duration_since(begun).as_secs());
        bench.falls(true, epoch + 1, None);
        assert_eq!(bench.comes(user, seq + 1), [format!("media open in {}", epoch + 1)]);
        bench.grows(epoch + 2);
        bench.pass(Duration::from_secs(11));
        (seq, epoch) = (seq + 2, epoch + 2);
    }
    assert_eq!(waits, [30, 60, 120, 240, 480]);
}

#[test]
fn a_third_who_joins_at_that_moment_wins_and_the_room_asks_again_when_they_have_left() {
    let mut bench = Bench::grown();
    bench.goes(3, 3);
    assert_eq!(bench.wants_in(DWELL).len(), 1);
    assert_eq!(bench.falls(false, 1, Some("m")), NOTHING, "the ledger knows of one more");
    assert_eq!(bench.wants_in(AGAIN - Duration::from_secs(1)), NOTHING);
    assert_eq!(bench.wants_in(Duration::from_secs(2)), [format!("call place in 1 at {SHRINKS}")]);
    bench.falls(false, 1, Some("m"));
    bench.comes(4, 4);
    assert_eq!(bench.wants_in(Duration::from_secs(600)), NOTHING);
}

#[test]
fn somebody_who_asks_the_media_server_while_the_room_shrinks_is_answered_as_it_is_then() {
    for (is_won, epoch, at, wanted) in [
        (true, 2, None, vec!["media left", "tell 1 answered 5 wrong_mode"]),
        (false, 1, Some("m"), vec!["media capabilities 5 at m/1"]),
    ] {
        let mut bench = Bench::grown();
        bench.goes(3, 3);
        bench.wants_in(DWELL);
        assert_eq!(bench.asks_capabilities(1, 5), NOTHING, "it is being decided");
        assert_eq!(bench.falls(is_won, epoch, at), wanted);
    }
}

#[test]
fn without_a_media_server_a_grown_room_stays_between_browsers_and_tries_again() {
    let mut bench = Bench::auto(3);
    for _ in 0..3 {
        assert_eq!(bench.media(MediaReply::Opened(0, Err(none()))), NOTHING);
        assert_eq!(bench.wants_in(AGAIN - Duration::from_secs(1)), NOTHING);
        assert_eq!(bench.wants_in(Duration::from_secs(2)), ["media open in 0"]);
    }
    bench.media(MediaReply::Opened(0, Ok(host("m"))));
    assert_eq!(bench.answer(Reply::Placed(Some(Box::new(host("m"))), Err(not_applied(100)))), NOTHING);
    assert_eq!(bench.wants_in(AGAIN + Duration::from_secs(1)), ["media open in 0"]);
    bench.media(MediaReply::Opened(0, Err(none())));
    bench.goes(3, 3);
    assert_eq!(bench.wants_in(Duration::from_secs(60)), NOTHING, "two need none");
}

#[test]
fn another_node_that_was_faster_is_followed() {
    let mut bench = Bench::auto(3);
    bench.media(MediaReply::Opened(0, Ok(host("m"))));
    let placed = Placed { hosting: hosting(1, Some("n")), is_won: false, pushes: vec![] };
    let wanted = ["media hosted at n/1", "media delete room at m/1 up to 1"];
    assert_eq!(bench.answer(Reply::Placed(Some(Box::new(host("m"))), Ok(Box::new(placed)))), wanted);
    assert_eq!(bench.wants_in(Duration::from_secs(60)), NOTHING);
}

/// Three members, whose media server is lost; media has fallen back in epoch 2, they are told.
fn fallen() -> Bench {
    let mut bench = Bench::grown();
    let news = MediaNews::Changed { hosting: hosting(2, None), reason: MediaReason::MediaUnavailable };
    bench.told(pushed(push(1, 3, Entry::Media(news.into()))));
    bench
}

#[test]
fn a_room_that_has_fallen_comes_back_as_rooms_of_mode_sfu_do_if_it_is_large_enough() {
    let mut bench = fallen();
    let told = fallen().enters(9, Some(hosting(2, None)));
    assert_eq!(told, (Mode::Sfu, Some((Mode::Mesh, 2))), "a newcomer is told that this is not for long");
    assert_eq!(bench.comes(4, 4), NOTHING, "only once a media server was well for a while");
    assert_eq!(bench.servers(MediaServersChange::Back), NOTHING, "not at once");
    bench.pass(DWELL);
    bench.goes(4, 5);
    bench.goes(3, 6);
    assert_eq!(bench.servers(MediaServersChange::Back), NOTHING, "two need none");
    bench.comes(5, 7);
    assert_eq!(bench.servers(MediaServersChange::Back), ["media open in 2"]);
    assert_eq!(bench.media(MediaReply::Opened(2, Ok(host("n")))), ["call place in 2 at n/1 Recovered"]);
}

#[test]
fn the_way_back_of_rooms_that_have_fallen_is_not_for_rooms_that_have_shrunk() {
    let mut bench = Bench::grown();
    let news = MediaNews::Changed { hosting: hosting(2, None), reason: MediaReason::Shrunk };
    bench.told(pushed(push(1, 3, Entry::Media(news.into()))));
    assert_eq!(bench.media(MediaReply::Opened(2, Err(none()))), NOTHING, "it is large again, and there is no server");
    bench.pass(Duration::from_secs(5));
    assert_eq!(bench.servers(MediaServersChange::Back), NOTHING, "it tries by itself");
}

#[test]
fn a_room_that_is_lost_while_it_is_small_goes_elsewhere_or_falls() {
    let mut bench = Bench::grown();
    bench.goes(3, 3);
    assert_eq!(bench.servers(MediaServersChange::Lost(host("m"))), ["media open in 1"]);
    assert_eq!(bench.wants_in(DWELL), NOTHING, "one thing after the other");
    assert_eq!(bench.media(MediaReply::Opened(1, Ok(host("n")))), ["call place in 1 at n/1 MediaLost"]);
    bench.wins(hosting(2, Some("n")));
    assert_eq!(bench.wants_in(DWELL - Duration::from_secs(1)), NOTHING, "it waits anew");
    assert_eq!(bench.wants_in(Duration::from_secs(2)), [format!("call place in 2 at {SHRINKS}")]);
}

#[test]
fn a_hidden_member_counts_where_they_are() {
    let mut bench = Bench::auto(1);
    let mut hidden = join(2);
    hidden.attributes = crate::protocol::Attributes::default().hiding();
    bench.told(Message::Join(hidden.clone()));
    bench.answer(Reply::Join(hidden, Ok(seated(2, vec![]))));
    let wants = bench.comes(3, 1);
    assert_eq!(wants, ["media open in 0"]);
}

#[test]
fn a_room_that_a_node_learns_of_later_shrinks_as_well() {
    let mut bench = Bench::auto(0);
    assert_eq!(bench.enters(2, Some(hosting(4, Some("m")))), (Mode::Sfu, Some((Mode::Sfu, 4))));
    assert_eq!(bench.wants_in(DWELL + Duration::from_secs(1)), [format!("call place in 4 at {SHRINKS}")]);
}

#[test]
fn a_member_whose_join_is_answered_late_is_told_of_each_change_once() {
    let mut bench = Bench::grown();
    assert_eq!(bench.enters(4, None), (Mode::Mesh, None), "the change is in their inbox");
    assert_eq!(bench.enters(5, Some(hosting(1, Some("m")))), (Mode::Sfu, Some((Mode::Sfu, 1))));
}

#[test]
fn nothing_is_asked_for_while_the_node_may_not_deliver() {
    let mut bench = Bench::grown();
    bench.goes(3, 3);
    bench.told(Message::Fence(true));
    assert_eq!(bench.wants_in(DWELL * 2), NOTHING);
    let wants = bench.told(Message::Fence(false));
    assert!(wants.contains(&format!("call place in 1 at {SHRINKS}")), "{wants:?}");
}
