//! A client's messages: handled in order, or after the answer that they depend on; counted, refused or sent to the room.

use super::{
    Charge, Connection, Cx, Effect, Permit, Phase, Purpose, Received,
    close_reasons::{denial, flooded},
    error,
    pending::{Outgoing, Pending},
    room,
};
use crate::{
    messages::room::Number,
    ports::Action,
    protocol::{
        AppMessage, BadMessage, ClientMessage, ClientToServer, Close, Code, Kind, LeaveReason, Power, RoomId,
        ServerToClient, Signal,
        attributes::Changes,
        client::{Cid, Seq},
        encode::{app_data, attributes_data, chat_data, signal_data},
        server::Refusal,
    },
};

impl Connection {
    pub(super) fn received(&mut self, received: Received, cx: &mut Cx<'_>) {
        self.life.heard(cx.now.at.into());
        if let Charge::Flood(ms) = received.charge {
            return self.close(Close::Rate, Some(flooded(ms)), cx);
        }
        self.in_order(received, cx);
    }

    /// Handles messages that waited for an answer, in the order received.
    pub(super) fn undefer(&mut self, deferred: Vec<Received>, cx: &mut Cx<'_>) {
        for received in deferred {
            if !self.is_closed() {
                self.in_order(received, cx);
            }
        }
    }

    /// While a join or resume is pending, messages that depend on it wait; each holds its permit.
    fn in_order(&mut self, received: Received, cx: &mut Cx<'_>) {
        if let Phase::Entering(entering) = &mut self.phase
            && is_about_room(&received.message)
        {
            return entering.deferred.push(received);
        }
        let Received { message, permit, is_stalled, charge } = received;
        let (kind, cid) = kind_and_cid(&message);
        let refusal = match charge {
            Charge::Granted => (is_stalled && kind.is_counted()).then(stalled),
            Charge::Refused(ms) => Some(rate_limited(cx, ms)),
            Charge::Flood(_) => return, // closed before
        };
        match (message, refusal) {
            (Ok(message), None) => self.message(message, permit, cx),
            (Ok(message), Some(_)) if self.is_resent(kind, cid) => self.message(message, permit, cx),
            (Err(BadMessage { code, text, rid, .. }), None) => {
                self.refused_here(kind, cid, Refusal::new(code, text).of_request(rid), cx);
            }
            (Ok(message), Some(refusal)) => {
                self.refused_here(kind, cid, refusal.of_request(message.body.rid()), cx);
            }
            (Err(bad), Some(refusal)) => self.refused_here(kind, cid, refusal.of_request(bad.rid), cx),
        }
    }

    /// Whether a message was accepted or refused before the resume: only the room knows, so it must not be refused here.
    fn is_resent(&self, kind: Kind, cid: Option<Cid>) -> bool {
        let Phase::InRoom(session) = &self.phase else { return false };
        kind.is_counted() && cid.is_some_and(|cid| session.is_resent(cid))
    }

    fn message(&mut self, message: ClientMessage, permit: Permit, cx: &mut Cx<'_>) {
        let ClientMessage { cid, body } = message;
        match body {
            ClientToServer::Hello(hello) => self.hello(hello, cx),
            ClientToServer::Heartbeat => cx.out.push(Effect::Send(ServerToClient::HeartbeatAck(cx.now.unix_ms))),
            _ if self.identity.is_none() => {
                let refusal = Refusal::new(Code::AuthRequired, "Send hello with a token first.");
                cx.out.push(error(refusal.of(cid).of_request(body.rid())));
            }
            ClientToServer::Sfu(request) => self.ask_media(cid, *request, cx),
            ClientToServer::TokenRefresh(token) => cx.out.push(Effect::Verify(token, Purpose::Refresh)),
            ClientToServer::JoinRoom(room) => self.join(room, cid, cx),
            ClientToServer::LeaveRoom => self.leave(cid, cx),
            ClientToServer::Signal(signal) => self.send(cid, Content::Signal(signal), permit, cx),
            ClientToServer::Chat(text) => self.say(cid, (Kind::ChatMessage, Content::Chat(text)), permit, cx),
            ClientToServer::Message(message) => self.say(cid, (Kind::Message, Content::Message(message)), permit, cx),
            ClientToServer::SetAttributes(changes) => self.send(cid, Content::Attributes(changes), permit, cx),
            ClientToServer::Power(power) => self.act(cid, *power, permit, cx),
            ClientToServer::Ack(seq) => self.acknowledged(seq, cx),
        }
    }

