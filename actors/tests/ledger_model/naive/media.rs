//! Where media is, and what each session sends.

use actors::{
    ledger::{Place, Placing, Published, TrackChange},
    protocol::{
        Entry, NodeId, RoomId, SeatId,
        media::{Host, Hosting, MediaEpoch, MediaNews, MediaReason, PRODUCERS_MAX, RoomMedia, Track},
        server::Mode,
    },
};

use super::{Answer, NOT_NOW, Naive};

impl Naive {
    fn hosting(&self, room: RoomId) -> Option<&Hosting> {
        self.rooms.get(&room)?.hosting.as_ref()
    }

    /// All that is known, if it was ever placed.
    pub(crate) fn media(&self, room: RoomId) -> Option<Box<RoomMedia>> {
        let mut media = RoomMedia { hosting: self.hosting(room)?.clone(), tracks: Vec::new() };
        for session in self.sessions(room) {
            for producer in &session.producers {
                let (seat, session) = (session.order, session.session);
                media.tracks.push(Track { seat, session, producer: producer.clone() });
            }
        }
        Some(Box::new(media))
    }

    /// The media server there, if any.
    pub(super) fn host(&self, room: RoomId) -> Option<Host> {
        self.hosting(room)?.host.clone()
    }

    fn tell_all(&mut self, room: RoomId, hosting: Hosting, reason: MediaReason) {
        let news = Entry::Media(MediaNews::Changed { hosting, reason }.into());
        self.append_to_all_but(room, 0, (&news, None));
    }

    fn set_hosting(&mut self, room: RoomId, hosting: Hosting) {
        let room = self.rooms.entry(room).or_default();
        room.hosting = Some(hosting);
        room.sessions.iter_mut().for_each(|session| session.producers.clear());
    }

    /// In a walk a media server is heard only by the node that places a room there, and each place is a new one.
    pub(crate) fn place(&mut self, room: RoomId, place: &Place) -> Answer<(Hosting, bool)> {
        if self.sessions(room).is_empty() {
            return Ok((Hosting::default(), false));
        }
        if self.is_room_settling(room) {
            return Err(NOT_NOW);
        }
        let now = self.hosting(room).cloned().unwrap_or_default();
        let epoch = place.expect + 1;
        let wanted = match &place.to {
            Placing::Host(host) => Hosting { mode: Mode::Sfu, epoch, host: Some(host.clone()) },
            Placing::Mesh { .. } => Hosting { mode: Mode::Mesh, epoch, host: None },
        };
        if wanted == now {
            return Ok((now, true));
        }
        let is_heard = now.host.as_ref().and_then(|host| self.heard.get(host)).is_some_and(|until| *until > self.now);
        let is_kept = is_heard && place.reason != MediaReason::Shrunk;
        let are_many = matches!(place.to, Placing::Mesh { below } if self.sessions(room).len() >= below as usize);
        if now.epoch != place.expect || is_kept || are_many {
            return Ok((now, false));
        }
        self.set_hosting(room, wanted.clone());
        self.tell_all(room, wanted.clone(), place.reason);
        Ok((wanted, true))
    }

    pub(crate) fn publish(
        &mut self,
        room: RoomId,
        (seat, node): (SeatId, &NodeId),
        (epoch, change): (MediaEpoch, &TrackChange),
    ) -> Answer<Published> {
        let is_settling = self.is_room_settling(room);
        let hosting = self.hosting(room).cloned();
        let Some(session) = self.held(room, seat, node) else { return Ok(Published::Fenced) };
        if is_settling || !session.marks.is_empty() {
            return Err(NOT_NOW);
        }
        let present = hosting.as_ref().map_or(0, |hosting| hosting.epoch);
        if epoch != present || hosting.and_then(|hosting| hosting.host).is_none() {
            return Ok(Published::Stale(present));
        }
        let (user, order, id) = (session.user.clone(), session.order, session.session);
        let place = |of: &str| session.producers.iter().position(|producer| *producer.id == *of);
        let news = match change.clone() {
            TrackChange::Publish(producer) => {
                if place(&producer.id).is_some() {
                    return Ok(Published::Done(Vec::new()));
                }
                if session.producers.len() == PRODUCERS_MAX {
                    return Ok(Published::Full);
                }
                session.producers.push(producer.clone());
                MediaNews::Produced { epoch, user, track: Track { seat: order, session: id, producer } }
            }
            TrackChange::Pause(producer, paused) => {
                let Some(place) = place(&producer) else { return Ok(Published::Unknown) };
                if session.producers[place].paused == paused {
                    return Ok(Published::Done(Vec::new()));
                }
                session.producers[place].paused = paused;
                MediaNews::Paused { epoch, user, seat: order, producer, paused }
            }
            TrackChange::End(producer, reason) => {
                let Some(place) = place(&producer) else { return Ok(Published::Done(Vec::new())) };
                session.producers.remove(place);
                MediaNews::Ended { epoch, user, seat: order, producer, reason }
            }
        };
        self.append_to_all_but(room, order, (&Entry::Media(news.into()), None));
        Ok(Published::Done(Vec::new()))
    }

    /// What a node knows after a loss.
    pub(super) fn media_by_fact(&mut self, room: RoomId, node: &NodeId, known: &RoomMedia) {
        let present = self.hosting(room).map_or(0, |hosting| hosting.epoch);
        if known.hosting.epoch > present {
            self.set_hosting(room, known.hosting.clone());
            if present > 0 {
                self.tell_all(room, known.hosting.clone(), MediaReason::MediaMoved);
            }
        }
        let Some(hosting) = self.hosting(room).cloned() else { return };
        let is_theirs = |session: &&super::Session| session.node == *node && session.marks.is_empty();
        let own: Vec<_> = self.sessions(room).iter().filter(is_theirs).map(|session| session.order).collect();
        for order in own {
            if known.hosting.epoch < hosting.epoch {
                let news = MediaNews::Changed { hosting: hosting.clone(), reason: MediaReason::MediaMoved };
                self.append(room, order, (&Entry::Media(news.into()), None));
                continue;
            }
            let tracks = known.tracks.iter().filter(|track| track.seat == order);
            let producers = tracks.map(|track| track.producer.clone()).take(PRODUCERS_MAX).collect();
            self.session_mut(room, order).expect("listed").producers = producers;
        }
    }

    fn is_room_settling(&self, room: RoomId) -> bool {
        let unsettled = self.rooms.get(&room).and_then(|room| room.unsettled);
        unsettled.is_some_and(|settles| settles > self.now)
    }
}
