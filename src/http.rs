//! HTTP: every route on one screen. One resource per file; layers and extractors beside them.
//!
//! Public: accounts, rooms, ICE servers, health, documents, the web app. Operators: metrics and internal state.
//! Must not know: sockets, SQL, who is in a room (`LiveRooms` answers that).

mod account;
mod admin;
mod api_keys;
mod audit;
mod auth;
mod body;
mod caller;
pub mod client;
mod compress;
pub mod cookies;
mod docs;
pub mod health;
mod ice;
mod invites;
mod jwks;
mod keys;
mod layers;
pub mod metrics;
mod operators;
mod origin;
pub mod problem;
pub mod rate;
mod reports;
pub mod request_id;
pub mod rooms;
mod socket;
#[cfg(test)]
mod tests;
mod unread;
mod v1;
mod web;
mod webhooks;

use std::{sync::Arc, time::Duration};

use actors::ledger::EventLog;
use axum::{
    Extension, Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{delete, get, post},
};
use tower_http::{catch_panic::CatchPanicLayer, cors::CorsLayer};
use utoipa::OpenApi as _;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use admin::{DescribeCluster, DescribeMedia, RenderMetrics};
pub use health::{Check, Health};
pub use operators::{Operators, OverSocket};
pub use rate::Rates;
pub use socket::NotOpened;

use crate::{
    accounts::Accounts,
    history::History,
    ice::Ice,
    live::LiveRooms,
    load::Load,
    net,
    rooms::{Hosting, Rooms},
    webhooks::Outbox,
};

/// The state shared by all routes. Built by the composition root.
pub struct Site {
    /// Accounts and sessions.
    pub accounts: Arc<Accounts>,
    /// Room settings.
    pub rooms: Rooms,
    /// What was said in rooms.
    pub history: Arc<History>,
    /// Changes of rooms by their hosts.
    pub hosting: Hosting,
    /// The live rooms.
    pub live: Arc<dyn LiveRooms>,
    /// Events of rooms, if they are kept.
    pub events: Option<Arc<dyn EventLog>>,
    /// Webhooks that wait or were given up.
    pub outbox: Outbox,
    /// STUN and TURN.
    pub ice: Arc<Ice>,
    /// The node's health checks.
    pub health: Arc<Health>,
    /// Load shedding.
    pub load: Arc<Load>,
    /// The nodes of the cluster, for operators.
    pub cluster: DescribeCluster,
    /// The media servers, for operators.
    pub media: DescribeMedia,
    /// Rate limits: `Rates::new(&settings.rates, …)`.
    pub rates: Rates,
    /// Limits and origins.
    pub settings: Settings,
}

type Shared = Arc<Site>;

/// Limits and origins of HTTP.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Which pages and which proxies are trusted; the listener has the same.
    pub net: Arc<net::Rules>,
    /// Maximum size of a request's body, in bytes.
    pub body_bytes_max: usize,
    /// Timeout of receiving a request's body.
    pub body_within: Duration,
    /// Timeout of a whole request.
    pub within: Duration,
    /// Rate limits.
    pub rates: rate::Limits,
    /// Limits of rooms.
    pub rooms: rooms::Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            net: Arc::default(),
            body_bytes_max: body::BODY_BYTES_MAX,
            body_within: body::BODY_WITHIN,
            within: layers::WITHIN,
            rates: rate::Limits::default(),
            rooms: rooms::Limits::default(),
        }
    }
}

/// The public listener's routes. The listener adds `ConnectInfo<SocketAddr>` and a `net::Request` to each request, and
/// [`NotOpened`] to one that asked for a socket in vain.
pub fn router(site: Shared) -> Router {
    let (api, _) = api_routes().split_for_parts();
    let (health, _) = health_routes().split_for_parts();
    let limited = api
        .merge(docs::routes(&openapi(&site.settings)))
        .route("/", get(web::page).options(web::options))
        .route("/r/{*room}", get(web::room_page))
        .fallback(web::file)
        .layer(from_fn_with_state(Arc::clone(&site), rate::by_address))
        .layer(from_fn_with_state(Arc::clone(&site), layers::shed));
    layered(limited.merge(health), site, layers::cors)
}

/// The route of a listener that serves sockets, but none of our resources: it sends the refusals of sockets.
pub fn refusals() -> Router {
    let route = Router::new().route("/ws", axum::routing::any(socket::refused));
    route.layer(from_fn(problem::render)).layer(from_fn(request_id::give))
}

fn api_routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::with_openapi(docs::Document::openapi())
        .routes(routes!(auth::settings::settings))
        .routes(routes!(auth::signup))
        .routes(routes!(auth::login))
        .routes(routes!(auth::refresh))
        .routes(routes!(auth::logout))
        .routes(routes!(auth::recovery::forgot))
        .routes(routes!(auth::recovery::reset))
        .routes(routes!(auth::recovery::verify))
        .routes(routes!(auth::me))
        .routes(routes!(account::sessions, account::end_sessions))
        .routes(routes!(account::end_session))
        .routes(routes!(account::password))
        .routes(routes!(account::export::export))
        .routes(routes!(account::delete))
        .routes(routes!(jwks::jwks))
        .routes(routes!(rooms::list, rooms::create))
        .routes(routes!(rooms::get, rooms::patch, rooms::delete))
        .routes(routes!(rooms::guests::card))
        .routes(routes!(rooms::guests::enter))
        .routes(routes!(rooms::door::ask, rooms::door::give_up))
        .routes(routes!(rooms::door::list, rooms::door::answer_all))
        .routes(routes!(rooms::door::answer))
        .routes(routes!(rooms::powers::remove))
        .routes(routes!(rooms::powers::mute))
        .routes(routes!(rooms::powers::hand_over))
        .routes(routes!(rooms::powers::bans, rooms::powers::lift_all))
        .routes(routes!(rooms::powers::lift))
        .routes(routes!(rooms::messages::messages))
        .routes(routes!(rooms::messages::delete))
        .routes(routes!(reports::report))
        .routes(routes!(ice::ice_servers))
        .merge(v1_routes())
        .routes(routes!(socket::ws))
        .route("/ws", axum::routing::any(socket::refused))
}

