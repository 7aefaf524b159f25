//! Room settings as the actors look them up on a join.

use std::{sync::Arc, time::Duration};

use actors::{
    ports::{Later, RoomPolicy, RoomSettings, Unavailable},
    protocol::{self, RoomId, RoomMode},
};

use super::Rooms;
use crate::storage::{Guests, Meeting, Mode};

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
                Mode::Mesh => RoomMode::Mesh,
                Mode::Sfu => RoomMode::Sfu,
                Mode::Auto => RoomMode::Auto,
            },
            active: meeting.active,
            policy: Some(Arc::new(RoomPolicy::from(meeting))),
            revision: meeting.revision,
        }
    }
}

impl From<&Meeting> for RoomPolicy {
    fn from(meeting: &Meeting) -> Self {
        Self {
            host: meeting.host_id.clone(),
            locked: meeting.locked,
            guests: meeting.guests.into(),
            name: meeting.name.as_str().into(),
            banned: meeting.bans.iter().map(|ban| ban.user.clone()).collect(),
        }
    }
}

impl From<Guests> for protocol::Guests {
    fn from(guests: Guests) -> Self {
        match guests {
            Guests::Yes => Self::Yes,
            Guests::Ask => Self::Ask,
            Guests::No => Self::No,
        }
    }
}

impl From<protocol::Guests> for Guests {
    fn from(guests: protocol::Guests) -> Self {
        match guests {
            protocol::Guests::Yes => Self::Yes,
            protocol::Guests::Ask => Self::Ask,
            protocol::Guests::No => Self::No,
        }
    }
}

#[cfg(test)]
mod tests {
    use actors::protocol::UserId;

    use super::*;

    #[test]
    fn a_rooms_settings_carry_the_revision_of_the_table() {
        let meeting = Meeting {
            room_id: crate::storage::RoomId::random(),
            host_id: uuid::Uuid::nil().into(),
            active: false,
            max_participants: 9,
            seat_window_seconds: 7,
            mode: Mode::Auto,
            revision: 3,
            created_at: jiff::Timestamp::UNIX_EPOCH,
            name: "Weekly".to_owned(),
            guests: Guests::Ask,
            locked: true,
            bans: vec![crate::storage::Ban {
                user: UserId::from_u128(7),
                name: String::new(),
                at: jiff::Timestamp::UNIX_EPOCH,
            }],
        };
        let expected = RoomSettings {
            participants_max: 9,
            seat_window: Duration::from_secs(7),
            mode: RoomMode::Auto,
            active: false,
            policy: Some(Arc::new(RoomPolicy {
                host: UserId::from_u128(0),
                locked: true,
                guests: protocol::Guests::Ask,
                name: "Weekly".into(),
                banned: Box::from([UserId::from_u128(7)]),
            })),
            revision: 3,
        };
        assert_eq!(RoomSettings::from(&meeting), expected);
    }
}
