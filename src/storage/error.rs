//! Errors of the database, by what a caller can do about them.
//! Constraints of the schema are found by name here and become answers; everything else is away or broken.

use sqlx::error::{DatabaseError, ErrorKind};

/// Why a database operation failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database is unavailable, busy or full, and nothing was written: the same call may succeed later (503 with
    /// `Retry-After`).
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The answer to the commit was lost: the change was made, or was not. The caller must look before it goes on.
    #[error("the database did not confirm a change: {0}")]
    Unknown(String),
    /// The transaction lost against another one, several times, and nothing was written.
    #[error("the database is busy with other changes: {0}")]
    Conflict(String),
    /// An account with this address exists (constraint `users_email_key`).
    #[error("an account with this e-mail address already exists")]
    EmailTaken,
    /// The invite is unknown, used up, expired, or another address's.
    #[error("the invite cannot be used")]
    InviteInvalid,
    /// This room id is taken (constraint `meetings_pkey`): draw another.
    #[error("a room with this id already exists")]
    RoomIdTaken,
    /// This host has the maximum number of rooms.
    #[error("this user already hosts {max} rooms, the maximum")]
    TooManyRooms {
        /// The limit.
        max: u32,
    },
    /// This room has the maximum number of bans.
    #[error("this room has {max} bans, the maximum")]
    TooManyBans {
        /// The limit.
        max: usize,
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
/// SQLite's answers to `COMMIT` after which nothing was committed: BUSY, LOCKED, READONLY, FULL, CONSTRAINT.
const SQLITE_REFUSED: [i32; 5] = [5, 6, 8, 13, 19];

/// PostgreSQL's SQLSTATEs that mean "not now": connection, resources, operator intervention, system; a standby that can
/// only be read (25006), a lock that was not free in time (55P03), a plan older than a migration (0A000).
const POSTGRES_AWAY: [&str; 7] = ["08", "53", "57", "58", "25006", "55P03", "0A000"];
/// The class of transactions that lost against another one.
const POSTGRES_CONFLICT: &str = "40";
/// Answers to `COMMIT` of a server that may have committed before it failed: connection, operator intervention, system.
const POSTGRES_UNKNOWN: [&str; 4] = ["08", "57", "58", "40003"];

/// SQLite's primary result codes that blame the data of a statement: TOOBIG, CONSTRAINT, MISMATCH.
const SQLITE_DATA: [i32; 3] = [18, 19, 20];
/// PostgreSQL's classes that do: data exceptions, violated constraints.
const POSTGRES_DATA: [&str; 2] = ["22", "23"];

impl StoreError {
    /// Whether the statement failed for what it was to store: it would fail again, whatever becomes of the database.
    #[must_use]
    pub fn blames_data(&self) -> bool {
        let Self::Broken(error) = self else { return false };
        match error.as_database_error().map(Code::of) {
            Some(Code::Sqlite(code)) => SQLITE_DATA.contains(&(code & 0xff)),
            Some(Code::Postgres(code)) => POSTGRES_DATA.iter().any(|class| code.starts_with(class)),
            Some(Code::None) | None => matches!(error, sqlx::Error::Encode(_)),
        }
    }

    /// The meaning of an error that `COMMIT` answered.
    pub(super) fn of_commit(error: sqlx::Error) -> Self {
        let refused = match error.as_database_error().map(Code::of) {
            Some(Code::Sqlite(code)) => SQLITE_REFUSED.contains(&(code & 0xff)),
            Some(Code::Postgres(code)) => !POSTGRES_UNKNOWN.iter().any(|class| code.starts_with(class)),
            Some(Code::None) | None => false,
        };
        if refused { error.into() } else { Self::Unknown(error.to_string()) }
    }
}

impl From<sqlx::Error> for StoreError {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "sqlx's enum is open: errors not known to be transient are bugs"
    )]
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(refusal) => match constraint(refusal.as_ref()) {
                Some(known) => known,
                None => of_code(Code::of(refusal.as_ref()), &error).unwrap_or(Self::Broken(error)),
            },
            // A connection that is cut within an answer can look like a server that speaks another protocol.
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
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
        ErrorKind::UniqueViolation if names("users_email_key", "users.email_key") => Some(StoreError::EmailTaken),
        ErrorKind::UniqueViolation if names("meetings_pkey", "meetings.room_id") => Some(StoreError::RoomIdTaken),
        ErrorKind::ForeignKeyViolation => Some(StoreError::UnknownUser),
        _ => None,
    }
}

/// An error code of either database.
enum Code {
    /// An extended result code; its low byte is the primary one.
    Sqlite(i32),
    /// An SQLSTATE.
    Postgres(String),
    None,
}

impl Code {
    fn of(refusal: &dyn DatabaseError) -> Self {
        let Some(code) = refusal.code() else { return Self::None };
        if refusal.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
            return code.parse().map_or(Self::None, Self::Sqlite);
        }
        Self::Postgres(code.into_owned())
    }
}

fn of_code(code: Code, error: &sqlx::Error) -> Option<StoreError> {
    match code {
        Code::Sqlite(code) if SQLITE_AWAY.contains(&(code & 0xff)) => Some(StoreError::Unavailable(error.to_string())),
        Code::Postgres(code) if code.starts_with(POSTGRES_CONFLICT) => Some(StoreError::Conflict(error.to_string())),
        Code::Postgres(code) if POSTGRES_AWAY.iter().any(|class| code.starts_with(class)) => {
            Some(StoreError::Unavailable(error.to_string()))
        }
        Code::Sqlite(_) | Code::Postgres(_) | Code::None => None,
    }
}
