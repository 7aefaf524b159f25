//! The particulars of an event. Pure.

use std::sync::Arc;

use actors::{
    ports::reports::{Candidate, Device, DeviceTrouble, Direction, MediaReport, MediaState, MediaTrouble, OtherEnd},
    protocol::{Code, Guests, LeaveReason, UserId, server::ResumeFailure},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Why somebody is not there any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(super) enum Reason {
    /// They have left.
    Left(LeaveReason),
    /// They could not come back.
    NotResumed(ResumeFailure),
}

/// What belongs to an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventData {
    /// The room.
    #[schema(example = "abc-defg-hij")]
    pub(super) room_id: String,
    /// The life of the room, from its first participant to its last; a later one is greater.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub(super) life: Option<u64>,
    /// The event's number in that life: 1, 2, 3 … without gaps. What changed nobody's seat has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, example = 4)]
    pub(super) number: Option<u64>,
    /// Of `room.started`, when it is true: the life begins with those who were there already, because what was known of the room was
    /// lost; they are told as `participant.resumed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) recovered: Option<bool>,
    /// Whose event it is: the `sub` of their token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) user_id: Option<String>,
    /// Of `participant.joined`, their name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    pub(super) name: Option<Arc<str>>,
    /// Their seat: its place in the order of joins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub(super) rev: Option<u64>,
    /// The node of their socket.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) node: Option<String>,
    /// Of `participant.left`, why: `left`, `lost` (they did not come back in time), `replaced` (they joined from elsewhere), `kicked` or
    /// `closed`. Of `resume.failed`: `seat_gone`, `gap`, `bad_token` or `room_closed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, example = "lost")]
    pub(super) reason: Option<Reason>,
    /// Of `room.changed`, the host,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) host_id: Option<String>,
    /// whether nobody new may join,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) locked: Option<bool>,
    /// and whether people without an account may: `yes`, `ask` or `no`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, example = "ask")]
    pub(super) guests: Option<Guests>,
    /// Of a refusal, its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, example = "room_full")]
    pub(super) code: Option<Code>,
    /// Of a description, the `rev` of its sender,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub(super) from: Option<u64>,
    /// and of its receiver.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub(super) to: Option<u64>,
    /// Of `media.…`, the other member.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) peer_id: Option<String>,
    /// Of `media.…` through a media server, which of the reporter's two connections to it: `send` or `recv`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "recv")]
    pub(super) direction: Option<&'static str>,
    /// Of `…failed`, why: `no_answer`, `no_path`, `no_keys` or `interrupted`; of a device `denied`, `missing`, `busy`, `unavailable` or
    /// `ended`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "no_path")]
    pub(super) trouble: Option<&'static str>,
    /// The reporter's end of the path: type, transport and family of the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "relay udp ipv4")]
    pub(super) local: Option<String>,
    /// The other end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "host udp ipv4")]
    pub(super) remote: Option<String>,
    /// The last round trip, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0)]
    pub(super) rtt_ms: Option<u32>,
    /// Packets of a thousand that did not arrive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0)]
    pub(super) lost_per_mille: Option<u32>,
    /// How long connecting or the interruption took; of `media.ended`, how long the media was connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0)]
    pub(super) seconds: Option<u32>,
    /// Of `device.failed`: `microphone`, `camera` or `screen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) device: Option<&'static str>,
}

impl EventData {
    /// What a member's program has reported of its media.
    pub(super) fn of_media(self, report: &MediaReport) -> Self {
        let (peer_id, direction) = match &report.other {
            OtherEnd::Member(peer) => (Some(peer.to_string()), None),
            OtherEnd::Server(direction) => (None, Some(Direction::as_str(*direction))),
        };
        Self {
            peer_id,
            direction,
            trouble: report.trouble.map(MediaTrouble::as_str),
            local: report.local.map(Candidate::words),
            remote: report.remote.map(Candidate::words),
            rtt_ms: report.rtt_ms,
            lost_per_mille: report.lost_per_mille,
            seconds: report.seconds,
            ..self
        }
    }

    /// How a room is after a change.
    pub(super) fn of_room(self, host: &UserId, locked: bool, guests: Guests) -> Self {
        Self { host_id: Some(host.to_string()), locked: Some(locked), guests: Some(guests), ..self }
    }

    /// What it has reported of a device.
    pub(super) fn of_device(self, device: Device, trouble: DeviceTrouble) -> Self {
        Self { device: Some(device.as_str()), trouble: Some(trouble.as_str()), ..self }
    }
}

/// The type of an event about media.
pub(super) const fn media_kind(state: MediaState) -> &'static str {
    match state {
        MediaState::Connected => "media.connected",
        MediaState::Recovered => "media.recovered",
        MediaState::Failed => "media.failed",
        MediaState::Ended => "media.ended",
    }
}
