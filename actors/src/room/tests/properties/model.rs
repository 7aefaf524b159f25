//! A small ledger of one room: what the port promises, and every way in which a call may go wrong.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::super::bench::room_id;
use crate::{
    ledger::{
        Audited, Ended, Failure, Joined, Push, Pushed, Resumed, ResumedSeat, Send, Sent, Sequence, Skipped, Source,
    },
    messages::room::{JoinRequest, Reply, ResumeRequest},
    protocol::{
        Attributes, Code, Entry, Epoch, JoinOrder, LeaveReason, Member, SeatId, SessionId, UserId, client::Cid,
        server::ResumeFailure,
    },
    room::rules::step::{LedgerCall, SeatFact},
};

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is applied; its pushes arrive, or are lost.
    Applied {
        pushed: bool,
    },
    NotApplied,
    /// The answer is lost, perhaps after it was applied.
    Unknown {
        applied: bool,
    },
}

#[derive(Debug)]
pub(super) struct Seat {
    user: UserId,
    pub(super) session: SessionId,
    pub(super) fence: u64,
    pub(super) is_here: bool,
    pub(super) is_connected: bool,
    inbox: Vec<(Entry, Option<Source>)>,
    sent: BTreeMap<Option<JoinOrder>, Cid>,
    described: Vec<JoinOrder>,
    skipped: BTreeMap<Cid, Option<Code>>,
}

/// The ledger.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) epoch: Epoch,
    pub(super) seats: BTreeMap<JoinOrder, Seat>,
    last: JoinOrder,
    pushes: Vec<Push>,
    /// Every message that was applied.
    pub(super) applied: BTreeSet<String>,
    /// Every message whose receiver had left, perhaps after an attempt of unknown outcome.
    pub(super) undeliverable: BTreeSet<String>,
    /// Messages in each session's inbox, in order.
    pub(super) appended: Vec<(SessionId, String)>,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            epoch: 1,
            seats: BTreeMap::new(),
            last: 0,
            pushes: Vec::new(),
            applied: BTreeSet::new(),
            undeliverable: BTreeSet::new(),
            appended: Vec::new(),
        }
    }
}

impl Model {
    /// Takes a call, or not; answers as it is told to.
    pub(super) fn answer(&mut self, asked_in: Epoch, call: LedgerCall, fate: Fate) -> Reply {
        let is_claim = matches!(call, LedgerCall::Claim(..));
        let is_free = matches!(call, LedgerCall::Members | LedgerCall::Held);
        let wait = Duration::from_millis(100);
        let failure = match fate {
            _ if asked_in != 0 && asked_in != self.epoch && !is_claim && !is_free => Some(Failure::Epoch(self.epoch)),
            Fate::Applied { .. } => None,
            Fate::NotApplied => Some(Failure::NotApplied { wait }),
            Fate::Unknown { .. } => Some(Failure::Unknown { wait }),
        };
        let is_applied =
            failure.is_none() || fate == Fate::Unknown { applied: true } && failure == Some(Failure::Unknown { wait });
        let reply = self.apply(call, is_applied, failure);
        if fate != (Fate::Applied { pushed: true }) {
            self.pushes.clear();
        }
        reply
    }

    pub(super) fn pushed(&mut self) -> Vec<Push> {
        std::mem::take(&mut self.pushes)
    }

    pub(super) fn push(&mut self, order: JoinOrder, entry: Entry, source: Option<Source>) {
        let Some(seat) = self.seats.get_mut(&order) else { return };
        seat.inbox.push((entry.clone(), source));
        if let Entry::Message(message) = &entry {
            self.appended.push((seat.session, message.data.to_string()));
        }
        if seat.is_here && seat.is_connected {
            let what = Pushed::Entry { seq: seat.inbox.len() as u64, entry, source };
            self.pushes.push(Push { room: room_id(), to: order, epoch: self.epoch, what });
        }
    }

    fn tell_others(&mut self, order: JoinOrder, entry: &Entry) {
        let others: Vec<_> = self.seats.keys().copied().filter(|other| *other != order).collect();
        others.into_iter().for_each(|other| self.push(other, entry.clone(), None));
    }

