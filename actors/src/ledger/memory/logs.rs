//! The events of each room: written at the end of each step, under its room's lock. A log outlives its room.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Mutex, MutexGuard},
};

use super::lock;
use crate::{
    ledger::{
        events::{Happened, KEPT_FOR, NOTES_MAX, RoomEvent, RoomNote},
        snapshot::SavedLog,
    },
    protocol::RoomId,
};

/// Events and notes of all rooms together (some 200 bytes each); beyond it the logs that are silent for longest go.
const EVENTS_ALL_MAX: usize = 200_000;

/// The logs.
#[derive(Debug, Default)]
pub(super) struct Logs(Mutex<All>);

#[derive(Debug, Default)]
struct All {
    rooms: BTreeMap<RoomId, Log>,
    /// By the time of their newest event.
    by_age: BTreeSet<(u64, RoomId)>,
    /// Rooms with events that are not stored elsewhere.
    news: BTreeSet<RoomId>,
    /// In all logs, with notes.
    events: usize,
}

#[derive(Debug, Default)]
struct Log {
    events: VecDeque<RoomEvent>,
    /// How many of the newest are not stored elsewhere.
    news: usize,
    /// The present life and its last number, if the room lives.
    life: Option<(u64, u64)>,
    notes: VecDeque<RoomNote>,
}

/// The end of a step.
#[derive(Debug, Clone, Copy)]
pub(super) struct StepEnd {
    /// The room.
    pub(super) room: RoomId,
    /// When, in milliseconds since 1970.
    pub(super) at_ms: u64,
    /// The newest join order that the room has given.
    pub(super) last: u64,
    /// Whether a seat was taken before the step.
    pub(super) was_alive: bool,
    /// Whether one is taken after it.
    pub(super) is_alive: bool,
}

impl Logs {
    /// Writes down what has happened in a step, at most `max` events of the room in all.
    pub(super) fn write(&self, end: StepEnd, mut happened: Vec<Happened>, max: usize) {
        if !end.is_alive && (end.was_alive || !happened.is_empty()) {
            happened.push(Happened::Ended);
        }
        if !happened.is_empty() {
            let mut all = self.all();
            all.write(end, happened, max);
            all.forget_old(end.at_ms);
        }
    }

    /// Rooms with events that are not stored elsewhere.
    pub(super) fn rooms_with_news(&self, max: usize) -> Vec<RoomId> {
        self.all().news.iter().take(max).copied().collect()
    }

    /// The oldest of those events of a room.
    pub(super) fn news(&self, room: RoomId, max: usize) -> Vec<RoomEvent> {
        let all = self.all();
        let Some(log) = all.rooms.get(&room) else { return Vec::new() };
        log.events.iter().skip(log.events.len() - log.news).take(max).cloned().collect()
    }

    /// Those up to this one are stored.
    pub(super) fn stored(&self, room: RoomId, life: u64, number: u64) {
        let mut all = self.all();
        let Some(log) = all.rooms.get_mut(&room) else { return };
        let is_it = |event: &RoomEvent| (event.life, event.number) == (life, number);
        let newer = log.events.iter().rev().take(log.news).position(is_it);
        log.news = newer.unwrap_or(log.news);
        if log.news == 0 {
            all.news.remove(&room);
        }
    }

    /// All that is kept of a room.
    pub(super) fn timeline(&self, room: RoomId, now_ms: u64) -> Vec<RoomEvent> {
        let mut all = self.all();
        all.forget_old(now_ms);
        all.rooms.get(&room).map(|log| log.events.iter().cloned().collect()).unwrap_or_default()
    }

    /// Adds notes to a room that has events.
    pub(super) fn note(&self, room: RoomId, notes: Vec<RoomNote>) {
        let mut all = self.all();
        let Some(log) = all.rooms.get_mut(&room) else { return };
        let before = log.notes.len();
        log.notes.extend(notes);
        let excess = log.notes.len().saturating_sub(NOTES_MAX);
        log.notes.drain(..excess);
        let after = log.notes.len();
        all.events = all.events + after - before;
    }

