//! A room's knowledge of its media: where it is, how it flows, who sends what. Learnt from the ledger, never decided here.

use std::time::Instant;

use super::{
    Room,
    step::{MediaCall, Step},
};
use crate::{
    messages::{room::Whereabouts, socket::MediaSeen},
    protocol::{
        JoinOrder, RoomMode, SessionId, UserId,
        media::{Hosting, MediaEpoch, MediaNews, MediaReason, Producer, RoomMedia, Track},
        server::Mode,
    },
};

/// The media of a room that has a media server, or has had one. A room between browsers has none.
#[derive(Debug)]
pub(super) struct Media {
    pub(super) hosting: Hosting,
    /// The tracks of all members, on whichever node.
    pub(super) tracks: Vec<Track>,
    /// Who spoke last.
    pub(super) speaker: Option<UserId>,
    /// When this room learnt of the last change.
    pub(super) changed_at: Instant,
    /// How often media has gone back to the browsers without a long time between.
    pub(super) falls: u8,
    /// It has because its media server was lost, as far as this room was told.
    pub(super) is_fallen: bool,
    /// In a room of mode `auto`: since when it has been small, and media has flowed so.
    pub(super) small_since: Option<Instant>,
}

impl Room {
    /// How media flows now.
    pub(super) fn flows(&self) -> Mode {
        self.media.as_ref().map_or(self.settings.mode.at_first(), |media| media.hosting.mode)
    }

    /// The media epoch.
    pub(super) fn media_epoch(&self) -> MediaEpoch {
        self.media.as_ref().map_or(0, |media| media.hosting.epoch)
    }

    /// What the ledger knows of the media, for a seat that was given: all of it, at that moment. What has happened since is in
    /// that seat's inbox.
    pub(super) fn learn_media(&mut self, known: Option<Box<RoomMedia>>, step: &mut Step<'_>) {
        let Some(known) = known else { return };
        let RoomMedia { hosting, tracks } = *known;
        if hosting.epoch < self.media_epoch() {
            return;
        }
        self.learn_hosting(hosting, None, step);
        if let Some(media) = &mut self.media {
            media.tracks = tracks;
        }
    }

    /// Media flows so, if that is news; and why, if that is known.
    pub(super) fn learn_hosting(&mut self, hosting: Hosting, why: Option<MediaReason>, step: &mut Step<'_>) {
        if hosting.epoch <= self.media_epoch() {
            return;
        }
        let before = self.media.as_ref().map(|media| (media.changed_at, media.falls));
        let falls = super::placing::falls(before, hosting.mode, step.now);
        step.ask(MediaCall::Hosted(match &hosting.host {
            Some(host) => Whereabouts::At(host.clone()),
            None if self.settings.mode == RoomMode::Auto && why != Some(MediaReason::MediaUnavailable) => {
                Whereabouts::Left
            }
            None => Whereabouts::Fallen,
        }));
        let (changed_at, is_fallen) = (step.now, why == Some(MediaReason::MediaUnavailable));
        let (tracks, speaker, small_since) = (Vec::new(), None, None);
        self.media = Some(Box::new(Media { hosting, tracks, speaker, changed_at, falls, is_fallen, small_since }));
        if let Some(work) = &mut self.work {
            (work.lost_since, work.suspects, work.fit_after) = (None, None, None);
            let host = self.media.as_ref().and_then(|media| media.hosting.host.as_ref());
            work.leaving.take_if(|leaving| Some(leaving.at()) == host); // the room is back there
        }
    }

    /// News of the media, as a member here is told them.
    pub(super) fn learn_news(&mut self, news: &MediaNews, step: &mut Step<'_>) {
        let present = self.media_epoch();
        match news {
            MediaNews::Changed { hosting, reason } => self.learn_hosting(hosting.clone(), Some(*reason), step),
            MediaNews::Produced { epoch, track, .. } if *epoch == present => self.learn_track(track.clone()),
            MediaNews::Paused { epoch, seat, producer, paused, .. } if *epoch == present => {
                self.pause_track(*seat, producer, *paused);
            }
            MediaNews::Ended { epoch, seat, producer, .. } if *epoch == present => self.forget_track(*seat, producer),
            MediaNews::Produced { .. } | MediaNews::Paused { .. } | MediaNews::Ended { .. } => {} // of an earlier epoch
        }
    }

