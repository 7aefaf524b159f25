//! `/api/rooms/{roomId}/reports`: what a member's program says of its media, for the room's timeline and for metrics. Claims of
//! clients: nothing is decided by them. Never an address.

use actors::{
    clock::unix_millis,
    ledger::{Happened, RoomNote},
    ports::{
        Action, Noted,
        reports::{Candidate, Device, DeviceTrouble, Direction, MediaReport, MediaState, MediaTrouble, OtherEnd},
    },
    protocol::UserId,
};
use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    Shared,
    body::{self, Body, Room},
    caller::Caller,
    metrics,
    problem::{Code, Problem, ProblemBody},
    rooms::{absent, shape::RoomPath},
};
use crate::{auth::FieldError, storage::RoomId};

/// Connections of one request: a whole room.
const MEDIA_MAX: usize = 16;
/// Devices of one request.
const DEVICES_MAX: usize = 6;
const PER_MILLE_MAX: u32 = 1_000;
/// The longest round trip that is one, in milliseconds.
const RTT_MS_MAX: u32 = 600_000;

/// What a program reports: at least one connection or device.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Reports {
    /// What became of connections to other members, or to the room's media server.
    #[schema(max_items = 16, nullable = false)]
    media: Option<Vec<MediaBody>>,
    /// Devices that are of no use.
    #[schema(max_items = 6, nullable = false)]
    devices: Option<Vec<DeviceReport>>,
}

/// What became of the connection to one member (`userId`), or of one to the room's media server (`direction`).
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MediaBody {
    /// The other member.
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 128, pattern = "^[!#-\\[\\]-~]{1,128}$")]
    user_id: Option<UserId>,
    /// In rooms with a media server instead: which way the connection to it carries media.
    #[schema(value_type = Option<String>, nullable = false, pattern = "^(send|recv)$", example = "recv")]
    direction: Option<Direction>,
    /// `connected`: media flows for the first time; `recovered`: it flows again; `failed`: it does not; `ended`: one of them has left, or media flows otherwise.
    #[schema(value_type = String, pattern = "^(connected|recovered|failed|ended)$", example = "failed")]
    state: MediaState,
    /// Why it failed.
    #[schema(value_type = Option<String>, nullable = false, pattern = "^(no_answer|no_path|no_keys|interrupted)$", example = "no_path")]
    trouble: Option<MediaTrouble>,
    /// The candidate at this end of the path.
    #[schema(value_type = Option<CandidateBody>, nullable = false)]
    local: Option<Candidate>,
    /// The one at the other end.
    #[schema(value_type = Option<CandidateBody>, nullable = false)]
    remote: Option<Candidate>,
    /// The last round trip, in milliseconds.
    #[serde(default, deserialize_with = "body::whole")]
    #[schema(minimum = 0, maximum = 600_000, example = 31)]
    rtt_ms: Option<u32>,
    /// Packets of a thousand that did not arrive.
    #[serde(default, deserialize_with = "body::whole")]
    #[schema(minimum = 0, maximum = 1000, example = 4)]
    lost_per_mille: Option<u32>,
    /// How long connecting, or the interruption, took; of `ended`, how long it was connected.
    #[serde(default, deserialize_with = "body::whole")]
    #[schema(minimum = 0, maximum = 4_294_967_295_i64, example = 2)]
    seconds: Option<u32>,
}

/// One end of a path: never its address.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the port's type")]
struct CandidateBody {
    /// How it was found.
    #[schema(rename = "type", pattern = "^(host|srflx|prflx|relay)$", example = "relay")]
    kind: String,
    /// What carries the media; at a relay, from the browser to it.
    #[schema(nullable = false, pattern = "^(udp|tcp|tls)$", example = "udp")]
    protocol: Option<String>,
    /// The family of its address.
    #[schema(nullable = false, pattern = "^ipv[46]$", example = "ipv4")]
    family: Option<String>,
}

/// A device that is of no use.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DeviceReport {
    /// Which.
    #[schema(value_type = String, pattern = "^(microphone|camera|screen)$", example = "camera")]
    device: Device,
    /// Why.
    #[schema(value_type = String, pattern = "^(denied|missing|busy|unavailable|ended)$", example = "busy")]
    trouble: DeviceTrouble,
}

impl Reports {
    fn media(&self) -> &[MediaBody] {
        self.media.as_deref().unwrap_or_default()
    }

    fn devices(&self) -> &[DeviceReport] {
        self.devices.as_deref().unwrap_or_default()
    }

