//! Who may join, as the host has decided: learnt from the room's settings, never decided here.

use super::{
    Room,
    asking::UNAVAILABLE,
    step::{SeatFact, Step},
};
use crate::{
    ledger::SeatsMax,
    protocol::{Code, LeaveReason, RoomId, RoomMode, UserId, server::Refusal},
    settings::RoomLimits,
};

/// What a client waits before it tries again to join a room whose media flows between the browsers until there is a media server.
const CROWDED_RETRY_MS: u64 = 2_000;

impl Room {
    /// Whether this user may not come back.
    pub(super) fn bans(&self, user: &UserId) -> bool {
        self.settings.policy.as_ref().is_some_and(|policy| policy.bans(user))
    }

    /// Whether this user takes no new seat.
    fn locks_out(&self, user: &UserId) -> bool {
        self.settings.policy.as_ref().is_some_and(|policy| policy.locks_out(user))
    }

    /// How many seats there may be with one for this user; 0: only one that they have already. Browsers that send to each other
    /// carry fewer: only the ledger knows for sure how media flows when it gives a seat.
    pub(super) fn max_for(&self, user: &UserId, limits: &RoomLimits) -> SeatsMax {
        if self.locks_out(user) {
            return SeatsMax::from(0);
        }
        let own = self.settings.participants_max;
        let mesh = own.min(limits.mesh_participants_max);
        let fallen = if limits.media_fallback_below > 0 { mesh.min(limits.media_fallback_below) } else { mesh };
        let is_fallen = self.media.as_ref().is_some_and(|media| media.is_fallen);
        match self.settings.mode {
            RoomMode::Mesh => own.into(),
            RoomMode::Sfu => SeatsMax { own, unplaced: own, mesh: fallen },
            RoomMode::Auto => SeatsMax { own, unplaced: mesh, mesh: if is_fallen { fallen } else { mesh } },
        }
    }

    /// Why there is no seat although the room has some left.
    pub(super) fn crowded(&self) -> Refusal {
        let text = format!(
            "{UNAVAILABLE}: until there is one again, media flows between the browsers of room {}, and more participants \
             would be too many for that.",
            self.id
        );
        Refusal::new(Code::MediaUnavailable, text).after_ms(CROWDED_RETRY_MS)
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
