//! An event of a room as others read it: the body of a webhook, and an entry of a timeline. Pure.

use actors::{
    ledger::{Happened, RoomEvent, RoomNote},
    ports::Noted,
    protocol::RoomId,
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use self::data::{Reason, media_kind};
use crate::storage::NewWebhook;

mod data;

pub use data::EventData;

/// Something that happened in a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EventBody {
    /// What happened: `room.started`, `room.ended`, `participant.joined`, `participant.left`, `participant.disconnected` (their seat is
    /// kept for a while) or `participant.resumed`. In timelines also what changed nobody's seat: `room.changed`, `join.refused`, `resume.failed`, `message.refused`,
    /// `negotiation.offered` and `negotiation.answered`; and what members' programs report: `media.connected`, `media.recovered`,
    /// `media.failed`, `media.ended` and `device.failed`.
    #[serde(rename = "type")]
    #[schema(example = "participant.left")]
    kind: &'static str,
    /// When.
    #[schema(value_type = String, format = DateTime, example = "2026-11-29T12:00:00.25Z")]
    timestamp: Timestamp,
    /// The particulars.
    data: EventData,
}

impl EventBody {
    /// Of an event of this room.
    #[must_use]
    pub fn new(room: RoomId, event: &RoomEvent) -> Self {
        let (life, number) = (Some(event.life), Some(event.number));
        let data = EventData { room_id: room.to_string(), life, number, ..EventData::default() };
        let of = |user: &dyn ToString, order: u64| EventData {
            user_id: Some(user.to_string()),
            rev: Some(order),
            ..data.clone()
        };
        let (kind, data) = match &event.happened {
            Happened::Started { recovered } => {
                ("room.started", EventData { recovered: recovered.then_some(true), ..data.clone() })
            }
            Happened::Ended => ("room.ended", data.clone()),
            Happened::Joined { user, order, node, name } => {
                let (node, name) = (Some(node.to_string()), Some(name.clone()));
                ("participant.joined", EventData { node, name, ..of(user, *order) })
            }
            Happened::Left { user, order, reason } => {
                ("participant.left", EventData { reason: Some(Reason::Left(reason.told())), ..of(user, *order) })
            }
            Happened::Disconnected { user, order, node } => {
                ("participant.disconnected", EventData { node: Some(node.to_string()), ..of(user, *order) })
            }
            Happened::Resumed { user, order, node } => {
                ("participant.resumed", EventData { node: Some(node.to_string()), ..of(user, *order) })
            }
        };
        Self { kind, timestamp: timestamp(event.at_ms), data }
    }

    /// Its type.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        self.kind
    }

    /// Of a note of this room.
    #[must_use]
    pub fn of_note(room: RoomId, note: &RoomNote) -> Self {
        let data = EventData { room_id: room.to_string(), ..EventData::default() };
        let (kind, data) = match &note.noted {
            Noted::JoinRefused { user, code } => {
                ("join.refused", EventData { user_id: Some(user.to_string()), code: Some(*code), ..data })
            }
            Noted::ResumeFailed { user, reason } => {
                let reason = Some(Reason::NotResumed(*reason));
                ("resume.failed", EventData { user_id: Some(user.to_string()), reason, ..data })
            }
            Noted::Refused { user, code } => {
                ("message.refused", EventData { user_id: Some(user.to_string()), code: Some(*code), ..data })
            }
            Noted::Changed { host, locked, guests } => ("room.changed", data.of_room(host, *locked, *guests)),
            Noted::Described { from, to, is_offer } => {
                let kind = if *is_offer { "negotiation.offered" } else { "negotiation.answered" };
                (kind, EventData { from: Some(*from), to: Some(*to), ..data })
            }
            Noted::Media { user, report } => {
                let data = EventData { user_id: Some(user.to_string()), ..data };
                (media_kind(report.state), data.of_media(report))
            }
            Noted::Device { user, device, trouble } => {
                let data = EventData { user_id: Some(user.to_string()), ..data };
                ("device.failed", data.of_device(*device, *trouble))
            }
        };
        Self { kind, timestamp: timestamp(note.at_ms), data }
    }

    /// Both, in the order of time.
    #[must_use]
    pub fn timeline(room: RoomId, events: &[RoomEvent], notes: &[RoomNote]) -> Vec<Self> {
        let events = events.iter().map(|event| (event.at_ms, Self::new(room, event)));
        let notes = notes.iter().map(|note| (note.at_ms, Self::of_note(room, note)));
        let mut all: Vec<_> = events.chain(notes).collect();
        all.sort_by_key(|(at_ms, _)| *at_ms); // events keep their order
        all.into_iter().map(|(_, body)| body).collect()
    }
}

