//! `/api/rooms/{roomId}/card` and `/guests`: what people without an account see of a room, and how they come in.

use actors::{ports::Grants, protocol::UserId};
use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{absent, shape::RoomPath};
use crate::{
    auth::account,
    http::{
        Shared,
        body::{Body, Room},
        caller::FormerGuest,
        problem::{Code, Problem, ProblemBody},
    },
    net,
    rooms::Knocked,
    storage::{Guests, Meeting, RoomId, StoreError},
};

/// What anybody who knows a room's id may know of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct RoomCard {
    /// The room.
    #[schema(value_type = String, pattern = "^[a-z]{3}-[a-z]{4}-[a-z]{3}$", example = "abc-defg-hij")]
    room_id: RoomId,
    /// What it is called; may be empty.
    name: String,
    /// Whether it may be joined.
    active: bool,
    /// Whether people without an account may join.
    guests: Guests,
    /// Current number of participants, over all nodes; absent when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0)]
    participants: Option<usize>,
}

/// A guest's wish.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewGuest {
    /// The name that others see.
    #[schema(min_length = 1, max_length = 64, example = "Ann")]
    name: String,
}

/// A guest's token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct GuestToken {
    /// For this room only; renew it by the same request, with it as `Authorization: Bearer`: before it expires, or, after a sleep, up
    /// to twelve hours later. Nothing else takes an expired token.
    access_token: String,
    /// Seconds until it expires.
    #[schema(minimum = 1, example = 900)]
    expires_in: u64,
    /// The guest.
    user: Guest,
}

/// A guest.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Guest {
    /// Their id in the room.
    #[schema(value_type = String)]
    id: UserId,
    /// Their name.
    name: String,
}

/// A guest who has to wait until the host lets them in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct Waiting {
    /// Their secret: with it they ask what has become of them.
    #[schema(example = "9tA3…")]
    pub(super) waiting: String,
    /// How long to wait before the next question, in milliseconds. The answer to that comes once the host has answered, or after some
    /// seconds. Whoever does not ask for 30 seconds has gone.
    #[schema(example = 0)]
    pub(super) poll_after_ms: u64,
}

/// What a room is called, and how many are in it: without an account.
#[utoipa::path(get, path = "/api/rooms/{roomId}/card", tag = "rooms", operation_id = "getRoomCard", params(RoomPath),
    responses((status = 200, body = RoomCard, description = "The room's card"), (status = 404, body = ProblemBody, description = "`room_not_found`")))]
pub(in crate::http) async fn card(
    State(site): State<Shared>,
    Room(room_id): Room,
    from: From,
) -> Result<Json<RoomCard>, Problem> {
    let Some(meeting) = site.rooms.find(room_id).await? else {
        from.is_counted(&site, "requests for rooms that do not exist").await?;
        return Err(absent(room_id));
    };
    let participants = site.live.participants(room_id).await;
    Ok(Json(RoomCard { room_id, name: meeting.name, active: meeting.active, guests: meeting.guests, participants }))
}

/// A token for one room, without an account, if its host lets guests in. With the token of such a guest, which may have expired up to
/// twelve hours ago, they stay the same. Where the host is asked each time, a new guest waits, and asks what has become of them.
#[utoipa::path(post, path = "/api/rooms/{roomId}/guests", tag = "rooms", operation_id = "enterAsGuest", params(RoomPath),
    request_body = NewGuest,
    responses(
        (status = 201, body = GuestToken, description = "A token for this room"),
        (status = 202, body = Waiting, description = "The host is asked"),
        (status = 403, body = ProblemBody, description = "`guests_not_allowed`, `room_locked`, `banned`"),
        (status = 404, body = ProblemBody, description = "`room_not_found`"),
        (status = 409, body = ProblemBody, description = "`waiting_room_full`: 50 guests wait")
    ))]