    /// Those that are kept.
    pub(super) fn notes(&self, room: RoomId) -> Vec<RoomNote> {
        self.all().rooms.get(&room).map(|log| log.notes.iter().cloned().collect()).unwrap_or_default()
    }

    /// Everything, by room.
    pub(super) fn save(&self) -> Vec<SavedLog> {
        let all = self.all();
        let saved = |(room, log): (&RoomId, &Log)| SavedLog {
            room: *room,
            events: log.events.iter().cloned().collect(),
            news: log.news,
            life: log.life,
            notes: log.notes.iter().cloned().collect(),
        };
        all.rooms.iter().map(saved).collect()
    }

    /// Everything becomes as it was saved. `is_lost`: events of living rooms may have been written since, so that their numbers must
    /// not be given again; each begins another life with its next event.
    pub(super) fn restore(&self, saved: Vec<SavedLog>, is_lost: bool) {
        let mut all = self.all();
        *all = All::default();
        for SavedLog { room, events, news, life, notes } in saved {
            let Some(newest) = events.last().map(|event| event.at_ms) else { continue };
            all.events += events.len() + notes.len();
            all.by_age.insert((newest, room));
            if news > 0 {
                all.news.insert(room);
            }
            let life = life.filter(|_| !is_lost);
            let (news, events, notes) = (news.min(events.len()), events.into(), notes.into());
            all.rooms.insert(room, Log { events, news, life, notes });
        }
    }

    fn all(&self) -> MutexGuard<'_, All> {
        lock(&self.0)
    }
}

impl All {
    fn write(&mut self, end: StepEnd, mut happened: Vec<Happened>, max: usize) {
        let StepEnd { room, at_ms, last, was_alive, is_alive } = end;
        let log = self.rooms.entry(room).or_default();
        let before = log.events.len();
        self.by_age.remove(&(log.newest(), room));
        let (life, mut number) = log.life.unwrap_or_else(|| {
            let recovered = was_alive || !matches!(happened.first(), Some(Happened::Joined { .. }));
            happened.insert(0, Happened::Started { recovered });
            (at_ms.max(last), 0)
        });
        for happened in happened {
            number += 1;
            log.news += 1;
            log.events.push_back(RoomEvent { life, number, at_ms, happened });
        }
        log.life = is_alive.then_some((life, number));
        let excess = log.events.len().saturating_sub(max);
        log.events.drain(..excess);
        log.news = log.news.min(log.events.len());
        self.events = self.events + log.events.len() - before;
        self.by_age.insert((log.newest(), room));
        self.news.insert(room);
    }

    /// Forgets logs that are silent for too long, and the oldest ones while there is too much.
    fn forget_old(&mut self, now_ms: u64) {
        let kept_ms = u64::try_from(KEPT_FOR.as_millis()).unwrap_or(u64::MAX);
        while let Some((newest, room)) = self.by_age.first().copied()
            && (newest.saturating_add(kept_ms) <= now_ms || self.events > EVENTS_ALL_MAX)
        {
            self.by_age.remove(&(newest, room));
            self.news.remove(&room);
            self.events -= self.rooms.remove(&room).map_or(0, |log| log.events.len() + log.notes.len());
        }
    }
}

impl Log {
    /// When its newest event happened; 0 if there is none yet.
    fn newest(&self) -> u64 {
        self.events.back().map_or(0, |event| event.at_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_counted_as_they_are_kept() {
        let (logs, max) = (Logs::default(), 3);
        for (room, at_ms) in [(1, 1), (1, 2), (1, 3), (1, 4), (2, 5)] {
            let (room, was_alive) = (RoomId::from_letters([room; 10]), at_ms > 1 && room == 1);
            let end = StepEnd { room, at_ms, last: at_ms, was_alive, is_alive: true };
            logs.write(end, vec![Happened::Started { recovered: false }], max);
        }
        let all = logs.all();
        let kept: Vec<usize> = all.rooms.values().map(|log| log.events.len()).collect();
        assert_eq!((kept, all.events), (vec![3, 2], 5));
    }
}