fn timestamp(at_ms: u64) -> Timestamp {
    let at = i64::try_from(at_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    at.unwrap_or(Timestamp::UNIX_EPOCH)
}

/// As it waits in the outbox; nothing, if it is of a type that is not wanted.
pub(super) fn queued(room: RoomId, event: &RoomEvent, wanted: &Wanted) -> Option<NewWebhook> {
    let told = EventBody::new(room, event);
    let body = wanted.has(told.kind).then(|| serde_json::to_string(&told).unwrap_or_default())?;
    Some(NewWebhook { life: event.life, number: event.number, body })
}

/// The types of events that a receiver is told of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted(Vec<&'static str>);

impl Wanted {
    /// These; of none: all.
    #[must_use]
    pub fn new(types: Vec<&'static str>) -> Self {
        Self(types)
    }

    fn has(&self, kind: &str) -> bool {
        self.0.is_empty() || self.0.contains(&kind)
    }
}

/// The id of an event, by which a receiver knows one that it has had.
#[must_use]
pub fn id(room: RoomId, life: u64, number: u64) -> String {
    format!("msg_{room}_{life}_{number}")
}

/// The event that such an id names.
#[must_use]
pub fn named(id: &str) -> Option<(RoomId, u64, u64)> {
    let mut parts = id.strip_prefix("msg_")?.splitn(3, '_');
    let room = parts.next()?.parse().ok()?;
    Some((room, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use actors::{
        ports::reports::{Device, DeviceTrouble},
        protocol::{Code, Guests, LeaveReason, NodeId, UserId, server::ResumeFailure},
    };

    use super::*;

    fn body(happened: Happened) -> String {
        let room = "abc-defg-hij".parse().expect("a room id");
        let event = RoomEvent { life: 17, number: 4, at_ms: 1_796_040_000_250, happened };
        queued(room, &event, &Wanted::default()).expect("all are wanted").body
    }

    #[test]
    fn an_event_says_what_happened_when_and_whose_it_is_and_no_more() {
        let (user, order, node) = ("auth0|5f7c".parse::<UserId>().expect("an id"), 17, NodeId::new("berlin-1"));
        let head = |kind: &str| {
            format!(
                r#"{{"type":"{kind}","timestamp":"2026-11-30T12:00:00.25Z","data":{{"roomId":"abc-defg-hij","life":17,"number":4"#
            )
        };
        let joined = Happened::Joined { user: user.clone(), order, node: node.clone(), name: "Ann".into() };
        for (happened, kind, rest) in [
            (Happened::Started { recovered: false }, "room.started", ""),
            (Happened::Started { recovered: true }, "room.started", r#","recovered":true"#),
            (Happened::Ended, "room.ended", ""),
            (joined, "participant.joined", r#","userId":"auth0|5f7c","name":"Ann","rev":17,"node":"berlin-1""#),
            (
                Happened::Left { user: user.clone(), order, reason: LeaveReason::Kicked },
                "participant.left",
                r#","userId":"auth0|5f7c","rev":17,"reason":"kicked""#,
            ),
            (
                Happened::Disconnected { user: user.clone(), order, node: node.clone() },
                "participant.disconnected",
                r#","userId":"auth0|5f7c","rev":17,"node":"berlin-1""#,
            ),
            (
                Happened::Resumed { user, order, node },
                "participant.resumed",
                r#","userId":"auth0|5f7c","rev":17,"node":"berlin-1""#,
            ),
        ] {
            assert_eq!(body(happened), format!("{}{rest}}}}}", head(kind)));
        }
    }

    #[test]
    fn only_wanted_types_are_queued() {
        let room = "abc-defg-hij".parse().expect("a room id");
        let of = |happened| RoomEvent { life: 17, number: 4, at_ms: 5, happened };
        let wanted = Wanted::new(vec!["room.started", "room.ended"]);
        assert!(queued(room, &of(Happened::Ended), &wanted).is_some());
        let left = Happened::Left { user: UserId::from_u128(1), order: 17, reason: LeaveReason::Left };
        assert!(queued(room, &of(left.clone()), &wanted).is_none());
        assert!(queued(room, &of(left), &Wanted::default()).is_some());
    }

    #[test]
    fn a_timeline_has_events_and_notes_in_the_order_of_time() {
        let room = "abc-defg-hij".parse().expect("a room id");
        let event = |number, at_ms, happened| RoomEvent { life: 17, number, at_ms, happened };
        let events = [event(1, 5, Happened::Started { recovered: false }), event(2, 9, Happened::Ended)];
        let user: UserId = "auth0|5f7c".parse().expect("an id");
        let notes = [
            RoomNote { at_ms: 7, noted: Noted::Described { from: 17, to: 18, is_offer: true } },
            RoomNote { at_ms: 5, noted: Noted::JoinRefused { user: user.clone(), code: Code::RoomFull } },
            RoomNote { at_ms: 6, noted: Noted::ResumeFailed { user: user.clone(), reason: ResumeFailure::SeatGone } },
            RoomNote { at_ms: 8, noted: Noted::Changed { host: user.clone(), locked: true, guests: Guests::Ask } },
            RoomNote { at_ms: 8, noted: Noted::Device { user, device: Device::Camera, trouble: DeviceTrouble::Busy } },
        ];
        let all = EventBody::timeline(room, &events, &notes);
        let kinds: Vec<_> = all.iter().map(|body| body.kind).collect();
        let noted = ["join.refused", "resume.failed", "negotiation.offered", "room.changed", "device.failed"];
        assert_eq!(kinds, [&["room.started"], &noted[..], &["room.ended"]].concat());
        let text = serde_json::to_string(&all[1].data).expect("JSON");
        assert_eq!(text, r#"{"roomId":"abc-defg-hij","userId":"auth0|5f7c","code":"room_full"}"#);
        let text = serde_json::to_string(&all[2].data).expect("JSON");
        assert_eq!(text, r#"{"roomId":"abc-defg-hij","userId":"auth0|5f7c","reason":"seat_gone"}"#);
        let text = serde_json::to_string(&all[4].data).expect("JSON");
        assert_eq!(text, r#"{"roomId":"abc-defg-hij","hostId":"auth0|5f7c","locked":true,"guests":"ask"}"#);
        let text = serde_json::to_string(&all[5].data).expect("JSON");
        assert_eq!(text, r#"{"roomId":"abc-defg-hij","userId":"auth0|5f7c","trouble":"busy","device":"camera"}"#);
    }

    #[test]
    fn an_id_names_its_event() {
        let room: RoomId = "abc-defg-hij".parse().expect("a room id");
        assert_eq!(named(&id(room, 17, 4)), Some((room, 17, 4)));
        for wrong in ["", "msg_", "msg_abc-defg-hij_17", "msg_abc_17_4", "abc-defg-hij_17_4", "msg_abc-defg-hij_x_4"] {
            assert_eq!(named(wrong), None, "{wrong}");
        }
    }
}
