//! Media servers as this node sees them: confirms live ones in the ledger, and tells rooms here of servers that are lost, drain or
//! have recovered. Never waits for a room.
//!
//! The adapters notify a [`Listener`], on any thread; the actor processes their notifications each second.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::{
    comparison::{Comparison, Found},
    directory::Directory,
    rounds::Rounds,
    servers::{LOST_LEASE, Look},
};
use crate::{
    ledger::{HOST_LEASE, Notice, Recipient},
    messages::{
        To,
        room::{MediaServersChange, Message, Whereabouts},
        socket,
    },
    metrics,
    ports::{Later, MediaEvent, MediaListener, Placement},
    protocol::{RoomId, media::Host},
    room::{host, placement},
};

/// How often the actor looks whether rooms must leave a server.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How often it tells the ledger which servers are heard, and does what has more time.
const KEEP_EVERY: Duration = Duration::from_secs(1);

/// How often a room that found no other server is told again that its own drains.
const ASKED_TO_LEAVE_EVERY: Duration = Duration::from_secs(5);

/// The actor.
pub(super) struct MediaActor;

/// A message to the actor.
pub(super) enum Command {
    /// It is time to look.
    Look,
    /// These rooms are on a media server.
    Listed(Host, Vec<RoomId>),
    #[cfg(feature = "fault-injection")]
    Fault,
}

/// The actor's state. What it knows of servers is the node's: it survives the actor.
pub(super) struct Looking {
    directory: Arc<Directory>,
    /// Rooms that are told of the way back.
    back: Rounds,
    /// Rooms that are told that their server drains.
    draining: Rounds,
    /// When a media server was last heard, or this actor was started.
    heard_at: Instant,
    /// When the ledger is told next.
    keep_at: Instant,
    comparison: Comparison,
    /// Servers whose rooms were counted.
    counted: BTreeSet<Arc<str>>,
}

impl Actor for MediaActor {
    type Msg = Command;
    type State = Looking;
    type Arguments = Arc<Directory>;

    async fn pre_start(&self, me: ActorRef<Command>, directory: Arc<Directory>) -> Result<Looking, ActorProcessingErr> {
        if directory.ports.media.configured() {
            metrics::describe_media();
            me.send_after(LOOK_EVERY, || Command::Look);
        }
        let heard_at = directory.now().at;
        let comparison = Comparison::new(heard_at);
        Ok(Looking {
            directory,
            back: Rounds::every(KEEP_EVERY, heard_at),
            draining: Rounds::every(ASKED_TO_LEAVE_EVERY, heard_at),
            heard_at,
            keep_at: heard_at,
            comparison,
            counted: BTreeSet::new(),
        })
    }

    async fn handle(
        &self,
        me: ActorRef<Command>,
        command: Command,
        looking: &mut Looking,
    ) -> Result<(), ActorProcessingErr> {
        match command {
            Command::Look => {
                looking.look(&me).await;
                me.send_after(LOOK_EVERY, || Command::Look);
            }
            Command::Listed(host, there) => {
                let here = looking.directory.hosted();
                looking.comparison.listed(&host, there, &here);
            }
            #[cfg(feature = "fault-injection")]
            Command::Fault => panic!("a fault was injected into the keeper of media servers"),
        }
        Ok(())
    }
}

impl Looking {
    async fn look(&mut self, me: &ActorRef<Command>) {
        let directory = &self.directory;
        let now = directory.now().at;
        let Look { alive, lost, is_back } =
            directory.media_servers.look(now, directory.settings.room.media_recover_after);
        self.heard_at = if alive.is_empty() { self.heard_at } else { now };
        self.tell_sockets(now.saturating_duration_since(self.heard_at) >= HOST_LEASE).await;
        for host in lost {
            let lost = || Message::MediaServers(Box::new(MediaServersChange::Lost(host.clone())));
            self.directory.tell_rooms(lost).await;
        }
        if now < self.keep_at {
            return;
        }
        self.keep_at = now + KEEP_EVERY;
        if is_back {
            self.tell_way_back(now);
        }
        let hosted = self.directory.hosted();
        self.expect(&hosted, now);
        self.count(hosted);
        self.compare(&alive, now, me);
        let draining = alive.iter().filter(|(_, is_draining)| *is_draining).map(|(host, _)| host.clone()).collect();
        self.keep(alive).await;
        self.tell_draining(&draining, now); // after that: the ledger lets rooms leave a server only once it knows that it drains
    }

    /// Rooms of this node may be on a media server that it has never heard: one that has ended before the node began, or that is
    /// not configured any more.
    fn expect(&self, hosted: &BTreeMap<RoomId, Whereabouts>, now: Instant) {
        let host = |at: &Whereabouts| if let Whereabouts::At(host) = at { Some(host.clone()) } else { None };
        let hosts: BTreeSet<Host> = hosted.values().filter_map(host).collect();
        hosts.into_iter().for_each(|host| self.directory.media_servers.expect(host, now));
    }

    /// Sets the gauges of rooms on media servers.
    fn count(&mut self, hosted: BTreeMap<RoomId, Whereabouts>) {
        let mut counts: BTreeMap<_, usize> = self.counted.iter().map(|server| (Arc::clone(server), 0)).collect();
        for at in hosted.into_values() {
            if let Whereabouts::At(host) = at {
                *counts.entry(host.server).or_default() += 1;
            }
        }
        counts.iter().for_each(|(server, rooms)| metrics::media_rooms(server, *rooms));
        self.counted = counts.into_keys().collect();
    }

