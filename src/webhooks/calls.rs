//! Calls: the lives of rooms, each told to the log and to the metrics when it starts and when it ends. By the node that collects events,
//! so each once, whichever nodes the call was on.

use std::collections::BTreeMap;

use actors::{
    ledger::{Happened, RoomEvent, RoomNote},
    ports::{
        Noted,
        reports::{MediaState, OtherEnd},
    },
    protocol::{LeaveReason, RoomId, UserId},
};

use super::{
    EventBody, Webhooks, lock,
    long_calls::{LongCall, whose},
    metrics,
};
use crate::telemetry::traces::{self, Attribute};

impl Webhooks {
    /// Tells of the lives that begin and end with these events of a room, which are stored now.
    pub(super) async fn tell_calls(&self, room: RoomId, news: &[RoomEvent]) {
        self.remember(room, news).await;
        for event in news {
            match &event.happened {
                Happened::Started { recovered } => {
                    metrics::call_started();
                    tracing::info!(%room, life = event.life, recovered, "call started");
                }
                Happened::Ended => self.tell_end(room, event).await,
                Happened::Joined { .. }
                | Happened::Left { .. }
                | Happened::Disconnected { .. }
                | Happened::Resumed { .. } => {}
            }
        }
    }

    /// Of a long call the log drops what its end is to be told with.
    async fn remember(&self, room: RoomId, news: &[RoomEvent]) {
        if lock(&self.long_calls).wants_log(room, news) {
            let log = self.events.timeline(room).await.unwrap_or_default();
            lock(&self.long_calls).begin(room, &log);
        }
        lock(&self.long_calls).go_on(room, news);
    }

    async fn tell_end(&self, room: RoomId, ended: &RoomEvent) {
        // What cannot be read is left out of the line; that the call has ended is told all the same.
        let events = self.events.timeline(room).await.unwrap_or_default();
        let notes = self.events.notes(room).await.unwrap_or_default();
        let long = lock(&self.long_calls).end(room, ended.life);
        let call = Call::of(ended, &events, &notes, long);
        call.trace(room, ended, &events);
        metrics::call_ended(call.seconds());
        let (people, seconds, why) = (call.people, call.seconds(), call.why.map(word));
        let relayed = call.connections.map(|(relayed, all)| format!("{relayed} of {all}"));
        tracing::info!(%room, life = ended.life, people, seconds, why, relayed, "call ended");
    }
}

/// As clients are told it.
fn word(why: LeaveReason) -> String {
    serde_json::to_string(&why).unwrap_or_default().trim_matches('"').to_owned()
}

/// A life of a room that has ended, as far as its events are kept.
#[derive(Debug, Default, PartialEq)]
struct Call {
    /// How many were in it.
    people: usize,
    milliseconds: Option<u64>,
    /// Why the last seat was freed.
    why: Option<LeaveReason>,
    /// Connections over a relay, and all whose path was reported; `None`: of none it was.
    connections: Option<(usize, usize)>,
}

impl Call {
    /// `long`: what the log no longer has of it.
    fn of(ended: &RoomEvent, events: &[RoomEvent], notes: &[RoomNote], long: Option<LongCall>) -> Self {
        let (mut begun, people) = long.map(|long| (long.begun_ms, long.people)).unzip();
        let (mut people, mut why) = (people.unwrap_or_default(), None);
        for event in events.iter().filter(|event| event.life == ended.life) {
            people.extend(whose(&event.happened).cloned());
            match &event.happened {
                Happened::Started { .. } => begun = Some(event.at_ms),
                Happened::Left { reason, .. } => why = Some(*reason),
                Happened::Joined { .. }
                | Happened::Resumed { .. }
                | Happened::Disconnected { .. }
                | Happened::Ended => {}
            }
        }
        Self {
            people: people.len(),
            milliseconds: begun.map(|begun| ended.at_ms.saturating_sub(begun)),
            why,
            connections: begun.and_then(|begun| connections(begun..=ended.at_ms, notes)),
        }
    }

    /// One trace a call, with what happened in it.
    fn trace(&self, room: RoomId, ended: &RoomEvent, events: &[RoomEvent]) {
        let Some(milliseconds) = self.milliseconds else { return };
        let attributes = vec![
            Attribute::new("aldis.room", room.to_string()),
            Attribute::new("aldis.people", i64::try_from(self.people).unwrap_or(i64::MAX)),
            Attribute::new("aldis.why", self.why.map(word).unwrap_or_default()),
            Attribute::new(
                "aldis.relayed",
                self.connections.map_or(0, |(relayed, _)| i64::try_from(relayed).unwrap_or(i64::MAX)),
            ),
        ];
        let of_life = events.iter().filter(|event| event.life == ended.life);
        let happened = of_life.map(|event| (event.at_ms, EventBody::new(room, event).kind()));
        traces::past("call", (ended.at_ms.saturating_sub(milliseconds), ended.at_ms), attributes, happened);
    }

    #[expect(clippy::cast_precision_loss, reason = "no call lasts 2^52 ms")]
    fn seconds(&self) -> Option<f64> {
        self.milliseconds.map(|milliseconds| milliseconds as f64 / 1_000.0)
    }
}

