//! The port to the log of events, on memory; and how a step gets into it.

use super::{MemoryLedger, logs::StepEnd, room::RoomCore, turn::Turn};
use crate::{
    ledger::{
        Answer,
        events::{EventLog, RoomEvent, RoomNote},
    },
    protocol::RoomId,
};

impl MemoryLedger {
    /// Under the room's lock: writes down what has happened in this turn.
    pub(super) fn log(&self, core: &RoomCore, was_alive: bool, turn: &mut Turn<'_>) {
        let (max, is_alive) = (self.limits.events_max, !core.is_empty());
        if max == 0 || turn.happened.is_empty() && was_alive == is_alive {
            return;
        }
        let (room, at_ms, last) = (turn.room, turn.now().unix_ms, core.last());
        let happened = std::mem::take(&mut turn.happened);
        self.logs.write(StepEnd { room, at_ms, last, was_alive, is_alive }, happened, max);
    }
}

impl EventLog for MemoryLedger {
    fn rooms_with_news(&self, max: usize) -> Answer<Vec<RoomId>> {
        self.logs.rooms_with_news(max).into()
    }

    fn news(&self, room: RoomId, max: usize) -> Answer<Vec<RoomEvent>> {
        self.logs.news(room, max).into()
    }

    fn stored(&self, room: RoomId, life: u64, number: u64) -> Answer<()> {
        self.logs.stored(room, life, number);
        ().into()
    }

    fn timeline(&self, room: RoomId) -> Answer<Vec<RoomEvent>> {
        self.logs.timeline(room, self.clock.now().unix_ms).into()
    }

    fn note(&self, room: RoomId, notes: Vec<RoomNote>) -> Answer<()> {
        self.logs.note(room, notes, self.clock.now().unix_ms);
        ().into()
    }

    fn notes(&self, room: RoomId) -> Answer<Vec<RoomNote>> {
        self.logs.notes(room).into()
    }
}
