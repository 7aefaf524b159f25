//! The rules as sentences, and whatever random calls in any order may do to them.

use std::time::{Duration, Instant};

use mediasoup_types::data_structures::IceState;
use proptest::prelude::*;

use super::{Made, Rooms};
use crate::{
    events::{Event, Reason, State},
    handles::{Direction, Handles, Of},
    id::Id,
    limits::Limits,
    refusal::Code,
};

struct Nothing;

impl Handles for Nothing {
    type Router = ();
    type Transport = ();
    type Producer = ();
    type Consumer = ();
}

fn id(text: &str) -> Id {
    Id::parse(text).expect("an id")
}

fn of(room: &str, peer: &str) -> Of {
    Of { room: id(room), peer: id(peer) }
}

/// A room with a peer that sends `voice` through `send` and one that hears it as `hears` through `recv`.
fn call(now: Instant) -> Rooms<Nothing> {
    let mut rooms = Rooms::new(Limits::default());
    rooms.add_room(id("r"), (), now);
    for (peer, transport, direction) in [("ann", "send", Direction::Send), ("bob", "recv", Direction::Recv)] {
        rooms.enter(&of("r", peer), now).expect("a room");
        let ticket = rooms.reserve_transport(&of("r", peer)).expect("a place");
        assert!(rooms.fill(&ticket, Made::Transport(id(transport), (), direction)).is_ok());
    }
    let ticket = rooms.reserve_producer(&of("r", "ann"), &id("send")).expect("a place");
    assert!(rooms.fill(&ticket, Made::Producer(id("voice"), (), id("send"))).is_ok());
    let ticket = rooms.reserve_consumer(&of("r", "bob"), &id("recv"), &id("voice")).expect("a place");
    assert!(rooms.fill(&ticket, Made::Consumer(id("hears"), (), id("recv"), id("voice"))).is_ok());
    rooms
}

#[test]
fn what_was_made_for_a_peer_that_left_is_given_back() {
    let now = Instant::now();
    let mut rooms = call(now);
    let ticket = rooms.reserve_producer(&of("r", "ann"), &id("send")).expect("a place");
    drop(rooms.close_peer(&of("r", "ann"), Reason::PeerDeleted, now));
    // The same name again, with a transport of the same name: it is another peer.
    rooms.enter(&of("r", "ann"), now).expect("a room");
    let again = rooms.reserve_transport(&of("r", "ann")).expect("a place");
    assert!(rooms.fill(&again, Made::Transport(id("send"), (), Direction::Send)).is_ok());
    assert!(rooms.fill(&ticket, Made::Producer(id("late"), (), id("send"))).is_err());
    assert_eq!(rooms.counts().producers, 0);
}

#[test]
fn a_consumer_of_a_producer_that_closed_meanwhile_is_given_back() {
    let mut rooms = call(Instant::now());
    let ticket = rooms.reserve_consumer(&of("r", "bob"), &id("recv"), &id("voice")).expect("a place");
    drop(rooms.close_producer(&of("r", "ann"), &id("voice")));
    assert!(rooms.fill(&ticket, Made::Consumer(id("late"), (), id("recv"), id("voice"))).is_err());
}

#[test]
fn a_producer_of_a_transport_that_closed_meanwhile_is_given_back() {
    let now = Instant::now();
    let mut rooms = call(now);
    let ticket = rooms.reserve_producer(&of("r", "ann"), &id("send")).expect("a place");
    drop(rooms.close_transport(&of("r", "ann"), &id("send"), now));
    assert!(rooms.fill(&ticket, Made::Producer(id("late"), (), id("send"))).is_err());
}

#[test]
fn a_consumer_is_granted_one_key_frame_a_second() {
    let start = Instant::now();
    let (mut rooms, bob) = (call(start), of("r", "bob"));
    let mut grant = |ms| {
        let at = start + Duration::from_millis(ms);
        rooms.grant_key_frame(&bob, &id("hears"), at).expect("a consumer").is_some()
    };
    assert_eq!([0, 1, 999, 1_000, 1_001, 2_500].map(&mut grant), [true, false, false, true, false, true]);
    rooms.key_frame_failed(&bob, &id("hears"));
    let again = rooms.grant_key_frame(&bob, &id("hears"), start + Duration::from_millis(2_501));
    assert_eq!(again.expect("a consumer"), Some(()), "the engine did not ask for the last one");
    assert!(rooms.grant_key_frame(&of("r", "ann"), &id("hears"), start).is_err(), "it is another peer's");
}

