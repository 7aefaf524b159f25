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

/// Events and notes of all rooms together (some 200 bytes each); beyond it those of the rooms that are silent for longest go: first
/// what is stored elsewhere, then what is not.
const EVENTS_ALL_MAX: usize = 200_000;
/// How long entries are kept after the newest one of their room.
#[expect(clippy::cast_possible_truncation, reason = "a day")]
const KEPT_MS: u64 = KEPT_FOR.as_millis() as u64;

/// The logs.
#[derive(Debug, Default)]
pub(super) struct Logs(Mutex<All>);

#[derive(Debug, Default)]
struct All {
    rooms: BTreeMap<RoomId, Log>,
    /// Rooms with notes, or with events that are stored elsewhere, by the time of their newest entry.
    stored: BTreeSet<(u64, RoomId)>,
    /// Rooms with events that are not, likewise.
    news: BTreeSet<(u64, RoomId)>,
    /// In all logs, with notes.
    entries: usize,
}

#[derive(Debug, Default)]
struct Log {
    events: VecDeque<RoomEvent>,
    /// How many of the newest are not stored elsewhere.
    news: usize,
    /// The present life and its last number, if the room lives: as long as it does, whatever else is forgotten.
    life: Option<(u64, u64)>,
    notes: VecDeque<RoomNote>,
    /// When the newest entry came, in milliseconds since 1970.
    newest_ms: u64,
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
            all.change(end.room, |log| log.write(end, happened, max));
            all.forget_old(end.at_ms);
        }
    }

    /// Rooms with events that are not stored elsewhere.
    pub(super) fn rooms_with_news(&self, max: usize) -> Vec<RoomId> {
        self.all().news.iter().take(max).map(|(_, room)| *room).collect()
    }

    /// The oldest of those events of a room.
    pub(super) fn news(&self, room: RoomId, max: usize) -> Vec<RoomEvent> {
        let all = self.all();
        let Some(log) = all.rooms.get(&room) else { return Vec::new() };
        log.events.iter().skip(log.events.len() - log.news).take(max).cloned().collect()
    }

    /// Those up to this one are stored.
    pub(super) fn stored(&self, room: RoomId, life: u64, number: u64) {
        let is_it = |event: &RoomEvent| (event.life, event.number) == (life, number);
        self.all().change(room, |log| {
            let newer = log.events.iter().rev().take(log.news).position(is_it);
            log.news = newer.unwrap_or(log.news);
        });
    }

    /// All that is kept of a room.
    pub(super) fn timeline(&self, room: RoomId, now_ms: u64) -> Vec<RoomEvent> {
        let mut all = self.all();
        all.forget_old(now_ms);
        all.rooms.get(&room).map(|log| log.events.iter().cloned().collect()).unwrap_or_default()
    }

    /// Adds notes to those of a room.
    pub(super) fn note(&self, room: RoomId, notes: Vec<RoomNote>, now_ms: u64) {
        let mut all = self.all();
        all.change(room, |log| log.note(notes, now_ms));
        all.forget_old(now_ms);
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
            let of_events = events.last().map_or(0, |event| event.at_ms);
            let newest_ms = notes.last().map_or(0, |note| note.at_ms).max(of_events);
            let life = life.filter(|_| !is_lost);
            let (news, events, notes) = (news.min(events.len()), events.into(), notes.into());
            all.change(room, |log| *log = Log { events, news, life, notes, newest_ms });
        }
    }

    fn all(&self) -> MutexGuard<'_, All> {
        lock(&self.0)
    }
}

impl All {
    /// Changes a log, which may be new. One in which nothing is left is gone.
    fn change(&mut self, room: RoomId, change: impl FnOnce(&mut Log)) {
        let log = self.rooms.entry(room).or_default();
        let (before, place) = (log.entries(), (log.newest_ms, room));
        if log.has_stored() {
            self.stored.remove(&place);
        }
        if log.news > 0 {
            self.news.remove(&place);
        }
        change(log);
        // Most rooms rest: what they have reserved for more is memory that nobody uses.
        log.events.shrink_to_fit();
        log.notes.shrink_to_fit();
        self.entries = self.entries + log.entries() - before;
        let place = (log.newest_ms, room);
        if log.has_stored() {
            self.stored.insert(place);
        }
        if log.news > 0 {
            self.news.insert(place);
        }
        if log.entries() == 0 && log.life.is_none() {
            self.rooms.remove(&room);
        }
    }

    /// Forgets what has been silent for too long, and the oldest while there is too much. Lives stay.
    fn forget_old(&mut self, now_ms: u64) {
        while let Some((newest_ms, room)) = self.stored.first().copied()
            && (newest_ms.saturating_add(KEPT_MS) <= now_ms || self.entries > EVENTS_ALL_MAX)
        {
            self.change(room, Log::forget_stored);
        }
        while self.entries > EVENTS_ALL_MAX
            && let Some((_, room)) = self.news.first().copied()
        {
            self.change(room, Log::forget_news);
        }
    }
}

