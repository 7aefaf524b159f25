//! Who may join, as the host has decided: learnt from the room's settings, never decided here.

use super::{
    Room,
    step::{SeatFact, Step},
};
use crate::protocol::{Code, LeaveReason, RoomId, UserId, server::Refusal};

impl Room {
    /// Whether this user may not come back.
    pub(super) fn bans(&self, user: &UserId) -> bool {
        self.settings.policy.as_ref().is_some_and(|policy| policy.bans(user))
    }

    /// Whether this user takes no new seat.
    fn locks_out(&self, user: &UserId) -> bool {
        self.settings.policy.as_ref().is_some_and(|policy| policy.locks_out(user))
    }

    /// How many seats there may be with one for this user; 0: only one that they have already.
    pub(super) fn max_for(&self, user: &UserId) -> u32 {
        if self.locks_out(user) { 0 } else { self.settings.participants_max }
    }

    /// Why the ledger had no seat for this user.
    pub(super) fn no_seat(&self, user: &UserId) -> Refusal {
        if self.locks_out(user) {
            let text = format!("Room {} is locked: its host lets nobody new in. Ask the host.", self.id);
            return Refusal::new(Code::RoomLocked, text);
        }
        let max = self.settings.participants_max;
        Refusal::new(Code::RoomFull, format!("Room {} already has {max} of {max} participants.", self.id))
    }

    /// Evicts banned members that have a seat: a ban may overtake a join that is under way.
    pub(super) fn evict_banned(&mut self, step: &mut Step<'_>) {
        let Some(policy) = &self.settings.policy else { return };
        if policy.banned.is_empty() {
            return;
        }
        let seats = (0..self.seats.len()).filter_map(|at| Some((self.user_at(at)?, self.seats[at].id.order)));
        let banned: Vec<_> = seats.filter(|(user, _)| policy.bans(user)).map(|(user, at)| (user.clone(), at)).collect();
        for (user, order) in banned {
            self.fact(SeatFact::Evicted(user, order, LeaveReason::Banned), step);
        }
    }
}

/// The refusal of a banned user.
pub(super) fn banned(room: RoomId) -> Refusal {
    Refusal::new(Code::Banned, format!("The host of room {room} has removed you, and you may not come back."))
}