#[test]
fn places_are_counted_before_they_are_filled() {
    let mut rooms = call(Instant::now());
    let tickets: Vec<_> = (0..3).map(|_| rooms.reserve_transport(&of("r", "ann")).expect("a place")).collect();
    assert_eq!(rooms.reserve_transport(&of("r", "ann")).expect_err("the fifth").code, Code::Limit);
    rooms.release(&tickets[0]);
    rooms.reserve_transport(&of("r", "ann")).expect("a place again");
}

#[test]
fn a_peer_expires_a_minute_after_its_last_connection() {
    let start = Instant::now();
    let (second, minute) = (Duration::from_secs(1), Duration::from_secs(60));
    let mut rooms = call(start);
    rooms.ice_changed(&of("r", "ann"), &id("send"), IceState::Completed, start).expect("a transport");
    let (closed, expired) = rooms.reap(start + minute);
    assert_eq!(expired, 1, "bob was never connected");
    assert_eq!(closed.events.last(), Some(&Event::PeerExpired { room: id("r"), peer: id("bob") }));
    let later = start + minute * 10;
    rooms.ice_changed(&of("r", "ann"), &id("send"), IceState::Disconnected, later).expect("a transport");
    assert_eq!(rooms.reap(later + minute - second).1, 0);
    rooms.ice_changed(&of("r", "ann"), &id("send"), IceState::Connected, later + minute - second).expect("a transport");
    assert_eq!(rooms.reap(later + minute).1, 0, "it came back");
    rooms.ice_changed(&of("r", "ann"), &id("send"), IceState::Disconnected, later + minute).expect("a transport");
    let (closed, expired) = rooms.reap(later + minute * 2);
    assert_eq!(expired, 1);
    assert!(matches!(closed.events[0], Event::ProducerClosed { reason: Reason::PeerExpired, .. }));
}

#[test]
fn a_room_expires_ten_minutes_after_its_last_peer() {
    let start = Instant::now();
    let mut rooms = call(start);
    drop(rooms.close_peer(&of("r", "ann"), Reason::PeerDeleted, start));
    drop(rooms.close_peer(&of("r", "bob"), Reason::PeerDeleted, start + Duration::from_secs(10)));
    assert!(!rooms.reap(start + Duration::from_secs(609)).0.any());
    let (closed, _) = rooms.reap(start + Duration::from_secs(610));
    assert_eq!(closed.events, [Event::RoomExpired { room: id("r") }]);
    assert_eq!(rooms.counts().rooms, 0);
}

#[test]
fn who_speaks_is_told_once_and_nobody_when_they_stop() {
    let mut rooms = call(Instant::now());
    let speaks = Event::Speaker { room: id("r"), peer: Some(id("ann")), producer_id: Some(id("voice")) };
    assert_eq!(rooms.speaks(&id("r"), &id("voice")), Some(speaks));
    assert_eq!(rooms.speaks(&id("r"), &id("voice")), None);
    assert_eq!(rooms.speaks(&id("r"), &id("nobody")), None);
    let silence = Event::Speaker { room: id("r"), peer: None, producer_id: None };
    let closed = rooms.close_producer(&of("r", "ann"), &id("voice"));
    assert_eq!(closed.events.last(), Some(&silence));
    assert_eq!(rooms.speaks(&id("r"), &id("voice")), None);
}

#[test]
fn a_drain_ends_with_the_last_peer_or_its_time() {
    let start = Instant::now();
    let mut rooms = call(start);
    assert!(!rooms.drained(start) && rooms.state() == State::Ready);
    rooms.drain(start);
    rooms.drain(start + Duration::from_secs(300));
    assert_eq!(rooms.may_open_room().expect_err("it drains").code, Code::Draining);
    assert!(!rooms.drained(start + Duration::from_secs(599)));
    assert!(rooms.drained(start + Duration::from_secs(600)), "the second order changes nothing");
    drop(rooms.close_peer(&of("r", "ann"), Reason::PeerDeleted, start));
    drop(rooms.close_peer(&of("r", "bob"), Reason::PeerDeleted, start));
    assert!(rooms.drained(start));
}

