//! Rooms that leave a media server that drains: members have time to move.

use std::time::Duration;

use super::{
    bench::*,
    media::{host, hosting},
};
use crate::{
    ledger::{Push, Pushed},
    messages::room::{MediaReply, MediaServersChange},
};

impl Bench {
    /// So many members of a room that leaves `from` for `to`, in this epoch of before.
    fn moves(&mut self, (from, to): (&str, &str), epoch: u64) -> Vec<String> {
        assert_eq!(
            self.servers(MediaServersChange::Draining(host(from))),
            [format!("media open in {epoch} but {from}")]
        );
        let placed = self.media(MediaReply::Opened(epoch, Ok(host(to))));
        assert_eq!(placed, [format!("call place in {epoch} at {to}/1 MediaMoved")]);
        self.wins(hosting(epoch + 1, Some(to)))
    }

    /// The ledger has freed a session, or, without one, the whole room, at this server.
    fn frees(&mut self, at: &str, user: Option<u64>) -> Vec<String> {
        self.told(pushed(Push { what: Pushed::Unhosted(Box::new(host(at)), user.map(session)), ..push(1, 1, left(9)) }))
    }
}

#[test]
fn a_draining_server_keeps_the_room_until_its_members_have_moved() {
    let mut bench = Bench::placed(2);
    assert_eq!(bench.moves(("m", "n"), 1), ["media hosted at n/1"]);
    assert_eq!(bench.asks_in(9), NOTHING, "browsers use both ways");
    assert_eq!(bench.asks_in(2), ["media delete room at m/1 up to 2"]);
    assert_eq!(bench.asks_in(60), NOTHING, "once");
}

#[test]
fn whoever_leaves_meanwhile_leaves_both_servers_and_a_closed_room_is_at_neither() {
    let mut bench = Bench::placed(3);
    bench.moves(("m", "n"), 1);
    assert_eq!(bench.frees("n", Some(2)), ["media delete peer 2 at n/1", "media delete peer 2 at m/1"]);
    assert_eq!(bench.frees("n", None), ["media delete room at n/1", "media delete room at m/1"]);
    assert_eq!(bench.asks_in(20), NOTHING);
}

#[test]
fn a_room_that_moves_back_is_not_deleted_where_it_is() {
    let mut bench = Bench::placed(1);
    bench.moves(("m", "n"), 1);
    assert_eq!(bench.moves(("n", "m"), 2), ["media hosted at m/1"]);
    assert_eq!(bench.asks_in(11), ["media delete room at n/1 up to 3"]);
}

#[test]
fn a_room_without_members_here_stays_until_the_server_is_told() {
    let mut bench = Bench::placed(1);
    bench.moves(("m", "n"), 1);
    bench.told(crate::messages::room::Message::Leave(seat(1), crate::protocol::LeaveReason::Left));
    bench.pass(Duration::from_secs(2));
    assert!(!bench.room.is_idle());
    assert_eq!(bench.asks_in(9), ["media delete room at m/1 up to 2"]);
}
