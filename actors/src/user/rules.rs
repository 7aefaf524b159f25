//! A user's decisions: which sockets are kept, warned or closed. Pure.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use smallvec::SmallVec;

use crate::{
    clock::Moment,
    messages::{
        socket::FromUser,
        user::{Message, TokenLife},
    },
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

/// A socket's token. Small, for there is one for each idle connection.
#[derive(Debug, Clone, Copy)]
struct Token {
    /// When it expires, in seconds since the Unix epoch: until the year 2106.
    expires: u32,
    /// How many seconds before that its socket is warned; 0 once it was.
    lead: u32,
}

/// The part of a token's life before whose end its socket is warned, if that is less than the configured time: tokens of a
/// short life would otherwise be renewed as soon as they are issued.
const LEAD_SHARE: u64 = 5;

impl Token {
    fn new(life: TokenLife, limits: &UserLimits) -> Self {
        let share = life.expires.saturating_sub(life.issued) / LEAD_SHARE;
        let lead = share.clamp(1, limits.expiring_before.as_secs().max(1));
        let seconds = |seconds: u64| u32::try_from(seconds).unwrap_or(u32::MAX);
        Self { expires: seconds(life.expires), lead: seconds(lead) }
    }

    /// Seconds until it expires.
    fn left(self, unix_ms: u64) -> u64 {
        u64::from(self.expires).saturating_sub(unix_ms / 1_000)
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
            let at = u64::from(token.expires.saturating_sub(token.lead)) * 1_000;
            at.saturating_sub(now.unix_ms)
        });
        now.at.checked_add(Duration::from_millis(next.min()?.min(MILLIS_MAX)))
    }

    /// Decides.
    pub(crate) fn handle(&mut self, command: Message, now: Moment) -> Vec<Effect> {
        match command {
            Message::Attached { socket, token } => self.attached(socket, token),
            Message::Refreshed { socket, token: life } => {
                if let Some((_, token)) = self.sockets.iter_mut().find(|(theirs, _)| *theirs == socket) {
                    *token = Token::new(life, &self.limits);
                }
                Vec::new()
            }
            Message::Detached(socket) => {
                self.sockets.retain(|(theirs, _)| *theirs != socket);
                Vec::new()
            }
            Message::Tick => self.tick(now.unix_ms),
            Message::Move(from, to) => self.sockets().map(|socket| (socket, FromUser::Move(from, to))).collect(),
            Message::Revoked(scope) => self.sockets().map(|socket| (socket, FromUser::Revoked(scope))).collect(),
            #[cfg(feature = "fault-injection")]
            Message::Fault | Message::FaultNewestSocket(_) => Vec::new(),
        }
    }

    fn attached(&mut self, socket: SocketId, life: TokenLife) -> Vec<Effect> {
        let token = Token::new(life, &self.limits);
        match self.sockets.binary_search_by_key(&socket, |(theirs, _)| *theirs) {
            Ok(known) => self.sockets[known].1 = token,
            Err(place) => self.sockets.insert(place, (socket, token)),
        }
        let too_many = self.sockets.len().saturating_sub(self.limits.sockets_max.max(1));
        self.sockets.drain(..too_many).map(|(oldest, _)| (oldest, FromUser::Close(Close::Replaced))).collect()
    }

    fn tick(&mut self, unix_ms: u64) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.sockets.retain_mut(|(socket, token)| {
            let left = token.left(unix_ms);
            if left == 0 {
                effects.push((*socket, FromUser::Close(Close::Token)));
                return false;
            }
            if left <= u64::from(token.lead) {
                token.lead = 0;
                effects.push((*socket, FromUser::Expiring(left)));
            }
            true
        });
        effects
    }
}

/// A day: later than any timer needs, and early enough never to overflow one.
const MILLIS_MAX: u64 = 86_400_000;
