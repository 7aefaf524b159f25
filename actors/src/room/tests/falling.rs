//! Rooms whose media falls back to the browsers before it was ever placed, and who may join them then.

use std::time::Duration;

use super::{
    bench::*,
    media::{host, hosting},
};
use crate::{
    ledger::{Joined, Placed, SeatsMax},
    messages::room::{MediaReply, Message, Reply},
    ports::{MediaError, RoomSettings},
    protocol::{
        Entry, RoomMode,
        media::{MediaNews, MediaReason},
    },
    room::rules::step::{Effect, LedgerCall},
};

const FALLS: &str = "call place in 0 at mesh below 4 MediaUnavailable";

fn away() -> MediaReply {
    MediaReply::Opened(0, Err(MediaError::Unavailable { why: "none".into(), retry_after: Duration::ZERO }))
}

fn full() -> MediaReply {
    MediaReply::Opened(0, Err(MediaError::Full { why: "full".into(), retry_after: Duration::ZERO }))
}

impl Bench {
    /// So many members, the first of whom has found no media server.
    fn without_server(members: u64) -> Self {
        let mut bench = Self::unplaced(members);
        assert_eq!(bench.asks_capabilities(1, 1), ["media open in 0"]);
        assert_eq!(bench.media(away()), ["tell 1 answered 1 media_unavailable after 0"]);
        bench
    }

    /// How many seats there may be, as the ledger is asked when this user joins.
    fn seats_max(&mut self, user: u64) -> SeatsMax {
        let effects = self.effects(Message::Join(join(user)));
        let asked = effects.iter().find_map(|effect| {
            if let Effect::Call(LedgerCall::Join(_, terms)) = effect { Some(terms.max) } else { None }
        });
        asked.expect("the ledger is asked")
    }
}

#[test]
fn few_members_who_find_no_media_server_for_three_seconds_talk_between_browsers() {
    let mut bench = Bench::without_server(2);
    assert_eq!(bench.asks_in(2), NOTHING);
    bench.asks_capabilities(2, 5);
    assert_eq!(bench.media(away()), ["tell 2 answered 5 media_unavailable after 0"], "not yet");
    assert_eq!(bench.asks_in(2), ["media open in 0"], "once more, whether somebody asks or not");
    assert_eq!(bench.media(away()), [FALLS]);
    let fallen = Placed { hosting: hosting(1, None), is_won: true, pushes: vec![] };
    assert_eq!(bench.answer(Reply::Placed(None, Ok(Box::new(fallen)))), ["media fallen"]);
    assert_eq!(bench.asks_capabilities(1, 6), ["tell 1 answered 6 wrong_mode"]);
    assert_eq!(bench.asks_in(60), NOTHING);
}

#[test]
fn a_media_server_that_is_found_in_time_is_used() {
    let mut bench = Bench::without_server(2);
    assert_eq!(bench.asks_in(4), ["media open in 0"]);
    assert_eq!(bench.media(MediaReply::Opened(0, Ok(host("m")))), ["call place in 0 at m/1 Placed"]);
    assert_eq!(bench.wins(hosting(1, Some("m"))), ["media hosted at m/1"]);
    assert_eq!(bench.asks_in(60), NOTHING);
}

#[test]
fn many_members_and_those_who_find_full_servers_wait() {
    let mut bench = Bench::without_server(4);
    assert_eq!(bench.asks_in(4), ["media open in 0"]);
    assert_eq!(bench.media(away()), NOTHING, "browsers carry no more");
    assert_eq!(bench.asks_in(60), NOTHING, "clients ask again");

    let mut bench = Bench::without_server(2);
    assert_eq!(bench.asks_in(4), ["media open in 0"]);
    assert_eq!(bench.media(full()), NOTHING, "there are media servers");
    bench.asks_capabilities(1, 2);
    assert_eq!(bench.media(away()), ["tell 1 answered 2 media_unavailable after 0"], "it is counted anew");
}

#[test]
fn nothing_falls_while_nobody_is_there_or_the_node_may_not_deliver() {
    let mut bench = Bench::without_server(2);
    bench.told(Message::Fence(true));
    assert_eq!(bench.asks_in(60), NOTHING);
    bench.told(Message::Fence(false));
    bench.asks_capabilities(1, 2);
    assert_eq!(bench.media(away()), ["tell 1 answered 2 media_unavailable after 0"], "it is counted anew");
}

/// Room for twelve, of this mode.
fn large(mode: RoomMode) -> Bench {
    let mut bench = Bench::new();
    let settings = RoomSettings { mode, participants_max: 12, revision: 2, ..settings() };
    bench.told(Message::SettingsChanged(settings));
    bench
}

#[test]
fn browsers_take_fewer_than_a_media_server() {
    for (mode, unplaced, mesh) in [(RoomMode::Mesh, 12, 12), (RoomMode::Sfu, 12, 4), (RoomMode::Auto, 8, 8)] {
        assert_eq!(large(mode).seats_max(1), SeatsMax { own: 12, unplaced, mesh }, "{mode:?}");
    }
    let mut fallen = large(RoomMode::Auto);
    fallen.take_seat(1);
    let news = MediaNews::Changed { hosting: hosting(2, None), reason: MediaReason::MediaUnavailable };
    fallen.told(pushed(push(1, 1, Entry::Media(news.into()))));
    assert_eq!(fallen.seats_max(2).mesh, 4);
    let mut small = Bench::unplaced(0);
    small.limits.media_fallback_below = 6;
    assert_eq!(small.seats_max(1), SeatsMax::from(4), "never more than the room's own");
}

#[test]
fn one_too_many_between_browsers_is_told_to_try_again() {
    let mut bench = large(RoomMode::Sfu);
    bench.told(Message::Join(join(5)));
    let refused = bench.answer(Reply::Join(join(5), Ok(Joined::Crowded)));
    assert_eq!(refused, ["tell 5 join refused media_unavailable after 2000"]);
}
