//! Errors of the database, by what a caller can do about them.
//! Constraints of the schema are found by name here and become answers; everything else is away or broken.

use sqlx::error::{DatabaseError, ErrorKind};

/// Why a database operation failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database is unavailable, busy or full: the same call may succeed later (503 with `Retry-After`).
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// An account with this address exists (constraint `users_email_key`).
    #[error("an account with this e-mail address already exists")]
    EmailTaken,
    /// This room id is taken (constraint `meetings_pkey`): draw another.
    #[error("a room with this id already exists")]
    RoomIdTaken,
    /// This host has the maximum number of rooms.
    #[error("this user already hosts {max} rooms, the maximum")]
    TooManyRooms {
        /// The limit.
        max: u32,
    },
    /// The row refers to a user who does not exist (any more).
    #[error("no such user")]
    UnknownUser,
    /// A column contains a value that this version cannot read: written by a newer version, or damaged.
    #[error("the database contains {value:?} in {column}, which this version cannot read")]
    Unreadable {
        /// Table and column.
        column: &'static str,
        /// The value found.
        value: String,
    },
    /// A statement failed and no caller can do anything about it: a bug, or a damaged database.
    #[error("a database statement failed: {0}")]
    Broken(#[source] sqlx::Error),
}

/// SQLite's primary result codes that mean "not now": BUSY, LOCKED, IOERR, FULL, CANTOPEN, READONLY.
const SQLITE_AWAY: [i32; 6] = [5, 6, 10, 13, 14, 8];

/// PostgreSQL's SQLSTATE classes that mean "not now": connection, resources, operator intervention; and serialization.
const POSTGRES_AWAY: [&str; 5] = ["08", "53", "57", "58", "40"];

impl From<sqlx::Error> for StoreError {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "sqlx's enum is open: errors not known to be transient are bugs"
    )]
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(refusal) => match constraint(refusal.as_ref()) {
                Some(known) => known,
                None if is_away(refusal.as_ref()) => Self::Unavailable(error.to_string()),
                None => Self::Broken(error),
            },
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error.to_string()),
            _ => Self::Broken(error),
        }
    }
}

/// The constraints a client can break. PostgreSQL gives the constraint's name; SQLite the index's name, or table and
/// column.
#[expect(clippy::wildcard_enum_match_arm, reason = "sqlx's enum is open: other kinds are bugs")]
fn constraint(refusal: &dyn DatabaseError) -> Option<StoreError> {
    let names = |name: &str, column: &str| {
        refusal.constraint() == Some(name) || refusal.message().contains(name) || refusal.message().ends_with(column)
    };
    match refusal.kind() {
        ErrorKind::UniqueViolation if names("users_email_key", "users.email") => Some(StoreError::EmailTaken),
        ErrorKind::UniqueViolation if names("meetings_pkey", "meetings.room_id") => Some(StoreError::RoomIdTaken),
        ErrorKind::ForeignKeyViolation => Some(StoreError::UnknownUser),
        _ => None,
    }
}

fn is_away(refusal: &dyn DatabaseError) -> bool {
    let Some(code) = refusal.code() else { return false };
    if refusal.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        // The low byte of an extended code is the primary one.
        return code.parse::<i32>().is_ok_and(|code| SQLITE_AWAY.contains(&(code & 0xff)));
    }
    POSTGRES_AWAY.iter().any(|class| code.starts_with(class))
}
