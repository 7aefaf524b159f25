//! Members who ask a media server at random, by seed, while servers die, wake, drain and lose answers, and sockets and links
//! break. Each seed that breaks a sentence of the contract is printed with what was broken.
//!
//! `cargo test` runs a few seeds, `ALDIS_SEEDS=500 cargo test -p actors --test system_faulty sfu_walk` more, `812..813` one.

mod checker;
mod walker;

use std::{ops::Range, time::Duration};

use actors::{
    ledger::faulty::Faults,
    ports::SeededEntropy,
    protocol::{RoomId, RoomMode},
    settings::Settings,
};
use futures_util::future::{join, join_all};
use tokio::time::{Instant, sleep};

use self::{
    checker::Checker,
    walker::{Habit, Walker},
};
use super::{
    media::{Fails, Media},
    world::World,
};

/// Members, on two nodes.
const WALKERS: u128 = 4;
/// How long things go wrong.
const STORM: Duration = Duration::from_secs(90);
/// How long everybody has afterwards to be at rest: two comparisons a minute apart, and the look that confirms them.
const CALM: Duration = Duration::from_secs(200);
const SERVERS: [&str; 2] = ["m", "n"];
/// For how long a room of mode `auto` is small before it leaves its media server, at first and at most.
const DWELL: Duration = Duration::from_secs(2);
const DWELL_MAX: Duration = Duration::from_secs(600);
/// How often it is seen whether it has left.
const LOOK_EVERY: Duration = Duration::from_secs(10);

fn seeds() -> Range<u64> {
    let text = std::env::var("ALDIS_SEEDS").unwrap_or_else(|_| "4".to_owned());
    let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("ALDIS_SEEDS is a count or a range, not {text}"));
    match text.split_once("..") {
        Some((from, to)) => number(from)..number(to),
        None => 0..number(&text),
    }
}

/// What this seed breaks in a room of this mode.
fn run(seed: u64, mode: RoomMode) -> Checker {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(walk(seed, mode))
}

async fn walk(seed: u64, mode: RoomMode) -> Checker {
    let media = Media::new(seed + 2);
    SERVERS.iter().for_each(|server| drop(media.start(server)));
    let mut settings = Settings::default();
    if mode == RoomMode::Auto {
        settings.room.media_switch_every_min = DWELL;
    }
    let world = World::made_with(2, settings, (true, media)).await;
    let (room, checker) = (world.room_of(8, mode), Checker::default());
    let until = Instant::now() + STORM;
    let mut walkers: Vec<_> = (1..=WALKERS).map(|user| Walker::new((&world, &checker), room, (user, seed))).collect();
    if mode == RoomMode::Auto {
        let habits = [Habit::Stays].into_iter().chain(std::iter::repeat(Habit::ComesAndGoes));
        walkers.iter_mut().zip(habits).for_each(|(walker, habit)| walker.habit = habit);
    }
    join(storm(&world, seed, until), join_all(walkers.iter_mut().map(|walker| walker.walk(until)))).await;
    join_all(walkers.iter_mut().map(|walker| walker.rest(until + CALM))).await;
    at_rest(&world, (room, &checker), &mut walkers).await;
    if mode == RoomMode::Auto {
        shrinks(&world, (room, &checker), walkers).await;
    }
    checker
}

/// All but two leave: media flows between their browsers, and no media server has anything of the room.
async fn shrinks(world: &World, (room, checker): (RoomId, &Checker), mut walkers: Vec<Walker<'_>>) {
    for mut walker in walkers.drain(2..) {
        walker.leaves();
        walker.listens(Duration::from_secs(1)).await;
    }
    let until = Instant::now() + DWELL_MAX;
    while Instant::now() < until && walkers.iter().any(|walker| !walker.is_between_browsers()) {
        let look = Instant::now() + LOOK_EVERY;
        join_all(walkers.iter_mut().map(|walker| walker.rest(look))).await;
    }
    let until = Instant::now() + CALM;
    join_all(walkers.iter_mut().map(|walker| walker.rest(until))).await;
    if walkers.iter().any(|walker| !walker.is_between_browsers()) {
        checker.broken("two members still are at a media server".to_owned());
    }
    for (at, peers) in world.media.shown(room) {
        checker.broken(format!("{at} still has {peers:?} of a room between browsers"));
    }
}

/// What goes wrong, until it is over.
async fn storm(world: &World, seed: u64, until: Instant) {
    let random = SeededEntropy::new(seed ^ 0x5706);
    while Instant::now() < until {
        let server = SERVERS[usize::from(random.next().is_multiple_of(2))];
        match random.next() % 8 {
            0 => world.media.stop(server),
            1 => drop(world.media.start(server)),
            2 => world.media.wake(server),
            3 => world.media.drain(server),
            4 if crate::FAULTS != Faults::NONE => {
                let link = &world.links[usize::from(random.next().is_multiple_of(2))];
                link.cut(Duration::from_millis(random.next() % 2_500));
            }
            _ => world.media.fails_so(Fails {
                late: random.next() % 500,
                lost: random.next() % 200,
                refused: random.next() % 100,
                undeleted: random.next() % 500,
            }),
        }
        sleep(Duration::from_millis(500 + random.next() % 7_000)).await; // paused
    }
    world.links.iter().for_each(|link| link.set(crate::FAULTS));
    world.media.fails_so(Fails::default());
    for (server, is_new) in SERVERS.into_iter().zip([random.next().is_multiple_of(2), true]) {
        if is_new { drop(world.media.start(server)) } else { world.media.wake(server) }
    }
}

/// Nothing is under way any more: all know the same, and media servers have what members have, and no more.
async fn at_rest(world: &World, (room, checker): (RoomId, &Checker), walkers: &mut [Walker<'_>]) {
    let mut observer = world.browser(0, 99).await;
    observer.is_patient = true;
    let joined = observer.joins(room).await;
    if joined["media"]["mode"] != "sfu" {
        checker.broken(format!("there are media servers, and the room is {}", joined["media"]));
    }
    let shown = world.media.shown(room);
    let host = checker.host(joined["media"]["epoch"].as_u64().unwrap_or_default());
    for (at, peers) in &shown {
        for session in peers.keys() {
            let owner = walkers.iter().find(|walker| walker.session_id() == Some(session.to_string()));
            if owner.is_none() {
                checker.broken(format!("{at} still has {session}, who has no seat"));
            }
            if host.as_ref().is_some_and(|host| host != at) {
                checker.broken(format!("{at} still has {session}, and the room is at {host:?}"));
            }
        }
    }
    for walker in walkers {
        walker.agrees(&joined["peers"], &shown, &world.media);
    }
}

/// Walks all seeds in rooms of this mode.
fn walk_all(mode: RoomMode) {
    let is_broken = |seed: &u64| {
        let checker = run(*seed, mode);
        let (violations, (answers, epochs)) = (checker.violations(), checker.counts());
        eprintln!("seed {seed}: {answers} answers in {epochs} epochs");
        assert!(answers >= 20 && epochs >= 1, "this walk shows nothing");
        violations.iter().take(5).for_each(|violation| eprintln!("seed {seed}: {violation}"));
        !violations.is_empty()
    };
    let broken: Vec<u64> = seeds().filter(is_broken).collect();
    assert!(broken.is_empty(), "{} seeds are broken: {broken:?}", broken.len());
}

#[test]
fn nobody_is_sent_back_to_an_old_epoch_answered_twice_or_left_behind_at_a_media_server() {
    walk_all(RoomMode::Sfu);
}

#[test]
fn the_same_in_rooms_of_mode_auto_whose_members_come_and_go() {
    walk_all(RoomMode::Auto);
}
