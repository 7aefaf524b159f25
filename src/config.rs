//! The configuration: one struct per section, every key with its unit and rationale, and the source of each value.
//! Built-in defaults < TOML file < `ALDIS_…` environment < flags. The one place that reads the environment.
//! Must not know what the values are used for.

mod admin;
mod auth;
mod budget;
mod chat;
mod database;
mod drain;
mod environment;
mod fault;
mod fetch;
mod file;
mod http;
mod ice;
mod layers;
mod ledger;
mod load;
mod loaded;
mod log;
mod mail;
mod media;
mod nearest;
mod node;
mod rate_limits;
mod read;
mod room;
mod rules;
mod schema;
mod secret;
mod show;
mod snippet;
mod socket;
mod sources;
mod telemetry;
pub mod text;
mod values;
mod webhooks;

#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::net::Origin;
pub use admin::Admin;
pub use auth::{AccountsMode, Auth, Claims, Issuer, SignupMode, TokenAlgorithm};
pub use budget::Budget;
pub use chat::Chat;
pub use database::{Database, DatabaseKind, DatabaseUrl};
pub use drain::Drain;
pub use fault::{ConfigError, Fault};
pub use http::Http;
pub use ice::Ice;
pub use layers::FlagValue;
pub use ledger::{Ledger, LedgerUrl};
pub use load::load;
pub use loaded::Loaded;
pub use log::{Log, LogFormat};
pub use mail::{Mail, MailSecurity, MailUrl};
pub use media::{Fallback, Media, MediaUrl};
pub use node::Node;
pub use rate_limits::RateLimits;
pub use room::Room;
pub use schema::schema;
pub use secret::Secret;
pub use socket::Socket;
pub use sources::Sources;
pub use telemetry::{OtlpUrl, Telemetry};
pub use text::{filter::Filter, ice_url::IceUrl, jwks_url::JwksUrl, network::Network, rate::Rate, size::Size};
pub use webhooks::{WebhookUrl, Webhooks};

/// The documented file, as `aldis config default` prints it. A test checks that reading it gives [`Config::default`].
pub const DEFAULT_FILE: &str = include_str!("../config/aldis.toml");

/// Everything an operator may set, by section.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// This node: its name, its files, its load limits.
    pub node: Node,
    /// The public listener.
    pub http: Http,
    /// The admin listener.
    pub admin: Admin,
    /// One WebSocket.
    pub socket: Socket,
    /// Costs of messages.
    pub budget: Budget,
    /// One room.
    pub room: Room,
    /// The history of chat.
    pub chat: Chat,
    /// The backend that is told what happens in rooms.
    pub webhooks: Webhooks,
    /// Accounts, tokens and passwords.
    pub auth: Auth,
    /// Request rates per address and per user.
    pub rate_limits: RateLimits,
    /// Mails to people.
    pub mail: Mail,
    /// STUN and TURN.
    pub ice: Ice,
    /// Media servers.
    pub media: Media,
    /// Users, rooms and refresh tokens.
    pub database: Database,
    /// The store of room membership and inboxes.
    pub ledger: Ledger,
    /// Graceful shutdown.
    pub drain: Drain,
    /// What is logged, and how.
    pub log: Log,
    /// Where traces go.
    pub telemetry: Telemetry,
}
