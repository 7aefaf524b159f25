//! What a node knows of many rooms: bounded, the oldest are forgotten first. Must not know Redis.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    Asked, Cached,
    known::{FRESH_FOR, Known, Look},
};
use crate::storage::RoomId;

/// Changes that are owed, at most (≈ 250 bytes each): an hour of an outage with three changes a second.
const OWED_MAX: usize = 10_000;

/// See the module.
pub(super) struct Table {
    rooms: HashMap<RoomId, Known>,
    /// Rooms by when they were touched, oldest first; one whose time differs was touched meanwhile.
    order: VecDeque<(RoomId, Instant)>,
    owed: BTreeSet<RoomId>,
    versions: u64,
    rooms_max: usize,
}

impl Table {
    /// At most `rooms_max` rooms besides those that are owed, each until Redis alone is right about it.
    pub(super) fn new(rooms_max: usize) -> Self {
        let (rooms, order, owed) = (HashMap::new(), VecDeque::new(), BTreeSet::new());
        Self { rooms, order, owed, versions: 0, rooms_max: rooms_max.max(1) }
    }

    pub(super) fn look(&self, room_id: RoomId, now: Instant) -> Look {
        self.rooms.get(&room_id).map_or(Look::Redis(Asked(0)), |known| known.look(now))
    }

    /// See `Known::redis_said`.
    pub(super) fn redis_said(
        &mut self,
        room_id: RoomId,
        asked: Asked,
        (state, age): (&Cached, Duration),
        now: Instant,
    ) -> bool {
        self.touch(room_id, now, |known, _| known.redis_said(asked, state, age, now))
    }

    /// See `Known::database_said`.
    pub(super) fn database_said(&mut self, room_id: RoomId, asked: Asked, found: Option<Cached>, now: Instant) -> bool {
        let is_last_word = self.touch(room_id, now, |known, _| known.database_said(asked, found, now));
        if self.owed(room_id).is_none() {
            self.owed.remove(&room_id);
        }
        is_last_word
    }

    /// See `Known::put`. False when too many are owed already: if Redis does not take this one, it is overlooked.
    pub(super) fn put(&mut self, room_id: RoomId, state: Cached, now: Instant) -> bool {
        let may_owe = self.owed.len() < OWED_MAX || self.owed.contains(&room_id);
        self.touch(room_id, now, |known, version| {
            known.put(state, version, now);
            if !may_owe {
                known.give_up();
            }
        });
        if may_owe {
            self.owed.insert(room_id);
        }
        may_owe
    }

    /// See `Known::stored`.
    pub(super) fn stored(&mut self, room_id: RoomId, state: &Cached, now: Instant) {
        if self.rooms.contains_key(&room_id) && self.touch(room_id, now, |known, _| known.stored(state)) {
            self.owed.remove(&room_id);
        }
    }

    /// See `Known::changed`.
    pub(super) fn changed(&mut self, room_id: RoomId, now: Instant) {
        self.touch(room_id, now, |known, version| known.changed(version, now));
    }

    /// See `Known::forget`.
    pub(super) fn forget(&mut self, room_id: RoomId, now: Instant) {
        self.touch(room_id, now, |known, version| known.forget(version, now));
        self.owed.remove(&room_id);
    }

    /// See `Known::last`.
    pub(super) fn last(&self, room_id: RoomId, in_redis: Option<Cached>) -> Option<Cached> {
        match self.rooms.get(&room_id) {
            Some(known) => known.last(in_redis),
            None => in_redis,
        }
    }

    /// What is owed for this room.
    pub(super) fn owed(&self, room_id: RoomId) -> Option<Cached> {
        self.rooms.get(&room_id).and_then(Known::owed).cloned()
    }

    /// The rooms for which something is owed.
    pub(super) fn owing(&self) -> Vec<RoomId> {
        self.owed.iter().copied().collect()
    }

    fn touch<T>(&mut self, room_id: RoomId, now: Instant, change: impl FnOnce(&mut Known, u64) -> T) -> T {
        self.versions += 1;
        let known = self.rooms.entry(room_id).or_insert_with(|| Known::new(now));
        let outcome = change(known, self.versions);
        known.touched = now;
        self.order.push_back((room_id, now));
        self.evict(now);
        outcome
    }

    fn evict(&mut self, now: Instant) {
        while let Some((room_id, touched)) = self.order.front().copied()
            && (now.duration_since(touched) >= FRESH_FOR || self.order.len() > self.rooms_max)
        {
            self.order.pop_front();
            let is_latest = self.rooms.get(&room_id).is_some_and(|known| known.touched == touched);
            if is_latest && !self.owed.contains(&room_id) {
                self.rooms.remove(&room_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_oldest_are_forgotten_but_what_is_owed() {
        let (mut table, ids) = (Table::new(3), [(); 10].map(|()| RoomId::random()));
        table.put(ids[0], Cached::Removed, Instant::now());
        for id in &ids[1..] {
            table.changed(*id, Instant::now());
        }
        let known: Vec<_> = ids.into_iter().filter(|id| table.rooms.contains_key(id)).collect();
        assert_eq!(known, [ids[0], ids[7], ids[8], ids[9]]);
        tokio::time::advance(FRESH_FOR).await;
        table.stored(ids[0], &Cached::Removed, Instant::now());
        assert_eq!((table.rooms.len(), table.owing()), (1, Vec::new()), "a copy of that age is asked of the database");
        tokio::time::advance(FRESH_FOR).await;
        table.changed(ids[1], Instant::now());
        assert!(!table.rooms.contains_key(&ids[0]));
    }

    #[tokio::test]
    async fn no_more_is_owed_than_the_bound() {
        let (mut table, now) = (Table::new(10), Instant::now());
        for _ in 0..OWED_MAX {
            assert!(table.put(RoomId::random(), Cached::Removed, now));
        }
        let one = RoomId::random();
        assert!(!table.put(one, Cached::Removed, now));
        assert_eq!((table.owing().len(), table.owed(one)), (OWED_MAX, None));
        assert_eq!(table.look(one, now), Look::Here(Cached::Removed));
    }
}
