//! What a simulated node needs from outside: rooms that exist, tokens that name their user, no STUN.

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use actors::{
    ports::{IceServers, Identity, Later, RoomSettings, Rooms, TokenError, Unavailable, Verifier},
    protocol::{RoomId, RoomMode, UserId, server::IceServer},
};

/// For how long a seat is kept.
pub(crate) const WINDOW: Duration = Duration::from_secs(5);

/// The rooms that exist; they can be closed and opened again.
pub(crate) struct Book(Mutex<BTreeMap<RoomId, RoomSettings>>);

impl Book {
    /// These rooms, for so many participants.
    pub(crate) fn new(rooms: &[RoomId], participants_max: u32) -> Self {
        let settings = RoomSettings {
            participants_max,
            seat_window: WINDOW,
            mode: RoomMode::Mesh,
            active: true,
            policy: None,
            revision: 1,
        };
        Self(Mutex::new(rooms.iter().map(|room| (*room, settings.clone())).collect()))
    }

    /// Closes or opens a room; answers the revision of its settings then.
    pub(crate) fn set_active(&self, room: RoomId, active: bool) -> u64 {
        let mut rooms = self.0.lock().expect("no panic");
        let settings = rooms.get_mut(&room).expect("it exists");
        (settings.active, settings.revision) = (active, settings.revision + 1);
        settings.revision
    }
}

impl Rooms for Book {
    fn settings(&self, room: RoomId) -> Later<Result<Option<RoomSettings>, Unavailable>> {
        let settings = self.0.lock().expect("no panic").get(&room).cloned();
        Box::pin(async move { Ok(settings) })
    }
}

/// A token is its user's id.
pub(crate) struct Trusting;

impl Verifier for Trusting {
    fn verify(&self, token: &str) -> Result<Identity, TokenError> {
        let user: UserId = token.parse().map_err(|_| TokenError::Invalid("it is no user id".to_owned()))?;
        Ok(Identity {
            user: user.clone(),
            name: format!("user {user}").into(),
            expires: 99_999_999_999,
            issued_ms: 0,
            login: None,
            grants: None,
        })
    }
}

pub(crate) struct NoIce;

impl IceServers for NoIce {
    fn servers(&self, _: UserId) -> Vec<IceServer> {
        Vec::new()
    }
}