    pub(super) fn members(&self, but: JoinOrder) -> Vec<Member> {
        let seats = self.seats.iter().filter(|(order, _)| **order != but);
        seats.map(|(order, seat)| member(*order, seat)).collect()
    }

    fn free(&mut self, order: JoinOrder, reason: LeaveReason) {
        let Some(seat) = self.seats.remove(&order) else { return };
        if seat.is_here && seat.is_connected {
            let what = Pushed::Ended(seat.fence, Ended::Freed(reason));
            self.pushes.push(Push { room: room_id(), to: order, epoch: self.epoch, what });
        }
        self.tell_others(order, &Entry::Left { user: seat.user, order, reason });
    }

    pub(super) fn join(&mut self, request: &JoinRequest, max: usize) -> Joined {
        if let Some((order, seat)) = self.seats.iter().find(|(_, seat)| seat.session == request.session) {
            let (id, order) = (SeatId { order: *order, fence: seat.fence }, *order);
            let (members, epoch) = (self.members(order), self.epoch);
            return Joined::Seated { seat: id, epoch, members, replaced: None, media: None, pushes: vec![] };
        }
        let older = self.seats.iter().find(|(_, seat)| seat.user == request.user).map(|(order, _)| *order);
        if older.is_none() && self.seats.len() >= max {
            return Joined::Full;
        }
        let replaced = older.map(|order| SeatId { order, fence: self.seats[&order].fence });
        if let Some(older) = older {
            self.free(older, LeaveReason::Replaced);
        }
        let order = self.sit(request.user.clone(), request.session, true);
        let (seat, epoch) = (SeatId { order, fence: 1 }, self.epoch);
        Joined::Seated { seat, epoch, members: self.members(order), replaced, media: None, pushes: self.pushed() }
    }

    fn sit(&mut self, user: UserId, session: SessionId, is_here: bool) -> JoinOrder {
        self.last += 1;
        let seat = Seat {
            user,
            session,
            fence: 1,
            is_here,
            is_connected: true,
            inbox: Vec::new(),
            sent: BTreeMap::new(),
            described: Vec::new(),
            skipped: BTreeMap::new(),
        };
        let joined = Entry::Joined(member(self.last, &seat).into());
        self.seats.insert(self.last, seat);
        self.tell_others(self.last, &joined);
        self.last
    }

    /// Somebody on another node joins, or leaves.
    pub(super) fn remote(&mut self, number: u64, joins: bool) -> Vec<Push> {
        let user = UserId::from_u128(u128::from(number) + 50);
        let seat = self.seats.iter().find(|(_, seat)| seat.user == user).map(|(order, _)| *order);
        match seat {
            None if joins => {
                self.sit(user, SessionId::from_u128(u128::from(self.last) + 5_000), false);
            }
            Some(order) if !joins => self.free(order, LeaveReason::Left),
            None | Some(_) => {}
        }
        self.pushed()
    }

    pub(super) fn resume(&mut self, request: &ResumeRequest) -> Resumed {
        let order = request.order;
        let Some(seat) = self.seats.get_mut(&order).filter(|seat| seat.session == request.session) else {
            return Resumed::Failed(ResumeFailure::SeatGone);
        };
        if seat.is_connected {
            let what = Pushed::Ended(seat.fence, Ended::Moved);
            self.pushes.push(Push { room: room_id(), to: order, epoch: self.epoch, what });
        }
        (seat.fence, seat.is_connected) = (seat.fence + 1, true);
        let last = usize::try_from(request.last_seq).unwrap_or(usize::MAX);
        let replay = (request.last_seq + 1..).zip(seat.inbox.iter().skip(last).map(|(entry, _)| entry.clone()));
        let described = |to: &Option<JoinOrder>| to.is_some_and(|to| seat.described.contains(&to));
        let sent = seat.sent.iter().map(|(to, cid)| Sequence { to: *to, cid: *cid, described: described(to) });
        let skipped = seat.skipped.iter().map(|(cid, refused)| Skipped { cid: *cid, refused: *refused });
        Resumed::Seated(Box::new(ResumedSeat {
            applied: seat.sent.values().copied().max().unwrap_or(0),
            seat: SeatId { order, fence: seat.fence },
            epoch: self.epoch,
            replay: replay.collect(),
            sent: sent.collect(),
            skipped: skipped.collect(),
            heard: Vec::new(),
            lost: false,
            members: self.members(order),
            media: None,
            attributes: Attributes::default(),
            pushes: self.pushed(),
        }))
    }

