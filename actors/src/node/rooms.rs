//! Commands to and queries about rooms, wherever their members are.

use std::time::Duration;

use super::NodeRef;
use crate::{
    ledger::{ClosedRoom, Notice},
    messages::{To, room},
    ports::{Noted, Unavailable},
    protocol::{
        AppMessage, LeaveReason, Member, RoomId, UserId,
        encode::{backend_data, deleted_data, mute_data, room_data, waiting_data},
        hosted::RoomChanged,
        media::TrackKind,
    },
};

/// How often a client is told to move, before the caller is told to try again.
const MOVE_TELLS: u32 = 6;
/// How often it is looked whether it has, before its node is told again: a notice may be lost.
const MOVE_LOOKS: u32 = 10;
const MOVE_LOOK_AFTER: Duration = Duration::from_millis(50);

impl NodeRef {
    /// A room's members on all nodes, in join order.
    ///
    /// # Errors
    /// [`Unavailable`] if the ledger does not answer in time.
    pub async fn members(&self, room: RoomId) -> Result<Vec<Member>, Unavailable> {
        self.directory.ledger().members(room).await.map_err(|_| Unavailable)
    }

    /// Rooms with a member whose socket is on a node, whichever, ordered, after this one, at most so many.
    ///
    /// # Errors
    /// [`Unavailable`] if the ledger does not answer in time.
    pub async fn occupied_rooms(&self, after: Option<RoomId>, max: usize) -> Result<Vec<RoomId>, Unavailable> {
        self.directory.ledger().occupied(after, max).await.map_err(|_| Unavailable)
    }

    /// Closes a room, as settings of this revision say ([`REMOVED`](crate::ports::REMOVED): it is gone): its members receive
    /// `room_closed` and are closed with 4404, on every node, and joins are refused. If it was opened again since, nothing changes.
    /// Idempotent.
    ///
    /// # Errors
    /// [`Unavailable`] if the ledger does not apply it in time: it is retried until it does.
    pub async fn close_room(&self, room: RoomId, revision: u64) -> Result<(), Unavailable> {
        let closed = self.directory.close_room(ClosedRoom { room, revision });
        let closed = tokio::time::timeout(self.directory.settings.room.hold_within, closed).await;
        closed.map_err(|_| Unavailable)?.map_err(|_| Unavailable)
    }

    /// Evicts a user from a room: their socket, on any node, is closed with 4403, as soon as the ledger answers.
    pub fn evict(&self, room: RoomId, user: UserId) {
        self.directory.tell(To::Room(room, room::Message::Evict(user, LeaveReason::Kicked)));
    }

    /// Moves a user to another room: their client, on whichever node, leaves this one and is told to join that one (`moved`). May be
    /// repeated.
    ///
    /// # Errors
    /// [`Unavailable`] if they may still be in the room after a while: their node, or the ledger, was not reached.
    pub async fn move_member(&self, user: UserId, from: RoomId, to: RoomId) -> Result<(), Unavailable> {
        for _ in 0..MOVE_TELLS {
            // One that could not be told at once is, once the ledger answers.
            let _ = self.directory.notify(Notice::Move { user: user.clone(), from, to }).await;
            for _ in 0..MOVE_LOOKS {
                if self.members(from).await.is_ok_and(|members| members.iter().all(|member| member.user != user)) {
                    return Ok(());
                }
                tokio::time::sleep(MOVE_LOOK_AFTER).await;
            }
        }
        Err(Unavailable)
    }

    /// The host has changed a room: the new settings apply to the next join, on every node.
    ///
    /// # Errors
    /// [`Unavailable`] if the nodes cannot be notified at once: they are as soon as the ledger answers.
    pub async fn settings_changed(&self, room: RoomId) -> Result<(), Unavailable> {
        self.directory.notify(Notice::SettingsChanged(room)).await
    }

    /// A stored message was deleted: every member receives `chat_deleted`, wherever they are, those who are disconnected with
    /// their resume. May be repeated.
    ///
    /// # Errors
    /// [`Unavailable`] if the ledger does not take it in time.
    pub async fn message_deleted(&self, room: RoomId, id: &str) -> Result<(), Unavailable> {
        self.directory.announce(room, deleted_data(id), None).await
    }

    /// The same as [`evict`](Self::evict), and the user is told that they may not come back. That they cannot is a matter of the
    /// room's settings.
    pub fn ban(&self, room: RoomId, user: UserId) {
        self.directory.tell(To::Room(room, room::Message::Evict(user, LeaveReason::Banned)));
    }

    /// Every member is told what everybody may know of the room now, and its timeline. May be repeated.
    ///
    /// # Errors
    /// [`Unavailable`] if the ledger does not take it in time.
    pub async fn room_changed(&self, room: RoomId, now: &RoomChanged) -> Result<(), Unavailable> {
        if self.directory.settings.room.notes {
            let RoomChanged { host_id, locked, guests, .. } = now.clone();
            self.directory.ports.history.noted(room, Noted::Changed { host: host_id, locked, guests });
        }
        self.directory.announce(room, room_data(now), None).await
    }

    /// Every member is told how many guests wait. May be repeated.
    ///
    /// # Errors
    /// [`Unavailable`] if the ledger does not take it in time.
    pub async fn guests_waiting(&self, room: RoomId, count: u32) -> Result<(), Unavailable> {
        self.directory.announce(room, waiting_data(count), None).await
    }

    /// The application's backend says something to a member, or to all of them, wherever they are; to those who are disconnected with
    /// their resume.
    ///
    /// # Errors
    /// [`Unavailable`] if the ledger does not take it in time: it may arrive all the same.
    pub async fn backend_says(&self, room: RoomId, message: &AppMessage) -> Result<(), Unavailable> {
        self.directory.announce(room, backend_data(message), message.to.clone()).await
    }

    /// A member is asked to switch something off, if they are there.
    ///
    /// # Errors
    /// [`Unavailable`] if the ledger does not take it in time.
    pub async fn request_mute(
        &self,
        room: RoomId,
        by: &UserId,
        (to, kind): (UserId, TrackKind),
    ) -> Result<(), Unavailable> {
        self.directory.announce(room, mute_data(by, kind), Some(to)).await
    }
}
