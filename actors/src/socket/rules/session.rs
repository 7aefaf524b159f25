//! A session as its socket sees it: delivered, acknowledged and refused numbers, and its end.

use std::{sync::Arc, time::Instant};

use super::{
    ACK_WITHIN, Connection, Cost, Cx, Effect, Fresh, Phase, SeatRef,
    close_reasons::{flooded, removal},
    error,
    life::PingPayload,
    numbers::{Expected, Numbers},
    pending::{Outstanding, Pending},
};
use crate::{
    messages::{
        room,
        socket::{MediaSeen, RoomEvent, SessionEnd},
    },
    ports::RoomPolicy,
    protocol::{
        Attributes, Close, Code, Entry, LeaveReason, Member, RoomId, SeatId, ServerToClient, SessionId, SocketId,
        client::{Cid, Seq},
        server::{Refusal, ResumeFailed, ResumeFailure},
    },
};

/// One session in a room.
pub(super) struct Session {
    pub(super) room: RoomId,
    pub(super) id: SessionId,
    /// The secret's bytes: a number would ask for an alignment of 16.
    secret: [u8; 16],
    pub(super) seat: SeatId,
    /// The last entry sent to the client.
    pub(super) delivered: Seq,
    /// The lower half of the last one that the client is known to have received: `delivered` is not far ahead.
    acked: u32,
    /// The lower half of the last `ack` sent: the last number taken is not far ahead.
    ack_sent: u32,
    numbers: Numbers,
    pub(super) outstanding: Outstanding,
    /// Restarts of the room's cell since a message was settled.
    pub(super) restarts: u8,
}

/// A room's answer to a resume.
pub(super) struct Answer {
    pub(super) seat: SeatId,
    pub(super) members: Vec<Member>,
    pub(super) missed: Vec<(Seq, Entry)>,
    pub(super) last_cid: Cid,
    pub(super) lost: bool,
    pub(super) media: Option<Box<MediaSeen>>,
    pub(super) policy: Option<Arc<RoomPolicy>>,
    pub(super) attributes: Attributes,
}

impl Session {
    /// A session whose client has processed everything up to `delivered`.
    pub(super) const fn new(room: RoomId, fresh: Fresh, seat: SeatId) -> Self {
        Self {
            room,
            id: fresh.session,
            secret: fresh.secret.to_be_bytes(),
            seat,
            delivered: 0,
            acked: 0,
            numbers: Numbers::first(),
            outstanding: Outstanding::NONE,
            ack_sent: 0,
            restarts: 0,
        }
    }

    /// The same after a resume: its client has processed everything up to `delivered`.
    pub(super) fn resumed(self, delivered: Seq, last_cid: Cid) -> Self {
        let numbers = Numbers::resumed(last_cid);
        Self { delivered, acked: delivered as u32, numbers, ..self }
    }

    pub(super) const fn seat_ref(&self, socket: SocketId) -> SeatRef {
        SeatRef { session: self.id, socket, seat: Some(self.seat) }
    }

    pub(super) fn deadlines(&self) -> impl Iterator<Item = Instant> {
        self.outstanding.ack_by().into_iter().chain(self.outstanding.reseat_by())
    }

    pub(super) fn is_reseat_overdue(&self, now: Instant) -> bool {
        self.outstanding.reseat_by().is_some_and(|by| now >= by)
    }

    /// Takes a message's number.
    pub(super) fn take(&mut self, cid: Cid) -> Result<(), Expected> {
        let is_first = self.numbers.last() == 0;
        self.numbers.take(cid)?;
        if is_first {
            self.ack_sent = (cid - 1) as u32; // earlier numbers were acknowledged or refused on another socket
        }
        Ok(())
    }

    /// The secret that a resume must present.
    pub(super) const fn secret(&self) -> u128 {
        u128::from_be_bytes(self.secret)
    }

    /// The last entry that the client is known to have received.
    const fn received(&self) -> Seq {
        up_to(self.delivered, self.acked)
    }

    /// The last `ack` sent.
    const fn ack_sent(&self) -> Cid {
        up_to(self.numbers.last(), self.ack_sent)
    }

    /// Whether this number was accepted or refused before the resume.
    pub(super) const fn is_resent(&self, cid: Cid) -> bool {
        self.numbers.is_resent(cid)
    }

    /// Every number up to this one was accepted or refused.
    fn settled(&self) -> Cid {
        self.outstanding.lowest().map_or(self.numbers.last(), |cid| cid - 1)
    }

