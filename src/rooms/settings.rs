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
