//! A socket's decisions: who is there, what may be said now, what is answered, when it is over.
//!
//! Pure: no clock, no I/O, no await. The shell verifies tokens, finds rooms and writes; its findings come
//! back as events.

use std::{sync::Arc, time::Instant};

use super::{
    Command, Credential, Hangup, Limits, SocketId, UserToSocket,
    acks::{Acks, Pending, Saying},
    budget::{Budget, Spending},
    resume_token::ResumeToken,
};
use crate::{
    clock::Moment,
    ports::{Identity, RoomSettings, TokenError, Unavailable},
    protocol::{
        ClientMessage, ClientToServer, Close, Code, Entry, LeaveReason, RoomId, ServerToClient, SessionId, Signal,
        UserId,
        client::{Cid, Hello, Seq},
        encode::{chat_data, signal_data},
        server::{Peer, PeerState, Refusal, ResumeFailed, ResumeFailure, Resumed, RoomJoined},
    },
    room::{self, Joiner, Resumer, RoomToSocket, Seat},
};

mod hello;
mod life;
mod rooms;
mod words;

use hello::verify;
use words::{closing_words, token_words};

/// How long an `ack` may wait for company.
const ACK_WITHIN: std::time::Duration = std::time::Duration::from_secs(1);

/// One socket's state.
pub(crate) struct Session {
    id: SocketId,
    limits: Arc<Limits>,
    identity: Option<Identity>,
    phase: Phase,
    budget: Budget,
    acks: Acks,
    /// The last numbered message sent to the client.
    delivered: Seq,
    /// The last that the client is known to have.
    acked: Seq,
    /// When the client last said anything.
    heard: Instant,
    next_ping: Instant,
    awaiting_pong: bool,
    ack_by: Option<Instant>,
    /// The token that a browser added to the handshake by itself; until hello.
    cookie: Option<Box<str>>,
}

/// How far a socket has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nobody is known to be there yet.
    Greeting { until: Instant },
    /// Somebody is, in no room.
    Ready,
    /// They asked for a seat.
    Joining { room: RoomId, session: SessionId, secret: u128, cid: Option<Cid>, again: bool },
    /// They asked to go on with a stay.
    Resuming { stay: Stay, again: bool },
    /// They have a seat.
    InRoom(Stay),
    /// It is over.
    Over,
}

/// A stay in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stay {
    room: RoomId,
    session: SessionId,
    secret: u128,
}

/// What happens to a socket besides what it is told.
pub(crate) enum Event {
    /// The connection stands; the token may have come with the handshake.
    Opened(Credential),
    Told(Command),
    /// A token was verified.
    Verified(Purpose, Result<Identity, TokenError>),
    /// A room was looked up; session and secret are fresh, for a join.
    Found(Search, Result<Option<RoomSettings>, Unavailable>, (SessionId, u128)),
}

/// What a token was verified for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Purpose {
    Hello(Option<crate::protocol::client::Resume>),
    Refresh,
}

/// What a room was looked up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Search {
    Join(RoomId, Option<Cid>),
    Resume(ResumeTokenOf, Seq),
}

/// A resume token that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ResumeTokenOf {
    pub(crate) room: RoomId,
    session: SessionId,
    secret: u128,
}

/// What a socket wants to know.
pub(crate) enum Question {
    Verify(String, Purpose),
    Find(Search),
}

/// What a socket wants done.
pub(crate) enum Effect {
    /// Find something out; the finding comes back as an event before the next effect is performed.
    Ask(Question),
    /// Tell the user's actor that this socket is theirs.
    Attach(Identity),
    /// Tell it that the token is newer.
    Refresh(Identity),
    Welcome(UserId),
    /// Tell a room, opening it if need be.
    Open(RoomId, RoomSettings, room::Command),
    /// Tell a room that is open.
    Tell(RoomId, room::Command),
    /// Send `room_joined`, with ICE servers for this user.
    Joined(UserId, Box<RoomJoined>),
    Send(ServerToClient),
    Deliver(Seq, Entry),
    /// A message was settled so long after it was read.
    Settled(std::time::Duration),
    Ping(Seq),
    Pong(Vec<u8>),
    /// Close with this code, then end.
    Close(Close),
    /// Answer the client's close frame with its own code, then end.
    Echo(Option<u16>),
    /// The connection is gone already: end.
    End,
}