    fn ack(&mut self, settled: Cid) -> Effect {
        self.ack_sent = settled as u32;
        Effect::Send(ServerToClient::Ack(settled))
    }

    /// Sends an `ack` at once if many messages are unacknowledged, else within a second.
    fn ack_soon(&mut self, cx: &mut Cx<'_>) {
        let settled = self.settled();
        if settled >= self.ack_sent().saturating_add(cx.limits.ack_every.max(1)) {
            cx.out.push(self.ack(settled));
        } else if settled > self.ack_sent() {
            self.outstanding.ack_before(cx.now.at + ACK_WITHIN);
        }
        self.outstanding.tidy();
    }

    pub(super) fn ack_overdue(&mut self, now: Instant) -> Option<Effect> {
        if !self.outstanding.take_ack(now) {
            return None;
        }
        self.outstanding.tidy();
        let settled = self.settled();
        (settled > self.ack_sent()).then(|| self.ack(settled))
    }

    /// A pending `ack` is sent together with other frames: alone it would cost a separate write.
    fn ack_along(&mut self, now: Instant) -> Option<Effect> {
        self.ack_overdue(now + ACK_WITHIN / 2)
    }

    pub(super) fn ping_payload(&self) -> PingPayload {
        PingPayload { seq: self.delivered, refused: self.settled(), session: self.id }
    }

    /// A pong was received: notifies the room of new acknowledgements.
    pub(super) fn confirmed(&mut self, payload: PingPayload, socket: SocketId) -> Option<Effect> {
        if payload.session != self.id {
            return None; // of an earlier session
        }
        let refused = payload.refused.min(self.settled());
        let refusals = self.outstanding.confirm(refused);
        self.outstanding.tidy();
        (self.has(payload.seq) || refusals).then(|| self.acked(refused, socket))
    }

    /// The client has everything up to this number; returns whether it is a new acknowledgement.
    fn has(&mut self, seq: Seq) -> bool {
        let seq = seq.min(self.delivered);
        let advanced = seq > self.received();
        if advanced {
            self.acked = seq as u32;
        }
        advanced
    }

    /// The client has acknowledged entries.
    pub(super) fn acknowledged(&mut self, seq: Seq, socket: SocketId) -> Option<Effect> {
        self.has(seq).then(|| self.acked(0, socket))
    }

    fn acked(&self, refused: Cid, socket: SocketId) -> Effect {
        Effect::Tell(self.room, room::Message::Acked { from: self.seat_ref(socket), seq: self.received(), refused })
    }

    fn deliver(&mut self, seq: Seq, entry: Entry, cx: &mut Cx<'_>) {
        if seq > self.delivered {
            self.delivered = seq;
            cx.out.push(Effect::Deliver(seq, entry));
        }
    }

    /// Sends missed entries, in order.
    pub(super) fn replay(&mut self, missed: Vec<(Seq, Entry)>, cx: &mut Cx<'_>) {
        cx.out.reserve(missed.len());
        for (seq, entry) in missed {
            self.deliver(seq, entry, cx);
        }
    }
}

/// The number with this lower half that is closest below `last`, or it.
const fn up_to(last: u64, lower: u32) -> u64 {
    last.saturating_sub((last as u32).wrapping_sub(lower) as u64)
}

impl Connection {
    /// A message from the room, in the current session.
    pub(super) fn room_event(&mut self, what: RoomEvent, cx: &mut Cx<'_>) {
        match what {
            RoomEvent::Joined { seat, members, mode, media, replaced, policy, attributes } => {
                self.joined(seat, members, (mode, media), (policy, attributes), cx);
                cx.out.extend(replaced.then_some(Effect::Charge(Cost::Takeover)));
            }
            RoomEvent::Resumed { seat, members, replay, last_cid, lost, media, policy, attributes } => {
                let missed = replay;
                self.resumed(Answer { seat, members, missed, last_cid, lost, media, policy, attributes }, cx);
            }
            RoomEvent::JoinRefused(refusal) => self.not_joined(refusal, cx),
            RoomEvent::ResumeFailed(why) => self.end_session(Some(why), cx),
            RoomEvent::ResumeUnavailable | RoomEvent::OutcomeUnknown | RoomEvent::RosterUnknown => {
                self.close(Close::Overload, None, cx);
            }
            RoomEvent::Ended(end) => self.ended(end, cx),
            RoomEvent::Restarted => self.room_restarted(cx),
            RoomEvent::NoRoom => self.room_lost(cx),
            RoomEvent::Sfu(event) => self.sfu_event(*event, cx),
            RoomEvent::Accepted(tag) => self.settled(tag, None, cx),
            RoomEvent::Refused(tag, refusal) => self.settled(tag, Some(refusal), cx),
            RoomEvent::Held(_) | RoomEvent::Deliver(..) | RoomEvent::Lost => self.in_room(what, cx),
        }
    }