    /// Compares state on media servers with state here, outside the actor.
    fn compare(&mut self, alive: &[(Host, bool)], now: Instant, me: &ActorRef<Command>) {
        let directory = &self.directory;
        if directory.fenced.load(Ordering::Acquire) || directory.is_draining() {
            return; // what is here is not to be relied on
        }
        if self.comparison.is_due(alive, now) {
            let listing = alive.iter().map(|(host, _)| To::Aside(list(directory, host, me.clone())));
            directory.deliver(listing.collect::<Vec<_>>());
        }
        for (host, room, found) in self.comparison.some() {
            directory.deliver([match found {
                Found::Here => To::Room(room, Message::MediaServers(Box::new(MediaServersChange::Found(host)))),
                Found::Unknown => To::Aside(delete_if_empty(Arc::clone(directory), host, room)),
            }]);
        }
    }

    /// Clients are notified of a change.
    async fn tell_sockets(&self, lacks_media: bool) {
        if self.directory.lacks_media.swap(lacks_media, Ordering::AcqRel) != lacks_media {
            tracing::warn!(lacks_media, "whether a media server is heard has changed");
            self.directory.tell_sockets(|| socket::Message::NoMedia(lacks_media)).await;
        }
    }

    /// Rooms whose media has fallen back to the browsers are told, one after the other.
    fn tell_way_back(&mut self, now: Instant) {
        let fallen = |at: &Whereabouts| *at == Whereabouts::Fallen;
        let rooms = self.back.some(now, || self.directory.hosted(), fallen);
        let back = || Message::MediaServers(Box::new(MediaServersChange::Back));
        self.directory.deliver(rooms.into_iter().map(|(room, _)| To::Room(room, back())));
    }

    /// Rooms on servers that drain are told to leave, one after the other.
    fn tell_draining(&mut self, draining: &BTreeSet<Host>, now: Instant) {
        if draining.is_empty() {
            return;
        }
        let is_there = |at: &Whereabouts| matches!(at, Whereabouts::At(host) if draining.contains(host));
        let rooms = self.draining.some(now, || self.directory.hosted(), is_there);
        self.directory.deliver(rooms.into_iter().filter_map(|(room, at)| {
            let Whereabouts::At(host) = at else { return None };
            Some(To::Room(room, Message::MediaServers(Box::new(MediaServersChange::Draining(host)))))
        }));
    }

    /// The ledger keeps rooms at servers that are heard. What it misses now it is told with the next look.
    async fn keep(&self, alive: Vec<(Host, bool)>) {
        let directory = &self.directory;
        let told = alive
            .iter()
            .map(|(host, is_draining)| directory.ledger().hears(&directory.id, host, HOST_LEASE, *is_draining));
        let told = futures_util::future::join_all(told);
        match tokio::time::timeout(KEEP_EVERY, told).await {
            Ok(answers) if answers.iter().all(Result::is_ok) => {}
            Ok(_) | Err(_) => tracing::debug!("the ledger has not taken which media servers are heard"),
        }
    }
}

/// Tells the actor which rooms are on a media server.
fn list(directory: &Arc<Directory>, host: &Host, me: ActorRef<Command>) -> Later<Option<To>> {
    let (listed, host) = (directory.ports.media.rooms(placement(host)), host.clone());
    Box::pin(async move {
        match listed.await {
            Ok(rooms) => drop(me.send_message(Command::Listed(host, rooms))), // fails while it is started again
            Err(why) => tracing::debug!(server = %host.server, %why, "a media server does not tell its rooms"),
        }
        None
    })
}

/// Another node has lost a media server. If it is heard here, its rooms stay.
pub(super) fn lost_elsewhere(directory: &Arc<Directory>, host: Host) {
    let Some(is_draining) = directory.media_servers.drains(&host) else { return };
    let (ledger, node) = (Arc::clone(&directory.ports.ledger), directory.id.clone());
    directory.tell(To::Aside(Box::pin(async move {
        if ledger.hears(&node, &host, HOST_LEASE, is_draining).await.is_err() {
            tracing::debug!(
                "the ledger has not taken that a media server is heard here: it is told again within a second"
            );
        }
        None
    })));
}

/// Deletes a room on a media server that has no members, on whichever node.
fn delete_if_empty(directory: Arc<Directory>, host: Host, room: RoomId) -> Later<Option<To>> {
    Box::pin(async move {
        if directory.ledger().members(room).await.is_ok_and(|members| members.is_empty()) {
            metrics::media_orphan(false);
            tracing::warn!(%room, server = %host.server, "a room on the media server has no members: it is deleted there");
            directory.ports.media.delete_room(room, placement(&host), None);
        }
        None
    })
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
        let host = host(at.clone());
        let Some(is_draining) = directory.media_servers.lost(&host, directory.now().at) else { return };
        // Unless another node hears it, and says so, its rooms may leave it soon.
        let (ledger, node) = (Arc::clone(&directory.ports.ledger), directory.id.clone());
        directory.tell(To::Aside(Box::pin(async move {
            let shortened = ledger.hears(&node, &host, LOST_LEASE, is_draining).await;
            let asked = ledger.notify(Recipient::All, Notice::MediaServerLost(host)).await;
            if shortened.is_err() || asked.is_err() {
                tracing::debug!("the ledger has not taken that a media server is lost: it learns it a little later");
            }
            None
        })));
    }

    fn happened(&self, at: &Placement, room: RoomId, event: MediaEvent) {
        let Self(directory) = self;
        directory.tell(To::Room(room, Message::MediaHappened(Box::new((host(at.clone()), event)))));
    }
}
