//! `[database]`: where users, rooms and refresh tokens are stored. Must not know SQL.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::secret::{Secret, without_password};
use super::text::{self, Text, text_serde};

/// Users, rooms and refresh tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite://PATH` or `postgres://…`. Absent: the file `aldis.db` in the data directory.
    pub url: Option<DatabaseUrl>,
    /// A file that holds the URL, so that the configuration need not contain a password.
    pub url_file: Option<PathBuf>,
    /// How long a node that starts waits for a PostgreSQL that starts, is busy or cannot be reached.
    #[serde(with = "text::As::<Duration>")]
    pub start_within: Duration,
    /// How long a request may wait for a connection; then it is refused with 503.
    #[serde(with = "text::As::<Duration>")]
    pub acquire_within: Duration,
    /// Timeout of one statement, waiting for a lock included.
    #[serde(with = "text::As::<Duration>")]
    pub query_within: Duration,
    /// Concurrent read connections. SQLite writes through one more.
    pub readers_max: NonZeroUsize,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: None,
            url_file: None,
            start_within: Duration::from_secs(30),
            acquire_within: Duration::from_millis(800),
            query_within: Duration::from_secs(2),
            readers_max: text::count(4),
        }
    }
}

/// The kind of database a URL names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// One file on this machine.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// A database's URL. Its password, if any, is never shown or logged.
#[derive(Debug, Clone, PartialEq)]
pub struct DatabaseUrl(Secret);

impl DatabaseUrl {
    /// Which database this is.
    #[must_use]
    pub fn kind(&self) -> DatabaseKind {
        if self.0.expose().starts_with("sqlite:") { DatabaseKind::Sqlite } else { DatabaseKind::Postgres }
    }

    /// The file that it names; none for a server.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        let path = self.0.expose().strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path);
        Some(Path::new(path.split('?').next().unwrap_or_default()))
    }

    /// The URL with its password: for the driver only.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl Text for DatabaseUrl {
    const FORM: &'static str = "\"sqlite://./data/aldis.db\" or \"postgres://user:password@host/database\"";
    const PATTERN: &'static str = "^(sqlite:|postgres://|postgresql://)/*[^/]";

    fn read(text: &str) -> Result<Self, String> {
        let known = ["sqlite:", "postgres://", "postgresql://"];
        if !known.iter().any(|scheme| text.starts_with(scheme)) {
            return Err("neither SQLite nor PostgreSQL".to_owned());
        }
        if text.split_once(':').is_some_and(|(_, rest)| rest.trim_start_matches('/').is_empty()) {
            return Err("names no database".to_owned());
        }
        Ok(Self(text.to_owned().into()))
    }

    fn write(&self) -> String {
        without_password(self.0.expose())
    }
}

text_serde!(DatabaseUrl);
