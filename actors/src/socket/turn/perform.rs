//! Performs the effects of the rules.

use std::{borrow::Cow, panic::AssertUnwindSafe};

use futures_util::FutureExt as _;

use super::{
    At, Close, Context, Cost, Effect, Entry, Event, Frame, Kind, Lookup, Message, Meters, Moment, Outs, Poll, RoomId,
    ServerToClient, SocketTurn, To, UserMessage, Waker, numbered, payer, unnumbered,
};
use crate::{
    ports::{CloseFrame, Identity, Noted},
    protocol::{
        Code, Power, SUBPROTOCOL, SessionId, UserId,
        decode::{CANDIDATE_BYTES_MAX, CHAT_CHARS_MAX, JSON_DEPTH_MAX},
        encode::with_fields,
        media::{CONSUMERS_MAX, OPEN_MAX, PRODUCERS_MAX, Rid, TRANSPORTS_MAX},
        notice::Moved,
        server::{Refusal, Welcome, WelcomeLimits},
        sfu::answers::MediaLimits,
    },
};

/// Features by name; the last one only where there is a media server.
static FEATURES: [Cow<'static, str>; 7] = [
    Cow::Borrowed("resume"),
    Cow::Borrowed("chat"),
    Cow::Borrowed("renegotiate"),
    Cow::Borrowed("message"),
    Cow::Borrowed("attributes"),
    Cow::Borrowed("host"),
    Cow::Borrowed("sfu"),
];

/// The retry delay for clients while rooms cannot be changed.
const ACT_RETRY_MS: u64 = 1_000;

fn unavailable_now() -> Refusal {
    let text = "Rooms cannot be changed right now: try again later.";
    Refusal::new(Code::Unavailable, text).after_ms(ACT_RETRY_MS)
}

const MEDIA_LIMITS: MediaLimits = MediaLimits {
    transports_max: TRANSPORTS_MAX,
    producers_max: PRODUCERS_MAX,
    consumers_max: CONSUMERS_MAX,
    requests_max: OPEN_MAX,
};

impl SocketTurn {
    pub(super) fn perform(&mut self, effect: Effect, now: Moment, out: &mut Outs) {
        match effect {
            Effect::Verify(token, purpose) => {
                let verified = self.env.verifier.verify(&token);
                self.handle(Event::Verified(purpose, verified), now, out);
            }
            Effect::LookUp(room, lookup) => self.look_up(room, lookup, now, out),
            Effect::Attach(user, token) => {
                out.tell(To::StartUser(user, UserMessage::Attached { socket: self.connection.id(), token }));
            }
            Effect::Refresh(user, token) => {
                out.tell(To::User(user, UserMessage::Refreshed { socket: self.connection.id(), token }));
            }
            Effect::Welcome(user) => {
                let welcome = ServerToClient::Welcome(Box::new(self.welcome(user)));
                self.send(&welcome);
            }
            Effect::Open(room, settings, message) => {
                out.tell(To::OpenRoom(room, settings.unwrap_or_else(|| self.env.unknown_room()), message));
            }
            Effect::Tell(room, message) => out.tell(To::Room(room, message)),
            Effect::Note(room, noted) => self.note(room, noted, now, out),
            Effect::Act(room, wish, session, tag) => out.tell(self.act(room, *wish, session, tag)),
            Effect::Joined(user, mut joined) => {
                joined.ice_servers = self.env.ice.servers(user);
                self.send(&ServerToClient::RoomJoined(joined));
            }
            Effect::Transport(user, rid, data) => self.send_transport(user, rid, &data),
            Effect::Moved(identity, room_id) => {
                let token = self.env.verifier.token_for(&identity, room_id).map(Into::into);
                self.send(&ServerToClient::Moved(Box::new(Moved { room_id, token })));
            }
            Effect::Send(message) => self.send(&message),
            Effect::Deliver(seq, entry) => {
                let (head, body, tail) = numbered(seq, &entry);
                self.put(Frame::Numbered(head, body, tail));
                if asks_for_an_answer(&entry) {
                    self.purse.grant(payer(&self.env, &self.connection, now));
                }
            }
            Effect::Charge(cost) => self.force(cost, now),
            Effect::Settled(after) => self.env.meters.relay.record(after),
            Effect::Ping(payload) => {
                let at = At::new(self.connection.id(), &self.env, now);
                let aside = self.writer.ping(&payload.to_bytes(), at);
                out.told.extend(aside);
            }
            Effect::Pong(payload) => {
                let at = At::new(self.connection.id(), &self.env, now);
                let aside = self.writer.pong(&payload, at);
                out.told.extend(aside);
            }
            Effect::Close(code) => self.close_with(code, out),
            Effect::Echo(code) => self.close(CloseFrame { code, reason: "" }, out),
            Effect::End => {
                tracing::debug!(socket = self.connection.id().0, user = ?self.connection.user(), "connection closed by the client, or lost");
                self.writer.end();
                self.detach(out);
            }
        }
    }

    /// Tells of a connection to a media server, with the ICE servers to reach it by.
    fn send_transport(&mut self, user: UserId, rid: Option<Rid>, data: &str) {
        let servers = serde_json::to_string(&self.env.ice.servers(user)).unwrap_or_else(|_| "[]".to_owned());
        let data = with_fields(data, &[("iceServers", &servers)]).into();
        self.send(&ServerToClient::SfuAnswer { kind: Kind::SfuCreateTransport, rid, data });
    }

