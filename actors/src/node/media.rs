//! Media servers as this node hears them: keeps those alive in the ledger, and tells rooms here of lost ones, of draining ones, and of
//! the way back. Never waits for a room.
//!
//! The adapters tell a [`Listener`], on whatever thread; the actor looks each second at what they have told.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::{directory::Directory, servers::Look};
use crate::{
    ledger::HOST_LEASE,
    messages::{
        To,
        room::{MediaServersChange, Message},
        socket,
    },
    ports::{MediaEvent, MediaListener, Placement},
    protocol::{RoomId, media::Host},
    room::host,
};

/// How often the actor looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Rooms that are told in one look that there is a media server again: all at once would fill it at once.
const BACK_AT_ONCE: usize = 20;

/// The actor.
pub(super) struct MediaActor;

/// A message to the actor.
pub(super) enum Command {
    /// It is time to look.
    Look,
    #[cfg(feature = "fault-injection")]
    Fault,
}

/// The actor's state. What it knows of servers is the node's: it survives the actor.
pub(super) struct Looking {
    directory: Arc<Directory>,
    /// The last room that was told of the way back.
    told: Option<RoomId>,
    /// When a media server was last heard, or this actor was started.
    heard_at: Instant,
}

impl Actor for MediaActor {
    type Msg = Command;
    type State = Looking;
    type Arguments = Arc<Directory>;

    async fn pre_start(&self, me: ActorRef<Command>, directory: Arc<Directory>) -> Result<Looking, ActorProcessingErr> {
        if directory.ports.media.configured() {
            me.send_after(LOOK_EVERY, || Command::Look);
        }
        let heard_at = directory.now().at;
        Ok(Looking { directory, told: None, heard_at })
    }

    async fn handle(
        &self,
        me: ActorRef<Command>,
        command: Command,
        looking: &mut Looking,
    ) -> Result<(), ActorProcessingErr> {
        match command {
            Command::Look => {
                looking.look().await;
                me.send_after(LOOK_EVERY, || Command::Look);
            }
            #[cfg(feature = "fault-injection")]
            Command::Fault => panic!("a fault was injected into the keeper of media servers"),
        }
        Ok(())
    }
}

impl Looking {
    async fn look(&mut self) {
        let directory = &self.directory;
        let now = directory.now().at;
        let Look { alive, lost, draining, is_back } =
            directory.media_servers.look(now, directory.settings.room.media_recover_after);
        self.heard_at = if alive.is_empty() { self.heard_at } else { now };
        self.tell_sockets(now.saturating_duration_since(self.heard_at) >= HOST_LEASE).await;
        let directory = &self.directory;
        let changes = lost.into_iter().map(MediaServersChange::Lost);
        for change in changes.chain(draining.into_iter().map(MediaServersChange::Draining)) {
            directory.tell_rooms(|| Message::MediaServers(Box::new(change.clone()))).await;
        }
        if is_back {
            self.tell_way_back();
        }
        self.keep(alive).await;
    }

    /// Clients are notified of a change.
    async fn tell_sockets(&self, lacks_media: bool) {
        if self.directory.lacks_media.swap(lacks_media, Ordering::AcqRel) != lacks_media {
            tracing::warn!(lacks_media, "whether a media server is heard has changed");
            self.directory.tell_sockets(|| socket::Message::NoMedia(lacks_media)).await;
        }
    }

    /// Some rooms whose media has fallen back to the browsers are told, one after the other.
    fn tell_way_back(&mut self) {
        let directory = &self.directory;
        let fallen = directory.fallen_rooms(self.told, BACK_AT_ONCE);
        self.told = fallen.last().copied();
        let back = || Message::MediaServers(Box::new(MediaServersChange::Back));
        directory.deliver(fallen.into_iter().map(|room| To::Room(room, back())));
    }

    /// The ledger keeps rooms at servers that are heard. What it misses now it is told with the next look.
    async fn keep(&self, alive: Vec<(Host, bool)>) {
        let directory = &self.directory;
        let told = alive
            .iter()
            .map(|(host, is_draining)| directory.ledger().hears(&directory.id, host, HOST_LEASE, *is_draining));
        let told = futures_util::future::join_all(told);
        match tokio::time::timeout(LOOK_EVERY, told).await {
            Ok(answers) if answers.iter().all(Result::is_ok) => {}
            Ok(_) | Err(_) => tracing::debug!("the ledger has not taken which media servers are heard"),
        }
    }
}

/// Where adapters tell what they hear.
pub(super) struct Listener(pub(super) Arc<Directory>);

impl MediaListener for Listener {
    fn heard(&self, at: &Placement, draining: bool) {
        let Self(directory) = self;
        directory.media_servers.heard(host(at.clone()), draining, directory.now().at);
    }

    fn lost(&self, at: &Placement) {
        let Self(directory) = self;
        directory.media_servers.lost(&host(at.clone()), directory.now().at);
    }

    fn happened(&self, at: &Placement, room: RoomId, event: MediaEvent) {
        let Self(directory) = self;
        directory.tell(To::Room(room, Message::MediaHappened(Box::new((host(at.clone()), event)))));
    }
}
