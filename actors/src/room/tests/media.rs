//! Requests to media servers, where a room's media is, and what a media server tells.

use std::{sync::Arc, time::Duration};

use super::bench::*;
use crate::{
    ledger::{Failure, Placed, Published},
    messages::room::{Asker, MediaReply, MediaServersChange, Message, Publishing, Reply, SfuAsked},
    ports::{MediaError, MediaEvent, RoomSettings},
    protocol::{
        Entry, RoomMode,
        media::{Host, Hosting, MediaNews, MediaReason, TrackKind},
        server::Mode,
        sfu::{Direction, SfuAsk},
    },
};

pub(super) fn host(server: &str) -> Host {
    Host { server: server.into(), instance: "1".into() }
}

pub(super) fn hosting(epoch: u64, at: Option<&str>) -> Hosting {
    let mode = if at.is_some() { Mode::Sfu } else { Mode::Mesh };
    Hosting { mode, epoch, host: at.map(host) }
}

fn produce() -> SfuAsk {
    let (transport, rtp_parameters): (Arc<str>, Arc<str>) = ("t1".into(), "{}".into());
    SfuAsk::Produce { transport, kind: TrackKind::Video, source: "camera".into(), paused: false, rtp_parameters }
}

impl Bench {
    /// So many members here, in a room with a media server that nobody has asked for yet.
    pub(super) fn unplaced(members: u64) -> Self {
        let mut bench = Self::new();
        bench.told(Message::SettingsChanged(RoomSettings { mode: RoomMode::Sfu, revision: 2, ..settings() }));
        (1..=members).for_each(|user| bench.take_seat(user));
        bench
    }

    /// The same, placed on `m` in epoch 1.
    pub(super) fn placed(members: u64) -> Self {
        let mut bench = Self::unplaced(members);
        bench.asks(1, (1, 0), SfuAsk::Capabilities);
        bench.media(MediaReply::Opened(0, Ok(host("m"))));
        bench.wins(hosting(1, Some("m")));
        bench
    }

    /// A member asks, with this key and media epoch.
    pub(super) fn asks(&mut self, user: u64, (key, epoch): (u64, u64), ask: SfuAsk) -> Vec<String> {
        self.told(Message::Sfu(Box::new(SfuAsked { from: seat(user), key, epoch, ask })))
    }

    /// A member asks what the router can.
    pub(super) fn asks_capabilities(&mut self, user: u64, key: u64) -> Vec<String> {
        self.asks(user, (key, 0), SfuAsk::Capabilities)
    }

    pub(super) fn media(&mut self, reply: MediaReply) -> Vec<String> {
        self.told(Message::MediaAnswered(Box::new(reply)))
    }

    fn placement(&mut self, is_won: bool, hosting: Hosting, asked: &str) -> Vec<String> {
        let placed = Placed { hosting, is_won, pushes: vec![] };
        self.answer(Reply::Placed(Some(Box::new(host(asked))), Ok(Box::new(placed))))
    }

    pub(super) fn wins(&mut self, hosting: Hosting) -> Vec<String> {
        let asked = hosting.host.as_ref().map_or_else(String::new, |host| host.server.to_string());
        self.placement(true, hosting, &asked)
    }

    pub(super) fn servers(&mut self, change: MediaServersChange) -> Vec<String> {
        self.told(Message::MediaServers(Box::new(change)))
    }

    fn happens(&mut self, event: MediaEvent) -> Vec<String> {
        self.told(Message::MediaHappened(Box::new((host("m"), event))))
    }