impl Log {
    fn write(&mut self, end: StepEnd, mut happened: Vec<Happened>, max: usize) {
        let StepEnd { room: _, at_ms, last, was_alive, is_alive } = end;
        let (life, mut number) = self.life.unwrap_or_else(|| {
            let recovered = was_alive || !matches!(happened.first(), Some(Happened::Joined { .. }));
            happened.insert(0, Happened::Started { recovered });
            (at_ms.max(last), 0)
        });
        for happened in happened {
            number += 1;
            self.news += 1;
            self.events.push_back(RoomEvent { life, number, at_ms, happened });
        }
        self.life = is_alive.then_some((life, number));
        let excess = self.events.len().saturating_sub(max);
        self.events.drain(..excess);
        self.news = self.news.min(self.events.len());
        self.newest_ms = at_ms;
    }

    fn note(&mut self, notes: Vec<RoomNote>, now_ms: u64) {
        self.notes.extend(notes);
        let excess = self.notes.len().saturating_sub(NOTES_MAX);
        self.notes.drain(..excess);
        self.newest_ms = now_ms;
    }

    fn entries(&self) -> usize {
        self.events.len() + self.notes.len()
    }

    fn has_stored(&self) -> bool {
        self.entries() > self.news
    }

    fn forget_stored(&mut self) {
        self.notes = VecDeque::new();
        self.events.drain(..self.events.len() - self.news);
    }

    fn forget_news(&mut self) {
        (self.events, self.news) = (VecDeque::new(), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ports::Noted,
        protocol::{Code, NodeId, UserId},
    };

    fn room(number: usize) -> RoomId {
        let letter = |place| u8::try_from(number / 26_usize.pow(place) % 26).expect("a letter");
        RoomId::from_letters([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(letter))
    }

    fn note() -> RoomNote {
        RoomNote { at_ms: 1, noted: Noted::Refused { user: UserId::from_u128(7), code: Code::Glare } }
    }

    /// Somebody has come into a room, or is there.
    fn write(logs: &Logs, room: RoomId, at_ms: u64, was_alive: bool) {
        let end = StepEnd { room, at_ms, last: at_ms, was_alive, is_alive: true };
        let (user, order) = (UserId::from_u128(1), at_ms);
        logs.write(end, vec![Happened::Joined { user, order, node: NodeId::new("a"), name: "Ann".into() }], 256);
    }

    fn lives(logs: &Logs, room: RoomId) -> Vec<(u64, u64)> {
        logs.news(room, 999).iter().map(|event| (event.life, event.number)).collect()
    }

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
        assert_eq!((kept, all.entries), (vec![3, 2], 5));
    }

    #[test]
    fn a_call_that_is_silent_for_a_day_goes_on_in_its_life() {
        let logs = Logs::default();
        write(&logs, room(1), 1, false);
        logs.note(room(1), vec![note()], 2);
        logs.stored(room(1), 1, 1);
        assert_eq!(logs.timeline(room(1), 2 + KEPT_MS).len(), 1, "what nobody has stored is kept");
        assert_eq!((lives(&logs, room(1)), logs.notes(room(1))), (vec![(1, 2)], vec![]));
        logs.stored(room(1), 1, 2);
        assert_eq!(logs.timeline(room(1), 2 + KEPT_MS), []);
        assert_eq!(logs.rooms_with_news(9), []);
        let again = Logs::default();
        again.restore(logs.save(), false);
        for logs in [logs, again] {
            write(&logs, room(1), 3 + KEPT_MS, true);
            assert_eq!(lives(&logs, room(1)), [(1, 3)]);
        }
    }

    #[test]
    fn beyond_the_bound_the_oldest_entries_go_stored_ones_first_and_no_life() {
        let logs = Logs::default();
        let rooms = EVENTS_ALL_MAX / 2;
        for number in 0..rooms {
            write(&logs, room(number), number as u64 + 1, false);
        }
        let at = rooms as u64;
        logs.stored(room(7), 8, 2);
        write(&logs, room(9), at + 1, true);
        assert_eq!(logs.news(room(0), 9).len(), 2, "what is stored goes first");
        assert_eq!(logs.timeline(room(7), at), []);
        write(&logs, room(9), at + 2, true);
        write(&logs, room(9), at + 3, true);
        assert_eq!(logs.news(room(0), 9), [], "then the longest silent");
        assert_eq!(logs.news(room(1), 9).len(), 2);
        for number in [0, 7] {
            write(&logs, room(number), at + 4, true);
            assert_eq!(lives(&logs, room(number)), [(number as u64 + 1, 3)], "their lives go on");
        }
    }

    #[test]
    fn a_room_of_which_nothing_is_left_takes_no_place() {
        let logs = Logs::default();
        logs.note(room(1), vec![note()], 1);
        logs.stored(room(2), 1, 1);
        let end = StepEnd { room: room(3), at_ms: 1, last: 1, was_alive: true, is_alive: false };
        logs.write(end, Vec::new(), 9);
        assert_eq!(logs.news(room(3), 9).len(), 2);
        logs.stored(room(3), 1, 2);
        assert_eq!(logs.timeline(room(3), KEPT_MS + 1), []);
        let all = logs.all();
        assert_eq!((all.rooms.len(), all.entries, all.stored.len(), all.news.len()), (0, 0, 0, 0));
    }
}
