//! A server that is slow, but answers.

use std::time::Duration;

use actors::{
    ledger::{At, Join, Joined, Ledger, Send, Sent, faulty::Faults},
    protocol::{Attributes, Kind, Message, NodeId, RoomId, SeatId, SessionId, UserId},
};
use tokio::time::sleep;

use super::{link::Link, server::Server, store::ledger};

const NODE: &str = "a";

async fn join(ledger: &dyn Ledger, room: RoomId, user: u128) -> SeatId {
    let join = Join {
        user: UserId::from_u128(user),
        name: "Ann".into(),
        session: SessionId::from_u128(user),
        secret: 1,
        max: 2.into(),
        window: Duration::from_secs(5),
        revision: 1,
        attributes: Attributes::default(),
    };
    let node = NodeId::new(NODE);
    match ledger.join(At { room, node: &node, epoch: 0 }, join).await {
        Ok(Joined::Seated { seat, .. }) => seat,
        other => panic!("no seat: {other:?}"),
    }
}

/// A server that needs a millisecond for each of a thousand operations answers the last one after a second. Taking that for a
/// broken connection, reconnecting, and retrying all of them would make it slower still, endlessly.
#[tokio::test(start_paused = true)]
async fn operations_that_wait_for_their_turn_are_not_given_up() {
    let link = Link::new(Server::new(None), Faults::NONE, 1);
    let ledger = ledger(&link, 1);
    while !ledger.is_up() {
        sleep(Duration::from_millis(10)).await; // paused
    }
    let (room, node) = (RoomId::from_letters([1; 10]), NodeId::new(NODE));
    let (from, to) = (join(&ledger, room, 1).await, join(&ledger, room, 2).await);
    link.slow_down(Duration::from_millis(1));
    let send = |cid| Send {
        from,
        to: to.order,
        cid: Some(cid),
        skipped: Vec::new(),
        released: Vec::new(),
        messages: vec![Message { kind: Kind::Renegotiate, data: "{}".into() }],
    };
    let asked: Vec<_> = (1..=1_000).map(|cid| ledger.send(At { room, node: &node, epoch: 0 }, send(cid))).collect();
    for (place, answer) in asked.into_iter().enumerate() {
        let answer = answer.await;
        assert!(matches!(answer, Ok(Sent::Appended(_))), "number {place}: {answer:?}");
    }
    assert_eq!(ledger.interruptions(), 0);
}
