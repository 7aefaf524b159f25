//! The language of the cases: people by name on nodes by name, and everything that can be seen, as text.
//!
//! Here: seats. `world/media.rs`: where media is. `world/messages.rs`: what is sent and received. `world/seen.rs`: what nodes are told.
//! `world/epochs.rs`: leases, losses and claims. `world/logged.rs`: the log of events.

use std::{collections::BTreeMap, time::Duration};

use self::seen::Node;
use super::{Make, Stand};
use crate::{
    ledger::{Answer, At, Failure, Join, Joined, Resume, Resumed, ResumedSeat, SeatsMax, Skipped},
    protocol::{
        Attributes, Epoch, JoinOrder, Kind, LeaveReason, Message, NodeId, RoomId, SeatId, SessionId, UserId,
        client::{Cid, Seq},
        media::RoomMedia,
        server::ResumeFailure,
    },
    settings::LedgerLimits,
};

mod epochs;
mod logged;
mod media;
mod messages;
mod seen;

pub(super) use epochs::Claimant;
pub(super) use media::{host, producer};

/// How long seats are kept in the cases; short, because some ledgers must truly wait.
pub(super) const WINDOW: Duration = Duration::from_millis(600);
/// How long leases last in the cases.
pub(super) const LEASE: Duration = Duration::from_millis(600);
/// How long an epoch settles in the cases.
pub(super) const SETTLE: Duration = Duration::from_millis(600);

/// The bounds in the cases.
pub(super) fn limits() -> LedgerLimits {
    LedgerLimits { settle_within: SETTLE, ..LedgerLimits::default() }
}

/// One room of one ledger, and the nodes around it.
pub(super) struct World {
    pub(super) stand: Stand,
    pub(super) room: RoomId,
    /// The epoch in which every node knows the room.
    pub(super) epoch: Epoch,
    nodes: BTreeMap<&'static str, Node>,
    users: BTreeMap<&'static str, UserId>,
    orders: BTreeMap<JoinOrder, &'static str>,
    /// Revision of the settings by which people join, and the room is closed.
    pub(super) revision: u64,
    /// The room's media, as the last who joined was told.
    pub(super) media: Option<Box<RoomMedia>>,
}

/// A seat as its holder remembers it.
#[derive(Debug, Clone)]
pub(super) struct Seat {
    pub(super) user: UserId,
    pub(super) session: SessionId,
    pub(super) secret: u128,
    pub(super) name: &'static str,
    pub(super) node: &'static str,
    pub(super) id: SeatId,
    /// The members before it, by name.
    pub(super) before: Vec<String>,
    pub(super) replaced: Option<SeatId>,
}

impl Seat {
    pub(super) fn order(&self) -> JoinOrder {
        self.id.order
    }
}

/// A message of this kind and text.
pub(super) fn message(kind: Kind, text: &str) -> Message {
    Message { kind, data: text.into() }
}

/// A number that was skipped and may still be applied.
pub(super) fn waiting(cid: Cid) -> Skipped {
    Skipped { cid, refused: None }
}

/// The outcome of an operation, in a word.
pub(super) fn outcome(failure: Failure) -> &'static str {
    match failure {
        Failure::NotApplied { .. } => "not applied",
        Failure::Unknown { .. } => "unknown",
        Failure::Epoch(_) => "epoch",
    }
}

impl World {
    /// A fresh room in a ledger with the usual bounds.
    pub(super) async fn new(make: Make) -> Self {
        Self::with(make, limits()).await
    }

    /// A fresh room in a ledger with these bounds.
    pub(super) async fn with(make: Make, limits: LedgerLimits) -> Self {
        let stand = make(limits).await;
        let (nodes, users, orders) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { stand, room: RoomId::random(), epoch: 0, nodes, users, orders, revision: 1, media: None }
    }

    /// Another room of the same ledger, with the same nodes and people.
    pub(super) async fn in_room<T>(&mut self, room: RoomId, act: impl AsyncFnOnce(&mut Self) -> T) -> T {
        let here = std::mem::replace(&mut self.room, room);
        let answer = act(self).await;
        self.room = here;
        answer
    }

