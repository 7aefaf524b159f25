//! The account of buffered bytes: what is booked, and what is shed when memory is short.

use std::{sync::Arc, time::Duration};

use super::{
    super::*,
    shared::{at, join, seated},
};
use crate::{
    bytes::Pressure,
    ledger::{Audit, Audited, Broadcast, Ledger, Resume, Resumed, Send, Sent},
    protocol::{Entry, Kind, LeaveReason, Message, NodeId, SeatId, SessionId, UserId, server::ResumeFailure},
};

const WINDOW: Duration = Duration::from_secs(5);
const LIMIT: u64 = 1 << 20;

struct Account {
    ledger: MemoryLedger,
    bytes: Arc<BufferedBytes>,
    node: NodeId,
}

impl Account {
    fn new() -> Self {
        let bytes = Arc::new(BufferedBytes::new(LIMIT));
        let ledger = MemoryLedger::new(LedgerLimits::default(), Arc::new(Clock::new()), bytes.clone());
        Self { ledger, bytes, node: NodeId::new("a") }
    }

    async fn seats(&self) -> (SeatId, SeatId) {
        (seated(&self.ledger, at(1, &self.node), 1).await, seated(&self.ledger, at(1, &self.node), 2).await)
    }

    async fn say(&self, from: SeatId, to: SeatId, text: &str) -> Result<Sent, Failure> {
        let messages = vec![Message { kind: Kind::ChatMessage, data: text.into() }];
        let send = Send { from, to: to.order, cid: None, skipped: vec![], released: vec![], messages };
        self.ledger.send(at(1, &self.node), send).await
    }

    async fn broadcast(&self, from: SeatId, kind: Kind) -> Result<Sent, Failure> {
        let message = Message { kind, data: "x".into() };
        self.ledger
            .broadcast(at(1, &self.node), Broadcast { from, cid: None, skipped: vec![], message, changes: None })
            .await
    }

    async fn resume(&self, order: u64, last_seq: u64) -> Resumed {
        let (user, session) = (UserId::from_u128(2), SessionId::from_u128(2));
        let resume = Resume { user, order, session, secret: 0, last_seq, reclaims: None };
        self.ledger.resume(at(1, &self.node), resume).await.expect("memory answers")
    }

    async fn disconnect(&self, seat: SeatId) {
        self.ledger.gone(at(1, &self.node), seat, WINDOW, Vec::new()).await.expect("memory answers");
    }

    fn held(&self) -> (u64, u64) {
        (self.bytes.held(Buffer::Inbox), self.bytes.held(Buffer::Absent))
    }

    /// So much is buffered elsewhere that memory is this short.
    fn press(&self, percent: u64) {
        self.bytes.remove(Buffer::Outbox, usize::try_from(self.bytes.held(Buffer::Outbox)).expect("fits"));
        self.bytes.add(Buffer::Outbox, usize::try_from(LIMIT * percent / 100).expect("fits"));
    }
}

const NOT_NOW: Failure = Failure::NotApplied { wait: SHED_WAIT };

#[tokio::test]
async fn inboxes_are_booked_by_whether_their_seat_is_connected() {
    let account = Account::new();
    let (ann, bob) = account.seats().await;
    let joined = account.held().0;
    account.say(ann, bob, "four").await.expect("memory answers");
    let one = size_of::<Entry>() as u64 + 4;
    assert_eq!(account.held(), (joined + one, 0));
    account.disconnect(bob).await;
    account.say(ann, bob, "four").await.expect("memory answers");
    assert_eq!(account.held(), (joined, 2 * one));
    let Resumed::Seated(resumed) = account.resume(bob.order, 1).await else { panic!("it can be resumed") };
    assert_eq!(account.held(), (joined + one, 0), "what was received is not stored");
    let audit = Audit { seat: resumed.seat, last_seq: 2, acked: 2 };
    account.ledger.audit(at(1, &account.node), vec![audit]).await.expect("memory answers");
    assert_eq!(account.held(), (joined, 0));
}

#[tokio::test]
async fn what_is_freed_is_booked_no_more() {
    let account = Account::new();
    let (ann, bob) = account.seats().await;
    let at = at(1, &account.node);
    account.say(ann, bob, "hi").await.expect("memory answers");
    account.disconnect(bob).await;
    account.ledger.leave(at, bob, LeaveReason::Left).await.expect("memory answers");
    assert_eq!(account.held().1, 0);
    account.ledger.close(at, LeaveReason::Closed, 1).await.expect("memory answers");
    assert_eq!(account.bytes.total(), 0);
    let (ann, bob) = account.seats().await;
    account.disconnect(bob).await;
    account.say(ann, bob, "hi").await.expect("memory answers");
    let snapshot = account.ledger.snapshot();
    let before = account.held();
    account.ledger.restore(snapshot.clone());
    assert_eq!(account.held(), before);
    account.ledger.wipe();
    assert_eq!(account.bytes.total(), 0);
    account.ledger.restore(snapshot);
    assert_eq!(account.held(), before);
    drop(account.ledger);
    assert_eq!(account.bytes.total(), 0);
}

