//! The ledger in memory and the one in Redis, given the same random operations: same answers, same inboxes, same events, and
//! in the end no key of a room. By seed; `ALDIS_REDIS_OPS` and `ALDIS_REDIS_SEED` say how many and which.

use actors::{
    bytes::BufferedBytes,
    clock::Clock,
    ledger::{
        Audit, Broadcast, Claim, Event, EventLog, Fact, Join, Joined, Ledger, MemoryLedger, Place, Placing, Resume,
        Resumed, Send, Skipped, Snapshot, TrackChange,
    },
    ports::SeededEntropy,
    protocol::{
        Entry, LeaveReason, NodeId, RoomId, SeatId, SessionId, UserId,
        media::{Host, Hosting, MediaReason, Producer, ProducerEnd, RoomMedia, Track, TrackKind},
        server::Mode,
    },
    settings::LedgerLimits,
};
use redis::{AsyncCommands, aio::MultiplexedConnection};
use tokio::runtime::Runtime;

use self::{draw::Draw, pair::Pair};
use super::{super::*, contract, server::Server};

mod draw;
mod pair;

/// Operations in a run of all tests. One difference was found after some 100 000: a claim that brings a broadcast's number 0.
const OPERATIONS: usize = 4_000;

pub(super) fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a whole number"))
}

#[test]
fn redis_answers_as_memory_does() {
    compare(12);
}

/// Joins and resumes have a usual case of their own there.
#[test]
fn redis_answers_as_memory_does_where_no_events_are_kept() {
    compare(0);
}

fn compare(events_max: usize) {
    let operations = from_environment("ALDIS_REDIS_OPS").map_or(OPERATIONS, |ops| ops as usize);
    let seed = from_environment("ALDIS_REDIS_SEED").unwrap_or_else(rand::random);
    eprintln!("ALDIS_REDIS_SEED={seed}");
    let mut draw = Draw::new(seed);
    let mut pair = Pair::new(events_max);
    for step in 0..operations {
        pair.pass(1 + draw.below(40));
        draw.step(&mut pair);
        if step % 20 == 0 {
            draw.compare_all(&mut pair);
        }
    }
    draw.close_all(&mut pair);
    assert_eq!(pair.keys_of_rooms(), [""; 0], "no key of a room is left");
}