    /// What is wrong with them.
    fn check(&self) -> Result<(), Problem> {
        let many = |field: &str, has: usize, max: usize| {
            (has > max).then(|| FieldError::new(field, format!("has {has} entries; it may have {max}")))
        };
        let lost = self.media().iter().enumerate().find_map(|(place, media)| {
            let lost = media.lost_per_mille.filter(|lost| *lost > PER_MILLE_MAX)?;
            let why = format!("is {lost}; of a thousand packets at most {PER_MILLE_MAX} are lost");
            Some(FieldError::new(format!("media[{place}].lostPerMille"), why))
        });
        let slow = self.media().iter().enumerate().find_map(|(place, media)| {
            let rtt = media.rtt_ms.filter(|rtt| *rtt > RTT_MS_MAX)?;
            let why = format!("is {rtt}; a round trip of more than {RTT_MS_MAX} ms is none");
            Some(FieldError::new(format!("media[{place}].rttMs"), why))
        });
        let ends = self.media().iter().enumerate().find_map(|(place, media)| {
            let why = match (&media.user_id, media.direction) {
                (None, None) => "is missing, and so is direction: say which connection is meant",
                (Some(_), Some(_)) => {
                    "is there, and direction, too: a connection is to a member or to the media server"
                }
                (Some(_), None) | (None, Some(_)) => return None,
            };
            Some(FieldError::new(format!("media[{place}].userId"), why))
        });
        let none = self.media().is_empty() && self.devices().is_empty();
        let none = none.then(|| FieldError::new("media", "is empty, and so is devices: there is nothing to report"));
        let wrong = [
            many("media", self.media().len(), MEDIA_MAX),
            many("devices", self.devices().len(), DEVICES_MAX),
            lost,
            slow,
            ends,
            none,
        ];
        let wrong: Vec<_> = wrong.into_iter().flatten().collect();
        if wrong.is_empty() { Ok(()) } else { Err(Problem::fields(wrong)) }
    }

    fn len(&self) -> usize {
        self.media().len() + self.devices().len()
    }

    /// As the timeline of a room keeps them.
    fn noted(self, user: &UserId) -> Vec<Noted> {
        let media = self.media.unwrap_or_default().into_iter().filter_map(|media| {
            let MediaBody { user_id, direction, state, trouble, local, remote, rtt_ms, lost_per_mille, seconds } =
                media;
            let other = user_id.map(OtherEnd::Member).or(direction.map(OtherEnd::Server))?; // checked
            let report = MediaReport { other, state, trouble, local, remote, rtt_ms, lost_per_mille, seconds };
            Some(Noted::Media { user: user.clone(), report: Box::new(report) })
        });
        let device = |DeviceReport { device, trouble }| Noted::Device { user: user.clone(), device, trouble };
        media.chain(self.devices.unwrap_or_default().into_iter().map(device)).collect()
    }
}

/// Reports what became of media connections and devices, for the room's timeline (where the operator keeps it) and for metrics. For who is, or
/// was, in the room; of others they are refused, or, where no timeline is kept, not counted. A program reports when a connection comes about, fails, works again or ends, a few at a time.
#[utoipa::path(post, path = "/api/rooms/{roomId}/reports", tag = "rooms", operation_id = "reportMedia", security(("bearer" = []), ("cookie" = [])),
    params(RoomPath), request_body = Reports,
    responses((status = 204, description = "taken"), (status = 404, body = ProblemBody, description = "`room_not_found`")))]
pub(super) async fn report(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
    Body(reports): Body<Reports>,
) -> Result<StatusCode, Problem> {
    caller.may(Action::Join(room_id))?;
    reports.check()?;
    site.rooms.find(room_id).await?.ok_or_else(|| absent(room_id))?;
    let taken = site.rates.reports.take_some(&caller.user, reports.len());
    taken.map_err(|wait| Problem::too_often("reports of yours", wait))?;
    let noted = reports.noted(&caller.user);
    if is_told(&site, room_id, &caller.user, &noted).await? {
        noted.iter().for_each(metrics::reported);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Notes them in the room's timeline. Whether they count: they are of somebody who is in the room, or was. Without timelines nobody knows
/// who was, so who is not in it now is not refused, but does not count.
async fn is_told(site: &Shared, room_id: RoomId, user: &UserId, noted: &[Noted]) -> Result<bool, Problem> {
    let Some(events) = &site.events else { return Ok(is_here(site, room_id, user).await) };
    let away = |_| Problem::unavailable("The room's timeline cannot be asked or written now: try again in a moment.");
    let happened = events.timeline(room_id).await.map_err(away)?;
    let was_here = happened.iter().any(|event| concerns(&event.happened) == Some(user));
    if !was_here && !is_here(site, room_id, user).await {
        return Err(Problem::new(Code::Forbidden, format!("You were not in room {room_id} in the last 24 hours.")));
    }
    let at_ms = unix_millis();
    let notes = noted.iter().map(|noted| RoomNote { at_ms, noted: noted.clone() }).collect();
    events.note(room_id, notes).await.map_err(away)?;
    Ok(true)
}

/// Whether they have a seat in the room, as far as that is known now.
async fn is_here(site: &Shared, room_id: RoomId, user: &UserId) -> bool {
    site.live.members(room_id).await.unwrap_or_default().iter().any(|member| member.user == *user)
}

const fn concerns(happened: &Happened) -> Option<&UserId> {
    match happened {
        Happened::Joined { user, .. }
        | Happened::Left { user, .. }
        | Happened::Disconnected { user, .. }
        | Happened::Resumed { user, .. } => Some(user),
        Happened::Started { .. } | Happened::Ended => None,
    }
}