    /// Something that only the host may want: decided where rooms are kept. It takes its number, and is settled by the answer.
    fn act(&mut self, cid: Option<Cid>, power: Power, permit: Permit, cx: &mut Cx<'_>) {
        let (Phase::InRoom(session), Some(identity)) = (&mut self.phase, &self.identity) else {
            return cx.out.push(error(Refusal::new(Code::NotInRoom, "Join a room first.").of(cid)));
        };
        if let Some(cid) = cid
            && let Err(expected) = session.take(cid)
        {
            return cx.out.push(error(Self::out_of_order(cid, expected)));
        }
        self.tag = self.tag.wrapping_add(1);
        let number = Number { tag: self.tag.into(), cid };
        cx.out.push(Effect::Act(session.room, Box::new((identity.clone(), power)), session.id, number.tag));
        let (permit, since) = (Some(permit), cx.now.at);
        session.outstanding.push(Pending { number, outgoing: None, permit, since, repeated: false });
    }

    /// Content for people or for an application: only with the grant.
    fn say(&mut self, cid: Option<Cid>, (kind, content): (Kind, Content), permit: Permit, cx: &mut Cx<'_>) {
        match self.denies(kind, cid) {
            None => self.send(cid, content, permit, cx),
            Some(refusal) => self.refused_here(kind, cid, refusal, cx),
        }
    }

    /// Why the token does not allow it; what was accepted or refused before a resume has its outcome.
    fn denies(&self, kind: Kind, cid: Option<Cid>) -> Option<Refusal> {
        let denied = self.identity.as_ref()?.may(Action::Chat).err()?;
        let is_here = matches!(self.phase, Phase::InRoom(_)) && !self.is_resent(kind, cid);
        is_here.then(|| denial(denied))
    }

    /// A message to others in the room: takes its number, and sends it to the room.
    fn send(&mut self, cid: Option<Cid>, content: Content, permit: Permit, cx: &mut Cx<'_>) {
        let (Phase::InRoom(session), Some(identity)) = (&mut self.phase, &self.identity) else {
            return cx.out.push(error(Refusal::new(Code::NotInRoom, "Join a room first.").of(cid)));
        };
        if let Some(cid) = cid
            && let Err(expected) = session.take(cid)
        {
            return cx.out.push(error(Self::out_of_order(cid, expected)));
        }
        self.tag = self.tag.wrapping_add(1); // it tells a few unsettled messages apart
        let number = Number { tag: self.tag.into(), cid };
        let outgoing = match content {
            Content::Signal(signal) => {
                let message = signal_data(identity.user.clone(), &signal);
                Outgoing { to: Some(signal.to), message, changes: None }
            }
            Content::Message(message) => {
                let data = app_data(identity.user.clone(), &message);
                Outgoing { to: message.to, message: data, changes: None }
            }
            Content::Chat(text) => {
                // The id of a duplicate must be the same; a message without a number is never resent.
                let id = match cid {
                    Some(cid) => format!("{}-{cid}", session.id),
                    None => format!("{}-{}-{}", session.id, cx.now.unix_ms, self.tag),
                };
                let message = chat_data(&id, identity.user.clone(), &text, cx.now.unix_ms);
                Outgoing { to: None, message, changes: None }
            }
            Content::Attributes(changes) => {
                let message = attributes_data(&identity.user, &changes);
                Outgoing { to: None, message, changes: Some(changes) }
            }
        };
        if session.outstanding.reseat_by().is_none() {
            cx.out.push(Effect::Tell(session.room, outgoing.clone().told(session.seat_ref(self.id), number)));
        }
        let since = cx.now.at;
        let outgoing = Some(outgoing);
        session.outstanding.push(Pending { number, outgoing, permit: Some(permit), since, repeated: false });
    }

