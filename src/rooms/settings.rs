//! Room settings as the actors look them up on a join.

use std::time::Duration;

use actors::{
    ports::{Later, RoomSettings, Unavailable},
    protocol::{RoomId, server},
};

use super::Rooms;
use crate::storage::{Meeting, Mode};

impl actors::ports::Rooms for Rooms {
    fn settings(&self, room: RoomId) -> Later<Result<Option<RoomSettings>, Unavailable>> {
        let rooms = self.clone();
        Box::pin(async move {
            match rooms.find(room).await {
                Ok(found) => Ok(found.as_ref().map(RoomSettings::from)),
                Err(why) => {
                    tracing::warn!(%room, %why, "cannot look up a room's settings");
                    Err(Unavailable)
                }
            }
        })
    }

    fn changed(&self, room: RoomId) {
        self.cache.changed(room);
    }
}

impl From<&Meeting> for RoomSettings {
    fn from(meeting: &Meeting) -> Self {
        Self {
            participants_max: meeting.max_participants,
            seat_window: Duration::from_secs(u64::from(meeting.seat_window_seconds)),
            mode: match meeting.mode {
                Mode::Mesh => server::Mode::Mesh,
                Mode::Sfu => server::Mode::Sfu,
            },
            active: meeting.active,
            revision: meeting.revision,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rooms_settings_carry_the_revision_of_the_table() {
        let meeting = Meeting {
            room_id: crate::storage::RoomId::random(),
            host_id: uuid::Uuid::nil().into(),
            active: false,
            max_participants: 9,
            seat_window_seconds: 7,
            mode: Mode::Sfu,
            revision: 3,
            created_at: jiff::Timestamp::UNIX_EPOCH,
            name: String::new(),
            guests: crate::storage::Guests::No,
        };
        let expected = RoomSettings {
            participants_max: 9,
            seat_window: Duration::from_secs(7),
            mode: server::Mode::Sfu,
            active: false,
            revision: 3,
        };
        assert_eq!(RoomSettings::from(&meeting), expected);
    }
}
