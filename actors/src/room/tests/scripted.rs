//! A ledger that says yes, at once, later, or not at all.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::bench::*;
use crate::{
    ledger::{
        Answer, At, Audit, Audited, Broadcast, Claim, Claimed, Due, Fact, Failure, Join, Joined, Lease, Ledger, Notice,
        Place, Placed, Placing, Published, Push, Reaped, Recipient, Resume, Resumed, Send, Sent, Skipped, Subscriber,
        TrackChange,
    },
    protocol::{
        Entry, Epoch, LeaveReason, Member, Message, NodeId, RoomId, SeatId, SessionId, UserId,
        media::{Host, Hosting, MediaEpoch},
        server::ResumeFailure,
    },
};

/// How the ledger answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Now,
    Later,
    Away,
}

/// A ledger that says yes, at once, later, or not at all; and notes what it was asked.
pub(super) struct Scripted {
    mode: Mutex<Mode>,
    asked: Mutex<Vec<String>>,
    orders: Mutex<u64>,
}

impl Scripted {
    pub(super) fn new(mode: Mode) -> Self {
        Self { mode: Mutex::new(mode), asked: Mutex::default(), orders: Mutex::default() }
    }

    pub(super) fn set(&self, mode: Mode) {
        *self.mode.lock().unwrap_or_else(PoisonError::into_inner) = mode;
    }

    /// What it was asked since.
    pub(super) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn answer<T: core::marker::Send + 'static>(&self, asked: String, answer: T) -> Answer<T> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
        match *self.mode.lock().unwrap_or_else(PoisonError::into_inner) {
            Mode::Now => Answer::Now(Ok(answer)),
            Mode::Later => Answer::Later(Box::pin(async move {
                tokio::task::yield_now().await;
                Ok(answer)
            })),
            Mode::Away => Answer::Now(Err(Failure::NotApplied { wait: Duration::from_millis(500) })),
        }
    }
}

impl Ledger for Scripted {
    fn join(&self, at: At<'_>, join: Join) -> Answer<Joined> {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        *orders += 1;
        let (seat, asked) = (id(*orders), format!("join {} in {}", join.user.as_u128().unwrap_or_default(), at.epoch));
        let (members, pushes) = (vec![], vec![]);
        self.answer(asked, Joined::Seated { seat, epoch: 1, members, replaced: None, media: None, pushes })
    }
    fn leave(&self, _: At<'_>, seat: SeatId, _: LeaveReason) -> Answer<Vec<Push>> {
        self.answer(format!("leave {}", seat.order), Vec::new())
    }
    fn evict(&self, _: At<'_>, _: UserId, _: u64, _: LeaveReason) -> Answer<Vec<Push>> {
        self.answer("evict".to_owned(), Vec::new())
    }
    fn gone(&self, at: At<'_>, seat: SeatId, _: Duration, _: Vec<Skipped>) -> Answer<()> {
        self.answer(format!("gone {} in {}", seat.order, at.epoch), ())
    }
    fn resume(&self, _: At<'_>, _: Resume) -> Answer<Resumed> {
        self.answer("resume".to_owned(), Resumed::Failed(ResumeFailure::SeatGone))
    }
    fn send(&self, at: At<'_>, send: Send) -> Answer<Sent> {
        let pushes = vec![push(send.to, 1, Entry::Message(send.messages[0].clone()))];
        self.answer(format!("send to {} in {}", send.to, at.epoch), Sent::Appended(pushes))
    }
    fn broadcast(&self, _: At<'_>, _: Broadcast) -> Answer<Sent> {
        self.answer("broadcast".to_owned(), Sent::Appended(Vec::new()))
    }
    fn audit(&self, _: At<'_>, seats: Vec<Audit>) -> Answer<Vec<Audited>> {
        self.answer("audit".to_owned(), seats.iter().map(|_| held(Vec::new())).collect())
    }
    fn close(&self, _: At<'_>, _: LeaveReason, _: u64) -> Answer<Vec<Push>> {
        self.answer("close".to_owned(), Vec::new())
    }
    fn members(&self, _: RoomId) -> Answer<Vec<Member>> {
        self.answer("members".to_owned(), Vec::new())
    }
    fn held(&self, _: At<'_>) -> Answer<Vec<(SeatId, SessionId)>> {
        self.answer("held".to_owned(), vec![(id(1), session(1)), (id(2), session(2))])
    }
    fn claim(&self, at: At<'_>, claims: Vec<Claim>, _: Vec<Fact>) -> Answer<Claimed> {
        let seats = claims.iter().map(|_| held(Vec::new())).collect();
        let claimed = Claimed { epoch: 2, seats, settled_after: Duration::from_secs(3), pushes: Vec::new() };
        self.answer(format!("claim {} in {}", claims.len(), at.epoch), claimed)
    }
    fn announce(&self, _: At<'_>, _: Message, _: Option<UserId>) -> Answer<Vec<Push>> {
        Vec::new().into()
    }

    fn repair(&self, _: At<'_>, _: SeatId, _: Vec<Entry>) -> Answer<Vec<Push>> {
        self.answer("repair".to_owned(), Vec::new())
    }
    fn place(&self, _: At<'_>, place: Place) -> Answer<Placed> {
        let host = if let Placing::Host(host) = place.to { Some(host) } else { None };
        let hosting = Hosting { epoch: place.expect + 1, host, ..Hosting::default() };
        self.answer("place".to_owned(), Placed { hosting, is_won: true, pushes: Vec::new() })
    }
    fn publish(&self, _: At<'_>, seat: SeatId, _: MediaEpoch, _: TrackChange) -> Answer<Published> {
        self.answer(format!("publish of {}", seat.order), Published::Done(Vec::new()))
    }
    fn hears(&self, _: &NodeId, _: &Host, _: Duration, _: bool) -> Answer<()> {
        ().into()
    }
    fn renew(&self, _: &NodeId, _: Duration, _: Epoch) -> Answer<Lease> {
        Lease::Kept.into()
    }
    fn release(&self, _: &NodeId) -> Answer<()> {
        ().into()
    }
    fn occupied(&self, _: Option<RoomId>, _: usize) -> Answer<Vec<RoomId>> {
        Vec::new().into()
    }
    fn due(&self, _: usize) -> Answer<Due> {
        Due::default().into()
    }
    fn reap(&self, _: At<'_>, _: &[NodeId]) -> Answer<Reaped> {
        Reaped::default().into()
    }
    fn subscribe(&self, _: &NodeId, _: Subscriber) {}
    fn unsubscribe(&self, _: &NodeId) {}
    fn notify(&self, _: Recipient, _: Notice) -> Answer<()> {
        ().into()
    }
}