    pub(super) fn at<'a>(&self, node: &'a NodeId) -> At<'a> {
        At { room: self.room, node, epoch: self.epoch }
    }

    pub(super) async fn pass(&self, time: Duration) {
        self.stand.time.pass(time).await;
    }

    pub(super) async fn ask<T: Unpin>(&self, answer: Answer<T>) -> T {
        answer.await.expect("the ledger answers")
    }

    /// A seat for this person in a room of four, on this node.
    pub(super) async fn join(&mut self, name: &'static str, node: &'static str) -> Seat {
        self.join_of(name, node, 4).await.expect("there is a seat")
    }

    /// A seat for this person where there are `max`, or `None` if the room is full.
    pub(super) async fn join_of(&mut self, name: &'static str, node: &'static str, max: u32) -> Option<Seat> {
        self.try_join(name, node, max).await.expect("the ledger answers")
    }

    pub(super) async fn try_join(
        &mut self,
        name: &'static str,
        node: &'static str,
        max: impl Into<SeatsMax>,
    ) -> Result<Option<Seat>, Failure> {
        let user = self.users.entry(name).or_insert_with(UserId::random).clone();
        let (session, secret) = (SessionId::random(), SessionId::random().as_u128());
        let (id, before, replaced) = (SeatId { order: 0, fence: 0 }, Vec::new(), None);
        self.join_again(&Seat { user, session, secret, name, node, id, before, replaced }, max).await
    }

    /// This person's id, instead of a random one.
    pub(super) fn call(&mut self, name: &'static str, id: &str) {
        self.users.insert(name, id.parse().expect("an id"));
    }

    /// Somebody in that room whose join order nobody has in this one: it is newer.
    pub(super) async fn stranger(&mut self, room: RoomId) -> Seat {
        self.in_room(room, async |w| {
            for name in ["eve", "eda", "elif"] {
                w.join(name, "e").await;
            }
            w.join("ed", "e").await
        })
        .await
    }

    /// Asks for the seat of this session, perhaps not for the first time.
    pub(super) async fn join_again(&mut self, seat: &Seat, max: impl Into<SeatsMax>) -> Result<Option<Seat>, Failure> {
        let at = self.node(seat.node);
        let joined = self.stand.ledger.join(self.at(&at), self.joining(seat, max)).await?;
        let Joined::Seated { seat: id, epoch, members, replaced, media, pushes } = joined else { return Ok(None) };
        (self.epoch, self.media) = (epoch, media);
        self.orders.insert(id.order, seat.name);
        self.keep(seat.node, pushes);
        Ok(Some(Seat { id, replaced, before: Self::listed(&members), ..seat.clone() }))
    }

    /// What is asked for this session.
    fn joining(&self, seat: &Seat, max: impl Into<SeatsMax>) -> Join {
        let Seat { user, name, session, secret, .. } = seat.clone();
        let (max, window, revision) = (max.into(), WINDOW, self.revision);
        Join { user, name: name.into(), session, secret, max, window, revision, attributes: of_token(name) }
    }

    /// Why there is no seat for a stranger.
    pub(super) async fn why_no_seat(&mut self, node: &'static str, max: SeatsMax) -> &'static str {
        let (user, session, id) = (UserId::random(), SessionId::random(), SeatId { order: 0, fence: 0 });
        let stranger = Seat { user, session, secret: 1, name: "eve", node, id, before: Vec::new(), replaced: None };
        let at = self.node(node);
        match self.ask(self.stand.ledger.join(self.at(&at), self.joining(&stranger, max))).await {
            Joined::Crowded => "crowded",
            Joined::Full => "full",
            Joined::Seated { .. } => panic!("there was a seat"),
        }
    }

    pub(super) async fn leave(&mut self, seat: &Seat, reason: LeaveReason) {
        self.leave_on(seat, reason, seat.node).await;
    }

    /// Frees a seat, asked by this node.
    pub(super) async fn leave_on(&mut self, seat: &Seat, reason: LeaveReason, node: &'static str) {
        let at = self.node(node);
        let pushes = self.ask(self.stand.ledger.leave(self.at(&at), seat.id, reason)).await;
        self.keep(node, pushes);
    }

    /// Frees a user's seat, asked by this node.
    pub(super) async fn evict(&mut self, seat: &Seat, reason: LeaveReason, node: &'static str) {
        let at = self.node(node);
        let pushes = self.ask(self.stand.ledger.evict(self.at(&at), seat.user.clone(), seat.order(), reason)).await;
        self.keep(node, pushes);
    }

    pub(super) async fn disconnect(&mut self, seat: &Seat) {
        self.disconnect_skipping(seat, Vec::new()).await;
    }

    /// The seat's socket is lost, and these of its numbers were not applied.
    pub(super) async fn disconnect_skipping(&mut self, seat: &Seat, skipped: Vec<Skipped>) {
        let at = self.node(seat.node);
        self.ask(self.stand.ledger.gone(self.at(&at), seat.id, WINDOW, skipped)).await;
    }

    /// Resumes a session that can be resumed; the seat is the new generation from now on.
    pub(super) async fn resume(&mut self, seat: &mut Seat, node: &'static str, last_seq: Seq) -> Told {
        let resumed = self.try_resume(seat, node, last_seq).await.expect("the session can be resumed");
        (seat.id, seat.node) = (resumed.seat, node);
        let replay = resumed.replay.iter().map(|(seq, entry)| self.numbered(*seq, entry)).collect();
        Told { replay, members: Self::listed(&resumed.members), seat: resumed }
    }

    /// Reclaims the seat for a socket of its node; whether that was done.
    pub(super) async fn reclaim(&mut self, seat: &mut Seat, last_seq: Seq) -> bool {
        let at = self.node(seat.node);
        let Seat { user, session, secret, id, .. } = seat.clone();
        let resume = Resume { user, order: id.order, session, secret, last_seq, reclaims: Some(id.fence) };
        match self.ask(self.stand.ledger.resume(self.at(&at), resume)).await {
            Resumed::Seated(resumed) => {
                self.keep(seat.node, resumed.pushes);
                seat.id = resumed.seat;
                true
            }
            Resumed::Moved => false,
            Resumed::Failed(why) => panic!("it cannot be reclaimed: {why:?}"),
        }
    }

    /// Resumes a session on this node, or says why not.
    pub(super) async fn try_resume(
        &mut self,
        seat: &Seat,
        node: &'static str,
        last_seq: Seq,
    ) -> Result<Box<ResumedSeat>, ResumeFailure> {
        let at = self.node(node);
        let Seat { user, session, secret, .. } = seat.clone();
        let resume = Resume { user, order: seat.order(), session, secret, last_seq, reclaims: None };
        match self.ask(self.stand.ledger.resume(self.at(&at), resume)).await {
            Resumed::Failed(why) => Err(why),
            Resumed::Moved => panic!("a client's resume reclaims nothing"),
            Resumed::Seated(mut resumed) => {
                self.epoch = resumed.epoch;
                self.keep(node, std::mem::take(&mut resumed.pushes));
                Ok(resumed)
            }
        }
    }

    pub(super) async fn close(&mut self, node: &'static str) {
        self.close_at(self.revision, node).await;
    }

    /// Closes the room as settings of this revision say.
    pub(super) async fn close_at(&mut self, revision: u64, node: &'static str) {
        let at = self.node(node);
        let pushes = self.ask(self.stand.ledger.close(self.at(&at), LeaveReason::Closed, revision)).await;
        self.keep(node, pushes);
    }

    /// The room's members, by name.
    pub(super) async fn members(&mut self) -> Vec<String> {
        let members = self.ask(self.stand.ledger.members(self.room)).await;
        assert!(members.is_sorted_by_key(|member| member.order), "members are listed in join order");
        Self::listed(&members)
    }
}

/// What this person's token tells of them: something, if the name ends with a plus; that they are hidden, if with a question mark.
fn of_token(name: &str) -> Attributes {
    let told = Attributes::of_token(name.ends_with('+').then_some("token"));
    if name.ends_with('?') { told.hiding() } else { told }
}

/// The answer to a resumed session.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) replay: Vec<String>,
    pub(super) members: Vec<String>,
    pub(super) seat: Box<ResumedSeat>,
}
