//! Persistent data: users, sessions, revocations, invites, mailed links, devices, meetings, messages, API keys, webhooks.
//!
//! One port (`Store`, one trait per table), two implementations that run the same statements: `Sqlite` (the embedded
//! default) and `Postgres`. SQL stays in this folder; callers see nouns and `StoreError`.
//! Must not know: HTTP, tokens' text, passwords (only their hashes), who is in a room now.

pub mod api_keys;
#[cfg(test)]
pub(crate) mod contract;
pub mod copy;
pub mod devices;
mod error;
pub mod idempotency;
pub mod invites;
pub mod links;
pub mod lobby;
pub mod meetings;
pub mod messages;
mod person;
mod postgres;
pub mod revocations;
mod room_id;
pub mod sessions;
mod signing_keys;
mod sqlite;
pub mod tenancy;
mod transaction;
mod user;
pub mod users;
pub mod webhooks;

use std::{path::Path, sync::Arc, time::Duration};

pub use api_keys::{ApiAlgorithm, ApiKey, ApiKeys};
pub use devices::{Device, DeviceHash, Devices};
pub use error::StoreError;
pub use idempotency::{Added, Idempotency, Once};
pub use invites::{Invite, InviteHash, Invites, NewInvite};
pub use links::{LinkHash, Links, NewLink, Purpose, Reset};
pub use lobby::{Lobby, WaitingGuest, WaitingHash, WaitingState};
pub use meetings::{Ban, BanChange, Guests, Meeting, MeetingChange, MeetingPage, Meetings, Mode, Policies};
pub use messages::{Deletion, Message, MessagePage, Messages, Stored};
pub use postgres::{Postgres, examine as examine_postgres};
pub use revocations::{End, Revocation, Revocations};
pub use room_id::{NotARoomId, RoomId};
pub use sessions::{NewSession, Nonce, Rotation, Session, Sessions, TokenHash, Use};
pub use signing_keys::{KeyChange, SharedKeys, SigningKey, SigningKeys};
pub use sqlite::Sqlite;
pub use user::{NewUser, User};
pub use users::{NewPassword, Users};
pub use webhooks::{NewWebhook, Webhook, WebhookCounts, Webhooks};

/// The database.
///
/// Every operation returns within a few `Settings::query_within`. A change is either committed when it returns `Ok`, not
/// made when it returns an error, or `StoreError::Unknown` (`contract::failures`).
#[async_trait::async_trait]
pub trait Store:
    Users
    + Sessions
    + Revocations
    + Invites
    + Links
    + Devices
    + Meetings
    + Policies
    + Lobby
    + Messages
    + SharedKeys
    + ApiKeys
    + Idempotency
    + Webhooks
    + Send
    + Sync
    + 'static
{
    /// Runs a trivial query: for `/health/ready`.
    async fn ping(&self) -> Result<(), StoreError>;
    /// Writes a row, for the same: a full disk can be read.
    async fn probe(&self, now: jiff::Timestamp) -> Result<(), StoreError>;
    /// From now on changes are refused as `Unavailable` for this reason, or no longer; reading goes on.
    fn refuse_changes(&self, _why: Option<&'static str>) {}
    /// Lets running statements finish and closes the connections; later calls return `Unavailable`.
    async fn close(&self);
}

/// Whose clock judges whether the use of a refresh token is repeated in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhoseClock {
    /// The server's, because the clocks of several nodes differ. (SQLite has one node, whose clock it is.)
    #[default]
    Database,
    /// The caller's (`Rotation::end`): for tests.
    Caller,
}

/// Timeouts and pool size.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How long a request may wait for a free connection. Short: an unavailable database must be an error at once, not
    /// a queue of waiting requests. At most `1s`.
    pub acquire_within: Duration,
    /// Timeout of one statement, and of the commit after it; then the response is 503.
    pub query_within: Duration,
    /// Timeout of connecting to PostgreSQL and migrating its schema at start, another node's migration included.
    pub migrate_within: Duration,
    /// How long SQLite waits for a lock that another process holds (`aldis keys`, a backup).
    pub busy_within: Duration,
    /// Connections for reading (SQLite), or in all (PostgreSQL). SQLite writes through one more.
    pub connections_max: u32,
    /// Whose clock judges repeated uses.
    pub clock: WhoseClock,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            acquire_within: Duration::from_millis(800),
            query_within: Duration::from_secs(2),
            migrate_within: Duration::from_secs(60),
            busy_within: Duration::from_millis(500),
            connections_max: 4,
            clock: WhoseClock::Database,
        }
    }
}

/// Opens the database named by `url` and migrates its schema.
///
/// `None`, `sqlite:<path>` or `sqlite://<path>` is a SQLite file (by default `<data_dir>/aldis.db`);
/// `postgres://…` is PostgreSQL.
///
/// # Errors
/// The database cannot be opened, or its schema cannot be migrated. The error does not contain the url's password.
pub async fn open(url: Option<&str>, data_dir: &Path, settings: &Settings) -> anyhow::Result<Arc<dyn Store>> {
    let path = match url {
        None => data_dir.join("aldis.db"),
        Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            return Ok(Arc::new(Postgres::open(url, settings).await?));
        }
        Some(url) => match url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")) {
            Some(path) if !path.is_empty() => path.into(),
            Some(_) | None => anyhow::bail!(
                "cannot open the database: its url starts with neither sqlite: nor postgres:// → write sqlite:./data/aldis.db or postgres://user@host/aldis"
            ),
        },
    };
    Ok(Arc::new(Sqlite::open(&path, settings).await?))
}

/// Whether a database that could not be opened may be opened later: its server does not answer, starts, or is busy.
#[must_use]
pub fn may_pass(why: &anyhow::Error) -> bool {
    postgres::may_pass(why)
}

/// The signing keys of the nodes that share the PostgreSQL at `url`, whose schema a node has migrated: for commands.
///
/// # Errors
/// It cannot be reached. The error does not contain the url's password.
pub async fn signing_keys(url: &str, settings: &Settings) -> anyhow::Result<Arc<dyn SigningKeys>> {
    Ok(Arc::new(Postgres::open_migrated(url, settings).await?))
}

/// Milliseconds since 1970, as every table stores time.
fn millis(at: jiff::Timestamp) -> i64 {
    at.as_millisecond()
}

/// The time written by `millis`.
fn timestamp(column: &'static str, millis: i64) -> Result<jiff::Timestamp, StoreError> {
    jiff::Timestamp::from_millisecond(millis).map_err(|_| StoreError::Unreadable { column, value: millis.to_string() })
}
