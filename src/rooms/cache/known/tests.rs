//! All orders in which a node's changes, other nodes' changes, their notices and the answers to questions can come.

use super::{Asked, Cached, Duration, FRESH_FOR, Instant, Known, Look, NEAR_FOR};
use crate::storage::{Meeting, Mode, RoomId};

fn room(revision: u64) -> Cached {
    Cached::Room(Meeting {
        room_id: RoomId::from_letters([1; 10]),
        host_id: uuid::Uuid::nil().into(),
        active: true,
        max_participants: 4,
        seat_window_seconds: 5,
        mode: Mode::Mesh,
        revision,
        created_at: jiff::Timestamp::UNIX_EPOCH,
        name: String::new(),
        guests: crate::storage::Guests::No,
        locked: false,
        bans: Vec::new(),
    })
}

fn revision(state: &Cached) -> u64 {
    match state {
        Cached::Room(meeting) => meeting.revision,
        Cached::Removed => u64::MAX,
    }
}

const NOW: Duration = Duration::ZERO;

/// The database, Redis, and one node's knowledge of one room.
#[derive(Clone)]
struct World {
    begun: Instant,
    database: u64,
    redis: u64,
    known: Known,
    versions: u64,
    /// The newest change that the node has made or was told of.
    told: u64,
    own: u64,
    others: u64,
    /// What two readers have asked and read.
    asked: [Asked; 2],
    read: [u64; 2],
}

/// The order of steps: those of one actor follow each other.
const ACTORS: [[fn(&mut World); 3]; 4] = [
    [
        |world| {
            world.database += 1;
            world.own = world.database;
        },
        |world| {
            world.versions += 1;
            world.told = world.told.max(world.own);
            world.known.put(room(world.own), world.versions, world.begun);
        },
        |world| {
            world.redis = world.redis.max(world.own);
            world.known.stored(&room(world.own));
        },
    ],
    [
        |world| {
            world.database += 1;
            world.others = world.database;
        },
        |world| world.redis = world.redis.max(world.others),
        |world| {
            world.versions += 1;
            world.told = world.told.max(world.others);
            world.known.changed(world.versions, world.begun);
        },
    ],
    [
        |world| world.asked[0] = Asked(world.known.version),
        |world| world.read[0] = world.redis,
        |world| {
            let read = room(world.read[0]);
            if world.known.redis_said(world.asked[0], &read, NOW, world.begun) {
                assert!(world.read[0] >= world.told, "Redis is believed");
            }
        },
    ],
    [
        |world| world.asked[1] = Asked(world.known.version),
        |world| world.read[1] = world.database,
        |world| {
            world.known.database_said(world.asked[1], Some(room(world.read[1])), world.begun);
        },
    ],
];

/// Every order that is left; returns how many there were.
fn each_order(world: &World, done: [usize; 4], order: &mut Vec<usize>) -> usize {
    let mut orders = 0;
    for actor in 0..ACTORS.len() {
        let Some(step) = ACTORS[actor].get(done[actor]) else { continue };
        let (mut next, mut done) = (world.clone(), done);
        order.push(actor);
        step(&mut next);
        done[actor] += 1;
        if let Look::Here(state) = next.known.look(next.begun) {
            assert!(revision(&state) >= next.told, "{order:?}: it answers {state:?}, and was told of {}", next.told);
        }
        orders += each_order(&next, done, order);
        order.pop();
    }
    if orders > 0 {
        return orders;
    }
    let mut end = world.clone();
    let asked = Asked(end.known.version);
    end.known.database_said(asked, Some(room(end.database)), end.begun);
    let late = end.begun + NEAR_FOR;
    assert_eq!(end.known.look(end.begun), Look::Here(room(end.database)), "{order:?}");
    assert!(matches!(end.known.look(late), Look::Redis(_) | Look::Database(_)), "{order:?}");
    1
}

#[test]
fn no_order_of_events_brings_an_older_state_back() {
    let begun = Instant::now();
    let (asked, read) = ([Asked(0); 2], [0; 2]);
    let known = Known::new(begun);
    let world = World { begun, database: 1, redis: 1, known, versions: 0, told: 0, own: 0, others: 0, asked, read };
    assert_eq!(each_order(&world, [0; 4], &mut Vec::new()), 369_600);
}

#[test]
fn what_is_owed_is_answered_for_a_moment_and_never_against_a_newer_notice() {
    let now = Instant::now();
    let mut known = Known::new(now);
    known.put(room(2), 1, now);
    assert_eq!((known.owed(), known.look(now)), (Some(&room(2)), Look::Here(room(2))));
    assert_eq!(known.look(now + NEAR_FOR), Look::Database(Asked(1)), "Redis has an older state");
    known.changed(2, now);
    assert_eq!(known.look(now), Look::Database(Asked(2)));
    assert!(known.database_said(Asked(2), Some(room(3)), now));
    assert_eq!((known.look(now), known.owed()), (Look::Here(room(3)), Some(&room(3))), "the newer one is owed");
    assert!(!known.stored(&room(2)));
    assert!(known.stored(&room(3)));
    assert_eq!(known.look(now + NEAR_FOR), Look::Redis(Asked(2)));
}

#[test]
fn a_state_in_redis_is_believed_for_a_minute_and_later_only_without_the_database() {
    let now = Instant::now();
    let mut known = Known::new(now);
    let moment = Duration::from_millis(1);
    assert!(!known.redis_said(Asked(0), &room(1), FRESH_FOR, now));
    assert_eq!(known.last(Some(room(1))), Some(room(1)));
    assert!(known.redis_said(Asked(0), &room(1), FRESH_FOR - moment, now));
    assert!(known.database_said(Asked(0), Some(room(3)), now));
    assert!(!known.redis_said(Asked(0), &room(2), moment, now), "Redis has gone back");
    assert_eq!(known.last(Some(room(2))), Some(room(3)));
    known.changed(1, now);
    assert_eq!(known.last(Some(room(2))), None, "nobody knows what has changed");
    assert_eq!(known.last(Some(Cached::Removed)), Some(Cached::Removed));
}

#[test]
fn what_is_forgotten_or_not_in_the_database_does_not_count() {
    let now = Instant::now();
    let mut known = Known::new(now);
    known.put(room(5), 1, now);
    known.forget(2, now);
    assert_eq!((known.look(now), known.owed(), known.last(None)), (Look::Database(Asked(2)), None, None));
    known.put(room(4), 3, now);
    assert_eq!(known.look(now), Look::Database(Asked(3)), "it is in doubt until the database is asked");
    assert!(known.database_said(Asked(3), Some(room(4)), now));
    assert_eq!(known.look(now), Look::Here(room(4)));
    assert!(!known.database_said(Asked(2), None, now), "it was asked before the room was made");
    assert_eq!(known.look(now), Look::Here(room(4)));
    assert!(known.database_said(Asked(3), None, now));
    assert_eq!((known.look(now), known.owed()), (Look::Redis(Asked(3)), None));
}
