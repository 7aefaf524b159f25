//! What this ledger's rooms share: their number, their indexes, and subscribers that call back.

use std::{sync::Arc, time::Duration};

use super::super::*;
use crate::{
    ledger::{Answer, At, Audit, Event, Join, Joined, Ledger, Pushed},
    protocol::{Attributes, LeaveReason, NodeId, SeatId, SessionId, UserId},
};

pub(super) fn join(user: u128) -> Join {
    Join {
        user: UserId::from_u128(user),
        name: "ann".into(),
        session: SessionId::from_u128(user),
        secret: 0,
        max: 4.into(),
        window: Duration::from_secs(5),
        attributes: Attributes::default(),
        revision: 1,
    }
}

pub(super) fn at(room: u8, node: &NodeId) -> At<'_> {
    At { room: RoomId::from_letters([room; 10]), node, epoch: 0 }
}

pub(super) async fn seated(ledger: &MemoryLedger, at: At<'_>, user: u128) -> SeatId {
    match ledger.join(at, join(user)).await.expect("memory answers") {
        Joined::Seated { seat, .. } => seat,
        Joined::Full | Joined::Crowded => panic!("the room is not full"),
    }
}

#[tokio::test]
async fn a_room_without_seats_is_dropped() {
    let (ledger, node) = (MemoryLedger::default(), NodeId::new("a"));
    let (one, two) = (seated(&ledger, at(1, &node), 1).await, seated(&ledger, at(1, &node), 2).await);
    seated(&ledger, at(2, &node), 1).await;
    ledger.join(at(3, &node), Join { max: 0.into(), ..join(1) }).await.expect("memory answers");
    assert_eq!((ledger.rooms(), ledger.rooms.len()), (2, 2));
    ledger.close(at(2, &node), LeaveReason::Closed, 1).await.expect("memory answers");
    ledger.leave(at(1, &node), one, LeaveReason::Left).await.expect("memory answers");
    assert_eq!((ledger.rooms(), ledger.rooms.len()), (1, 1));
    ledger.leave(at(1, &node), two, LeaveReason::Left).await.expect("memory answers");
    assert_eq!((ledger.rooms(), ledger.rooms.len()), (0, 0));
}

#[tokio::test]
async fn beyond_its_bound_no_room_is_made() {
    let bytes = Arc::new(BufferedBytes::new(1 << 20));
    let limits = LedgerLimits { rooms_max: 1, ..LedgerLimits::default() };
    let (ledger, node) = (MemoryLedger::new(limits, Arc::new(Clock::new()), bytes), NodeId::new("a"));
    seated(&ledger, at(1, &node), 1).await;
    let refused = ledger.join(at(2, &node), join(1)).await;
    assert_eq!(refused, Err(Failure::NotApplied { wait: SHED_WAIT }));
    seated(&ledger, at(1, &node), 2).await;
    ledger.close(at(1, &node), LeaveReason::Closed, 1).await.expect("memory answers");
    seated(&ledger, at(2, &node), 1).await;
}

#[tokio::test]
async fn a_wiped_ledger_keeps_nothing_in_its_indexes() {
    let (ledger, node) = (MemoryLedger::default(), NodeId::new("a"));
    let seat = seated(&ledger, at(1, &node), 1).await;
    ledger.gone(at(1, &node), seat, Duration::ZERO, Vec::new()).await.expect("memory answers");
    ledger.release(&node).await.expect("memory answers");
    assert_eq!(ledger.due(9).await.expect("memory answers").rooms.len(), 1);
    assert_eq!((ledger.wipe(), ledger.epoch(), ledger.rooms()), (2, 2, 0));
    assert_eq!(ledger.due(9).await.expect("memory answers"), crate::ledger::Due::default());
}

#[tokio::test]
async fn a_subscriber_may_call_the_ledger() {
    let ledger = Arc::new(MemoryLedger::default());
    let (inner, (tell, told)) = (ledger.clone(), std::sync::mpsc::channel());
    let (ann, bob) = (NodeId::new("a"), NodeId::new("b"));
    let node = ann.clone();
    let read = move |event: Event| {
        let Event::Push(push) = event else { return true };
        let Pushed::Entry { .. } = push.what else { return true };
        let audit = Audit { seat: SeatId { order: push.to, fence: 1 }, last_seq: 0, acked: 0 };
        let Answer::Now(audited) = inner.audit(at(1, &node), vec![audit]) else { return true };
        tell.send(audited).is_ok()
    };
    ledger.subscribe(&ann, Arc::new(read));
    seated(&ledger, at(1, &ann), 1).await;
    seated(&ledger, at(1, &bob), 2).await;
    assert_eq!(told.recv().expect("a push").expect("memory answers").len(), 1);
}
