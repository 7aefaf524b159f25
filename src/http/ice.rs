//! `GET /api/ice-servers`: the value of `RTCConfiguration.iceServers`.

use actors::ports::Action;
use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Shared, caller::Caller, problem::Problem};
use crate::ice::IceServer;

/// ICE servers and the lifetime of their credentials.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct IceServers {
    /// STUN first, then TURN; may be empty.
    ice_servers: Vec<IceServer>,
    /// Seconds during which the credentials can be used for new allocations.
    #[schema(minimum = 1, maximum = 3600, example = 3600)]
    ttl_seconds: u64,
}

/// STUN and TURN servers for the caller, with fresh TURN credentials. Limited to ten requests at once and ten an hour after
/// that, by default.
#[utoipa::path(get, path = "/api/ice-servers", tag = "ice", operation_id = "getIceServers", security(("bearer" = []), ("cookie" = [])),
    responses((status = 200, body = IceServers, description = "STUN and TURN servers with credentials")))]
pub(super) async fn ice_servers(State(site): State<Shared>, caller: Caller) -> Result<Json<IceServers>, Problem> {
    caller.may(Action::UseIceServers)?;
    let now = site.accounts.clock().now();
    let taken = site.rates.credentials.take(&caller.user.to_string()).await;
    taken.map_err(|wait| Problem::too_often("requests for ICE servers", wait))?;
    let ice_servers = site.ice.servers_for(&caller.user.to_string(), now);
    Ok(Json(IceServers { ice_servers, ttl_seconds: site.ice.ttl().as_secs() }))
}
