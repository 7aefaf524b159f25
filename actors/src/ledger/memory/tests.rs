//! The contract on this ledger, with paused time; and what only this ledger promises.

use std::{sync::Arc, time::Duration};

use super::*;
use crate::{
    ledger::contract::{Case, Stand, Time},
    ports::Later,
    protocol::{SessionId, UserId},
};

crate::ledger_contract!(on_memory);

struct Paused;

impl Time for Paused {
    fn pass(&self, time: Duration) -> Later<()> {
        Box::pin(tokio::time::advance(time))
    }

    fn settle(&self) -> Later<()> {
        Box::pin(std::future::ready(()))
    }
}

fn paused() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime")
}

fn on_memory(case: Case) {
    let make = |limits| -> Later<Stand> {
        Box::pin(async move { Stand { ledger: Arc::new(MemoryLedger::new(limits)), time: Arc::new(Paused) } })
    };
    paused().block_on((case.run)(Box::new(make)));
}

fn join(user: u128) -> Join {
    Join {
        user: UserId::from_u128(user),
        name: "ann".into(),
        session: SessionId::from_u128(user),
        secret: 0,
        node: NodeId::new("a"),
        max: 4,
        window: Duration::from_secs(5),
    }
}

fn room(number: u8) -> RoomId {
    RoomId::from_letters([number; 10])
}

#[tokio::test]
async fn a_room_without_seats_is_dropped() {
    let (ledger, node) = (MemoryLedger::default(), NodeId::new("a"));
    let who = |user| Address { user: UserId::from_u128(user), session: SessionId::from_u128(user) };
    for user in 1..=2 {
        ledger.join(room(1), join(user)).await.expect("memory answers");
    }
    ledger.join(room(2), join(1)).await.expect("memory answers");
    ledger.join(room(3), Join { max: 0, ..join(1) }).await.expect("memory answers");
    assert_eq!((ledger.rooms(), ledger.rooms.len()), (2, 2));
    ledger.close(room(2), LeaveReason::Closed, &node).await.expect("memory answers");
    ledger.leave(room(1), who(1), LeaveReason::Left, &node).await.expect("memory answers");
    assert_eq!((ledger.rooms(), ledger.rooms.len()), (1, 1));
    ledger.leave(room(1), who(2), LeaveReason::Left, &node).await.expect("memory answers");
    assert_eq!((ledger.rooms(), ledger.rooms.len()), (0, 0));
}

#[tokio::test]
async fn beyond_its_bound_no_room_is_made() {
    let ledger = MemoryLedger::new(Limits { rooms_max: 1, ..Limits::default() });
    ledger.join(room(1), join(1)).await.expect("the first room");
    assert_eq!(ledger.join(room(2), join(1)).await, Err(Unavailable));
    ledger.join(room(1), join(2)).await.expect("a seat in the first room");
    ledger.close(room(1), LeaveReason::Closed, &NodeId::new("a")).await.expect("memory answers");
    ledger.join(room(2), join(1)).await.expect("the first is gone");
}

#[tokio::test]
async fn a_subscriber_may_call_the_ledger() {
    let ledger = Arc::new(MemoryLedger::default());
    let (inner, (tell, told)) = (ledger.clone(), std::sync::mpsc::channel());
    let read = move |push: Push| {
        let who = Address { user: UserId::from_u128(1), session: push.to };
        let Answer::Now(entries) = inner.read(push.room, who, 0) else { return };
        tell.send(entries).expect("the test listens");
    };
    ledger.subscribe(NodeId::new("a"), Arc::new(read));
    ledger.join(room(1), join(1)).await.expect("memory answers");
    ledger.join(room(1), Join { node: NodeId::new("b"), ..join(2) }).await.expect("memory answers");
    assert_eq!(told.recv().expect("a push").expect("memory answers").map(|entries| entries.len()), Some(1));
}