    /// The member makes this producer, and the ledger takes it.
    pub(super) fn produces(&mut self, user: u64, key: u64, producer: &str) -> Vec<String> {
        self.asks(user, (key, 1), produce());
        let made = Ok(format!(r#"{{"id":"{producer}"}}"#).into());
        let mut wants = self.media(MediaReply::Called(asker(user, key), (host("m"), 1), produce(), made));
        let publishing = Publishing {
            asker: asker(user, key),
            epoch: 1,
            change: crate::ledger::TrackChange::Publish(crate::protocol::media::Producer {
                id: producer.into(),
                kind: TrackKind::Video,
                source: "camera".into(),
                paused: false,
            }),
            answered: format!(r#"{{"id":"{producer}"}}"#).into(),
        };
        wants.extend(self.answer(Reply::Published(Box::new(publishing), Ok(Published::Done(vec![])))));
        wants
    }
}

pub(super) fn asker(user: u64, key: u64) -> Asker {
    let from = seat(user);
    Asker { seat: id(user), session: from.session, socket: from.socket, key }
}

#[test]
fn the_first_who_asks_has_the_room_placed_and_all_who_wait_are_answered() {
    let mut bench = Bench::unplaced(2);
    assert_eq!(bench.asks(1, (7, 0), SfuAsk::CreateTransport(Direction::Send)), ["tell 1 answered 7 media_stale"]);
    assert_eq!(bench.asks(1, (8, 0), SfuAsk::Capabilities), ["media open in 0"]);
    assert_eq!(bench.asks(2, (9, 0), SfuAsk::Capabilities), NOTHING, "once");
    assert_eq!(bench.media(MediaReply::Opened(0, Ok(host("m")))), ["call place in 0 at m/1 Placed"]);
    let wanted = ["media hosted at m/1", "media capabilities 8 at m/1", "media capabilities 9 at m/1"];
    assert_eq!(bench.wins(hosting(1, Some("m"))), wanted);
    let answer = bench.media(MediaReply::Capabilities(asker(1, 8), host("m"), Ok("{}".into())));
    assert_eq!(answer, [r#"tell 1 answered 8 {"epoch":1,"dialect":"ortc","rtpCapabilities":{}}"#]);
}

#[test]
fn what_a_router_can_is_asked_anew_where_the_room_is_now() {
    for (at, wanted) in [(Some("n"), "media capabilities 8 at n/1"), (None, "tell 1 answered 8 wrong_mode")] {
        let mut bench = Bench::placed(2);
        bench.asks(1, (8, 0), SfuAsk::Capabilities);
        let news = MediaNews::Changed { hosting: hosting(2, at), reason: MediaReason::MediaLost };
        bench.told(pushed(push(1, 2, Entry::Media(news.into()))));
        assert_eq!(bench.media(MediaReply::Capabilities(asker(1, 8), host("m"), Ok("{}".into()))), [wanted]);
    }
}

#[test]
fn whoever_loses_adopts_and_undoes_what_it_has_opened() {
    let mut bench = Bench::unplaced(1);
    bench.asks(1, (8, 0), SfuAsk::Capabilities);
    bench.media(MediaReply::Opened(0, Ok(host("m"))));
    let wanted = ["media hosted at n/1", "media delete room at m/1 up to 1", "media capabilities 8 at n/1"];
    assert_eq!(bench.placement(false, hosting(1, Some("n")), "m"), wanted);
}

#[test]
fn a_placement_that_fails_is_said_and_may_be_tried_again() {
    let mut bench = Bench::unplaced(1);
    bench.asks(1, (8, 0), SfuAsk::Capabilities);
    let why = MediaError::Unavailable { why: "none".into(), retry_after: Duration::from_millis(1_500) };
    assert_eq!(bench.media(MediaReply::Opened(0, Err(why))), ["tell 1 answered 8 media_unavailable after 1500"]);
    assert_eq!(bench.asks(1, (8, 0), SfuAsk::Capabilities), ["media open in 0"]);
    bench.media(MediaReply::Opened(0, Ok(host("m"))));
    let failed = Reply::Placed(Some(Box::new(host("m"))), Err(not_applied(1_200)));
    assert_eq!(bench.answer(failed), ["tell 1 answered 8 unavailable after 1200"]);
}

#[test]
fn a_producer_is_told_to_all_before_its_owner_is_answered() {
    let mut bench = Bench::placed(2);
    let wanted = ["call publish p1 camera of 1 in 1", r#"tell 1 answered 9 {"id":"p1"}"#];
    assert_eq!(bench.produces(1, 9, "p1"), wanted);
    let pause = |paused| SfuAsk::PauseProducer { producer: "p1".into(), paused };
    assert_eq!(bench.asks(2, (1, 1), pause(true)), ["tell 2 answered 1 media_not_found"], "it is not theirs");
    assert_eq!(bench.asks(1, (10, 1), pause(true)), ["media call 10 at m/1 in 1"]);
    let paused = MediaReply::Called(asker(1, 10), (host("m"), 1), pause(true), Ok("{}".into()));
    assert_eq!(bench.media(paused), ["call pause p1 true of 1 in 1"]);
}

#[test]
fn a_pause_is_of_one_producer_of_one_member() {
    let mut bench = Bench::placed(2);
    bench.produces(1, 9, "p1");
    bench.produces(1, 10, "p2");
    bench.produces(2, 9, "p3");
    let change = crate::ledger::TrackChange::Pause("p1".into(), true);
    let publishing = Publishing { asker: asker(1, 11), epoch: 1, change, answered: "{}".into() };
    bench.answer(Reply::Published(Box::new(publishing), Ok(Published::Done(vec![]))));
    let producers = (1..=2).flat_map(|order| bench.room.own_tracks(order));
    let paused: Vec<_> = producers.map(|producer| (&*producer.id, producer.paused)).collect();
    assert_eq!(paused, [("p1", true), ("p2", false), ("p3", false)]);
}

#[test]
fn what_the_ledger_does_not_take_is_refused() {
    for (result, wanted) in [
        (Ok(Published::Stale(2)), "tell 1 answered 9 media_stale"),
        (Ok(Published::Unknown), "tell 1 answered 9 media_not_found"),
        (Ok(Published::Full), "tell 1 answered 9 media_limit"),
        (Err(Failure::NotApplied { wait: Duration::from_secs(2) }), "tell 1 answered 9 unavailable after 2000"),
        (Err(Failure::Unknown { wait: Duration::ZERO }), "tell 1 answered 9 unavailable after 1000"),
    ] {
        let mut bench = Bench::placed(1);
        let change = crate::ledger::TrackChange::Pause("p".into(), true);
        let publishing = Publishing { asker: asker(1, 9), epoch: 1, change, answered: "{}".into() };
        assert_eq!(bench.answer(Reply::Published(Box::new(publishing), result)), [wanted]);
    }
}

#[test]
fn an_answer_for_an_earlier_epoch_or_a_seat_that_has_ended_changes_nothing() {
    let mut bench = Bench::placed(2);
    let made = |user| MediaReply::Called(asker(user, 9), (host("m"), 0), produce(), Ok(r#"{"id":"p"}"#.into()));
    assert_eq!(bench.media(made(1)), ["tell 1 answered 9 media_stale"]);
    assert_eq!(bench.media(made(4)), ["media delete peer 4 at m/1"], "its seat was freed meanwhile");
}

#[test]
fn a_lost_media_server_is_left_and_few_members_do_without_one_after_a_while() {
    let mut bench = Bench::placed(2);
    assert_eq!(bench.servers(MediaServersChange::Lost(host("n"))), NOTHING, "it is not there");
    let lost = || MediaServersChange::Lost(host("m"));
    assert_eq!(bench.servers(lost()), ["media open in 1"]);
    let none = || MediaError::Unavailable { why: "none".into(), retry_after: Duration::ZERO };
    assert_eq!(bench.media(MediaReply::Opened(1, Err(none()))), NOTHING, "another one may come");
    bench.told(Message::Tick);
    bench.room.compact(bench.now);
    bench.now += Duration::from_secs(3);
    assert_eq!(bench.servers(lost()), ["media open in 1"]);
    let wanted = ["call place in 1 at mesh below 4 MediaUnavailable"];
    assert_eq!(bench.media(MediaReply::Opened(1, Err(none()))), wanted);
    let fallen = Placed { hosting: hosting(2, None), is_won: true, pushes: vec![] };
    assert_eq!(bench.answer(Reply::Placed(None, Ok(Box::new(fallen)))), ["media fallen"]);
    assert_eq!(bench.asks(1, (1, 2), SfuAsk::Capabilities), ["tell 1 answered 1 wrong_mode"]);
    assert_eq!(bench.servers(MediaServersChange::Back), NOTHING, "not at once");
    bench.now += Duration::from_secs(30);
    assert_eq!(bench.servers(MediaServersChange::Back), ["media open in 2"]);
    assert_eq!(bench.media(MediaReply::Opened(2, Ok(host("n")))), ["call place in 2 at n/1 Recovered"]);
    assert_eq!(bench.wins(hosting(3, Some("n"))), ["media hosted at n/1"]);
}

#[test]
fn many_members_keep_waiting_for_a_media_server() {
    let mut bench = Bench::placed(4);
    bench.servers(MediaServersChange::Lost(host("m")));
    bench.now += Duration::from_secs(60);
    let none = MediaError::Unavailable { why: "none".into(), retry_after: Duration::ZERO };
    assert_eq!(bench.media(MediaReply::Opened(1, Err(none))), NOTHING);
}

#[test]
fn what_a_media_server_tells_reaches_whom_it_concerns() {
    let mut bench = Bench::placed(2);
    bench.produces(1, 9, "p1");
    let layers = MediaEvent::Layers { peer: session(2), consumer: "c1".into(), layers: Some((2, 1)) };
    assert_eq!(bench.happens(layers), ["tell 2 layers c1 Some((2, 1))"]);
    let closed = MediaEvent::ConsumerClosed { peer: session(2), consumer: "c1".into() };
    assert_eq!(bench.happens(closed), ["tell 2 consumer c1 closed"]);
    let ended = || MediaEvent::ProducerClosed { peer: session(1), producer: "p1".into() };
    assert_eq!(bench.happens(ended()), ["call track p1 of 1 ended in 1"]);
    assert_eq!(bench.happens(ended()), NOTHING, "once");
    let elsewhere = Message::MediaHappened(Box::new((host("n"), ended())));
    assert_eq!(bench.told(elsewhere), NOTHING, "the room is not there");
}

#[test]
fn who_speaks_is_told_twice_a_second_at_most() {
    let mut bench = Bench::placed(2);
    bench.produces(1, 9, "p1");
    bench.produces(2, 9, "p2");
    let speaks = |bench: &mut Bench, user: Option<u64>| bench.happens(MediaEvent::Speaker { peer: user.map(session) });
    assert_eq!(speaks(&mut bench, Some(1)), ["tell 1 speaker Some(1)", "tell 2 speaker Some(1)"]);
    assert_eq!(speaks(&mut bench, Some(2)), NOTHING);
    assert_eq!(speaks(&mut bench, None), NOTHING);
    let told = bench.pass(Duration::from_millis(600));
    assert_eq!(told, ["tell 1 speaker None", "tell 2 speaker None"], "the last one only");
}

impl Bench {
    /// These members, and strangers, are in the room at `m`; those of `without` have no seat there, the ledger says.
    fn peers(&mut self, without: &[u64]) -> Vec<String> {
        let found = without.iter().map(|user| session(*user)).collect();
        self.media(MediaReply::Peers(host("m"), Ok(found)))
    }

    /// What media servers are asked by itself in so many seconds.
    pub(super) fn asks_in(&mut self, seconds: u64) -> Vec<String> {
        let mut wants = self.pass(Duration::from_secs(seconds));
        wants.retain(|want| want.starts_with("media "));
        wants
    }
}

#[test]
fn who_has_no_seat_at_two_looks_is_deleted_at_the_media_server() {
    let mut bench = Bench::placed(2);
    let found = |bench: &mut Bench| bench.servers(MediaServersChange::Found(host("m")));
    assert_eq!(found(&mut bench), ["media peers at m/1"]);
    assert_eq!(bench.peers(&[]), NOTHING);
    assert_eq!(found(&mut bench), ["media peers at m/1"]);
    assert_eq!(bench.peers(&[2, 7, 8]), NOTHING, "the ledger may have forgotten them for a moment");
    assert_eq!(found(&mut bench), NOTHING, "it is being looked already");
    assert_eq!(bench.asks_in(9), NOTHING);
    assert_eq!(bench.asks_in(2), ["media peers at m/1"]);
    assert_eq!(bench.peers(&[2, 8, 9]), ["media delete orphan 8 at m/1"], "2 has a seat here, 9 was not there before");
    assert_eq!(bench.asks_in(11), ["media peers at m/1"]);
    assert_eq!(bench.peers(&[9]), ["media delete orphan 9 at m/1"]);
    assert_eq!(bench.asks_in(50), NOTHING);
}

#[test]
fn only_the_node_of_the_first_member_looks_for_who_has_no_seat() {
    let mut bench = Bench::new();
    bench.told(Message::SettingsChanged(RoomSettings { mode: RoomMode::Sfu, revision: 2, ..settings() }));
    bench.told(Message::Join(join(2)));
    bench.answer(Reply::Join(join(2), Ok(seated(2, vec![]))));
    bench.asks(2, (1, 0), SfuAsk::Capabilities);
    bench.media(MediaReply::Opened(0, Ok(host("m"))));
    bench.wins(hosting(1, Some("m")));
    assert_eq!(bench.servers(MediaServersChange::Found(host("m"))), NOTHING, "member 1 is on another node");
    bench.told(pushed(push(2, 1, left(1))));
    assert_eq!(bench.servers(MediaServersChange::Found(host("m"))), ["media peers at m/1"]);
}

#[test]
fn a_room_on_a_media_server_that_it_has_left_is_deleted_there() {
    let mut bench = Bench::placed(1);
    assert_eq!(bench.servers(MediaServersChange::Found(host("n"))), ["media delete orphaned room at n/1"]);
    bench.servers(MediaServersChange::Draining(host("m")));
    assert_eq!(bench.servers(MediaServersChange::Found(host("n"))), NOTHING, "it may be on its way there");
}

#[test]
fn nobody_is_deleted_while_the_room_does_not_know_who_has_a_seat() {
    let mut bench = Bench::placed(1);
    bench.servers(MediaServersChange::Found(host("m")));
    bench.peers(&[8]);
    bench.told(Message::Fence(true));
    bench.pass(Duration::from_secs(11));
    assert_eq!(bench.peers(&[8]), NOTHING);
    assert_eq!(bench.servers(MediaServersChange::Found(host("m"))), NOTHING);
}
