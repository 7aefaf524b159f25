//! Snapshots: what a restarted node knows, and bytes that were damaged.

use std::{sync::Arc, time::Duration};

use proptest::prelude::*;

use super::{
    super::*,
    paused,
    shared::{at, seated},
};
use crate::{
    ledger::{Ledger, Resume, Resumed, Send, Skipped, Snapshot, SnapshotError},
    protocol::{Code, Kind, Message, NodeId, SeatId, SessionId, UserId},
};

const WINDOW: Duration = Duration::from_secs(5);

fn account() -> Arc<BufferedBytes> {
    Arc::new(BufferedBytes::new(1 << 20))
}

/// Ann is connected; Bob is disconnected, and has sent "hi" to Ann; Ann has sent "ho" to Bob.
async fn stored() -> (MemoryLedger, SeatId, SeatId) {
    let ledger = MemoryLedger::new(LedgerLimits::default(), Arc::new(Clock::new()), account());
    let node = NodeId::new("a");
    let (ann, bob) = (seated(&ledger, at(1, &node), 1).await, seated(&ledger, at(1, &node), 2).await);
    seated(&ledger, at(2, &node), 3).await;
    for (from, to, text) in [(bob, ann, "{\"text\":\"hi\"}"), (ann, bob, "ho")] {
        let messages = vec![Message { kind: Kind::Offer, data: text.into() }];
        let skipped = vec![Skipped { cid: 1, refused: Some(Code::Glare) }];
        let send = Send { from, to: to.order, cid: Some(2), skipped, released: vec![], messages };
        ledger.send(at(1, &node), send).await.expect("memory answers");
    }
    ledger.gone(at(1, &node), bob, WINDOW, Vec::new()).await.expect("memory answers");
    (ledger, ann, bob)
}

fn resume(user: u128, seat: SeatId, last_seq: u64) -> Resume {
    let (user, session) = (UserId::from_u128(user), SessionId::from_u128(user));
    Resume { user, order: seat.order, session, secret: 0, last_seq, reclaims: None }
}

#[test]
fn after_a_restart_every_session_can_be_resumed_as_if_time_had_stood_still() {
    paused().block_on(async {
        let (ledger, ann, bob) = stored().await;
        let node = NodeId::new("a");
        tokio::time::advance(WINDOW / 2).await;
        let bytes = ledger.snapshot().to_bytes().expect("encodes");
        let before = ledger.bytes.total();
        drop(ledger);
        tokio::time::advance(WINDOW * 10).await;
        let snapshot = Snapshot::from_bytes(&bytes).expect("undamaged");
        assert_eq!((snapshot.rooms(), snapshot.seats()), (2, 3));
        let bytes = account();
        let ledger =
            MemoryLedger::from_snapshot(LedgerLimits::default(), Arc::new(Clock::new()), bytes.clone(), snapshot);
        assert_eq!((ledger.rooms(), ledger.epoch(), bytes.total()), (2, 1, before));
        assert_eq!(bytes.held(Buffer::Absent), bytes.total(), "every seat is disconnected");
        tokio::time::advance(WINDOW / 2 - Duration::from_millis(1)).await;
        assert_eq!(ledger.due(9).await.expect("memory answers").rooms.len(), 0);
        let resumed = ledger.resume(at(1, &node), resume(2, bob, 0)).await.expect("memory answers");
        let Resumed::Seated(resumed) = resumed else { panic!("Bob's window is not past") };
        assert_eq!((resumed.seat.fence, resumed.lost, resumed.replay.len()), (2, false, 1));
        assert_eq!((resumed.sent[0].cid, resumed.sent[0].described), (2, true));
        assert_eq!(resumed.skipped, [Skipped { cid: 1, refused: Some(Code::Glare) }]);
        tokio::time::advance(WINDOW / 2).await;
        let resumed = ledger.resume(at(1, &node), resume(1, ann, 1)).await.expect("memory answers");
        assert!(matches!(resumed, Resumed::Seated(_)), "Ann's window began with the restart");
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(ledger.due(9).await.expect("memory answers").rooms, [at(2, &node).room]);
    });
}

#[tokio::test]
async fn a_snapshot_of_a_restored_ledger_is_the_same_snapshot() {
    let (ledger, ..) = stored().await;
    let mut snapshot = ledger.snapshot();
    let again = MemoryLedger::from_snapshot(LedgerLimits::default(), Arc::new(Clock::new()), account(), snapshot);
    snapshot = again.snapshot();
    let bytes = snapshot.to_bytes().expect("encodes");
    let read = Snapshot::from_bytes(&bytes).expect("undamaged");
    assert_eq!(read, snapshot);
    assert_eq!(read.to_bytes().expect("encodes"), bytes);
}

#[tokio::test]
async fn what_is_wrong_with_the_bytes_is_said() {
    let bytes = stored().await.0.snapshot().to_bytes().expect("encodes");
    let damaged = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = bytes.clone();
        change(&mut bytes);
        Snapshot::from_bytes(&bytes).expect_err("damaged")
    };
    assert_eq!(Snapshot::from_bytes(&[]), Err(SnapshotError::TooShort(0)));
    assert_eq!(damaged(&|bytes| bytes.truncate(20)), SnapshotError::TooShort(20));
    assert_eq!(damaged(&|bytes| bytes[0] = 0), SnapshotError::Magic);
    assert_eq!(damaged(&|bytes| bytes[8] = 9), SnapshotError::Version(9));
    assert!(matches!(damaged(&|bytes| bytes.truncate(40)), SnapshotError::Length { found: 12, .. }));
    assert!(matches!(damaged(&|bytes| bytes.push(0)), SnapshotError::Length { .. }));
    assert_eq!(damaged(&|bytes| bytes[50] ^= 1), SnapshotError::Checksum);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn changed_bytes_are_an_error_or_the_same(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let (snapshot, bytes) = paused().block_on(async {
            let snapshot = stored().await.0.snapshot();
            let bytes = snapshot.to_bytes().expect("encodes");
            (snapshot, bytes)
        });
        let mut changed = bytes.clone();
        for (place, byte) in changes {
            let place = place.index(changed.len());
            changed[place] = byte;
        }
        if let Some(cut) = cut {
            changed.truncate(cut.index(changed.len()) + 1);
        }
        match Snapshot::from_bytes(&changed) {
            Ok(read) => prop_assert_eq!((read, changed), (snapshot, bytes)),
            Err(_) => prop_assert_ne!(changed, bytes),
        }
    }
}
