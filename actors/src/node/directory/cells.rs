//! Starts and ends the cells of rooms, sockets and users.

use std::{
    ops::RangeInclusive,
    sync::{Arc, atomic::Ordering},
};

use super::Directory;
use crate::{
    executor::{Posted, Run, System as _, finish, start, worker_died},
    messages::{Key, room as room_messages, socket as socket_messages, user as user_messages},
    ports::{Revocation, RevocationScope, RoomSettings},
    protocol::{LoginId, RoomId, RoomMode, SocketId, UserId},
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
        let lacks_media = self.lacks_media.load(Ordering::Acquire).then(|| socket_messages::Message::NoMedia(true));
        let lacks_history =
            self.lacks_history.load(Ordering::Acquire).then(|| socket_messages::Message::NoHistory(true));
        for lacks in lacks_media.into_iter().chain(lacks_history) {
            let posted = self.sockets.post(&id, lacks, self.now().at);
            run.posted(id, posted);
        }
        finish(self, run);
    }

    pub(super) fn open_room(
        self: &Arc<Self>,
        id: RoomId,
        settings: RoomSettings,
        message: room_messages::Message,
        run: &mut Run<Self>,
    ) {
        let (now, settings) = (self.now().at, self.settings_now(id, settings));
        let is_known = settings.revision > 0;
        let message =
            if is_known { room_messages::Message::Read(Box::new((settings.clone(), message))) } else { message };
        let posted = self.rooms.post(&id, message, now);
        let Posted::Absent(message) = posted else { return run.posted::<RoomTurn>(id, posted) };
        let made = start::<Self, RoomTurn>(self, &id, || RoomTurn::new(id, settings, Arc::clone(&self.rooms_env)));
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
            mode: RoomMode::Mesh,
            active: true,
            policy: None,
            revision: 0,
        }
    }

    pub(super) fn start_user(self: &Arc<Self>, id: UserId, message: user_messages::Message, run: &mut Run<Self>) {
        let now = self.now().at;
        let posted = match self.users.post(&id, message, now) {
            Posted::Absent(message) => {
                let limits = Arc::clone(&self.users_limits);
                let made = start::<Self, UserTurn>(self, &id, || UserTurn::new(id.clone(), limits));
                let Some(state) = made else { return };
                self.users.post_or_insert(id.clone(), state, message, now)
            }
            posted @ (Posted::Queued | Posted::Claimed(..) | Posted::Full(_)) => posted,
        };
        run.posted::<UserTurn>(id.clone(), posted);
        // Its token may have been verified just before it was revoked.
        for revoked in self.revoked.within(revocations_of(&id), now) {
            let message = user_messages::Message::Revoked(revoked.scope);
            run.posted::<UserTurn>(id.clone(), self.users.post(&id, message, now));
        }
    }

    /// A worker has died: its cell restarts as after a panic. In a task, so that the supervisor runs no cell.
    pub(in crate::node) fn worker_died(self: &Arc<Self>, worker: ractor::ActorId) {
        let directory = Arc::clone(self);
        self.tasks.spawn(async move {
            let _was_a_cells = worker_died::<Self, RoomTurn>(&directory, worker)
                || worker_died::<Self, SocketTurn>(&directory, worker)
                || worker_died::<Self, UserTurn>(&directory, worker);
        });
    }

    /// A cell has ended without a word: everybody is told, for nobody knows whom it concerns. Another cell finds out which seats
    /// of a room have nobody.
    pub(super) fn lost(self: &Arc<Self>, key: Key, run: &mut Run<Self>) {
        if let Key::Room(id) = key {
            self.open_room(id, self.unknown_room(), room_messages::Message::Emptied, run);
        }
        let directory = Arc::clone(self);
        let telling = async move {
            match key {
                Key::Room(_) | Key::User(_) => {
                    directory.tell_sockets(|| socket_messages::Message::Lost(key.clone())).await;
                }
                Key::Socket(id) => {
                    directory.tell_rooms(|| room_messages::Message::SocketLost(id)).await;
                    directory.tell_users(|| user_messages::Message::Detached(id)).await;
                }
            }
        };
        self.tasks.spawn_on(telling, &self.runtime);
    }

    fn settings_now(&self, room: RoomId, settings: RoomSettings) -> RoomSettings {
        let is_closed = self.closed.is_closed(room, settings.revision, self.now().at);
        RoomSettings { active: settings.active && !is_closed, ..settings }
    }
}

/// Every possible revocation of this user's tokens.
fn revocations_of(user: &UserId) -> RangeInclusive<Revocation> {
    let (first, last) = (RevocationScope::AllBefore(0), RevocationScope::Session(LoginId::from_u128(u128::MAX)));
    Revocation { user: user.clone(), scope: first }..=Revocation { user: user.clone(), scope: last }
}