type Effects = Vec<Effect>;

impl Session {
    pub(crate) fn new(id: SocketId, limits: Arc<Limits>, now: Instant) -> Self {
        Self {
            id,
            identity: None,
            phase: Phase::Greeting { until: now + limits.hello_within },
            budget: Budget::new(&limits, now),
            acks: Acks::default(),
            delivered: 0,
            acked: 0,
            heard: now,
            next_ping: now + limits.ping_every,
            limits,
            awaiting_pong: false,
            ack_by: None,
            cookie: None,
        }
    }

    /// When the socket wants a [`Command::Tick`].
    pub(crate) fn wake_at(&self) -> Instant {
        let alive = self.next_ping.min(self.heard + self.limits.heartbeat_within);
        let alive = self.ack_by.map_or(alive, |at| at.min(alive));
        match self.phase {
            Phase::Greeting { until } => until,
            Phase::Ready | Phase::Joining { .. } | Phase::Resuming { .. } | Phase::InRoom(_) | Phase::Over => alive,
        }
    }

    /// Whether nothing is under way: what may still come is dealt with when it comes.
    pub(crate) fn may_rest(&self) -> bool {
        matches!(self.phase, Phase::Greeting { .. } | Phase::Ready | Phase::InRoom(_))
    }

    /// Who is there, if that is known.
    pub(crate) fn user(&self) -> Option<UserId> {
        self.identity.as_ref().map(|identity| identity.user)
    }

    /// The room that the socket is in or on its way into, and its seat there.
    pub(crate) fn place(&self) -> Option<(RoomId, Seat)> {
        let (room, session) = match self.phase {
            Phase::InRoom(stay) | Phase::Resuming { stay, .. } => (stay.room, stay.session),
            Phase::Joining { room, session, .. } => (room, session),
            Phase::Greeting { .. } | Phase::Ready | Phase::Over => return None,
        };
        Some((room, Seat { session, socket: self.id }))
    }

    /// Decides.
    pub(crate) fn handle(&mut self, event: Event, now: Moment) -> Effects {
        if self.phase == Phase::Over {
            return Vec::new();
        }
        match event {
            Event::Opened(Credential::None) => Vec::new(),
            Event::Opened(Credential::Token(token)) => vec![verify(token, Purpose::Hello(None))],
            Event::Opened(Credential::Cookie(token)) => {
                self.cookie = Some(token.into());
                Vec::new()
            }
            Event::Told(command) => self.told(command, now),
            Event::Verified(purpose, result) => self.verified(purpose, result),
            Event::Found(search, settings, fresh) => self.found(search, settings, fresh),
        }
    }

    fn told(&mut self, command: Command, now: Moment) -> Effects {
        match command {
            Command::Received(received, credit) => {
                self.heard = now.at;
                match self.budget.spend(&self.limits, now.at) {
                    Spending::Granted => match received {
                        Ok(message) => self.received(message, credit, now),
                        Err(bad) => vec![error(Refusal::new(bad.code, bad.text).of(bad.cid))],
                    },
                    Spending::Refused(ms) => {
                        vec![error(self.too_fast(received.ok().and_then(|message| message.cid), ms))]
                    }
                    Spending::Exhausted => self.close(Close::Rate, Some(self.too_fast(None, 1_000))),
                }
            }
            Command::FromRoom(what) => self.room_says(what, now.at),
            Command::FromUser(what) => self.user_says(what),
            Command::Pinged(payload) => vec![Effect::Pong(payload)],
            Command::Ponged(payload) => self.ponged(&payload),
            Command::Tick => self.tick(now.at),
            Command::Hangup(how) => self.hung_up(how),
            Command::Draining(ms) => vec![Effect::Send(ServerToClient::ServerDraining(ms))],
            Command::Close(code) => self.close(code, None),
            Command::Opened(_) | Command::Several(_) | Command::Flushed(_) | Command::StopReading(_) => Vec::new(), // the shell's own
            #[cfg(feature = "fault-injection")]
            Command::Fault => Vec::new(),
        }
    }