/// Connections that were reported to be relayed, and all of which a path was: of each pair of members, and of each member
/// with a media server, the last report counts.
fn connections(within: std::ops::RangeInclusive<u64>, notes: &[RoomNote]) -> Option<(usize, usize)> {
    let mut pairs: BTreeMap<(&UserId, Option<&UserId>), bool> = BTreeMap::new();
    for note in notes.iter().filter(|note| within.contains(&note.at_ms)) {
        if let Noted::Media { user, report } = &note.noted
            && matches!(report.state, MediaState::Connected | MediaState::Recovered)
            && let Some(is_relayed) = report.is_relayed()
        {
            let pair = match &report.other {
                OtherEnd::Member(peer) => (user.min(peer), Some(user.max(peer))),
                OtherEnd::Server(_) => (user, None),
            };
            pairs.insert(pair, is_relayed);
        }
    }
    (!pairs.is_empty()).then(|| (pairs.values().filter(|is_relayed| **is_relayed).count(), pairs.len()))
}

#[cfg(test)]
mod tests {
    use actors::{
        ports::reports::{Candidate, CandidateType, Direction, MediaReport},
        protocol::NodeId,
    };

    use super::*;
    use crate::webhooks::long_calls::LongCalls;

    fn user(number: u128) -> UserId {
        UserId::from_u128(number)
    }

    fn event(life: u64, number: u64, happened: Happened) -> RoomEvent {
        RoomEvent { life, number, at_ms: 1_000 * number, happened }
    }

    fn joined(number: u128) -> Happened {
        Happened::Joined { user: user(number), order: 1, node: NodeId::new("a"), name: "Ann".into() }
    }

    fn connected(at_ms: u64, of: u128, other: OtherEnd, kind: CandidateType) -> RoomNote {
        let local = Some(Candidate { kind, protocol: None, family: None });
        let (trouble, remote, rtt_ms, lost_per_mille, seconds) = (None, None, None, None, None);
        let state = MediaState::Connected;
        let report = MediaReport { other, state, trouble, local, remote, rtt_ms, lost_per_mille, seconds };
        RoomNote { at_ms, noted: Noted::Media { user: user(of), report: Box::new(report) } }
    }

    #[test]
    fn a_call_that_ended_is_told_with_its_people_its_length_its_reason_and_its_relays() {
        let peer = |number| OtherEnd::Member(user(number));
        let left = |number| Happened::Left { user: user(number), order: 1, reason: LeaveReason::Lost };
        let events = [
            event(5, 1, Happened::Started { recovered: false }),
            event(5, 2, joined(9)),
            event(7, 1, Happened::Started { recovered: false }),
            event(7, 2, joined(1)),
            event(7, 3, joined(2)),
            event(7, 4, joined(1)),
            event(7, 5, left(2)),
            event(7, 6, left(1)),
            event(7, 7, Happened::Ended),
        ];
        let notes = [
            connected(500, 1, peer(9), CandidateType::Relay),
            connected(3_000, 1, peer(2), CandidateType::Host),
            connected(3_100, 2, peer(1), CandidateType::Relay),
            connected(3_200, 2, peer(3), CandidateType::Host),
            connected(3_300, 1, OtherEnd::Server(Direction::Send), CandidateType::Host),
            connected(3_400, 1, OtherEnd::Server(Direction::Receive), CandidateType::Relay),
        ];
        let call = Call::of(&events[8], &events, &notes, None);
        let expected =
            Call { people: 2, milliseconds: Some(6_000), why: Some(LeaveReason::Lost), connections: Some((2, 3)) };
        assert_eq!((&call, call.seconds()), (&expected, Some(6.0)));
    }

    #[test]
    fn of_a_call_whose_beginning_is_not_kept_any_more_the_length_is_unknown() {
        let events = [event(7, 300, joined(1)), event(7, 301, Happened::Ended)];
        let call = Call::of(&events[1], &events, &[], None);
        assert_eq!((call.people, call.milliseconds, call.connections), (1, None, None));
    }
    #[test]
    fn of_a_call_with_more_events_than_are_kept_the_length_and_all_people_are_told() {
        let (room, mut calls) = (RoomId::from_letters([1; 10]), LongCalls::default());
        let mut all = vec![event(7, 1, Happened::Started { recovered: false }), event(7, 2, joined(1))];
        all.extend((3..=400).map(|number| event(7, number, joined(u128::from(number) % 9))));
        all.push(event(7, 401, Happened::Ended));
        for (at, news) in all.chunks(64).enumerate() {
            let log = &all[(at * 64 + news.len()).saturating_sub(256)..at * 64 + news.len()];
            if calls.wants_log(room, news) {
                assert_eq!(at, 1, "once, while its log is whole");
                calls.begin(room, log);
            }
            calls.go_on(room, news);
        }
        let (ended, kept) = (&all[400], &all[145..]);
        let call = Call::of(ended, kept, &[], calls.end(room, 7));
        assert_eq!((call.people, call.milliseconds), (9, Some(400_000)));
        assert_eq!(calls.end(room, 7), None, "it is forgotten");
    }
}