#[tokio::test]
async fn when_memory_gets_short_inboxes_of_absent_seats_are_dropped() {
    let account = Account::new();
    let (ann, bob) = account.seats().await;
    account.disconnect(bob).await;
    account.say(ann, bob, "one").await.expect("memory answers");
    account.press(50);
    assert!(account.held().1 > 0, "only an append drops it");
    account.say(ann, bob, "two").await.expect("it is accepted");
    assert_eq!(account.held().1, 0);
    assert_eq!(account.resume(bob.order, 0).await, Resumed::Failed(ResumeFailure::Gap));
    account.say(bob, ann, "hi").await.expect("memory answers");
    let audit = Audit { seat: ann, last_seq: 1, acked: 0 };
    let audited = account.ledger.audit(at(1, &account.node), vec![audit]).await.expect("memory answers");
    assert!(matches!(&audited[0], Audited::Held(entries, _) if entries.len() == 1), "connected seats lose nothing");
}

#[tokio::test]
async fn load_is_shed_by_class() {
    let account = Account::new();
    let (ann, bob) = account.seats().await;
    for (percent, pressure) in
        [(60, Pressure::ShedAbsent), (72, Pressure::ShedChat), (85, Pressure::ShedNewcomers), (96, Pressure::ShedAll)]
    {
        account.press(percent);
        assert_eq!(account.bytes.pressure(), pressure);
        assert_eq!(account.broadcast(ann, Kind::ChatMessage).await.is_err(), pressure >= Pressure::ShedChat);
        assert_eq!(account.broadcast(ann, Kind::Unknown).await.is_err(), pressure >= Pressure::ShedAll);
        assert_eq!(account.say(ann, bob, "x").await.is_err(), pressure >= Pressure::ShedAll);
        let newcomer = account.ledger.join(at(1, &account.node), join(3)).await;
        assert_eq!(newcomer.is_err(), pressure >= Pressure::ShedNewcomers);
        if newcomer.is_ok() {
            account
                .ledger
                .evict(at(1, &account.node), UserId::from_u128(3), u64::MAX, LeaveReason::Left)
                .await
                .expect("answers");
        }
    }
    assert_eq!(account.say(ann, bob, "x").await, Err(NOT_NOW));
    let again = account.ledger.join(at(1, &account.node), join(2)).await;
    assert!(again.is_ok(), "a repeated join is answered");
    assert!(matches!(account.resume(bob.order, 0).await, Resumed::Seated(_)), "so is a resume");
}

impl Account {
    /// Two members in a room of their own, the second one disconnected.
    async fn pair(&self, room: u8) -> (SeatId, SeatId) {
        let at = at(room, &self.node);
        let (ann, bob) = (seated(&self.ledger, at, 1).await, seated(&self.ledger, at, 2).await);
        self.ledger.gone(at, bob, WINDOW, Vec::new()).await.expect("memory answers");
        (ann, bob)
    }

    async fn say_in(&self, room: u8, (from, to): (SeatId, SeatId), text: &str) {
        let messages = vec![Message { kind: Kind::Offer, data: text.into() }];
        let send = Send { from, to: to.order, cid: None, skipped: vec![], released: vec![], messages };
        self.ledger.send(at(room, &self.node), send).await.expect("it is accepted");
    }

    async fn resume_in(&self, room: u8, order: u64) -> Resumed {
        let (user, session) = (UserId::from_u128(2), SessionId::from_u128(2));
        let resume = Resume { user, order, session, secret: 0, last_seq: 0, reclaims: None };
        self.ledger.resume(at(room, &self.node), resume).await.expect("memory answers")
    }
}

#[tokio::test]
async fn who_fills_the_memory_loses_what_they_filled_it_with_and_nobody_else_loses_anything() {
    let account = Account::new();
    let small = account.pair(1).await;
    account.say_in(1, small, "one").await;
    let large = "x".repeat(60_000);
    for room in 2..8 {
        let pair = account.pair(room).await;
        for _ in 0..8 {
            account.say_in(room, pair, &large).await;
            assert!(account.bytes.pressure() < Pressure::ShedChat, "{} bytes", account.bytes.total());
        }
        account.say_in(1, small, "more").await;
    }
    let Resumed::Seated(resumed) = account.resume_in(1, small.1.order).await else { panic!("nothing was lost") };
    assert_eq!(resumed.replay.len(), 7);
}

#[tokio::test]
async fn members_that_never_acknowledge_lose_their_inboxes_before_anybody_is_refused() {
    let account = Account::new();
    let large = "x".repeat(60_000);
    for room in 1..20 {
        let at = at(room, &account.node);
        let pair = (seated(&account.ledger, at, 1).await, seated(&account.ledger, at, 2).await);
        for _ in 0..9 {
            account.say_in(room, pair, &large).await;
        }
        assert!(account.bytes.pressure() < Pressure::ShedChat, "{} bytes", account.bytes.total());
        account.say_in(room, pair, "goes on").await;
        let audit = Audit { seat: pair.1, last_seq: 10, acked: 10 };
        let audited = account.ledger.audit(at, vec![audit]).await.expect("memory answers");
        assert!(matches!(audited[0], Audited::Held(..)), "connected members have received everything");
    }
}
