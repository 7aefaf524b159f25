//! Events of the room that a media server reports by itself.

use std::time::Duration;

use super::{
    Room,
    step::{SeatFact, Step},
};
use crate::{
    messages::socket::{RoomEvent, SfuEvent},
    ports::MediaEvent,
    protocol::{
        SessionId,
        media::{Host, MediaId},
    },
};

/// How often members are told who speaks, at most.
const SPEAKER_EVERY: Duration = Duration::from_millis(500);

impl Room {
    /// A media server tells something; of a server that the room has left it is old news.
    pub(super) fn media_happened(&mut self, host: &Host, event: MediaEvent, step: &mut Step<'_>) {
        if self.media.as_ref().is_none_or(|media| media.hosting.host.as_ref() != Some(host)) {
            return;
        }
        match event {
            MediaEvent::ProducerClosed { peer, producer } => self.producer_closed(peer, producer, step),
            MediaEvent::ConsumerClosed { peer, consumer } => {
                self.tell_peer(peer, SfuEvent::ConsumerClosed(consumer), step);
            }
            MediaEvent::Layers { peer, consumer, layers } => {
                self.tell_peer(peer, SfuEvent::Layers(consumer, layers), step);
            }
            MediaEvent::Speaker { peer } => self.speaks(peer, step),
            MediaEvent::PeerExpired { peer } => self.peer_expired(peer, step),
            MediaEvent::RoomExpired => {} // nobody was there; the next request for capabilities opens it again
        }
    }

    fn tell_peer(&self, session: SessionId, event: SfuEvent, step: &mut Step<'_>) {
        if let Some(place) = self.seats.iter().position(|seat| seat.session == session) {
            self.tell(place, RoomEvent::Sfu(Box::new(event)), step);
        }
    }

    /// A producer of a member here has ended at the media server: all are told, once the ledger has taken it.
    fn producer_closed(&mut self, session: SessionId, producer: MediaId, step: &mut Step<'_>) {
        let Some(seat) = self.seats.iter().find(|seat| seat.session == session).map(|seat| seat.id) else { return };
        if self.own_track(seat.order, &producer).is_none() {
            return;
        }
        self.forget_track(seat.order, &producer);
        let epoch = self.media_epoch();
        self.fact(SeatFact::TrackEnded(seat, epoch, producer), step);
    }

    fn peer_expired(&mut self, session: SessionId, step: &mut Step<'_>) {
        let Some(order) = self.seats.iter().find(|seat| seat.session == session).map(|seat| seat.id.order) else {
            return;
        };
        let producers: Vec<MediaId> = self.own_tracks(order).map(|producer| producer.id.clone()).collect();
        for producer in producers {
            self.producer_closed(session, producer, step);
        }
    }

    /// Somebody speaks, or nobody does any more. Too many changes are told later, the last one only.
    fn speaks(&mut self, session: Option<SessionId>, step: &mut Step<'_>) {
        let speaker = session.and_then(|session| self.user_of_session(session));
        let Some(media) = self.media.as_mut().filter(|media| media.speaker != speaker) else { return };
        media.speaker = speaker;
        let now = step.now;
        let told_at = self.work().speaker_at;
        match told_at.map(|at| at + SPEAKER_EVERY).filter(|next| *next > now) {
            Some(next) => {
                self.work().speaker_due = true;
                self.wake_by(next);
            }
            None => self.tell_speaker(step),
        }
    }

    fn tell_speaker(&mut self, step: &mut Step<'_>) {
        let now = step.now;
        let work = self.work();
        (work.speaker_at, work.speaker_due) = (Some(now), false);
        let speaker = self.media.as_ref().and_then(|media| media.speaker.clone());
        for place in 0..self.seats.len() {
            self.tell(place, RoomEvent::Sfu(Box::new(SfuEvent::Speaker(speaker.clone()))), step);
        }
    }

    /// When members are told next who speaks, or it need not be remembered any more that they were.
    pub(super) fn speaker_due(&self) -> Option<std::time::Instant> {
        self.work.as_ref()?.speaker_at.map(|at| at + SPEAKER_EVERY)
    }

    /// Does what is due about the speaker.
    pub(super) fn continue_speaker(&mut self, step: &mut Step<'_>) {
        if self.speaker_due().is_none_or(|due| due > step.now) {
            return;
        }
        if self.work().speaker_due {
            self.tell_speaker(step);
        } else {
            self.work().speaker_at = None;
        }
    }
}
