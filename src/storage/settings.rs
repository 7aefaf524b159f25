//! Room settings as the system asks for them when somebody joins.

use std::time::Duration;

use actors::{
    ports::{Later, RoomSettings, Unavailable},
    protocol::{RoomId, server},
};

use super::{Meeting, Mode, Rooms};

impl actors::ports::Rooms for Rooms {
    fn settings(&self, room: RoomId) -> Later<Result<Option<RoomSettings>, Unavailable>> {
        let rooms = self.clone();
        Box::pin(async move {
            match rooms.find(room).await {
                Ok(found) => Ok(found.as_ref().map(RoomSettings::from)),
                Err(why) => {
                    tracing::warn!(%room, %why, "a room's settings could not be looked up");
                    Err(Unavailable)
                }
            }
        })
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
        }
    }
}