    /// Has something done that the client wants as the room's host, beside this cell; a failure of the port is an answer, too.
    fn act(&self, room: RoomId, (by, power): (Identity, Power), session: SessionId, tag: u64) -> To {
        let (socket, hosts) = (self.connection.id(), self.env.hosts.get().cloned());
        To::Aside(Box::pin(async move {
            let away = || Err(unavailable_now());
            let acted = match hosts {
                Some(hosts) => {
                    let acting = AssertUnwindSafe(async { hosts.act(room, &by, power).await }).catch_unwind();
                    acting.await.unwrap_or_else(|_| {
                        tracing::error!(%room, "what a host wanted done has panicked");
                        away()
                    })
                }
                None => away(),
            };
            Some(To::Socket(socket, Message::Acted(session, tag, acted)))
        }))
    }

    /// Answers at once if the settings are known; else the answer is a message.
    fn look_up(&mut self, room: RoomId, lookup: Lookup, now: Moment, out: &mut Outs) {
        let mut settings = self.env.rooms.settings(room);
        if let Poll::Ready(found) = settings.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            let fresh = self.fresh();
            return self.handle(Event::Found(lookup, found, fresh), now, out);
        }
        out.wait(Box::pin(async move { Message::Found(lookup, settings.await) }));
    }

    /// Notes something of a room, if it exists. To find that out costs the client as much as to name one that does not.
    fn note(&mut self, room: RoomId, noted: Noted, now: Moment, out: &mut Outs) {
        let Some(timelines) = self.env.timelines.clone() else { return };
        let mut settings = self.env.rooms.settings(room);
        if let Poll::Ready(found) = settings.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            if matches!(found, Ok(Some(_))) {
                timelines.noted(room, noted);
            }
            return;
        }
        self.force(Cost::Miss, now);
        out.tell(To::Aside(Box::pin(async move {
            if matches!(settings.await, Ok(Some(_))) {
                timelines.noted(room, noted);
            }
            None
        })));
    }

    fn force(&mut self, cost: Cost, now: Moment) {
        self.purse.force(cost, payer(&self.env, &self.connection, now));
    }

    /// The sink accepts frames again, and a ping is pending.
    pub(super) fn ping(&mut self, now: Moment, out: &mut Outs) {
        let payload = self.connection.ping_payload();
        let at = At::new(self.connection.id(), &self.env, now);
        let aside = self.writer.ping(&payload.to_bytes(), at);
        out.told.extend(aside);
    }

    fn send(&mut self, message: &ServerToClient) {
        if let ServerToClient::Error(refusal) = message {
            Meters::refused(refusal.code);
        }
        self.put(Frame::Whole(unnumbered(message)));
    }

    fn put(&mut self, frame: Frame) {
        self.env.meters.sent.increment(1);
        self.writer.put(frame);
    }

    fn close_with(&mut self, code: Close, out: &mut Outs) {
        Meters::closed(code);
        let (number, reason) = (code.number(), code.as_str());
        tracing::debug!(socket = self.connection.id().0, user = ?self.connection.user(), code = number, reason, "socket closed");
        self.close(code.into(), out);
    }

    fn close(&mut self, frame: CloseFrame, out: &mut Outs) {
        let aside = self.writer.close(frame);
        out.told.extend(aside);
        self.detach(out);
    }

    fn detach(&self, out: &mut Outs) {
        out.told.extend(
            self.connection.user().map(|user| To::User(user.clone(), UserMessage::Detached(self.connection.id()))),
        );
    }

    fn welcome(&self, user_id: UserId) -> Welcome {
        let (limits, budget) = (&self.env.limits, &self.env.budget);
        Welcome {
            user_id,
            node_id: self.env.node.clone(),
            protocol: Cow::Borrowed(SUBPROTOCOL),
            ping_seconds: limits.ping_every.as_secs(),
            pong_within_seconds: limits.pong_within.as_secs(),
            heartbeat_seconds: limits.heartbeat_every.as_secs(),
            heartbeat_within_seconds: limits.heartbeat_within.as_secs(),
            resume_window_seconds: self.env.seat_window.as_secs(),
            limits: WelcomeLimits {
                message_bytes_max: limits.message_bytes_max,
                messages_per_second: budget.socket_per_second,
                burst: budget.socket_burst,
                chat_chars_max: CHAT_CHARS_MAX,
                candidate_bytes_max: CANDIDATE_BYTES_MAX,
                json_depth_max: JSON_DEPTH_MAX,
                in_flight_max: limits.in_flight_max,
                ack_every: limits.ack_every,
                media: self.env.has_media.then_some(MEDIA_LIMITS),
            },
            features: Cow::Borrowed(if self.env.has_media { &FEATURES } else { &FEATURES[..FEATURES.len() - 1] }),
        }
    }
}

/// Whether this demands signals from the client in return.
fn asks_for_an_answer(entry: &Entry) -> bool {
    match entry {
        Entry::Joined(_) => true,
        Entry::Message(message) => matches!(message.kind, Kind::Offer | Kind::Answer | Kind::Renegotiate),
        Entry::Left { .. } | Entry::Media(_) => false,
    }
}
