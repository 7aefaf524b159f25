//! Requests of members to the room's media server: who may ask what, and what becomes of the answer.
//!
//! A media server answers asynchronously; changes that all members must learn (who sends what) then go to the ledger, and only
//! after that is the member answered. The media server repeats its first answer to the same request of the same session, so a
//! client may repeat a request whose answer was lost, on any node.

use std::{sync::Arc, time::Duration};

use serde::Deserialize;

use super::{
    Room,
    sending::hidden,
    step::{LedgerCall, MediaCall, Step, unavailable},
};
use crate::{
    ledger::{Failure, Published, TrackChange},
    messages::{
        room::{Asker, MediaReply, Publishing, SfuAsked},
        socket::{RoomEvent, SfuEvent},
    },
    ports::MediaError,
    protocol::{
        Code,
        encode::with_fields,
        media::{self, Host, MediaEpoch, MediaId, PRODUCERS_MAX, Producer, ProducerEnd, Track},
        server::{Mode, Refusal},
        sfu::{DIALECT, Json, SfuAsk},
    },
};

/// The beginning of every text about a media server that does not answer.
pub(super) const UNAVAILABLE: &str = "Media Server Unavailable";
/// The default retry delay for clients.
pub(super) const MEDIA_RETRY: Duration = Duration::from_secs(1);

/// The answer to a producer that was made.
#[derive(Deserialize)]
struct Made<'a> {
    id: &'a str,
}

impl Room {
    /// A member asks. From a seat that the room does not know it is dropped: its socket answers for itself.
    pub(super) fn sfu(&mut self, asked: SfuAsked, step: &mut Step<'_>) {
        let SfuAsked { from, key, epoch, ask } = asked;
        let Some(place) = self.place(from) else { return };
        let asker = Asker { seat: self.seats[place].id, session: from.session, socket: from.socket, key };
        self.ask_media(asker, epoch, ask, step);
    }

    /// Asks on a member's behalf, or refuses it.
    pub(super) fn ask_media(&mut self, asker: Asker, epoch: MediaEpoch, ask: SfuAsk, step: &mut Step<'_>) {
        match self.judge_ask(asker, epoch, &ask) {
            Err(refusal) => answer(asker, Err(refusal), step),
            Ok(None) => self.capabilities(asker, step),
            Ok(Some(host)) => {
                if self.may_leave(asker, epoch, &ask) {
                    step.ask(MediaCall::Call(asker, (host, epoch), ask));
                }
            }
        }
    }

    /// Where a request goes; none if it only asks where.
    fn judge_ask(&self, asker: Asker, epoch: MediaEpoch, ask: &SfuAsk) -> Result<Option<Host>, Refusal> {
        let is_hidden = || self.find(asker.seat.order).is_some_and(|place| self.seats[place].hidden().is_some());
        if matches!(ask, SfuAsk::Produce { .. }) && is_hidden() {
            return Err(hidden());
        }
        if self.flows() == Mode::Mesh {
            let text = "Media flows between the browsers in this room: send offers and answers.";
            return Err(Refusal::new(Code::WrongMode, text));
        }
        if *ask == SfuAsk::Capabilities {
            return Ok(None);
        }
        let hosting = self.media.as_ref().map(|media| &media.hosting);
        let host = hosting.filter(|hosting| hosting.epoch == epoch).and_then(|hosting| hosting.host.clone());
        let Some(host) = host else { return Err(stale(self.media_epoch())) };
        if ask.needs_ledger() && self.is_held() {
            return Err(unavailable(Duration::ZERO));
        }
        let is_known = match ask {
            SfuAsk::PauseProducer { producer, .. } | SfuAsk::CloseProducer(producer) => {
                self.own_track(asker.seat.order, producer).is_some()
            }
            SfuAsk::Consume { producer, .. } => self.owner_of(producer).is_some(),
            SfuAsk::Capabilities
            | SfuAsk::CreateTransport(_)
            | SfuAsk::ConnectTransport { .. }
            | SfuAsk::RestartIce(_)
            | SfuAsk::CloseTransport(_)
            | SfuAsk::Produce { .. }
            | SfuAsk::PauseConsumer { .. }
            | SfuAsk::KeyFrame(_)
            | SfuAsk::PreferredLayers { .. }
            | SfuAsk::CloseConsumer(_) => true,
        };
        if is_known { Ok(Some(host)) } else { Err(not_found()) }
    }

    /// A media server has answered.
    pub(super) fn media_answered(&mut self, reply: MediaReply, step: &mut Step<'_>) {
        match reply {
            MediaReply::Opened(epoch, opened) => self.opened(epoch, opened, step),
            MediaReply::Capabilities(asker, host, found) => self.capable(asker, host, found, step),
            MediaReply::Called(asker, at, ask, result) => {
                self.called(asker, at, (ask, result), step);
                self.end_untold_pause(asker, step);
            }
            MediaReply::Peers(host, found) => self.compared_peers(host, found, step),
        }
    }