    pub(super) fn holds(&self, id: SeatId) -> bool {
        self.seats.get(&id.order).is_some_and(|seat| seat.fence == id.fence)
    }

    pub(super) fn send(&mut self, send: &Send) -> Sent {
        if self.holds(send.from) && !self.seats.contains_key(&send.to) {
            self.undeliverable.extend(send.messages.iter().map(|message| message.data.to_string()));
            return Sent::ReceiverGone;
        }
        self.append(send, (Some(send.to), &[send.to]))
    }

    pub(super) fn append(&mut self, send: &Send, (key, to): (Option<JoinOrder>, &[JoinOrder])) -> Sent {
        if !self.holds(send.from) {
            return Sent::Fenced;
        }
        let seat = self.seats.get_mut(&send.from.order).expect("it is held");
        seat.is_connected = true;
        let cid = send.cid.expect("clients here number their messages");
        let is_skipped = seat.skipped.contains_key(&cid);
        if cid <= seat.sent.get(&key).copied().unwrap_or(0) && !is_skipped {
            return Sent::Duplicate;
        }
        seat.skipped.extend(send.skipped.iter().map(|skipped| (skipped.cid, skipped.refused)));
        seat.skipped.retain(|number, _| *number != cid && !send.released.contains(number));
        let last = seat.sent.entry(key).or_default();
        *last = (*last).max(cid);
        if send.messages[0].kind.is_description() {
            seat.described.push(send.to);
        }
        self.applied.extend(send.messages.iter().map(|message| message.data.to_string()));
        let source = Source { from: send.from.order, cid, broadcast: key.is_none() };
        for order in to {
            for message in &send.messages {
                self.push(*order, Entry::Message(message.clone()), Some(source));
            }
        }
        Sent::Appended(self.pushed())
    }

    pub(super) fn fact(&mut self, fact: SeatFact) -> Vec<Push> {
        match fact {
            SeatFact::Left(id, reason) if self.holds(id) => {
                let seat = self.seats.get_mut(&id.order).expect("it is held");
                seat.is_connected = false;
                self.free(id.order, reason);
            }
            SeatFact::Disconnected(id, skipped, _) if self.holds(id) => {
                let seat = self.seats.get_mut(&id.order).expect("it is held");
                seat.is_connected = false;
                seat.skipped.extend(skipped.iter().map(|skipped| (skipped.cid, skipped.refused)));
            }
            SeatFact::Closed(reason, _) => {
                let all: Vec<_> = self.seats.keys().copied().collect();
                all.into_iter().for_each(|order| self.free(order, reason));
            }
            SeatFact::Evicted(user, up_to, reason) => {
                let theirs = self.seats.iter().find(|(order, seat)| **order <= up_to && seat.user == user);
                let theirs = theirs.map(|(order, _)| *order);
                theirs.into_iter().for_each(|order| self.free(order, reason));
            }
            SeatFact::Left(..) | SeatFact::Disconnected(..) | SeatFact::Evicting(..) | SeatFact::TrackEnded(..) => {}
        }
        self.pushed()
    }

    pub(super) fn audit(&self, id: SeatId, last: u64) -> Audited {
        let Some(seat) = self.seats.get(&id.order) else {
            return Audited::Ended(Ended::Freed(LeaveReason::Lost));
        };
        if seat.fence != id.fence {
            return Audited::Ended(Ended::Moved);
        }
        let after = usize::try_from(last).unwrap_or(usize::MAX);
        let entries = seat.inbox.iter().skip(after).map(|(entry, _)| entry.clone());
        Audited::Held((last + 1..).zip(entries).collect(), Vec::new())
    }
}

fn member(order: JoinOrder, seat: &Seat) -> Member {
    Member {
        user: seat.user.clone(),
        name: "x".into(),
        session: seat.session,
        order,
        connected: seat.is_connected,
        attributes: Attributes::default(),
    }
}
