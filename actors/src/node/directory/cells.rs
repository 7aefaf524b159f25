//! Starts and ends the cells of rooms, sockets and users.

use std::{ops::RangeInclusive, sync::Arc};

use super::Directory;
use crate::{
    executor::{Posted, Run, System as _, finish, start},
    messages::{room as room_messages, socket as socket_messages, user as user_messages},
    ports::{Revocation, RevocationScope, RoomSettings},
    protocol::{LoginId, RoomId, SocketId, UserId, server::Mode},
    room::RoomTurn,
    socket::SocketTurn,
    user::UserTurn,
};

impl Directory {
    /// Opens a socket, on this thread.
    pub(in crate::node) fn open_socket(
        self: &Arc<Self>,
        id: SocketId,
        state: SocketTurn,
        credential: socket_messages::Credential,
    ) {
        let opened = socket_messages::Message::Opened(credential);
        let posted = self.sockets.post_or_insert(id, Box::new(state), opened, self.now().at);
        let mut run = self.buffers();
        run.posted::<SocketTurn>(id, posted);
        finish(self, run);
    }

    pub(super) fn open_room(
        self: &Arc<Self>,
        id: RoomId,
        settings: RoomSettings,
        message: room_messages::Message,
        run: &mut Run<Self>,
    ) {
        let now = self.now().at;
        let posted = self.rooms.post(id, message, now);
        let Posted::Absent(message) = posted else { return run.posted::<RoomTurn>(id, posted) };
        let settings = self.settings_now(id, settings);
        let made = start::<Self, RoomTurn>(self, id, || RoomTurn::new(id, settings, Arc::clone(&self.rooms_env), now));
        let posted = match made {
            Some(state) => self.rooms.post_or_insert(id, state, message, now),
            None => Posted::Absent(message),
        };
        run.posted::<RoomTurn>(id, posted);
    }

    /// Settings of a room that was not looked up: no join uses them.
    pub(super) const fn unknown_room(&self) -> RoomSettings {
        RoomSettings {
            participants_max: self.settings.room.participants_max,
            seat_window: self.settings.node.seat_window,
            mode: Mode::Mesh,
            active: true,
        }
    }

    pub(super) fn start_user(self: &Arc<Self>, id: UserId, message: user_messages::Message, run: &mut Run<Self>) {
        let now = self.now().at;
        let posted = match self.users.post(id, message, now) {
            Posted::Absent(message) => {
                let made = start::<Self, UserTurn>(self, id, || UserTurn::new(id, self.settings.user));
                let Some(state) = made else { return };
                self.users.post_or_insert(id, state, message, now)
            }
            posted @ (Posted::Queued | Posted::Claimed(..) | Posted::Full(_)) => posted,
        };
        run.posted::<UserTurn>(id, posted);
        // Its token may have been verified just before it was revoked.
        for revoked in self.revoked.within(revocations_of(id), now) {
            let message = user_messages::Message::Revoked(revoked.scope);
            run.posted::<UserTurn>(id, self.users.post(id, message, now));
        }
    }

    /// A worker has ended unexpectedly: its cell ends with it.
    pub(in crate::node) fn worker_died(self: &Arc<Self>, worker: ractor::ActorId) {
        if let Some(room) = self.rooms.of_worker(worker) {
            self.rooms.remove(&room);
        } else if let Some(socket) = self.sockets.of_worker(worker) {
            self.sockets.remove(&socket);
        } else if let Some(user) = self.users.of_worker(worker) {
            self.users.remove(&user);
        }
    }

    fn settings_now(&self, room: RoomId, settings: RoomSettings) -> RoomSettings {
        let is_closed = self.closed.contains(room, self.now().at);
        RoomSettings { active: settings.active && !is_closed, ..settings }
    }
}

/// Every possible revocation of this user's tokens.
const fn revocations_of(user: UserId) -> RangeInclusive<Revocation> {
    let (first, last) = (RevocationScope::AllBefore(0), RevocationScope::Session(LoginId::from_u128(u128::MAX)));
    Revocation { user, scope: first }..=Revocation { user, scope: last }
}