    /// The capabilities of a media server's router.
    fn capable(&mut self, asker: Asker, host: Host, found: Result<Json, MediaError>, step: &mut Step<'_>) {
        if !self.is_there(asker, &host, step) {
            return;
        }
        let hosting = self.media.as_ref().map(|media| &media.hosting);
        let is_host = hosting.is_some_and(|hosting| hosting.host.as_ref() == Some(&host));
        match found {
            _ if !is_host && self.flows() == Mode::Sfu => self.capabilities(asker, step), // it has moved meanwhile
            _ if !is_host => {
                let why = self.why_nowhere().unwrap_or_else(|| stale(self.media_epoch()));
                answer(asker, Err(why), step);
            }
            Ok(capabilities) => {
                let epoch = self.media_epoch();
                let data = format!(r#"{{"epoch":{epoch},"dialect":"{DIALECT}","rtpCapabilities":{capabilities}}}"#);
                answer(asker, Ok(data.into()), step);
            }
            Err(MediaError::OtherInstance) => {
                self.host_lost(&host, step);
                if self.is_placing() {
                    return self.capabilities(asker, step);
                }
                answer(asker, Err(refusal(MediaError::OtherInstance)), step);
            }
            Err(why) => answer(asker, Err(refusal(why)), step),
        }
    }

    /// Whether the asker's socket still has its seat.
    pub(super) fn is_seated(&self, asker: Asker) -> bool {
        let is_theirs = |place: usize| {
            let seat = &self.seats[place];
            seat.session == asker.session && seat.socket == asker.socket
        };
        self.find(asker.seat.order).is_some_and(is_theirs)
    }

    /// The same; what a media server did for a seat that is freed is undone there.
    fn is_there(&self, asker: Asker, host: &Host, step: &mut Step<'_>) -> bool {
        // Without a seat here nobody knows whether it is freed, or has moved to another node.
        let is_nowhere = self.find(asker.seat.order).is_none() && self.members.user(asker.seat.order).is_none();
        if is_nowhere && !self.seats.is_empty() {
            step.ask(MediaCall::DeletePeer(host.clone(), asker.session));
        }
        self.is_seated(asker)
    }

    /// A media server has answered a call.
    fn called(
        &mut self,
        asker: Asker,
        (host, epoch): (Host, MediaEpoch),
        (ask, result): (SfuAsk, Result<Json, MediaError>),
        step: &mut Step<'_>,
    ) {
        if !self.is_there(asker, &host, step) {
            return;
        }
        if self.media_epoch() != epoch {
            return answer(asker, Err(stale(self.media_epoch())), step);
        }
        let json = match (result, &ask) {
            (Ok(json), _) => json,
            (Err(MediaError::NotFound), SfuAsk::CloseProducer(_)) => "{}".into(), // it has ended before
            (Err(MediaError::OtherInstance), _) => {
                self.host_lost(&host, step);
                return answer(asker, Err(stale(epoch)), step);
            }
            (Err(why), _) => return answer(asker, Err(refusal(why)), step),
        };
        let answered = match ask {
            SfuAsk::Produce { kind, source, paused, .. } => {
                let Some(id) = made(&json) else { return answer(asker, Err(unreadable()), step) };
                let answered = format!(r#"{{"id":"{id}"}}"#).into();
                let change = TrackChange::Publish(Producer { id, kind, source, paused });
                return self.publish(asker, (epoch, change), answered, step);
            }
            SfuAsk::PauseProducer { producer, paused } => {
                return self.publish(asker, (epoch, TrackChange::Pause(producer, paused)), "{}".into(), step);
            }
            SfuAsk::CloseProducer(producer) => {
                let change = TrackChange::End(producer, ProducerEnd::Closed);
                return self.publish(asker, (epoch, change), "{}".into(), step);
            }
            SfuAsk::CreateTransport(_) => with_fields(&json, &[("epoch", &epoch.to_string())]).into(),
            SfuAsk::Consume { producer, .. } => {
                let Some(owner) = self.owner_of(&producer) else { return answer(asker, Err(not_found()), step) };
                with_fields(&json, &[("userId", &format!("\"{owner}\""))]).into()
            }
            SfuAsk::RestartIce(_) => json,
            SfuAsk::Capabilities
            | SfuAsk::ConnectTransport { .. }
            | SfuAsk::CloseTransport(_)
            | SfuAsk::PauseConsumer { .. }
            | SfuAsk::KeyFrame(_)
            | SfuAsk::PreferredLayers { .. }
            | SfuAsk::CloseConsumer(_) => "{}".into(),
        };
        answer(asker, Ok(answered), step);
    }

    /// Changes that all members must learn go to the ledger; then the member is answered.
    fn publish(
        &mut self,
        asker: Asker,
        (epoch, change): (MediaEpoch, TrackChange),
        answered: Json,
        step: &mut Step<'_>,
    ) {
        if self.is_held() {
            return answer(asker, Err(unavailable(Duration::ZERO)), step);
        }
        self.pause_told(asker);
        self.call(LedgerCall::Publish(Box::new(Publishing { asker, epoch, change, answered })), step);
    }

    /// The ledger has answered.
    pub(super) fn published(
        &mut self,
        publishing: Publishing,
        result: Result<Published, Failure>,
        step: &mut Step<'_>,
    ) {
        let Publishing { asker, epoch, change, answered } = publishing;
        let result = match result {
            Ok(Published::Done(pushes)) => {
                if epoch == self.media_epoch() {
                    self.changed_own(asker, change);
                }
                self.pushes(pushes, step);
                Ok(answered)
            }
            Ok(Published::Fenced) => {
                if let Some(place) = self.find(asker.seat.order).filter(|place| self.seats[*place].id == asker.seat) {
                    self.audit_soon(place, step); // it says how the session ended
                }
                Err(unavailable(Duration::ZERO))
            }
            Ok(Published::Stale(present)) => Err(stale(present)),
            Ok(Published::Unknown) => Err(not_found()),
            Ok(Published::Full) => {
                let text = format!("You send {PRODUCERS_MAX} tracks already: close one first.");
                Err(Refusal::new(Code::MediaLimit, text))
            }
            Err(Failure::NotApplied { wait } | Failure::Unknown { wait }) => Err(unavailable(wait)),
            Err(Failure::Epoch(newer)) => {
                self.learn_epoch(newer, step);
                Err(unavailable(Duration::ZERO))
            }
        };
        answer(asker, result, step);
        self.end_pause(asker, step);
    }

    /// A seat here sends otherwise: its own inbox does not tell it.
    fn changed_own(&mut self, asker: Asker, change: TrackChange) {
        let seat = asker.seat.order;
        if self.find(seat).is_none_or(|place| self.seats[place].session != asker.session) {
            return;
        }
        match change {
            TrackChange::Publish(producer) => self.learn_track(Track { seat, session: asker.session, producer }),
            TrackChange::Pause(producer, paused) => self.pause_track(seat, &producer, paused),
            TrackChange::End(producer, _) => self.forget_track(seat, &producer),
        }
    }
}

/// Answers a request, once.
pub(super) fn answer(asker: Asker, result: Result<Json, Refusal>, step: &mut Step<'_>) {
    let what = RoomEvent::Sfu(Box::new(SfuEvent::Answered(asker.key, result)));
    step.tell(asker.socket, asker.session, what);
}

/// The id of a producer that was made.
fn made(json: &str) -> Option<MediaId> {
    let Made { id } = serde_json::from_str(json).ok()?;
    media::is_id(id).then(|| Arc::from(id))
}

fn stale(present: MediaEpoch) -> Refusal {
    let text = format!("This is of another media epoch than {present}: send sfu_get_router_capabilities again.");
    Refusal::new(Code::MediaStale, text)
}

fn not_found() -> Refusal {
    Refusal::new(Code::MediaNotFound, "You have no such transport or consumer here, and nobody has such a producer.")
}

fn unreadable() -> Refusal {
    let text = format!("{UNAVAILABLE}: it answered what this node cannot read.");
    Refusal::new(Code::MediaUnavailable, text).after_ms(millis(MEDIA_RETRY))
}

/// The answer to a member if a media server did not perform a request.
pub(super) fn refusal(why: MediaError) -> Refusal {
    match why {
        MediaError::Unavailable { why, retry_after } | MediaError::Full { why, retry_after } => {
            let is_whole = why.starts_with(UNAVAILABLE);
            let text = if is_whole { why.into_string() } else { format!("{UNAVAILABLE}: {why}") };
            Refusal::new(Code::MediaUnavailable, text).after_ms(millis(retry_after))
        }
        MediaError::OtherInstance => {
            let text = format!("{UNAVAILABLE}: it was restarted, and the room is being placed anew.");
            Refusal::new(Code::MediaUnavailable, text).after_ms(millis(MEDIA_RETRY))
        }
        MediaError::NotFound => not_found(),
        MediaError::Rejected(detail) => Refusal::new(Code::MediaRejected, detail),
        MediaError::Limit(detail) => Refusal::new(Code::MediaLimit, detail),
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