/// What backends do, and operators at their own listener.
fn v1_routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(v1::list, v1::create))
        .routes(routes!(v1::get, v1::patch, v1::delete))
        .routes(routes!(v1::close))
        .routes(routes!(v1::participants::list))
        .routes(routes!(v1::participants::remove))
        .routes(routes!(v1::powers::remove))
        .routes(routes!(v1::participants::relocate))
        .routes(routes!(v1::powers::mute))
        .routes(routes!(v1::powers::hand_over))
        .routes(routes!(v1::powers::bans, v1::powers::lift_all))
        .routes(routes!(v1::powers::lift))
        .routes(routes!(v1::powers::waiting, v1::powers::answer_all))
        .routes(routes!(v1::powers::answer))
        .routes(routes!(v1::timeline::timeline))
        .routes(routes!(v1::messages::send))
        .routes(routes!(v1::users::end_sessions))
}

/// On both listeners, and exempt from rate limits: probes must not be refused.
fn health_routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(health::live)).routes(routes!(health::ready)).routes(routes!(health::detail))
}

/// The document of the public routes (OpenAPI 3.1), as `/openapi.json` serves it.
#[must_use]
pub fn openapi(settings: &Settings) -> serde_json::Value {
    docs::complete(&api_routes().into_openapi().merge_from(health_routes().into_openapi()), settings)
}

/// The operators' routes: probes and metrics to read, and what only operators may see and change. The unix socket adds
/// [`OverSocket`] to each request.
pub fn admin_router(site: Shared, metrics: RenderMetrics, operators: Operators) -> Router {
    let (open, _) = health_routes().merge(v1_routes()).split_for_parts();
    let draining = admin::Draining(operators.drain.clone());
    let routes = open
        .route("/", get(operators::page::lead))
        .route("/admin", get(operators::page::page))
        .route("/admin/{file}", get(operators::page::file))
        .route("/metrics", get(admin::metrics))
        .route("/internal/drain", post(admin::drain))
        .route("/internal/rooms", get(admin::rooms::list))
        .route("/internal/rooms/live", get(admin::rooms::live))
        .route("/internal/rooms/{roomId}", get(admin::rooms::show))
        .route("/internal/rooms/{roomId}/close", post(admin::rooms::close))
        .route("/internal/rooms/{roomId}/open", post(admin::rooms::open))
        .route("/internal/rooms/{roomId}/participants/{userId}", delete(admin::rooms::kick))
        .route("/internal/rooms/{roomId}/timeline", get(v1::timeline::of_any))
        .route("/internal/webhooks", get(webhooks::list))
        .route("/internal/webhooks/retry", post(webhooks::retry_all))
        .route("/internal/webhooks/{webhookId}", get(webhooks::show))
        .route("/internal/webhooks/{webhookId}/retry", post(webhooks::retry))
        .route("/internal/tree", get(admin::tree))
        .route("/internal/cluster", get(admin::cluster))
        .route("/internal/media", get(admin::media))
        .route("/internal/users", get(admin::users::list))
        .route(
            "/internal/users/{userId}",
            get(admin::users::show).patch(admin::users::change).delete(admin::users::delete),
        )
        .route("/internal/users/{userId}/password", post(admin::users::password))
        .route("/internal/users/{userId}/sessions", delete(admin::users::end_sessions))
        .route("/internal/invites", get(invites::list).post(invites::create))
        .route("/internal/invites/{inviteId}", delete(invites::revoke))
        .route("/internal/api-keys", get(api_keys::list).post(api_keys::create))
        .route("/internal/api-keys/{apiKeyId}", delete(api_keys::revoke))
        .route("/internal/keys", get(keys::list))
        .route("/internal/keys/rotate", post(keys::rotate))
        .fallback(layers::nothing)
        .layer(from_fn_with_state(Arc::new(operators), operators::guard))
        .layer(Extension(metrics))
        .layer(Extension(draining));
    layered(routes, site, |_| None)
}

/// Wraps routes into the layers, the last one outermost. `cors`: which pages of other sites may read the answers.
fn layered(routes: Router<Shared>, site: Shared, cors: fn(&Settings) -> Option<CorsLayer>) -> Router {
    let routes = routes
        .layer(from_fn_with_state(Arc::clone(&site), layers::within))
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(from_fn(client::must_have_host))
        .layer(from_fn(audit::record))
        .layer(from_fn(problem::render))
        .layer(compress::layer())
        .layer(from_fn(metrics::observe))
        .layer(from_fn(layers::secure));
    let routes = match cors(&site.settings) {
        Some(cors) => routes.layer(cors),
        None => routes,
    };
    routes
        .layer(from_fn(request_id::give))
        .layer(from_fn_with_state(Arc::clone(&site), client::locate))
        .layer(from_fn(unread::announce))
        .with_state(site)
}