#[test]
fn a_room_that_came_first_stays() {
    let mut rooms = call(Instant::now());
    assert!(rooms.add_room(id("r"), (), Instant::now()).is_some());
    assert_eq!(rooms.counts().peers, 2);
}

#[derive(Clone, Debug)]
enum Step {
    Room(u8),
    CloseRoom(u8),
    Transport(u8, u8, bool),
    CloseTransport(u8, u8, u8),
    Produce(u8, u8, u8),
    CloseProducer(u8, u8, u8),
    Consume(u8, u8, u8, u8),
    CloseConsumer(u8, u8, u8),
    ClosePeer(u8, u8),
    Fill(u8),
    Release(u8),
    Later(u8),
    Ice(u8, u8, u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (room, peer, thing) = (0..2_u8, 0..3_u8, 0..40_u8);
    let step = prop_oneof![
        room.clone().prop_map(Step::Room),
        room.clone().prop_map(Step::CloseRoom),
        (room.clone(), peer.clone(), any::<bool>()).prop_map(|(r, p, d)| Step::Transport(r, p, d)),
        (room.clone(), peer.clone(), thing.clone()).prop_map(|(r, p, t)| Step::CloseTransport(r, p, t)),
        (room.clone(), peer.clone(), thing.clone()).prop_map(|(r, p, t)| Step::Produce(r, p, t)),
        (room.clone(), peer.clone(), thing.clone()).prop_map(|(r, p, t)| Step::CloseProducer(r, p, t)),
        (room.clone(), peer.clone(), thing.clone(), thing.clone()).prop_map(|(r, p, t, q)| Step::Consume(r, p, t, q)),
        (room.clone(), peer.clone(), thing.clone()).prop_map(|(r, p, t)| Step::CloseConsumer(r, p, t)),
        (room.clone(), peer.clone()).prop_map(|(r, p)| Step::ClosePeer(r, p)),
        thing.clone().prop_map(Step::Fill),
        thing.clone().prop_map(Step::Release),
        (0..200_u8).prop_map(Step::Later),
        (room, peer, thing).prop_map(|(r, p, t)| Step::Ice(r, p, t)),
    ];
    prop::collection::vec(step, 1..200)
}

/// Runs steps; ids of things are numbers in the order in which they were asked for.
fn run(steps: Vec<Step>) -> Rooms<Nothing> {
    let mut rooms = Rooms::<Nothing>::new(Limits { capacity: 6, ..Limits::default() });
    let (mut now, mut open, mut number) = (Instant::now(), Vec::new(), 0_usize);
    let name = |number: usize| id(&format!("x{number}"));
    let at = |room: u8, peer: u8| of(&format!("r{room}"), &format!("p{peer}"));
    let thing = |asked: u8| id(&format!("x{asked}"));
    for step in steps {
        let made = name(number);
        match step {
            Step::Room(room) => drop(rooms.add_room(id(&format!("r{room}")), (), now)),
            Step::CloseRoom(room) => drop(rooms.close_room(&id(&format!("r{room}")))),
            Step::Transport(room, peer, send) => {
                let direction = if send { Direction::Send } else { Direction::Recv };
                let entered = rooms.enter(&at(room, peer), now);
                if let Ok(ticket) = entered.and_then(|()| rooms.reserve_transport(&at(room, peer))) {
                    open.push((ticket, Made::Transport(made, (), direction)));
                    number += 1;
                }
            }
            Step::Produce(room, peer, on) => {
                if let Ok(ticket) = rooms.reserve_producer(&at(room, peer), &thing(on)) {
                    open.push((ticket, Made::Producer(made, (), thing(on))));
                    number += 1;
                }
            }
            Step::Consume(room, peer, on, of) => {
                if let Ok(ticket) = rooms.reserve_consumer(&at(room, peer), &thing(on), &thing(of)) {
                    open.push((ticket, Made::Consumer(made, (), thing(on), thing(of))));
                    number += 1;
                }
            }
            Step::CloseTransport(room, peer, what) => drop(rooms.close_transport(&at(room, peer), &thing(what), now)),
            Step::CloseProducer(room, peer, what) => drop(rooms.close_producer(&at(room, peer), &thing(what))),
            Step::CloseConsumer(room, peer, what) => drop(rooms.close_consumer(&at(room, peer), &thing(what))),
            Step::ClosePeer(room, peer) => drop(rooms.close_peer(&at(room, peer), Reason::PeerDeleted, now)),
            Step::Fill(which) if !open.is_empty() => {
                let (ticket, made) = open.swap_remove(usize::from(which) % open.len());
                let _orphan = rooms.fill(&ticket, made);
            }
            Step::Release(which) if !open.is_empty() => {
                rooms.release(&open.swap_remove(usize::from(which) % open.len()).0);
            }
            Step::Fill(_) | Step::Release(_) => {}
            Step::Later(seconds) => {
                now += Duration::from_secs(seconds.into());
                drop(rooms.reap(now));
            }
            Step::Ice(room, peer, what) => {
                drop(rooms.ice_changed(&at(room, peer), &thing(what), IceState::Connected, now))
            }
        }
        fits_together(&rooms);
    }
    rooms
}

fn fits_together(rooms: &Rooms<Nothing>) {
    let mut counted = super::Counts { rooms: rooms.rooms.len(), ..Default::default() };
    for room in rooms.rooms.values() {
        assert_eq!(room.peers.is_empty(), room.empty_since.is_some());
        for peer in room.peers.values() {
            counted.peers += 1;
            counted.transports += peer.transports.len();
            counted.producers += peer.producers.len();
            counted.consumers += peer.consumers.len();
            assert!(peer.transports.len() + peer.reserved.transports <= rooms.limits.transports_max);
            assert!(peer.producers.len() + peer.reserved.producers <= rooms.limits.producers_max);
            assert!(peer.producers.values().all(|producer| peer.transports.contains_key(&producer.transport)));
            for consumer in peer.consumers.values() {
                assert!(peer.transports.contains_key(&consumer.transport));
                assert!(room.peers.values().any(|peer| peer.producers.contains_key(&consumer.producer)));
            }
        }
    }
    assert_eq!(rooms.counts, counted);
    assert!(counted.consumers <= rooms.limits.capacity);
}

proptest! {
    #[test]
    fn whatever_happens_what_is_kept_fits_together(steps in steps()) {
        let rooms = run(steps);
        fits_together(&rooms);
    }
}

#[test]
fn rooms_are_listed_page_by_page() {
    let mut rooms = Rooms::<Nothing>::new(Limits::default());
    for room in 0..501 {
        assert!(rooms.add_room(id(&format!("r{room:03}")), (), Instant::now()).is_none());
    }
    let first = rooms.list(None);
    assert_eq!((first.rooms.len(), first.more, &first.rooms[0]), (500, true, &id("r000")));
    let rest = rooms.list(first.rooms.last());
    assert_eq!((rest.rooms, rest.more), (vec![id("r500")], false));
}

#[test]
fn a_newer_epoch_closes_what_was_made_in_an_earlier_one_once() {
    let now = Instant::now();
    let mut rooms = call(now);
    assert!(rooms.enter_epoch(&id("r"), 1, now).any(), "what was made before anybody named an epoch");
    assert_eq!((rooms.counts().rooms, rooms.counts().peers), (1, 0));
    rooms.enter(&of("r", "ann"), now).expect("a room");
    let ticket = rooms.reserve_transport(&of("r", "ann")).expect("a place");
    assert!(rooms.fill(&ticket, Made::Transport(id("t"), (), Direction::Send)).is_ok());
    for epoch in [1, 0, 1] {
        assert!(!rooms.enter_epoch(&id("r"), epoch, now).any());
    }
    let ticket = rooms.reserve_producer(&of("r", "ann"), &id("t")).expect("a place");
    assert!(rooms.enter_epoch(&id("r"), 7, now).any());
    assert!(rooms.fill(&ticket, Made::Producer(id("late"), (), id("t"))).is_err(), "it was for the earlier one");
    fits_together(&rooms);
}