    /// A member sends this.
    pub(super) fn learn_track(&mut self, track: Track) {
        let Some(media) = &mut self.media else { return };
        let is_known = |known: &Track| known.seat == track.seat && known.producer.id == track.producer.id;
        if !media.tracks.iter().any(is_known) {
            media.tracks.push(track);
        }
    }

    pub(super) fn pause_track(&mut self, seat: JoinOrder, producer: &str, paused: bool) {
        let tracks = self.media.iter_mut().flat_map(|media| &mut media.tracks);
        for track in tracks.filter(|track| track.seat == seat && *track.producer.id == *producer) {
            track.producer.paused = paused;
        }
    }

    pub(super) fn forget_track(&mut self, seat: JoinOrder, producer: &str) {
        if let Some(media) = &mut self.media {
            media.tracks.retain(|track| track.seat != seat || *track.producer.id != *producer);
        }
    }

    /// A member has left: their tracks have ended with them.
    pub(super) fn forget_tracks(&mut self, seat: JoinOrder) {
        if let Some(media) = &mut self.media {
            media.tracks.retain(|track| track.seat != seat);
        }
    }

    /// A seat's own producer.
    pub(super) fn own_track(&self, seat: JoinOrder, producer: &str) -> Option<&Producer> {
        self.own_tracks(seat).find(|own| *own.id == *producer)
    }

    /// The tracks of a seat.
    pub(in crate::room) fn own_tracks(&self, seat: JoinOrder) -> impl Iterator<Item = &Producer> {
        let tracks = self.media.iter().flat_map(|media| &media.tracks);
        tracks.filter(move |track| track.seat == seat).map(|track| &track.producer)
    }

    /// Whose producer this is.
    pub(super) fn owner_of(&self, producer: &str) -> Option<&UserId> {
        let tracks = &self.media.as_ref()?.tracks;
        let track = tracks.iter().find(|track| *track.producer.id == *producer)?;
        self.members.user(track.seat)
    }

    /// Who has this session, as far as they send something.
    pub(super) fn user_of_session(&self, session: SessionId) -> Option<UserId> {
        let tracks = self.media.iter().flat_map(|media| &media.tracks);
        let seat = tracks.into_iter().find(|track| track.session == session).map(|track| track.seat)?;
        self.members.user(seat).cloned()
    }

    /// What a member who enters is told: how media is meant to flow, and how it does. That is what the ledger knew when it gave the
    /// seat, and nothing later: what has happened since is in the seat's inbox, also where this room has learnt of it before.
    pub(super) fn media_seen(&self, known: Option<&RoomMedia>) -> (Mode, Option<Box<MediaSeen>>) {
        let at_first = self.settings.mode.at_first();
        let Some(RoomMedia { hosting, tracks }) = known else {
            let unplaced = MediaSeen { mode: at_first, epoch: 0, speaker: None, tracks: Vec::new() };
            return (at_first, (at_first == Mode::Sfu).then(|| Box::new(unplaced)));
        };
        let (mode, epoch, tracks) = (hosting.mode, hosting.epoch, tracks.clone());
        let present = self.media.as_ref().filter(|media| media.hosting.epoch == epoch);
        let meant = match self.settings.mode {
            RoomMode::Mesh | RoomMode::Sfu => at_first,
            RoomMode::Auto if present.is_some_and(|media| media.is_fallen) => Mode::Sfu,
            RoomMode::Auto => mode,
        };
        let speaker = present.and_then(|media| media.speaker.clone());
        (meant, Some(Box::new(MediaSeen { mode, epoch, speaker, tracks })))
    }

    /// The claim after a loss.
    pub(super) fn known_media(&self) -> Option<Box<RoomMedia>> {
        let media = self.media.as_ref()?;
        let is_here = |track: &&Track| self.find(track.seat).is_some();
        let tracks = media.tracks.iter().filter(is_here).cloned().collect();
        Some(Box::new(RoomMedia { hosting: media.hosting.clone(), tracks }))
    }
}
