//! Bodies of requests and responses about rooms, and pages of a list.

use actors::protocol::{Member, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Limits;
use crate::{
    auth::FieldError,
    http::{
        body,
        problem::{Code, Problem},
    },
    rooms::NewRoom,
    storage::{Guests, Meeting, MeetingChange, MeetingPage, Mode, RoomId},
};

/// A room and its settings.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct RoomBody {
    /// The public id, part of the room's URL.
    #[schema(value_type = String, pattern = "^[a-z]{3}-[a-z]{4}-[a-z]{3}$", example = "abc-defg-hij")]
    pub(in crate::http) room_id: RoomId,
    /// Its host: its creator, or to whom they have handed it over.
    #[schema(value_type = String, min_length = 1, max_length = 128, pattern = "^[!#-\\[\\]-~]{1,128}$")]
    pub(in crate::http) host_id: UserId,
    /// Maximum number of participants.
    #[schema(minimum = 1, example = 4)]
    pub(in crate::http) max_participants: u32,
    /// How long the seat of a disconnected participant is kept, in seconds.
    #[schema(minimum = 0, maximum = 120, example = 5)]
    pub(in crate::http) seat_window_seconds: u32,
    /// How media flows.
    pub(in crate::http) mode: Mode,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub(in crate::http) created_at: Timestamp,
    /// Whether it may be joined.
    pub(in crate::http) active: bool,
    /// What it is called; may be empty.
    #[schema(max_length = 100, example = "Weekly meeting")]
    pub(in crate::http) name: String,
    /// Whether people without an account may join.
    pub(in crate::http) guests: Guests,
    /// Whether nobody new may join, but the host.
    pub(in crate::http) locked: bool,
    /// Current number of participants, over all nodes; absent when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0)]
    pub(in crate::http) participants: Option<usize>,
    /// Whether you are in it now, on another page or device: joining moves you. Absent when unknown, and in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(in crate::http) joined: Option<bool>,
}

impl RoomBody {
    /// For this user, while these are in it.
    pub(in crate::http) fn seen_by(user: &UserId, meeting: Meeting, members: Option<&[Member]>) -> Self {
        let shown = |members: &[Member]| members.iter().filter(|member| !member.is_hidden()).count();
        let has = |members: &[Member]| members.iter().any(|member| member.user == *user && member.connected);
        Self { joined: members.map(has), ..Self::new(meeting, members.map(shown)) }
    }

    pub(in crate::http) fn new(meeting: Meeting, participants: Option<usize>) -> Self {
        Self {
            room_id: meeting.room_id,
            host_id: meeting.host_id,
            max_participants: meeting.max_participants,
            seat_window_seconds: meeting.seat_window_seconds,
            mode: meeting.mode,
            created_at: meeting.created_at,
            active: meeting.active,
            name: meeting.name,
            guests: meeting.guests,
            locked: meeting.locked,
            participants,
            joined: None,
        }
    }
}

/// A request for a room. All fields are optional.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::http) struct CreateRoom {
    /// Maximum number of participants; default 4. In the mode `mesh` at most 8, unless the operator allows more.
    #[serde(deserialize_with = "body::whole")]
    #[schema(minimum = 1, maximum = 100, example = 4)]
    pub(in crate::http) max_participants: Option<u32>,
    /// How long the seat of a disconnected participant is kept, in seconds; default 5.
    #[serde(deserialize_with = "body::whole")]
    #[schema(minimum = 0, maximum = 120, example = 5)]
    pub(in crate::http) seat_window_seconds: Option<u32>,
    /// How media flows; default `mesh`. `auto`: between the browsers of two, through a media server from three members on.
    #[schema(value_type = Option<String>, pattern = "^(mesh|sfu|auto)$", example = "mesh")]
    pub(in crate::http) mode: Option<Mode>,
    /// What it is called; default: nothing.
    #[schema(max_length = 100, example = "Weekly meeting")]
    pub(in crate::http) name: Option<String>,
    /// Whether people without an account may join; default `no`.
    #[schema(value_type = Option<String>, pattern = "^(yes|ask|no)$", example = "no")]
    pub(in crate::http) guests: Option<Guests>,
}

