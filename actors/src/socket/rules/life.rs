//! Keep-alive and close of a connection: its two timeouts, and the messages to client and room at the end.
//!
//! The *connection* is alive while pongs arrive: a silently broken one is detected within `ping_every + pong_within`.
//! The *script* is alive while it sends anything: browsers answer pings even if the page's script hangs, and throttle the
//! timers of hidden pages to one a minute, so its timeout is longer.

use super::{
    Charge, Connection, Cx, Effect, Phase,
    close_reasons::{close_reason, flooded, revocation},
    error, room,
};
use crate::{
    clock::Stamp,
    messages::{room::SeatRef, socket::Disconnect},
    protocol::{
        Close, LeaveReason, ServerToClient, SessionId,
        client::{Cid, Seq},
        server::Refusal,
    },
    settings::SocketLimits,
};

/// A connection's keep-alive state.
pub(super) struct Life {
    /// When the client last sent a message.
    heard: Stamp,
    /// When to ping next; before authentication, its deadline.
    next: Stamp,
    /// The deadline of the pong of the oldest unanswered ping.
    pong_by: Option<Stamp>,
}

impl Life {
    pub(super) fn new(now: Stamp, limits: &SocketLimits) -> Self {
        Self { heard: now, next: now + limits.hello_within, pong_by: None }
    }

    /// The client is authenticated: pings begin.
    pub(super) fn welcomed(&mut self, cx: &Cx<'_>) {
        self.next = Stamp::from(cx.now.at) + cx.limits.ping_every;
    }

    /// A message was read.
    pub(super) const fn heard(&mut self, now: Stamp) {
        self.heard = now;
    }
}

/// The payload of a ping and its pong: up to where the client has received everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PingPayload {
    /// The last entry that was sent before the ping.
    pub(super) seq: Seq,
    /// All refusals of the client's numbers up to this one were sent before the ping.
    pub(super) refused: Cid,
    /// Their session.
    pub(super) session: SessionId,
}

impl PingPayload {
    /// As bytes; opaque to clients.
    pub(crate) fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&self.seq.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.refused.to_be_bytes());
        bytes[16..].copy_from_slice(&self.session.as_u128().to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (seq, rest) = bytes.split_first_chunk()?;
        let (refused, rest) = rest.split_first_chunk()?;
        let session = SessionId::from_u128(u128::from_be_bytes(rest.try_into().ok()?));
        Some(Self { seq: Seq::from_be_bytes(*seq), refused: Cid::from_be_bytes(*refused), session })
    }
}

impl Connection {
    /// When the next tick is due.
    pub(crate) fn wake_at(&self, limits: &SocketLimits) -> Stamp {
        let life = self.life.next.min(self.life.pong_by.unwrap_or(self.life.next));
        let authenticated = life.min(self.life.heard + limits.heartbeat_within);
        match &self.phase {
            Phase::Opened(_) => self.life.next,
            Phase::Ready | Phase::Closed => authenticated,
            Phase::Entering(entering) => authenticated.min(entering.until.into()),
            Phase::InRoom(session) => session.deadlines().map(Stamp::from).fold(authenticated, Stamp::min),
        }
    }

    pub(super) fn tick(&mut self, cx: &mut Cx<'_>) {
        let (at, now, Life { heard, next, pong_by }) = (cx.now.at, Stamp::from(cx.now.at), &mut self.life);
        if matches!(self.phase, Phase::Opened(_)) {
            if now >= *next {
                self.close(Close::Timeout, None, cx);
            }
            return;
        }
        if now >= *heard + cx.limits.heartbeat_within || pong_by.is_some_and(|by| now >= by) {
            return self.close(Close::Timeout, None, cx);
        }
        let is_due = now >= *next;
        if is_due {
            *next = now + cx.limits.ping_every;
            pong_by.get_or_insert(now + cx.limits.pong_within);
        }
        match &mut self.phase {
            Phase::Entering(entering) if at >= entering.until => self.unanswered(cx),
            Phase::InRoom(session) if session.is_reseat_overdue(at) => self.close(Close::Overload, None, cx),
            Phase::InRoom(session) => cx.out.extend(session.ack_overdue(at)),
            Phase::Entering(_) | Phase::Opened(_) | Phase::Ready | Phase::Closed => {}
        }
        if is_due && !self.is_closed() {
            cx.out.push(Effect::Ping(self.ping_payload()));
        }
    }

