//! A user's decisions: which sockets are kept, warned or closed. Pure.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use smallvec::SmallVec;

use crate::{
    clock::Moment,
    messages::{socket::FromUser, user::Message},
    protocol::{Close, SocketId},
    settings::UserLimits,
};

/// One user's sockets on this node, oldest first.
#[derive(Debug)]
pub(crate) struct User {
    limits: Arc<UserLimits>,
    /// In the order of their numbers; usually one.
    sockets: SmallVec<[(SocketId, Token); 1]>,
}

/// When a token expires, in seconds since the Unix epoch; the highest bit is set once its socket was warned.
#[derive(Debug, Clone, Copy)]
struct Token(u64);

const WARNED: u64 = 1 << 63;

impl Token {
    const fn new(expires: u64) -> Self {
        Self(if expires < WARNED { expires } else { WARNED - 1 })
    }

    const fn expires(self) -> u64 {
        self.0 & !WARNED
    }

    const fn is_warned(self) -> bool {
        self.0 & WARNED != 0
    }
}

/// A message to a socket.
pub(crate) type Effect = (SocketId, FromUser);

impl User {
    pub(crate) fn new(limits: Arc<UserLimits>) -> Self {
        Self { limits, sockets: SmallVec::new() }
    }

    /// Whether no socket is left.
    pub(crate) fn is_idle(&self) -> bool {
        self.sockets.is_empty()
    }

    /// Their sockets, oldest first.
    pub(crate) fn sockets(&self) -> impl Iterator<Item = SocketId> {
        self.sockets.iter().map(|(socket, _)| *socket)
    }

    /// The socket that was attached last.
    #[cfg(feature = "fault-injection")]
    pub(crate) fn newest(&self) -> Option<SocketId> {
        self.sockets().last()
    }

    /// The same user without sockets.
    pub(crate) fn emptied(&self) -> Self {
        Self::new(Arc::clone(&self.limits))
    }

    /// Releases memory that an idle user does not need.
    pub(crate) fn shrink(&mut self) {
        self.sockets.shrink_to_fit();
    }

    /// When the next [`Message::Tick`] is due.
    pub(crate) fn wake_at(&self, now: Moment) -> Option<Instant> {
        let next = self.sockets.iter().map(|(_, token)| {
            let before = if token.is_warned() { 0 } else { self.limits.expiring_before.as_millis() };
            let at = u128::from(token.expires()).saturating_mul(1_000).saturating_sub(before);
            at.saturating_sub(u128::from(now.unix_ms))
        });
        let millis = u64::try_from(next.min()?).unwrap_or(u64::MAX);
        now.at.checked_add(Duration::from_millis(millis.min(MILLIS_MAX)))
    }

    /// Decides.
    pub(crate) fn handle(&mut self, command: Message, now: Moment) -> Vec<Effect> {
        match command {
            Message::Attached { socket, expires } => self.attached(socket, expires),
            Message::Refreshed { socket, expires } => {
                if let Some((_, token)) = self.sockets.iter_mut().find(|(theirs, _)| *theirs == socket) {
                    *token = Token::new(expires);
                }
                Vec::new()
            }
            Message::Detached(socket) => {
                self.sockets.retain(|(theirs, _)| *theirs != socket);
                Vec::new()
            }
            Message::Tick => self.tick(now.unix_ms),
            Message::Kick(code) => {
                let all = std::mem::take(&mut self.sockets);
                all.into_iter().map(|(socket, _)| (socket, FromUser::Close(code))).collect()
            }
            Message::Revoked(scope) => self.sockets().map(|socket| (socket, FromUser::Revoked(scope))).collect(),
            #[cfg(feature = "fault-injection")]
            Message::Fault | Message::FaultNewestSocket => Vec::new(),
        }
    }

    fn attached(&mut self, socket: SocketId, expires: u64) -> Vec<Effect> {
        let token = Token::new(expires);
        match self.sockets.binary_search_by_key(&socket, |(theirs, _)| *theirs) {
            Ok(known) => self.sockets[known].1 = token,
            Err(place) => self.sockets.insert(place, (socket, token)),
        }
        let too_many = self.sockets.len().saturating_sub(self.limits.sockets_max.max(1));
        self.sockets.drain(..too_many).map(|(oldest, _)| (oldest, FromUser::Close(Close::Replaced))).collect()
    }

    fn tick(&mut self, unix_ms: u64) -> Vec<Effect> {
        let mut effects = Vec::new();
        let before = self.limits.expiring_before.as_secs();
        self.sockets.retain_mut(|(socket, token)| {
            let left = token.expires().saturating_sub(unix_ms / 1_000);
            if left == 0 {
                effects.push((*socket, FromUser::Close(Close::Token)));
                return false;
            }
            if left <= before && !token.is_warned() {
                token.0 |= WARNED;
                effects.push((*socket, FromUser::Expiring(left)));
            }
            true
        });
        effects
    }
}

/// A day: later than any timer needs, and early enough never to overflow one.
const MILLIS_MAX: u64 = 86_400_000;
