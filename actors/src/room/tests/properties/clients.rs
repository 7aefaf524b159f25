//! Clients and their sockets: they number what they send, and repeat after a resume what was not settled.

use std::collections::BTreeMap;

use super::super::{
    bench::{join, payload, resume, user},
    fixtures,
};
use crate::{
    messages::{
        room::{JoinRequest, Message, Number, ResumeRequest, SeatRef},
        socket::{FromRoom, RoomEvent},
    },
    protocol::{Entry, Kind, LeaveReason, SeatId, SessionId, SocketId, client::Seq},
};

/// How a message has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Not at all, or its session has ended before.
    Open,
    Accepted,
    Refused,
}

/// What a client has sent in its session.
#[derive(Debug, Clone)]
struct Said {
    session: SessionId,
    /// The receiver, `None` for all.
    to: Option<u64>,
    cid: u64,
    kind: Kind,
    outcome: Outcome,
    /// The name it has on this connection.
    tag: u64,
}

/// One client.
#[derive(Debug, Default)]
struct Client {
    session: Option<SessionId>,
    socket: u64,
    /// Where it sits, once it was told.
    seat: Option<SeatId>,
    /// Whether a resume may be tried.
    is_away: bool,
    is_entering: bool,
    cid: u64,
    seq: Seq,
}

/// All clients of the room.
#[derive(Debug, Default)]
pub(super) struct Clients {
    clients: BTreeMap<u64, Client>,
    said: Vec<Said>,
    counted: u64,
    /// What each session was delivered.
    pub(super) delivered: Vec<(SessionId, String)>,
}

impl Clients {
    fn client(&mut self, who: u64) -> &mut Client {
        self.clients.entry(who).or_default()
    }

    fn count(&mut self) -> u64 {
        self.counted += 1;
        self.counted
    }

    pub(super) fn join(&mut self, who: u64) -> Option<Message> {
        let (socket, session) = (self.count() + 100, SessionId::from_u128(u128::from(self.count()) + 1_000));
        let client = self.client(who);
        if client.session.is_some() {
            return None;
        }
        *client = Client { session: Some(session), socket, is_entering: true, ..Client::default() };
        Some(Message::Join(Box::new(JoinRequest { session, socket: SocketId(socket), ..*join(who) })))
    }

    fn seat_ref(&mut self, who: u64) -> Option<SeatRef> {
        let client = self.client(who);
        let session = client.session.filter(|_| client.is_entering || client.seat.is_some() && !client.is_away)?;
        let seat = client.seat.filter(|_| !client.is_entering);
        Some(SeatRef { session, socket: SocketId(client.socket), seat })
    }

    pub(super) fn leave(&mut self, who: u64, reason: LeaveReason) -> Option<Message> {
        let of = self.seat_ref(who)?;
        *self.client(who) = Client::default();
        Some(Message::Leave(of, reason))
    }

    pub(super) fn disconnect(&mut self, who: u64) -> Option<Message> {
        let of = self.seat_ref(who)?;
        let client = self.client(who);
        (client.is_away, client.is_entering) = (true, false);
        if client.seat.is_none() {
            *client = Client::default(); // it never heard of its seat
        }
        Some(Message::Disconnected(of))
    }

    pub(super) fn resume(&mut self, who: u64) -> Option<Message> {
        let socket = self.count() + 100;
        let client = self.client(who);
        let (session, seat) = (client.session.filter(|_| client.is_away)?, client.seat?);
        (client.socket, client.is_away, client.is_entering) = (socket, false, true);
        let request = ResumeRequest { order: seat.order, session, ..*resume(who, socket, client.seq) };
        Some(Message::Resume(Box::new(request)))
    }

    /// A client sends something, if it sits.
    pub(super) fn say(&mut self, who: u64, whom: u64, kind: Kind) -> Option<Message> {
        let from = self.seat_ref(who).filter(|from| from.seat.is_some())?;
        let (session, tag) = (from.session, self.count());
        let client = self.client(who);
        client.cid += 1;
        let to = (kind != Kind::ChatMessage).then_some(whom);
        let said = Said { session, to, cid: client.cid, kind, outcome: Outcome::Open, tag };
        self.said.push(said.clone());
        Some(message(from, &said))
    }

