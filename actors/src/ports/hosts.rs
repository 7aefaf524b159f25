//! What a room's host has decided, and the port by which they decide from within a call.

use std::sync::Arc;

use super::{Identity, Later};
use crate::protocol::{Guests, Power, RoomId, UserId, hosted::RoomChanged, server::Refusal};

/// Who hosts a room, and who may join it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomPolicy {
    /// The host.
    pub host: UserId,
    /// Whether nobody new may join, but the host.
    pub locked: bool,
    /// Whether people without an account may join.
    pub guests: Guests,
    /// What the room is called; may be empty.
    pub name: Arc<str>,
    /// Who may not come back.
    pub banned: Box<[UserId]>,
}

impl RoomPolicy {
    /// Whether this user may not come back.
    #[must_use]
    pub fn bans(&self, user: &UserId) -> bool {
        self.banned.contains(user)
    }

    /// Whether this user takes no new seat; one that they still have they take again.
    #[must_use]
    pub fn locks_out(&self, user: &UserId) -> bool {
        self.locked && self.host != *user
    }

    /// What everybody may know of it.
    #[must_use]
    pub fn told(&self) -> RoomChanged {
        let Self { host, locked, guests, name, .. } = self;
        RoomChanged { host_id: host.clone(), locked: *locked, guests: *guests, name: Arc::clone(name) }
    }
}

/// What hosts do, wherever it takes effect. The same decides as for requests by HTTP.
pub trait Hosts: Send + Sync {
    /// Does what this client wants in this room, or says why not: `not_host`, `peer_not_found` … Bounded in time by the
    /// implementation. It may be repeated: what has been done already is done.
    fn act(&self, room: RoomId, by: &Identity, power: Power) -> Later<Result<(), Refusal>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_keeps_everybody_out_but_the_host() {
        let user = UserId::from_u128;
        let banned = Box::from([user(3)]);
        let mut policy = RoomPolicy { host: user(1), locked: true, guests: Guests::No, name: "".into(), banned };
        assert_eq!([1, 2].map(|number| policy.locks_out(&user(number))), [false, true]);
        assert_eq!([1, 3].map(|number| policy.bans(&user(number))), [false, true]);
        policy.locked = false;
        assert!(!policy.locks_out(&user(2)));
    }
}
