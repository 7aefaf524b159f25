//! A user's turn: messages to their sockets.

use std::{sync::Arc, time::Instant};

use super::rules::User;
use crate::{
    clock::Moment,
    executor::{Next, Out, Turn},
    messages::{
        Key, To,
        socket::{FromUser, Message as SocketMessage},
        user::Message,
    },
    protocol::{Close, UserId},
    settings::UserLimits,
};

/// The state of a user's cell.
pub struct UserTurn {
    id: UserId,
    user: User,
    /// When the next tick is scheduled.
    woken_at: Option<Instant>,
}

impl UserTurn {
    /// A user without a socket.
    #[must_use]
    pub fn new(id: UserId, limits: Arc<UserLimits>) -> Self {
        Self { id, user: User::new(limits), woken_at: None }
    }
}

impl Turn for UserTurn {
    type Message = Message;
    type Out = To;

    fn turn(&mut self, message: Message, now: Moment, out: &mut Out<To, Message>) -> Next {
        #[cfg(feature = "fault-injection")]
        if message == Message::Fault {
            panic!("a fault was injected into this user");
        } else if let Message::FaultNewestSocket(again) = message {
            out.told.extend(self.user.newest().map(|socket| To::Socket(socket, SocketMessage::Fault(again))));
        }
        if message == Message::Tick {
            self.woken_at = self.woken_at.filter(|at| *at > now.at);
        }
        let told = self.user.handle(message, now);
        out.told.extend(told.into_iter().map(|(socket, what)| To::Socket(socket, SocketMessage::FromUser(what))));
        Next::Done
    }

    fn settle(&mut self, now: Moment, out: &mut Out<To, Message>) -> Next {
        if self.user.is_idle() {
            return Next::Stop;
        }
        self.user.shrink();
        if let Some(at) = self.user.wake_at(now).filter(|at| self.woken_at.is_none_or(|woken| *at < woken)) {
            self.woken_at = Some(at);
            out.tell(To::Wake(Key::User(self.id.clone()), at));
        }
        Next::Done
    }

    /// Detachments are bounded by attachments; a move or a revocation must not be lost.
    fn is_exempt(message: &Message) -> bool {
        match message {
            Message::Attached { .. } | Message::Refreshed { .. } => false,
            Message::Detached(_) | Message::Tick | Message::Move(..) | Message::Revoked(_) => true,
            #[cfg(feature = "fault-injection")]
            Message::Fault | Message::FaultNewestSocket(_) => true,
        }
    }

    /// Nobody would watch over the socket's token: it closes, to reconnect and resume later.
    fn refused(message: Message, out: &mut Vec<To>) {
        if let Message::Attached { socket, .. } | Message::Refreshed { socket, .. } = message {
            out.push(To::Socket(socket, SocketMessage::Close(Close::Overload)));
        }
    }

    /// A user waits for nothing.
    fn answer_lost() -> Message {
        Message::Tick
    }

    /// Starts again without sockets; each of them attaches again.
    fn failed(self: Box<Self>, out: &mut Vec<To>) -> Option<Box<Self>> {
        let Self { id, user, .. } = *self;
        let sockets = user.sockets();
        out.extend(sockets.map(|socket| To::Socket(socket, SocketMessage::FromUser(FromUser::Restarted))));
        Some(Box::new(Self { id, user: user.emptied(), woken_at: None }))
    }
}
