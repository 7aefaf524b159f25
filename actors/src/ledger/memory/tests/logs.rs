//! The log of events over a restart, and what is forgotten.

use std::{sync::Arc, time::Duration};

use super::{
    super::*,
    paused,
    shared::{at, seated},
};
use crate::{
    ledger::{EventLog, Happened, Ledger, RoomEvent, Snapshot, events::KEPT_FOR},
    protocol::{LeaveReason, NodeId},
};

fn keeping() -> MemoryLedger {
    let limits = LedgerLimits { events_max: 8, ..LedgerLimits::default() };
    MemoryLedger::new(limits, Arc::new(Clock::new()), Arc::new(BufferedBytes::new(1 << 20)))
}

async fn timeline(ledger: &MemoryLedger, room: u8) -> Vec<RoomEvent> {
    ledger.timeline(at(room, &NodeId::new("a")).room).await.expect("memory answers")
}

#[test]
fn logs_survive_a_restart_and_a_life_goes_on() {
    paused().block_on(async {
        let (ledger, node) = (keeping(), NodeId::new("a"));
        let ann = seated(&ledger, at(1, &node), 1).await;
        let bob = seated(&ledger, at(2, &node), 2).await;
        ledger.leave(at(2, &node), bob, LeaveReason::Left).await.expect("memory answers");
        ledger.stored(at(1, &node).room, ann.order, 1).await.expect("memory answers");
        let bytes = ledger.snapshot().to_bytes().expect("encodes");
        let snapshot = Snapshot::from_bytes(&bytes).expect("undamaged");
        assert!(!snapshot.is_empty());
        let bytes = Arc::new(BufferedBytes::new(1 << 20));
        let again = MemoryLedger::from_snapshot(ledger.limits, Arc::new(Clock::new()), bytes, snapshot);
        for room in [1, 2] {
            assert_eq!(timeline(&again, room).await, timeline(&ledger, room).await);
        }
        let news = again.news(at(1, &node).room, 9).await.expect("memory answers");
        assert_eq!(news.iter().map(|event| event.number).collect::<Vec<_>>(), [2], "what was stored stays so");
        again
            .evict(at(1, &node), crate::protocol::UserId::from_u128(1), u64::MAX, LeaveReason::Kicked)
            .await
            .expect("answered");
        let last = timeline(&again, 1).await.pop().expect("an event");
        assert_eq!((last.life, last.number, last.happened), (ann.order, 4, Happened::Ended));
    });
}

#[test]
fn a_log_is_forgotten_a_day_after_its_newest_event() {
    paused().block_on(async {
        let clock = Arc::new(Clock::simulated(1_800_000_000_000));
        let limits = LedgerLimits { events_max: 8, ..LedgerLimits::default() };
        let ledger = MemoryLedger::new(limits, clock, Arc::new(BufferedBytes::new(1 << 20)));
        let node = NodeId::new("a");
        seated(&ledger, at(1, &node), 1).await;
        tokio::time::advance(KEPT_FOR - Duration::from_secs(1)).await;
        seated(&ledger, at(1, &node), 2).await;
        seated(&ledger, at(2, &node), 1).await;
        tokio::time::advance(Duration::from_secs(2)).await;
        let kept = timeline(&ledger, 1).await;
        assert_eq!(kept.len(), 3, "the newest event counts");
        ledger.stored(at(1, &node).room, kept[2].life, kept[2].number).await.expect("memory answers");
        tokio::time::advance(KEPT_FOR).await;
        seated(&ledger, at(2, &node), 3).await;
        assert_eq!(timeline(&ledger, 1).await, []);
        let rooms = ledger.rooms_with_news(9).await.expect("memory answers");
        assert_eq!(rooms, [at(2, &node).room], "what nobody has stored is kept");
        seated(&ledger, at(1, &node), 4).await;
        let next = timeline(&ledger, 1).await.remove(0);
        assert_eq!((next.life, next.number), (kept[2].life, 4), "who is there is in the same call as before");
    });
}