    fn received(&mut self, message: ClientMessage, credit: super::Credit, now: Moment) -> Effects {
        let ClientMessage { cid, body } = message;
        match body {
            ClientToServer::Hello(hello) => self.hello(hello),
            ClientToServer::Heartbeat => vec![Effect::Send(ServerToClient::HeartbeatAck(now.unix_ms))],
            ClientToServer::TokenRefresh(token) if self.identity.is_some() => {
                vec![verify(token, Purpose::Refresh)]
            }
            _ if self.identity.is_none() => {
                vec![error(Refusal::new(Code::AuthRequired, "Say hello with a token first.").of(cid))]
            }
            ClientToServer::JoinRoom(room) => self.join(room, cid),
            ClientToServer::LeaveRoom => self.leave(cid),
            ClientToServer::Signal(signal) => self.say(cid, (credit, now.at), |user, _, _| signalling(user, signal)),
            ClientToServer::Chat(content) => self.say(cid, (credit, now.at), |user, session, cid| {
                Saying::Chat(chat_data(&format!("{session}-{cid}"), user, &content, now.unix_ms))
            }),
            ClientToServer::Ack(seq) => self.has(seq),
            ClientToServer::TokenRefresh(_) => Vec::new(), // without an identity: answered above
        }
    }

    fn say(
        &mut self,
        cid: Option<Cid>,
        (credit, now): (super::Credit, Instant),
        saying: impl FnOnce(UserId, SessionId, Cid) -> Saying,
    ) -> Effects {
        let (Phase::InRoom(stay), Some(user)) = (self.phase, self.user()) else {
            return vec![error(Refusal::new(Code::NotInRoom, "Join a room first.").of(cid))];
        };
        let cid = self.acks.number(cid);
        let saying = saying(user, stay.session, cid);
        let tell = self.tell(&stay, cid, saying.clone());
        self.acks.push(Pending { cid, saying, credit: Some(credit), since: now, repeated: false });
        vec![tell]
    }

    fn tell(&self, stay: &Stay, cid: Cid, saying: Saying) -> Effect {
        let from = self.seat(stay);
        Effect::Tell(
            stay.room,
            match saying {
                Saying::Signal { to, kind, message } => room::Command::Signal { from, cid, to, kind, message },
                Saying::Chat(message) => room::Command::Chat { from, cid, message },
            },
        )
    }

    fn user_says(&mut self, what: UserToSocket) -> Effects {
        match what {
            UserToSocket::Expiring(seconds) => vec![Effect::Send(ServerToClient::TokenExpiring(seconds))],
            UserToSocket::Close(code) => self.close(code, None),
            UserToSocket::Restarted => self.identity.clone().map(Effect::Attach).into_iter().collect(),
        }
    }

    /// The client has everything up to `seq`: the inbox need not keep it.
    fn has(&mut self, seq: Seq) -> Effects {
        let seq = seq.min(self.delivered);
        let Phase::InRoom(stay) = self.phase else { return Vec::new() };
        if seq <= self.acked {
            return Vec::new();
        }
        self.acked = seq;
        vec![Effect::Tell(stay.room, room::Command::Acked(self.seat(&stay), seq))]
    }

    /// A pong repeats the ping's payload, the last `seq` that went before it: an `ack` that costs the client nothing.
    fn ponged(&mut self, payload: &[u8]) -> Effects {
        self.awaiting_pong = false;
        payload.try_into().map_or_else(|_| Vec::new(), |seq| self.has(Seq::from_be_bytes(seq)))
    }

    fn seat(&self, stay: &Stay) -> Seat {
        Seat { session: stay.session, socket: self.id }
    }

    fn too_fast(&self, cid: Option<Cid>, ms: u64) -> Refusal {
        let Limits { messages_per_second, burst, .. } = *self.limits;
        let text = format!(
            "More than {messages_per_second} messages a second (bursts of {burst}): send it again, with a new cid, after a pause."
        );
        Refusal::new(Code::RateLimited, text).of(cid).after_ms(ms)
    }
}

fn error(refusal: Refusal) -> Effect {
    Effect::Send(ServerToClient::Error(refusal))
}

fn signalling(user: UserId, signal: Signal) -> Saying {
    let message = signal_data(user, &signal);
    Saying::Signal { to: signal.to, kind: signal.kind, message }
}