    fn in_room(&mut self, what: RoomEvent, cx: &mut Cx<'_>) {
        let Phase::InRoom(session) = &mut self.phase else { return };
        if let RoomEvent::Deliver(seq, entry) = what {
            session.deliver(seq, entry, cx);
            if let Some(ack) = session.ack_along(cx.now.at) {
                cx.out.push(ack);
            }
        } else if let RoomEvent::Held(tag) = what {
            session.outstanding.hold(tag);
            session.restarts = 0;
        } else {
            // One that has just resumed may be told twice of a loss; each is told of each.
            cx.out.push(super::degraded_message(self.without, true));
        }
    }

    /// The message with this tag was accepted or refused.
    pub(super) fn settled(&mut self, tag: u64, refusal: Option<Refusal>, cx: &mut Cx<'_>) {
        let Phase::InRoom(session) = &mut self.phase else { return };
        let Some(Pending { number, since, .. }) = session.outstanding.settle(tag) else { return };
        session.restarts = 0;
        match refusal {
            None => {
                cx.out.push(Effect::Settled(cx.now.at.saturating_duration_since(since)));
                session.ack_soon(cx);
            }
            Some(refusal) => self.refuse(refusal.of(number.cid), cx),
        }
    }

    /// Refuses a message whose number, if it has one, was taken.
    pub(super) fn refuse(&mut self, refusal: Refusal, cx: &mut Cx<'_>) {
        let Phase::InRoom(session) = &mut self.phase else { return };
        let unconfirmed = refusal.cid.map_or(0, |cid| session.outstanding.refuse(cid, refusal.code));
        let wait = refusal.retry_after_ms;
        cx.out.push(error(refusal));
        session.ack_soon(cx);
        if unconfirmed == cx.limits.refusals_max / 2 {
            cx.out.push(Effect::Ping(session.ping_payload())); // its pong confirms them
        } else if unconfirmed > cx.limits.refusals_max {
            let first = u64::try_from(cx.budget.penalty_first.as_millis()).unwrap_or(u64::MAX);
            self.close(Close::Rate, Some(flooded(wait.unwrap_or(first))), cx);
        }
    }

    fn ended(&mut self, end: SessionEnd, cx: &mut Cx<'_>) {
        if !matches!(self.phase, Phase::InRoom(_)) {
            return; // a join or a resume is still pending
        }
        let close = match end {
            SessionEnd::Gap => return self.end_session(Some(ResumeFailure::Gap), cx),
            // The ledger no longer has the seat, though the socket is connected: the client is notified, and joins again.
            SessionEnd::Freed(LeaveReason::Lost | LeaveReason::Left) => {
                return self.end_session(Some(ResumeFailure::SeatGone), cx);
            }
            SessionEnd::Freed(LeaveReason::Replaced) | SessionEnd::Moved => Close::Replaced,
            SessionEnd::Freed(reason @ (LeaveReason::Kicked | LeaveReason::Banned)) => {
                self.phase = Phase::Ready; // as below
                return self.close(Close::Forbidden, Some(removal(reason)), cx);
            }
            SessionEnd::Freed(LeaveReason::Closed) => Close::RoomGone,
        };
        self.phase = Phase::Ready; // the seat is no longer ours to free
        if close == Close::RoomGone {
            self.close_room(cx);
        } else {
            self.close(close, None, cx);
        }
    }

    /// The session is over, and the socket in no room; handles the messages that waited.
    pub(super) fn end_session(&mut self, why: Option<ResumeFailure>, cx: &mut Cx<'_>) {
        self.forget_asks(&super::asks::left(), cx);
        cx.out.extend(why.map(|reason| Effect::Send(ServerToClient::ResumeFailed(ResumeFailed { reason }))));
        if let Phase::Entering(entering) = std::mem::replace(&mut self.phase, Phase::Ready) {
            self.undefer(entering.deferred, cx);
        }
    }

    /// The next number was expected, or there is no session.
    pub(super) fn out_of_order(cid: Cid, expected: Expected) -> Refusal {
        let text = format!("cid {cid} is out of order: {expected}. The message was not taken.");
        Refusal::new(Code::OutOfOrder, text).of(Some(cid))
    }
}
