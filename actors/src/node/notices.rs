//! Notices to the other nodes (moves, revocations, changed settings, closed rooms), and their effects on each node.
//!
//! A notice is retried until the ledger accepts it, even if the caller gives up: it takes effect twice at most, and is
//! idempotent.

use std::{sync::Arc, time::Duration};

use tokio::sync::oneshot;

use super::{directory::Directory, media::lost_elsewhere};
use crate::{
    ledger::{At, ClosedRoom, Failure, Notice, Recipient},
    messages::{To, room, user},
    ports::{Revocation, Unavailable},
    protocol::{LeaveReason, Message, RoomId, UserId},
};

/// How long an announcement is tried: longer than an epoch settles.
const ANNOUNCED_WITHIN: Duration = Duration::from_secs(5);
/// The longest wait before a notice is sent again.
const RETRY_MAX: Duration = Duration::from_millis(500);

impl Directory {
    /// Sends a notice to all nodes, this one included.
    ///
    /// # Errors
    /// [`Unavailable`] if the ledger does not accept it at once: it is retried until it does, or the node drains.
    pub(super) async fn notify(self: &Arc<Self>, notice: Notice) -> Result<(), Unavailable> {
        let (tell, told) = oneshot::channel();
        let directory = Arc::clone(self);
        self.tasks.spawn_on(async move { directory.repeat(notice, tell).await }, self.runtime());
        told.await.unwrap_or(Err(Unavailable))
    }

    /// Retries a notice; tells the first outcome.
    async fn repeat(&self, notice: Notice, tell: oneshot::Sender<Result<(), Unavailable>>) {
        let mut tell = Some(tell);
        loop {
            let outcome = self.ledger().notify(Recipient::All, notice.clone()).await;
            if let Some(tell) = tell.take() {
                let _ = tell.send(outcome.map_err(|_| Unavailable)); // the caller may have given up
            }
            let wait = match outcome {
                Ok(()) => return,
                Err(Failure::NotApplied { wait } | Failure::Unknown { wait }) => wait,
                Err(Failure::Epoch(_)) => RETRY_MAX,
            };
            if self.is_draining() {
                tracing::warn!(?notice, "the node drains before the ledger accepted a notice: other nodes miss it");
                return;
            }
            tokio::time::sleep(wait.clamp(Duration::from_millis(10), RETRY_MAX)).await;
        }
    }

    /// Appends a message to the inbox of every member of a room, or of this one, wherever they are.
    ///
    /// # Errors
    /// [`Unavailable`] if the ledger does not take it within [`ANNOUNCED_WITHIN`].
    pub(super) async fn announce(
        self: &Arc<Self>,
        room: RoomId,
        message: Message,
        to: Option<UserId>,
    ) -> Result<(), Unavailable> {
        let directory = Arc::clone(self);
        let announcing = async move {
            loop {
                let at = At { room, node: &directory.id, epoch: 0 };
                let wait = match directory.ledger().announce(at, message.clone(), to.clone()).await {
                    Ok(pushes) => return directory.tell_pushes(pushes),
                    Err(Failure::NotApplied { wait } | Failure::Unknown { wait }) => wait,
                    Err(Failure::Epoch(_)) => Duration::ZERO,
                };
                tokio::time::sleep(wait.clamp(Duration::from_millis(10), RETRY_MAX)).await;
            }
        };
        // A task of its own: what was appended is delivered although the caller gives up.
        let bounded = tokio::time::timeout(ANNOUNCED_WITHIN, announcing);
        let announced = self.tasks.spawn_on(bounded, self.runtime());
        announced.await.map_err(|_| Unavailable)?.map_err(|_| Unavailable)
    }

    /// Applies a notice on this node.
    pub(super) fn noticed(self: &Arc<Self>, notice: Notice) {
        match notice {
            Notice::Move { user, from, to } => self.tell(To::User(user, user::Message::Move(from, to))),
            Notice::Revoked(revocation) => self.revoke(revocation),
            Notice::RoomClosed(closed) => self.was_closed(closed),
            Notice::SettingsChanged(id) => self.look_up_again(id),
            Notice::MediaServerLost(host) => lost_elsewhere(self, host),
        }
    }

    /// Revokes tokens on this node: new ones first, then those of open sockets.
    pub(super) fn revoke(self: &Arc<Self>, revocation: Revocation) {
        self.ports.revocations.revoked(&revocation);
        self.note_revoked(revocation.clone());
        self.tell(To::User(revocation.user, user::Message::Revoked(revocation.scope)));
    }

    /// Closes a room: the ledger is told until it knows it, then the other nodes. Answers when the ledger knows it.
    pub(super) fn close_room(self: &Arc<Self>, closed: ClosedRoom) -> oneshot::Receiver<()> {
        self.note_closing(closed);
        let (tell, told) = oneshot::channel();
        let directory = Arc::clone(self);
        self.tasks.spawn_on(
            async move {
                let (settle, settled) = oneshot::channel();
                let (id, close) = (closed.room, room::Message::Close(LeaveReason::Closed, closed.revision));
                directory.deliver([To::Room(id, close), To::Room(id, room::Message::Drain(settle))]);
                let _ = settled.await; // a room that has ended has told the ledger
                let _ = tell.send(()); // the caller may have given up
                directory.note_closed(closed);
                let _retried = directory.notify(Notice::RoomClosed(closed)).await;
            },
            self.runtime(),
        );
        told
    }

    /// Closes a room here that a node has closed. The notice may be late: if newer settings have opened the room again, members
    /// that joined under them stay.
    fn was_closed(self: &Arc<Self>, closed: ClosedRoom) {
        self.ports.rooms.changed(closed.room);
        self.note_closed(closed);
        self.tell(To::Room(closed.room, room::Message::Closed(closed.revision)));
    }

    fn look_up_again(self: &Arc<Self>, id: RoomId) {
        self.ports.rooms.changed(id);
        let (settings, directory) = (self.ports.rooms.settings(id), Arc::clone(self));
        self.tell(To::Aside(Box::pin(async move {
            match settings.await {
                Ok(Some(settings)) => {
                    directory.note_changed(id, &settings);
                    Some(To::Room(id, room::Message::SettingsChanged(settings)))
                }
                Ok(None) => None,
                Err(why) => {
                    tracing::warn!(room = %id, %why, "a room's new settings could not be looked up: they hold from its next opening");
                    None
                }
            }
        })));
    }
}