pub(in crate::http) async fn enter(
    State(site): State<Shared>,
    Room(room_id): Room,
    from: From,
    FormerGuest(former): FormerGuest,
    Body(wish): Body<NewGuest>,
) -> Result<Response, Problem> {
    from.is_counted(&site, "guests from your address").await?;
    let name = account::checked_name("name", &wish.name).map_err(|why| Problem::fields(vec![why]))?;
    let meeting = site.rooms.find(room_id).await?.ok_or_else(|| absent(room_id))?;
    let grants = grants(room_id);
    let former = former.filter(|guest| guest.grants.as_deref() == Some(&grants)).map(|guest| guest.user);
    may_enter(&meeting, former.as_ref())?;
    if meeting.guests == Guests::Ask && former.is_none() {
        return knock(&site, room_id, name).await;
    }
    let body = token(&site, room_id, former.unwrap_or_else(UserId::random), name).await?;
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// What a guest's token grants.
fn grants(room_id: RoomId) -> Grants {
    Grants { room: Some(room_id), join: true, ..Grants::default() }
}

/// Whether guests may come at all.
pub(super) fn takes_guests(room: &Meeting) -> Result<(), Problem> {
    let refused = |why: &str| Problem::new(Code::GuestsNotAllowed, format!("Room {} {why}", room.room_id));
    if !room.active {
        return Err(refused("is closed."));
    }
    if room.guests == Guests::No {
        return Err(refused("lets nobody in without an account: log in, or ask its host."));
    }
    Ok(())
}

/// Whether a guest may come, or stay who they are.
fn may_enter(room: &Meeting, former: Option<&UserId>) -> Result<(), Problem> {
    takes_guests(room)?;
    let room_id = room.room_id;
    if former.is_some_and(|user| room.bans.iter().any(|ban| ban.user == *user)) {
        let detail = format!("The host of room {room_id} has removed you, and you may not come back.");
        return Err(Problem::new(Code::Banned, detail));
    }
    if room.locked && former.is_none() {
        let detail = format!("Room {room_id} is locked: its host lets nobody new in.");
        return Err(Problem::new(Code::RoomLocked, detail));
    }
    Ok(())
}

/// A token of this guest.
pub(super) async fn token(site: &Shared, room_id: RoomId, id: UserId, name: String) -> Result<GuestToken, Problem> {
    let access_token = site.accounts.guest_token(id.clone(), name.clone(), grants(room_id)).await?;
    let expires_in = site.accounts.settings().access_ttl.as_secs();
    Ok(GuestToken { access_token, expires_in, user: Guest { id, name } })
}

/// Where a request comes from.
pub(in crate::http) struct From(Option<net::Request>);

impl<S: Send + Sync> FromRequestParts<S> for From {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.extensions.get().cloned()))
    }
}

impl From {
    /// Counts what strangers could use to guess ids or to make guests, with logins from the same address.
    pub(in crate::http) async fn is_counted(&self, site: &Shared, what: &str) -> Result<(), Problem> {
        let Some(known) = &self.0 else { return Ok(()) };
        let taken = site.rates.auth_address.take(&known.client.network().to_string()).await;
        taken.map_err(|wait| Problem::too_often(what, wait))
    }
}

/// A guest comes to the door.
async fn knock(site: &Shared, room_id: RoomId, name: String) -> Result<Response, Problem> {
    let knocked = site.hosting.knock(room_id, name, site.accounts.clock().now()).await;
    match knocked.map_err(|why| if matches!(why, StoreError::UnknownUser) { absent(room_id) } else { why.into() })? {
        Knocked::Waits(secret) => {
            let body = Waiting { waiting: secret.expose(), poll_after_ms: 0 };
            Ok((StatusCode::ACCEPTED, Json(body)).into_response())
        }
        Knocked::Full => {
            let detail = format!("As many guests wait for room {room_id} as may: try again later.");
            Err(Problem::new(Code::WaitingRoomFull, detail))
        }
    }
}
