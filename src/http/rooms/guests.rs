//! `/api/rooms/{roomId}/card` and `/guests`: what people without an account see of a room, and how they come in.

use actors::{
    ports::{Action, Grants},
    protocol::UserId,
};
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
        caller::Caller,
        problem::{Code, Problem, ProblemBody},
    },
    net,
    storage::{Guests, RoomId},
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
    /// For this room only; renew it before it expires by the same request, with it as `Authorization: Bearer`.
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

/// A token for one room, without an account, if its host lets guests in. With the token of such a guest it is renewed: they stay the
/// same.
#[utoipa::path(post, path = "/api/rooms/{roomId}/guests", tag = "rooms", operation_id = "enterAsGuest", params(RoomPath),
    request_body = NewGuest,
    responses(
        (status = 201, body = GuestToken, description = "A token for this room"),
        (status = 403, body = ProblemBody, description = "`guests_not_allowed`"),
        (status = 404, body = ProblemBody, description = "`room_not_found`")
    ))]
pub(in crate::http) async fn enter(
    State(site): State<Shared>,
    Room(room_id): Room,
    from: From,
    Former(former): Former,
    Body(wish): Body<NewGuest>,
) -> Result<Response, Problem> {
    from.is_counted(&site, "guests from your address").await?;
    let name = account::checked_name("name", &wish.name).map_err(|why| Problem::fields(vec![why]))?;
    let meeting = site.rooms.find(room_id).await?.ok_or_else(|| absent(room_id))?;
    let refused = |why: &str| Err(Problem::new(Code::GuestsNotAllowed, format!("Room {room_id} {why}")));
    match meeting.guests {
        _ if !meeting.active => return refused("is closed."),
        Guests::No => return refused("lets nobody in without an account: log in, or ask its host."),
        Guests::Ask => return refused("asks its host for each guest, which this version cannot do yet: log in."),
        Guests::Yes => {}
    }
    let grants = Grants { room: Some(room_id), join: true, ..Grants::default() };
    let is_same = |caller: &Caller| {
        caller.issuer.is_none() && caller.session.is_none() && caller.grants.as_deref() == Some(&grants)
    };
    let id = former.filter(is_same).map_or_else(UserId::random, |caller| caller.user);
    let access_token = site.accounts.guest_token(id.clone(), name.clone(), grants).await?;
    let expires_in = site.accounts.settings().access_ttl.as_secs();
    let body = GuestToken { access_token, expires_in, user: Guest { id, name } };
    Ok((StatusCode::CREATED, Json(body)).into_response())
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

/// The guest who renews their token, if the request has one that is valid.
pub(in crate::http) struct Former(Option<Caller>);

impl FromRequestParts<Shared> for Former {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Self::Rejection> {
        let caller = Caller::from_request_parts(parts, site).await.ok();
        Ok(Self(caller.filter(|caller| caller.may(Action::UseAccount).is_err())))
    }
}
