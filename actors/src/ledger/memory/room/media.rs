//! Where the room's media is, and what each seat sends.

use super::RoomCore;
use crate::{
    ledger::{
        Failure, Place, Placed, Placing, Published, Pushed, TrackChange,
        memory::{CLAIM_WAIT, turn::Turn},
    },
    protocol::{
        Entry, JoinOrder, SeatId, SessionId,
        media::{Host, Hosting, MediaEpoch, MediaNews, MediaReason, PRODUCERS_MAX, Producer, RoomMedia, Track},
    },
};

impl RoomCore {
    /// How media flows, if it was ever placed.
    pub(super) fn hosting(&self) -> Option<&Hosting> {
        self.rare.as_ref()?.hosting.as_ref()
    }

    /// All that is known of the room's media; `None` if it was never placed.
    pub(super) fn media(&self) -> Option<Box<RoomMedia>> {
        let hosting = self.hosting()?.clone();
        let tracks = self.seats.iter().flat_map(|seat| {
            let track =
                |producer: &Producer| Track { seat: seat.order, session: seat.session, producer: producer.clone() };
            seat.producers().iter().map(track)
        });
        Some(Box::new(RoomMedia { hosting, tracks: tracks.collect() }))
    }

    /// Lets media flow otherwise or elsewhere, if nobody has changed that since.
    ///
    /// # Errors
    /// [`Failure::NotApplied`] while the epoch settles.
    pub(in crate::ledger::memory) fn place_media(
        &mut self,
        place: &Place,
        keeps: impl Fn(&Host) -> bool,
        turn: &mut Turn<'_>,
    ) -> Result<Placed, Failure> {
        if let Some(wait) = self.settles_in(turn) {
            return Err(Failure::NotApplied { wait });
        }
        let now = self.hosting().cloned().unwrap_or_default();
        let wanted = place.hosting();
        if now == wanted {
            return Ok(Placed { hosting: now, is_won: true, pushes: Vec::new() });
        }
        let is_kept = place.reason != MediaReason::Shrunk && now.host.as_ref().is_some_and(keeps);
        let are_many = matches!(place.to, Placing::Mesh { below } if self.seats.len() >= below as usize);
        if now.epoch != place.expect || is_kept || are_many {
            return Ok(Placed { hosting: now, is_won: false, pushes: Vec::new() });
        }
        self.change_hosting(wanted.clone());
        self.append_to_all(&changed(wanted.clone(), place.reason), turn);
        Ok(Placed { hosting: wanted, is_won: true, pushes: turn.take_pushes() })
    }

    fn change_hosting(&mut self, hosting: Hosting) {
        for seat in &mut self.seats {
            seat.set_producers(Vec::new());
        }
        self.rare.get_or_insert_default().hosting = Some(hosting);
    }

    /// Changes what a seat sends, and tells the others.
    ///
    /// # Errors
    /// [`Failure::NotApplied`] while the epoch settles, or the seat is not claimed in it yet.
    pub(in crate::ledger::memory) fn publish(
        &mut self,
        (id, epoch): (SeatId, MediaEpoch),
        change: TrackChange,
        turn: &mut Turn<'_>,
    ) -> Result<Published, Failure> {
        let Some(place) = self.held_place(id, turn) else { return Ok(Published::Fenced) };
        if let Some(wait) = self.settles_in(turn) {
            return Err(Failure::NotApplied { wait });
        }
        if self.seats[place].is_unclaimed() {
            return Err(Failure::NotApplied { wait: CLAIM_WAIT });
        }
        let present = self.hosting().map_or(0, |hosting| hosting.epoch);
        if epoch != present || self.hosting().is_none_or(|hosting| hosting.host.is_none()) {
            return Ok(Published::Stale(present));
        }
        let news = match self.change_track(place, epoch, change) {
            Ok(Some(news)) => Entry::Media(news.into()),
            Ok(None) => return Ok(Published::Done(Vec::new())),
            Err(refused) => return Ok(refused),
        };
        for (_, seat) in self.seats.iter_mut().enumerate().filter(|(other, _)| *other != place) {
            seat.append(news.clone(), None, turn);
        }
        Ok(Published::Done(turn.take_pushes()))
    }

    /// Changes what the seat at this place sends; answers what the others are to be told, if anything.
    fn change_track(
        &mut self,
        place: usize,
        epoch: MediaEpoch,
        change: TrackChange,
    ) -> Result<Option<MediaNews>, Published> {
        let seat = &mut self.seats[place];
        let (user, order, session) = (seat.user.clone(), seat.order, seat.session);
        let mut producers = seat.producers().to_vec();
        let known = |id: &str| seat.producers().iter().position(|producer| &*producer.id == id);
        let news = match change {
            TrackChange::Publish(producer) => {
                if known(&producer.id).is_some() {
                    return Ok(None);
                }
                if producers.len() >= PRODUCERS_MAX {
                    return Err(Published::Full);
                }
                producers.push(producer.clone());
                MediaNews::Produced { epoch, user, track: Track { seat: order, session, producer } }
            }
            TrackChange::Pause(id, paused) => {
                let Some(place) = known(&id) else { return Err(Published::Unknown) };
                if std::mem::replace(&mut producers[place].paused, paused) == paused {
                    return Ok(None);
                }
                MediaNews::Paused { epoch, user, seat: order, producer: id, paused }
            }
            TrackChange::End(id, reason) => {
                let Some(place) = known(&id) else { return Ok(None) };
                producers.remove(place);
                MediaNews::Ended { epoch, user, seat: order, producer: id, reason }
            }
        };
        seat.set_producers(producers);
        Ok(Some(news))
    }

    /// A seat was freed, or with it the whole room: the node that asked for it deletes its state at the media server.
    pub(super) fn unhost(&self, order: JoinOrder, session: Option<SessionId>, turn: &mut Turn<'_>) {
        if let Some(host) = self.hosting().and_then(|hosting| hosting.host.clone()) {
            turn.tell_asker(order, Pushed::Unhosted(Box::new(host), session));
        }
    }

    /// A node's knowledge of the room's media, after a loss: the newer epoch counts, and holders of an older one are told.
    pub(super) fn claim_media(&mut self, known: &RoomMedia, turn: &mut Turn<'_>) {
        let present = self.hosting().map_or(0, |hosting| hosting.epoch);
        let theirs = known.hosting.epoch;
        if theirs > present {
            self.change_hosting(known.hosting.clone());
            if present > 0 {
                self.append_to_all(&changed(known.hosting.clone(), MediaReason::MediaMoved), turn);
            }
        }
        let Some(hosting) = self.hosting().cloned() else { return };
        for seat in self.seats.iter_mut().filter(|seat| seat.node == *turn.node && !seat.is_unclaimed()) {
            if theirs < hosting.epoch {
                seat.append(changed(hosting.clone(), MediaReason::MediaMoved), None, turn);
            } else {
                let own = known.tracks.iter().filter(|track| track.seat == seat.order);
                seat.set_producers(own.map(|track| track.producer.clone()).take(PRODUCERS_MAX).collect());
            }
        }
    }
}

impl Place {
    /// How media flows if it is done.
    fn hosting(&self) -> Hosting {
        let epoch = self.expect + 1;
        match &self.to {
            Placing::Host(host) => Hosting { epoch, host: Some(host.clone()), ..Hosting::default() },
            Placing::Mesh { .. } => Hosting { mode: crate::protocol::server::Mode::Mesh, epoch, host: None },
        }
    }
}

fn changed(hosting: Hosting, reason: MediaReason) -> Entry {
    Entry::Media(MediaNews::Changed { hosting, reason }.into())
}
