//! Calls with more events than a log keeps: when they began and who was in them, so that their ends can be told. Kept by the node that
//! collects events, from before the first ones are dropped. Pure.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use actors::{
    ledger::{Happened, RoomEvent},
    protocol::{RoomId, UserId},
};

/// The number of an event from which on a call is long, while its log still has all of it; and from which on it no longer can.
const LONG: Range<u64> = 128..320;
/// Calls that are remembered, at most.
const CALLS_MAX: usize = 10_000;
/// People of one call that are remembered.
const PEOPLE_MAX: usize = 10_000;

/// What a log no longer has of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LongCall {
    life: u64,
    /// When it began, in milliseconds since 1970.
    pub(super) begun_ms: u64,
    /// Who was in it.
    pub(super) people: BTreeSet<UserId>,
}

/// The long calls, by room.
#[derive(Debug, Default)]
pub(super) struct LongCalls(BTreeMap<RoomId, LongCall>);

impl LongCalls {
    /// Whether a call has become long with these events, and is not remembered: then its log is to be read.
    pub(super) fn wants_log(&self, room: RoomId, news: &[RoomEvent]) -> bool {
        let is_long = |event: &RoomEvent| LONG.contains(&event.number);
        let is_known = |event: &RoomEvent| self.0.get(&room).is_some_and(|call| call.life == event.life);
        self.0.len() < CALLS_MAX && news.last().is_some_and(|newest| is_long(newest) && !is_known(newest))
    }

    /// Remembers the newest call of this log, if the log has its beginning.
    pub(super) fn begin(&mut self, room: RoomId, log: &[RoomEvent]) {
        let Some(life) = log.last().map(|newest| newest.life) else { return };
        let begun = log.iter().find(|event| event.life == life && matches!(event.happened, Happened::Started { .. }));
        let Some(begun_ms) = begun.map(|event| event.at_ms) else { return };
        self.0.insert(room, LongCall { life, begun_ms, people: BTreeSet::new() });
        self.go_on(room, log);
    }

    /// What else has happened.
    pub(super) fn go_on(&mut self, room: RoomId, news: &[RoomEvent]) {
        let Some(call) = self.0.get_mut(&room) else { return };
        let of_call = news.iter().filter(|event| event.life == call.life);
        for user in of_call.filter_map(|event| whose(&event.happened)) {
            if call.people.len() < PEOPLE_MAX {
                call.people.insert(user.clone());
            }
        }
    }

    /// A call has ended.
    pub(super) fn end(&mut self, room: RoomId, life: u64) -> Option<LongCall> {
        self.0.remove(&room).filter(|call| call.life == life)
    }
}

/// Whose event it is.
pub(super) const fn whose(happened: &Happened) -> Option<&UserId> {
    match happened {
        Happened::Joined { user, .. }
        | Happened::Left { user, .. }
        | Happened::Disconnected { user, .. }
        | Happened::Resumed { user, .. } => Some(user),
        Happened::Started { .. } | Happened::Ended => None,
    }
}