    /// A socket is told something; what its client says to that.
    pub(super) fn hear(&mut self, socket: SocketId, told: FromRoom) -> Vec<Message> {
        let FromRoom { session, what, .. } = told;
        let whose = self
            .clients
            .iter()
            .find(|(_, client)| client.session == Some(session) && client.socket == socket.0 && !client.is_away);
        let Some(who) = whose.map(|(who, _)| *who) else { return Vec::new() };
        match what {
            RoomEvent::Joined { seat, .. } => {
                let client = self.client(who);
                (client.seat, client.is_entering) = (Some(seat), false);
                Vec::new()
            }
            RoomEvent::Resumed { seat, replay, .. } => {
                let client = self.client(who);
                (client.seat, client.is_entering) = (Some(seat), false);
                for (seq, entry) in replay {
                    self.deliver(who, seq, &entry);
                }
                self.repeat(who)
            }
            RoomEvent::Deliver(seq, entry) => {
                self.deliver(who, seq, &entry);
                Vec::new()
            }
            RoomEvent::Accepted(tag) => self.end(tag, Outcome::Accepted),
            RoomEvent::Refused(tag, _) => self.end(tag, Outcome::Refused),
            RoomEvent::ResumeUnavailable => {
                let client = self.client(who);
                (client.is_away, client.is_entering) = (true, false);
                Vec::new()
            }
            RoomEvent::OutcomeUnknown | RoomEvent::RosterUnknown => self.disconnect(who).into_iter().collect(),
            RoomEvent::JoinRefused(_) | RoomEvent::ResumeFailed(_) | RoomEvent::Ended(_) => {
                *self.client(who) = Client::default();
                Vec::new()
            }
            RoomEvent::Held(_) | RoomEvent::Lost | RoomEvent::Restarted | RoomEvent::NoRoom | RoomEvent::Sfu(_) => {
                Vec::new()
            }
        }
    }

    fn deliver(&mut self, who: u64, seq: Seq, entry: &Entry) {
        let client = self.client(who);
        assert_eq!(seq, client.seq + 1, "entries come in order, without holes");
        client.seq = seq;
        let session = client.session.expect("it sits");
        if let Entry::Message(message) = entry {
            self.delivered.push((session, message.data.to_string()));
        }
    }

    fn end(&mut self, tag: u64, outcome: Outcome) -> Vec<Message> {
        let said = self.said.iter_mut().find(|said| said.tag == tag).expect("it was sent");
        assert_eq!(said.outcome, Outcome::Open, "{said:?} ends twice");
        said.outcome = outcome;
        Vec::new()
    }

    /// What was not settled is sent again, under its number.
    fn repeat(&mut self, who: u64) -> Vec<Message> {
        let Some(from) = self.seat_ref(who) else { return Vec::new() };
        let mut messages = Vec::new();
        for said in &mut self.said {
            if said.session == from.session && said.outcome == Outcome::Open {
                self.counted += 1;
                said.tag = self.counted;
                messages.push(message(from, said));
            }
        }
        messages
    }

    /// What has not ended of sessions that go on.
    pub(super) fn unsettled(&self) -> Vec<String> {
        let is_on = |said: &&Said| {
            let is_theirs = |client: &Client| client.session == Some(said.session) && !client.is_away;
            said.outcome == Outcome::Open && self.clients.values().any(is_theirs)
        };
        self.said.iter().filter(is_on).map(|said| format!("{said:?}")).collect()
    }

    /// Every message with its end.
    pub(super) fn outcomes(&self) -> Vec<(String, Outcome)> {
        self.said.iter().map(|said| (data(said), said.outcome)).collect()
    }

    /// Sessions that go on and were told so.
    pub(super) fn present(&self) -> Vec<SessionId> {
        let here = self.clients.values().filter(|client| !client.is_away && !client.is_entering);
        here.filter(|client| client.seat.is_some()).filter_map(|client| client.session).collect()
    }
}

fn data(said: &Said) -> String {
    format!("{{\"of\":\"{}\",\"cid\":{}}}", said.session, said.cid)
}

fn message(from: SeatRef, said: &Said) -> Message {
    let number = Number { tag: said.tag, cid: Some(said.cid) };
    let mut payload = payload(said.kind);
    payload.data = data(said).into();
    fixtures::said(from, number, said.to.map(user), payload)
}