    /// The socket itself refuses a message. If it has the next number, that number is consumed: the room remembers it, and
    /// refuses it again if the client resends it after a resume.
    fn refused_here(&mut self, kind: Kind, cid: Option<Cid>, refusal: Refusal, cx: &mut Cx<'_>) {
        let (Phase::InRoom(session), Some(counted)) = (&mut self.phase, cid.filter(|_| kind.is_counted())) else {
            return cx.out.push(error(refusal.of(cid)));
        };
        if let Err(expected) = session.take(counted) {
            return cx.out.push(error(Self::out_of_order(counted, expected)));
        }
        if session.outstanding.reseat_by().is_none() {
            let from = session.seat_ref(self.id);
            let skipped = room::Message::Skipped { from, cid: counted, code: refusal.code };
            cx.out.push(Effect::Tell(session.room, skipped));
        }
        self.refuse(refusal.of(cid), cx);
    }

    fn leave(&mut self, cid: Option<Cid>, cx: &mut Cx<'_>) {
        let Some((room, seat)) = self.place() else {
            return cx.out.push(error(Refusal::new(Code::NotInRoom, "There is no room to leave.").of(cid)));
        };
        self.forget_asks(&super::asks::left(), cx);
        self.phase = Phase::Ready;
        cx.out.push(Effect::Tell(room, room::Message::Leave(seat, LeaveReason::Left)));
        cx.out.push(Effect::Send(ServerToClient::RoomLeft(room)));
    }

    /// A backend moves the client to another room. One that is not in this room has been moved before, or left.
    pub(super) fn moved(&mut self, from: RoomId, to: RoomId, cx: &mut Cx<'_>) {
        let (Phase::InRoom(session), Some(identity)) = (&self.phase, &self.identity) else { return };
        if session.room != from {
            return;
        }
        let (seat, identity) = (session.seat_ref(self.id), Box::new(identity.clone()));
        self.forget_asks(&super::asks::left(), cx);
        self.phase = Phase::Ready;
        cx.out.push(Effect::Tell(from, room::Message::Leave(seat, LeaveReason::Left)));
        cx.out.push(Effect::Moved(identity, to));
    }

    fn acknowledged(&mut self, seq: Seq, cx: &mut Cx<'_>) {
        let id = self.id;
        if let Phase::InRoom(session) = &mut self.phase {
            cx.out.extend(session.acknowledged(seq, id));
        }
    }
}

fn kind_and_cid(message: &Result<ClientMessage, BadMessage>) -> (Kind, Option<Cid>) {
    match message {
        Ok(message) => (message.body.kind(), message.cid),
        Err(bad) => (bad.kind, bad.cid),
    }
}

/// A message to others in the room.
enum Content {
    Signal(Signal),
    Chat(String),
    Message(AppMessage),
    Attributes(Changes),
}

/// Whether the outcome of a message depends on the client's seat.
fn is_about_room(message: &Result<ClientMessage, BadMessage>) -> bool {
    let (kind, _) = kind_and_cid(message);
    kind.is_counted() || kind.is_sfu() || matches!(kind, Kind::JoinRoom | Kind::LeaveRoom)
}

/// The node has not settled any message of this client for too long.
fn stalled() -> Refusal {
    let text = "Messages before this one are not settled yet: send it again, with a new cid, after retryAfterMs.";
    Refusal::new(Code::Unavailable, text).after_ms(1_000)
}

fn rate_limited(cx: &Cx<'_>, ms: u64) -> Refusal {
    let (rate, burst) = (cx.budget.socket_per_second, cx.budget.socket_burst);
    let text = format!(
        "More than {rate} messages a second (bursts of {burst}), or what they cost others: send it again, with a new cid, after retryAfterMs."
    );
    Refusal::new(Code::RateLimited, text).after_ms(ms)
}
