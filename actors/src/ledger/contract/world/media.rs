//! Where a room's media is, and who sends what, as text.

use super::{Seat, World, outcome};
use crate::{
    ledger::{HOST_LEASE, Place, Placing, Published, TrackChange},
    protocol::{
        media::{Host, Hosting, MediaEpoch, MediaNews, MediaReason, Producer, ProducerEnd, RoomMedia, TrackKind},
        server::Mode,
    },
};

/// The media server of this name, in its first run.
pub(in crate::ledger::contract) fn host(name: &str) -> Host {
    Host { server: name.into(), instance: format!("{name}1").into() }
}

/// A producer of this id.
pub(in crate::ledger::contract) fn producer(id: &str) -> Producer {
    Producer { id: id.into(), kind: TrackKind::Video, source: "camera".into(), paused: false }
}

fn hosting_text(hosting: &Hosting) -> String {
    match (&hosting.host, hosting.mode) {
        (Some(host), Mode::Sfu) => format!("{} in {}", host.instance, hosting.epoch),
        (None, Mode::Sfu) => format!("nowhere in {}", hosting.epoch),
        (None, Mode::Mesh) => format!("mesh in {}", hosting.epoch),
        (Some(_), Mode::Mesh) => panic!("no media server carries a mesh"),
    }
}

/// News as text.
pub(super) fn text(news: &MediaNews) -> String {
    match news {
        MediaNews::Changed { hosting, reason } => format!("media at {} {reason:?}", hosting_text(hosting)),
        MediaNews::Produced { epoch, track, .. } => {
            let paused = if track.producer.paused { " paused" } else { "" };
            format!("new {} in {epoch}{paused}", track.producer.id)
        }
        MediaNews::Paused { producer, paused, .. } => format!("{producer} paused {paused}"),
        MediaNews::Ended { producer, reason, .. } => format!("{producer} ended {reason:?}"),
    }
}

impl World {
    /// Asks for the room's media to go there; what became of it.
    pub(in crate::ledger::contract) async fn place(
        &mut self,
        node: &'static str,
        expect: MediaEpoch,
        to: Placing,
    ) -> String {
        self.place_as(node, Place { expect, to, reason: MediaReason::MediaMoved }).await
    }

    /// Asks for the media of a room that has become small to flow between the browsers.
    pub(in crate::ledger::contract) async fn shrink(&mut self, node: &'static str, expect: MediaEpoch) -> String {
        let to = Placing::Mesh { below: 3 };
        self.place_as(node, Place { expect, to, reason: MediaReason::Shrunk }).await
    }

    async fn place_as(&mut self, node: &'static str, place: Place) -> String {
        let at = self.node(node);
        match self.stand.ledger.place(self.at(&at), place).await {
            Ok(placed) => {
                self.keep(node, placed.pushes);
                format!("{} {}", if placed.is_won { "won" } else { "lost" }, hosting_text(&placed.hosting))
            }
            Err(failure) => outcome(failure).to_owned(),
        }
    }

    /// The same to this media server.
    pub(in crate::ledger::contract) async fn place_at(
        &mut self,
        node: &'static str,
        expect: MediaEpoch,
        name: &str,
    ) -> String {
        self.place(node, expect, Placing::Host(host(name))).await
    }

    /// Changes what this seat sends; what became of it.
    pub(in crate::ledger::contract) async fn publish(
        &mut self,
        seat: &Seat,
        epoch: MediaEpoch,
        change: TrackChange,
    ) -> String {
        let at = self.node(seat.node);
        match self.stand.ledger.publish(self.at(&at), seat.id, epoch, change).await {
            Ok(Published::Done(pushes)) => {
                self.keep(seat.node, pushes);
                "done".to_owned()
            }
            Ok(Published::Fenced) => "fenced".to_owned(),
            Ok(Published::Stale(epoch)) => format!("stale in {epoch}"),
            Ok(Published::Unknown) => "unknown producer".to_owned(),
            Ok(Published::Full) => "full".to_owned(),
            Err(failure) => outcome(failure).to_owned(),
        }
    }

    /// This seat sends a new track.
    pub(in crate::ledger::contract) async fn produce(&mut self, seat: &Seat, epoch: MediaEpoch, id: &str) -> String {
        self.publish(seat, epoch, TrackChange::Publish(producer(id))).await
    }

    /// Its owner ends a track.
    pub(in crate::ledger::contract) async fn end_track(&mut self, seat: &Seat, epoch: MediaEpoch, id: &str) -> String {
        self.publish(seat, epoch, TrackChange::End(id.into(), ProducerEnd::Closed)).await
    }

    /// A node hears this run of a media server.
    pub(in crate::ledger::contract) async fn hears(&mut self, node: &'static str, host: &Host, is_draining: bool) {
        let at = self.node(node);
        self.ask(self.stand.ledger.hears(&at, host, HOST_LEASE, is_draining)).await;
    }

    /// The room's media as it was told, as text.
    pub(in crate::ledger::contract) fn media_text(&self, media: Option<&RoomMedia>) -> Vec<String> {
        let Some(RoomMedia { hosting, tracks }) = media else { return Vec::new() };
        let track = |track: &crate::protocol::media::Track| {
            let paused = if track.producer.paused { " paused" } else { "" };
            format!("{} sends {}{paused}", self.orders[&track.seat], track.producer.id)
        };
        [hosting_text(hosting)].into_iter().chain(tracks.iter().map(track)).collect()
    }
}