/// A change by the host; absent fields stay unchanged.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::http) struct ChangeRoom {
    /// Maximum number of participants. A lower number disconnects nobody. In the mode `mesh` at most 8, unless the operator
    /// allows more or the room has more already.
    #[serde(deserialize_with = "body::whole")]
    #[schema(minimum = 1, maximum = 100, example = 8)]
    pub(in crate::http) max_participants: Option<u32>,
    /// How long the seat of a disconnected participant is kept, in seconds.
    #[serde(deserialize_with = "body::whole")]
    #[schema(minimum = 0, maximum = 120, example = 30)]
    pub(in crate::http) seat_window_seconds: Option<u32>,
    /// Whether it may be joined; `false` also disconnects its members.
    pub(in crate::http) active: Option<bool>,
    /// What it is called.
    #[schema(max_length = 100, example = "Weekly meeting")]
    pub(in crate::http) name: Option<String>,
    /// Whether people without an account may join.
    #[schema(value_type = Option<String>, pattern = "^(yes|ask|no)$", example = "yes")]
    pub(in crate::http) guests: Option<Guests>,
    /// Whether nobody new may join, but the host. Who lost the connection comes back as long as their seat is kept.
    pub(in crate::http) locked: Option<bool>,
}

/// Longest name of a room, in characters.
const NAME_CHARS_MAX: usize = 100;

/// What is wrong with the numbers and the name of a request.
fn wrong(
    limits: &Limits,
    (max_participants, seat_window): (Option<u32>, Option<u32>),
    name: Option<&str>,
) -> Result<(), Problem> {
    let out_of = |field: &str, value: Option<u32>, low: u32, high: u32| {
        let wrong = value.filter(|value| !(low..=high).contains(value))?;
        Some(FieldError::new(field, format!("is {wrong}; it must be {low} to {high}")))
    };
    let length = name.map_or(0, |name| name.chars().count());
    let name = match name {
        Some(_) if length > NAME_CHARS_MAX => {
            Some(FieldError::new("name", format!("has {length} characters; it may have {NAME_CHARS_MAX}")))
        }
        Some(name) if name.chars().any(char::is_control) => {
            Some(FieldError::new("name", "contains a control character"))
        }
        Some(_) | None => None,
    };
    let wrong: Vec<_> = [
        out_of("maxParticipants", max_participants, 1, limits.participants_max),
        out_of("seatWindowSeconds", seat_window, 0, limits.seat_window_seconds_max),
        name,
    ]
    .into_iter()
    .flatten()
    .collect();
    if wrong.is_empty() { Ok(()) } else { Err(Problem::fields(wrong)) }
}

/// Whether a room of this mode may have so many participants, or as many as it has `already`.
pub(in crate::http) fn mode_carries(limits: &Limits, mode: Mode, wanted: u32, already: u32) -> Result<(), Problem> {
    let most = limits.mesh_participants_max;
    if mode != Mode::Mesh || wanted <= most.max(already) {
        return Ok(());
    }
    let advice = if limits.sfu {
        "create a room of mode `sfu` or `auto` for more"
    } else {
        "rooms of mode `sfu` or `auto` may have more, for which this site has no media server"
    };
    let why = format!(
        "is {wanted}; in a room of mode `mesh`, where everybody sends to everybody, it must be 1 to {most}: {advice}"
    );
    Err(Problem::fields(vec![FieldError::new("maxParticipants", why)]))
}

