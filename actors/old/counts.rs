//! The rules of a room and of a socket, each by itself, for `benches/counts` to count what one message costs in them.
//!
//! Only with the feature `counts`. The ledger, the actors and their mailboxes are left out: what the others would
//! say is said here.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    clock::Moment,
    ledger::{Joined, Push, Pushed, Sent},
    metrics::Mailboxes,
    ports::{Identity, RoomSettings},
    protocol::{
        ClientMessage, ClientToServer, Entry, Message, RoomId, SessionId, Signal, SignalKind, UserId,
        cluster::MessageKind, server::Mode,
    },
    room::{
        self, Joiner, RoomToSocket, Seat,
        rules::{Answered, Ask, Effect, Event, Room},
    },
    socket::{self, Credit, Intake, SocketId, rules},
};

const SETTINGS: RoomSettings =
    RoomSettings { participants_max: 4, seat_window: Duration::from_secs(5), mode: Mode::Mesh, active: true };
/// Messages do not come faster than a socket's budget grants them.
const PAUSE: Duration = Duration::from_millis(10);

/// A room of two, in which the elder has made an offer: candidates pass.
pub struct RoomAtWork {
    room: Room,
    now: Instant,
    sent: u64,
}

impl RoomAtWork {
    /// The room, its clock standing at `now`.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        let mut room = Room::new(id(), SETTINGS, room::Limits::default());
        for number in 1..=2 {
            let seated = Joined::Seated { rev: number, members: Vec::new(), pushes: Vec::new() };
            room.handle(Event::Answered(Answered::Join(joiner(number), Ok(seated))), now);
        }
        let mut work = Self { room, now, sent: 0 };
        work.signal(SignalKind::Offer, &Message { kind: MessageKind::Offer, data: "{}".into() });
        work
    }

    /// One candidate from the elder to the newer: judged, sent, delivered, accepted. Answers how many things the room
    /// wanted done: asking the ledger, and telling either socket.
    pub fn candidate(&mut self, message: &Message) -> usize {
        self.signal(SignalKind::IceCandidate, message)
    }

    fn signal(&mut self, kind: SignalKind, message: &Message) -> usize {
        self.sent += 1;
        let command = room::Command::Signal {
            from: seat(1),
            cid: self.sent,
            to: UserId::from_u128(2),
            kind,
            message: message.clone(),
        };
        let mut wanted = 0;
        for effect in self.room.handle(Event::Told(command), self.now) {
            wanted += 1;
            if let Effect::Ask(Ask::Send(sending, _, to, messages)) = effect {
                let entries = messages.into_iter().map(|message| Pushed::Entry(self.sent, Entry::Message(message)));
                let pushes = entries.map(|what| Push { room: id(), to: to.session, what }).collect();
                let answered = Answered::Send(sending, Ok(Sent::Appended(pushes)));
                wanted += self.room.handle(Event::Answered(answered), self.now).len();
            }
        }
        wanted
    }
}

/// A socket in a room, and the credits that its reader has.
pub struct SocketAtWork {
    session: rules::Session,
    now: Moment,
    intake: Arc<Intake>,
    said: u64,
}

impl SocketAtWork {
    /// The socket, its clock standing at `now`.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        let limits = socket::Limits::default();
        let session = rules::Session::new(SocketId(1), limits.into(), now);
        let intake = Arc::new(Intake::new(&limits, Mailboxes::default()));
        let mut work = Self { session, now: Moment { at: now, unix_ms: 0 }, intake, said: 0 };
        let identity = Identity { user: UserId::from_u128(1), name: "Ann".into(), expires: u64::MAX };
        work.happens(rules::Event::Verified(rules::Purpose::Hello(None), Ok(identity)));
        let session = SessionId::from_u128(1);
        work.happens(rules::Event::Found(rules::Search::Join(id(), None), Ok(Some(SETTINGS)), (session, 7)));
        work.hears(RoomToSocket::Joined { session, rev: 1, members: Vec::new(), mode: Mode::Mesh });
        work
    }

    /// One signal of the client, passed on to the room and accepted there. Answers how many things the socket wanted
    /// done: telling the room, measuring how long it took, now and then an `ack`. Nothing, where no credit is left.
    pub fn signal(&mut self, signal: &Signal) -> usize {
        let Some(credit) = Credit::take(&self.intake) else { return 0 };
        self.said += 1;
        self.now.at += PAUSE;
        let message = ClientMessage { cid: Some(self.said), body: ClientToServer::Signal(signal.clone()) };
        let told = self.happens(rules::Event::Told(socket::Command::Received(Ok(message), credit)));
        told + self.hears(RoomToSocket::Accepted(self.said))
    }

    fn hears(&mut self, what: RoomToSocket) -> usize {
        self.happens(rules::Event::Told(socket::Command::FromRoom(what)))
    }

    fn happens(&mut self, event: rules::Event) -> usize {
        self.session.handle(event, self.now).len()
    }
}

fn id() -> RoomId {
    RoomId::from_letters([1; 10])
}

fn seat(number: u64) -> Seat {
    Seat { session: SessionId::from_u128(number.into()), socket: SocketId(number) }
}

fn joiner(number: u64) -> Joiner {
    let Seat { session, socket } = seat(number);
    Joiner { user: UserId::from_u128(number.into()), name: "Ann".into(), session, secret: 7, socket, cid: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn what_is_counted_is_a_message_that_passes() {
        let message = Message { kind: MessageKind::IceCandidate, data: "{}".into() };
        let mut room = RoomAtWork::new(clock::now());
        let mut socket = SocketAtWork::new(clock::now());
        let signal = Signal::new(SignalKind::IceCandidate, UserId::from_u128(2), None);
        for said in 1..=1_000 {
            assert_eq!(room.candidate(&message), 3, "one question, one delivery, one acceptance");
            assert_eq!(
                socket.signal(&signal),
                2 + usize::from(said % 32 == 0),
                "to the room, settled, at times an ack"
            );
        }
    }
}
