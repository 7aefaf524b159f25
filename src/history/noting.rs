//! Notes for the timelines of rooms, besides chat: refusals, and descriptions that have passed. They wait here for a second at
//! most, and go to the ledger, a few notes per room: a client that is refused a thousand times is noted once or twice.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, Weak},
    time::Duration,
};

use actors::{
    clock::unix_millis,
    ledger::{EventLog, RoomNote},
    ports::{History, Noted, Said},
    protocol::RoomId,
};
use tokio::time::{MissedTickBehavior, interval};

use super::lock;

/// How long a note waits.
const FLUSH_EVERY: Duration = Duration::from_secs(1);
/// Notes of a room that wait; further ones are dropped.
const ROOM_MAX: usize = 32;
/// Rooms with notes that wait; notes of further ones are dropped.
const ROOMS_MAX: usize = 4_096;

/// Passes on what is said, and notes the rest.
pub struct Noting {
    history: Arc<dyn History>,
    events: Arc<dyn EventLog>,
    waiting: Mutex<BTreeMap<RoomId, Vec<RoomNote>>>,
}

impl Noting {
    /// Notes until it is dropped. Call it within a tokio runtime.
    #[must_use]
    pub fn start(history: Arc<dyn History>, events: Arc<dyn EventLog>) -> Arc<Self> {
        let noting = Arc::new(Self { history, events, waiting: Mutex::default() });
        tokio::spawn(flushing(Arc::downgrade(&noting)));
        noting
    }

    /// Gives the ledger what waits. What it does not take is dropped: notes decide nothing.
    async fn flush(&self) {
        let waiting = std::mem::take(&mut *lock(&self.waiting));
        let asked: Vec<_> = waiting.into_iter().map(|(room, notes)| self.events.note(room, notes)).collect();
        for answer in asked {
            if let Err(why) = answer.await {
                tracing::debug!(%why, "notes of a room were not taken");
            }
        }
    }
}

async fn flushing(noting: Weak<Noting>) {
    let mut tick = interval(FLUSH_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let Some(noting) = noting.upgrade() else { return };
        noting.flush().await;
    }
}

impl History for Noting {
    fn said(&self, said: Said) {
        self.history.said(said);
    }

    fn noted(&self, room: RoomId, noted: Noted) {
        let mut waiting = lock(&self.waiting);
        if waiting.len() >= ROOMS_MAX && !waiting.contains_key(&room) {
            return;
        }
        let notes = waiting.entry(room).or_default();
        let is_repeated = notes.last().is_some_and(|last| last.noted == noted);
        if notes.len() < ROOM_MAX && !is_repeated {
            notes.push(RoomNote { at_ms: unix_millis(), noted });
        }
    }
}

#[cfg(test)]
mod tests {
    use actors::{
        bytes::BufferedBytes,
        ledger::{At, Join, Ledger as _, MemoryLedger},
        protocol::{Attributes, Code, NodeId, SessionId, UserId},
        settings::LedgerLimits,
    };

    use super::*;

    #[tokio::test]
    async fn notes_reach_the_ledger_a_few_at_a_time() {
        let limits = LedgerLimits { events_max: 9, ..LedgerLimits::default() };
        let ledger = Arc::new(MemoryLedger::new(limits, Arc::default(), Arc::new(BufferedBytes::new(1 << 20))));
        let noting = Noting::start(Arc::new(()), Arc::clone(&ledger) as _);
        let (room, user) = (RoomId::from_letters([1; 10]), UserId::from_u128(1));
        let (session, window, node) = (SessionId::from_u128(1), Duration::from_secs(5), NodeId::new("a"));
        let join = Join {
            user: user.clone(),
            name: "Ann".into(),
            session,
            secret: 0,
            max: 2.into(),
            window,
            revision: 1,
            attributes: Attributes::default(),
        };
        ledger.join(At { room, node: &node, epoch: 0 }, join).await.expect("memory answers");
        for _ in 0..1_000 {
            noting.noted(room, Noted::Refused { user: user.clone(), code: Code::Glare });
        }
        for to in 0..1_000 {
            noting.noted(room, Noted::Described { from: 1, to, is_offer: true });
        }
        noting.flush().await;
        let notes = ledger.notes(room).await.expect("memory answers");
        assert_eq!(notes.len(), ROOM_MAX);
        assert_eq!(notes[0].noted, Noted::Refused { user, code: Code::Glare });
        assert_eq!(notes[1].noted, Noted::Described { from: 1, to: 0, is_offer: true });
        noting.flush().await;
        assert_eq!(ledger.notes(room).await.expect("memory answers").len(), ROOM_MAX, "nothing waits any more");
    }
}
