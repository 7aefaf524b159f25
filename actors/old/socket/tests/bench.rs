//! A session under test, and what it wants done as text.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::super::{
    Command, Credit, Intake, Limits, SocketId,
    rules::{Effect, Event, Purpose, Question, Search, Session},
};
use crate::{
    clock::Moment,
    metrics::Mailboxes,
    ports::{Identity, RoomSettings},
    protocol::{Entry, RoomId, ServerToClient, SessionId, UserId, decode, encode::chat_data, server::Mode},
    room::{self, RoomToSocket},
};

pub(super) const ME: UserId = UserId::from_u128(1);
pub(super) const STAY: SessionId = SessionId::from_u128(42);
pub(super) const PEER: &str = "00000000-0000-0000-0000-000000000002";

/// A session under test, its clock, and the credits that its reader has.
pub(super) struct Bench {
    pub(super) session: Session,
    pub(super) now: Instant,
    pub(super) intake: Arc<Intake>,
    pub(super) mailboxes: Mailboxes,
}

impl Bench {
    /// A connection that nobody has said anything on.
    pub(super) fn opened() -> Self {
        let now = Instant::now();
        let session = Session::new(SocketId(1), Arc::new(Limits::default()), now);
        let mailboxes = Mailboxes::default();
        let intake = Arc::new(Intake::new(&Limits::default(), mailboxes.clone()));
        Self { session, now, intake, mailboxes }
    }

    /// So many messages may be under way from now on.
    pub(super) fn may_read(&mut self, in_flight_max: usize) {
        let limits = Limits { in_flight_max, ..Limits::default() };
        self.intake = Arc::new(Intake::new(&limits, self.mailboxes.clone()));
    }

    /// Hello has been said.
    pub(super) fn ready() -> Self {
        let mut bench = Self::opened();
        bench.wants(Event::Verified(Purpose::Hello(None), Ok(identity(1))));
        bench
    }

    /// A seat is theirs.
    pub(super) fn in_room() -> Self {
        let mut bench = Self::ready();
        bench.wants(found(Search::Join(room(), None)));
        bench.hears(RoomToSocket::Joined { session: STAY, rev: 3, members: vec![], mode: Mode::Mesh });
        bench
    }

    /// What the socket wants done, as text, in order and whole.
    pub(super) fn wants(&mut self, event: Event) -> Vec<String> {
        let now = Moment { at: self.now, unix_ms: 1_000 };
        self.session.handle(event, now).iter().map(describe).collect()
    }

    pub(super) fn told(&mut self, command: Command) -> Vec<String> {
        self.wants(Event::Told(command))
    }

    pub(super) fn hears(&mut self, what: RoomToSocket) -> Vec<String> {
        self.told(Command::FromRoom(what))
    }

    pub(super) fn says(&mut self, text: &str) -> Vec<String> {
        let credit = Credit::take(&self.intake).expect("a credit is left");
        self.told(Command::Received(decode(text), credit))
    }

    pub(super) fn later(&mut self, seconds: u64) -> &mut Self {
        self.now += Duration::from_secs(seconds);
        self
    }
}

pub(super) fn describe(effect: &Effect) -> String {
    match effect {
        Effect::Ask(Question::Verify(token, Purpose::Hello(resume))) => {
            format!("verify {token} resume {}", resume.is_some())
        }
        Effect::Ask(Question::Verify(token, Purpose::Refresh)) => format!("verify {token} to refresh"),
        Effect::Ask(Question::Find(Search::Join(room, _))) => format!("find {room} to join"),
        Effect::Ask(Question::Find(Search::Resume(token, seq))) => format!("find {} to resume after {seq}", token.room),
        Effect::Attach(identity) => format!("attach to {}", identity.user.as_u128()),
        Effect::Refresh(identity) => format!("refresh {}", identity.user.as_u128()),
        Effect::Welcome(user) => format!("welcome {}", user.as_u128()),
        Effect::Open(_, _, command) | Effect::Tell(_, command) => format!("room {}", room_word(command)),
        Effect::Joined(_, joined) => format!("send room_joined rev {}", joined.rev),
        Effect::Send(message) => format!("send {}", sent_word(message)),
        Effect::Deliver(seq, _) => format!("deliver {seq}"),
        Effect::Settled(_) => "settled".to_owned(),
        Effect::Ping(seq) => format!("ping {seq}"),
        Effect::Pong(payload) => format!("pong {}", payload.len()),
        Effect::Close(close) => format!("close {}", close.number()),
        Effect::Echo(code) => format!("echo {code:?}"),
        Effect::End => "end".to_owned(),
    }
}

pub(super) fn room_word(command: &room::Command) -> String {
    match command {
        room::Command::Join(_) => "join".to_owned(),
        room::Command::Resume(resumer) => format!("resume after {}", resumer.last_seq),
        room::Command::Leave(_, reason) => format!("leave {reason:?}"),
        room::Command::SocketLost(_) => "socket lost".to_owned(),
        room::Command::Signal { cid, kind, .. } => format!("{kind:?} {cid}"),
        room::Command::Chat { cid, .. } => format!("chat {cid}"),
        room::Command::Acked(_, seq) => format!("acked {seq}"),
        room::Command::Pushed(_)
        | room::Command::Tick
        | room::Command::SettingsChanged(_)
        | room::Command::Close(_)
        | room::Command::Sync(_)
        | room::Command::Several(_) => "something a socket never says".to_owned(),
        #[cfg(feature = "fault-injection")]
        room::Command::Fault => "something a socket never says".to_owned(),
    }
}

pub(super) fn sent_word(message: &ServerToClient) -> String {
    match message {
        ServerToClient::Error(refusal) => format!("error {}", refusal.code.as_str()),
        ServerToClient::ResumeFailed(failed) => format!("resume_failed {:?}", failed.reason),
        ServerToClient::Resumed(resumed) => format!("resumed from {}", resumed.from_seq),
        ServerToClient::Ack(cid) => format!("ack {cid}"),
        ServerToClient::HeartbeatAck(_) => "heartbeat_ack".to_owned(),
        ServerToClient::TokenExpiring(seconds) => format!("token_expiring {seconds}"),
        ServerToClient::ServerDraining(_) => "server_draining".to_owned(),
        ServerToClient::RoomClosed(_) => "room_closed".to_owned(),
        ServerToClient::Welcome(_) | ServerToClient::RoomJoined(_) | ServerToClient::Degraded(_) => "other".to_owned(),
    }
}

pub(super) fn identity(user: u128) -> Identity {
    Identity { user: UserId::from_u128(user), name: "x".into(), expires: 9_999 }
}

pub(super) fn room() -> RoomId {
    RoomId::from_letters([0; 10])
}

pub(super) fn found(search: Search) -> Event {
    let settings =
        RoomSettings { participants_max: 4, seat_window: Duration::from_secs(5), mode: Mode::Mesh, active: true };
    Event::Found(search, Ok(Some(settings)), (STAY, 5))
}

pub(super) fn chat(seq: u64) -> RoomToSocket {
    RoomToSocket::Deliver(STAY, seq, Entry::Message(chat_data("1", ME, "hi", 0)))
}

pub(super) fn offer(cid: u64) -> String {
    format!(r#"{{"type":"offer","cid":{cid},"data":{{"targetUserId":"{PEER}","sdp":"v=0"}}}}"#)
}