    /// The payload of a ping that is sent now.
    pub(crate) fn ping_payload(&self) -> PingPayload {
        match &self.phase {
            Phase::InRoom(session) => session.ping_payload(),
            Phase::Opened(_) | Phase::Ready | Phase::Entering(_) | Phase::Closed => {
                PingPayload { seq: 0, refused: 0, session: SessionId::from_u128(0) }
            }
        }
    }

    /// Whether a pong is expected: then it is free.
    pub(crate) const fn expects_pong(&self) -> bool {
        self.life.pong_by.is_some()
    }

    pub(super) fn pinged(&mut self, payload: Vec<u8>, charge: Charge, cx: &mut Cx<'_>) {
        match charge {
            Charge::Granted => cx.out.push(Effect::Pong(payload)),
            Charge::Refused(_) => {}
            Charge::Flood(ms) => self.close(Close::Rate, Some(flooded(ms)), cx),
        }
    }

    /// A pong returns its ping's payload: it acknowledges, without work for the client's script.
    pub(super) fn ponged(&mut self, payload: &[u8], charge: Charge, cx: &mut Cx<'_>) {
        if let Charge::Flood(ms) = charge {
            return self.close(Close::Rate, Some(flooded(ms)), cx);
        }
        self.life.pong_by = None;
        let id = self.id;
        if let (Phase::InRoom(session), Some(payload)) = (&mut self.phase, PingPayload::from_bytes(payload)) {
            cx.out.extend(session.confirmed(payload, id));
        }
    }

    pub(super) fn disconnected(&mut self, how: Disconnect, cx: &mut Cx<'_>) {
        match how {
            Disconnect::Violation(code) => self.close(code, None, cx),
            Disconnect::Lost => {
                self.depart(room::Message::Disconnected, cx);
                cx.out.push(Effect::End);
            }
            Disconnect::Closed(code @ (None | Some(1000 | 1001))) => {
                self.depart(|seat| room::Message::Leave(seat, LeaveReason::Left), cx);
                cx.out.push(Effect::Echo(code));
            }
            Disconnect::Closed(code) => {
                self.depart(room::Message::Disconnected, cx);
                cx.out.push(Effect::Echo(code));
            }
        }
    }

    /// Closes: sends an `error` first, and notifies the room about the seat.
    pub(super) fn close(&mut self, code: Close, reason: Option<Refusal>, cx: &mut Cx<'_>) {
        cx.out.extend(reason.or_else(|| close_reason(code)).map(error));
        self.depart(
            |seat| match code {
                Close::Forbidden => room::Message::Leave(seat, LeaveReason::Kicked),
                Close::Normal => room::Message::Leave(seat, LeaveReason::Left),
                Close::Draining
                | Close::Protocol
                | Close::Binary
                | Close::NotUtf8
                | Close::TooBig
                | Close::Internal
                | Close::Overload
                | Close::Token
                | Close::RoomGone
                | Close::Replaced
                | Close::Timeout
                | Close::Rate
                | Close::SlowReader => room::Message::Disconnected(seat),
            },
            cx,
        );
        cx.out.push(Effect::Close(code));
    }

    /// Closes after the token was revoked, and leaves the room: the session cannot be resumed with this token.
    pub(super) fn revoked(&mut self, cx: &mut Cx<'_>) {
        cx.out.push(error(revocation()));
        self.depart(|seat| room::Message::Leave(seat, LeaveReason::Left), cx);
        cx.out.push(Effect::Close(Close::Token));
    }

    /// Notifies the room about the seat, even if the join is still pending.
    fn depart(&mut self, fact: impl FnOnce(SeatRef) -> room::Message, cx: &mut Cx<'_>) {
        let place = self.place();
        self.phase = Phase::Closed;
        cx.out.extend(place.map(|(room, seat)| Effect::Tell(room, fact(seat))));
    }

    /// The room was closed for everybody.
    pub(super) fn close_room(&mut self, cx: &mut Cx<'_>) {
        let text = "The room was closed.";
        cx.out.push(Effect::Send(ServerToClient::RoomClosed(LeaveReason::Closed)));
        self.close(Close::RoomGone, Some(Refusal::new(crate::protocol::Code::RoomClosed, text)), cx);
    }
}