impl CreateRoom {
    /// The settings of a room of this host, or what is wrong with the wish.
    pub(in crate::http) fn checked(
        self,
        limits: &Limits,
        host_id: UserId,
        account: Option<Uuid>,
    ) -> Result<NewRoom, Problem> {
        wrong(limits, (self.max_participants, self.seat_window_seconds), self.name.as_deref())?;
        let mode = self.mode.unwrap_or(Mode::Mesh);
        if mode != Mode::Mesh && !limits.sfu {
            let name = if mode == Mode::Sfu { "sfu" } else { "auto" };
            let why = format!("is `{name}`, but no media server is configured; leave it out or write `mesh`");
            return Err(Problem::fields(vec![FieldError::new("mode", why)]));
        }
        let max_participants = self.max_participants.unwrap_or(limits.participants);
        mode_carries(limits, mode, max_participants, 0)?;
        Ok(NewRoom {
            host_id,
            account,
            max_participants,
            seat_window_seconds: self.seat_window_seconds.unwrap_or(limits.seat_window_seconds),
            mode,
            name: self.name.unwrap_or_default().trim().to_owned(),
            guests: self.guests.unwrap_or_default(),
        })
    }
}

impl ChangeRoom {
    /// The change, or what is wrong with the wish.
    pub(in crate::http) fn checked(self, limits: &Limits) -> Result<MeetingChange, Problem> {
        wrong(limits, (self.max_participants, self.seat_window_seconds), self.name.as_deref())?;
        Ok(MeetingChange {
            active: self.active,
            max_participants: self.max_participants,
            seat_window_seconds: self.seat_window_seconds,
            name: self.name.map(|name| name.trim().to_owned()),
            guests: self.guests,
            locked: self.locked,
        })
    }
}

/// Rooms, newest first.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct RoomList {
    /// The rooms.
    pub(in crate::http) rooms: Vec<RoomBody>,
    /// The `cursor` of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(in crate::http) next_cursor: Option<String>,
}

impl RoomList {
    /// The page, of rooms that were read with `MeetingPage::and_one`.
    pub(in crate::http) fn of(mut meetings: Vec<Meeting>, page: MeetingPage) -> Self {
        let is_last = meetings.len() <= page.limit as usize;
        meetings.truncate(page.limit as usize);
        let next_cursor = meetings
            .last()
            .filter(|_| !is_last)
            .map(|last| format!("{}.{}", last.created_at.as_millisecond(), last.room_id));
        Self { rooms: meetings.into_iter().map(|meeting| RoomBody::new(meeting, None)).collect(), next_cursor }
    }
}

/// A page of the list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Page {
    /// Maximum number of rooms; default 100.
    #[param(minimum = 1, maximum = 100, nullable = false)]
    limit: Option<u32>,
    /// `nextCursor` of the previous page.
    #[param(nullable = false, pattern = "^[0-9]{1,14}\\.[a-z]{3}-[a-z]{4}-[a-z]{3}$")]
    cursor: Option<String>,
}

/// Maximum length of a page.
const PAGE_MAX: u32 = 100;

impl Page {
    /// The page in the database's terms, or what is wrong with the query.
    pub(in crate::http) fn parse(self) -> Result<MeetingPage, Problem> {
        let limit = self.limit.unwrap_or(PAGE_MAX);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Problem::new(Code::BadRequest, format!("limit is {limit}; it must be 1 to {PAGE_MAX}.")));
        }
        let parse = |cursor: &str| {
            let (millis, room) = cursor.split_once('.')?;
            Some((Timestamp::from_millisecond(millis.parse().ok()?).ok()?, room.parse().ok()?))
        };
        let before = match self.cursor {
            None => None,
            Some(cursor) => {
                let unknown = || Problem::new(Code::BadRequest, "cursor is not a nextCursor of this list.");
                Some(parse(&cursor).ok_or_else(unknown)?)
            }
        };
        Ok(MeetingPage { before, limit })
    }
}

/// The path of one room.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "documents the extractor `body::Room` for OpenAPI")]
pub(in crate::http) struct RoomPath {
    /// The room's public id.
    #[param(rename = "roomId", pattern = "^[a-z]{3}-[a-z]{4}-[a-z]{3}$", example = "abc-defg-hij")]
    room_id: String,
}
