//! A room that rests: the same facts in as few bytes as they take, for a dense node holds many of them.

use super::*;

/// What is left of a room at rest.
#[derive(Debug)]
pub(crate) struct RoomAtRest {
    id: RoomId,
    settings: RoomSettings,
    roster: Box<[(UserId, Place)]>,
    local: Box<[(SessionId, Local)]>,
    described: Box<[(SessionId, SessionId)]>,
}

impl RoomAtRest {
    /// What the database said of the room last.
    pub(crate) const fn settings(&self) -> RoomSettings {
        self.settings
    }

    /// The room as it was.
    pub(crate) fn wake(self, limits: Limits) -> Room {
        Room {
            id: self.id,
            settings: self.settings,
            roster: self.roster.into_iter().collect(),
            local: self.local.into_iter().collect(),
            candidates: Candidates::of(self.described, limits),
        }
    }
}

impl Room {
    /// Whether nothing waits for its time.
    pub(crate) fn may_rest(&self) -> bool {
        self.wake_at().is_none()
    }

    /// Lays the room to rest; what waits, if anything does, is given up.
    pub(crate) fn rest(self) -> RoomAtRest {
        RoomAtRest {
            id: self.id,
            settings: self.settings,
            roster: self.roster.into_iter().collect(),
            local: self.local.into_iter().collect(),
            described: self.candidates.into_described(),
        }
    }
}
