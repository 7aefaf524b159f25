//! The table `meetings`: rooms and their settings. Not who is in a room.

mod choices;
mod policy;

use actors::protocol::UserId;
use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Added, Once, Postgres, RoomId, Sqlite, StoreError,
    idempotency::{ANSWER, ANSWERED, Answered},
    millis, person, timestamp,
    transaction::transact,
};

pub use choices::{Guests, Mode, NotAMode, NotAboutGuests};
pub use policy::{BANS_MAX, Ban, BanChange, Policies};

/// A room and its settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Meeting {
    /// The public id.
    pub room_id: RoomId,
    /// Its creator, who may change or delete it.
    pub host_id: UserId,
    /// Whether it may be joined.
    pub active: bool,
    /// Its maximum number of participants.
    pub max_participants: u32,
    /// How long the seat of a disconnected participant is kept, in seconds.
    pub seat_window_seconds: u32,
    /// How media flows.
    pub mode: Mode,
    /// 1, then one more with each change.
    pub revision: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// What it is called; may be empty.
    pub name: String,
    /// Whether people without an account may join.
    pub guests: Guests,
    /// Whether nobody new may join, but the host.
    pub locked: bool,
    /// Who may not come back, the first one banned first; at most [`BANS_MAX`].
    pub bans: Vec<Ban>,
}

/// A change by the host; `None` leaves a value as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MeetingChange {
    /// See `Meeting::active`.
    pub active: Option<bool>,
    /// See `Meeting::max_participants`.
    pub max_participants: Option<u32>,
    /// See `Meeting::seat_window_seconds`.
    pub seat_window_seconds: Option<u32>,
    /// See `Meeting::name`.
    pub name: Option<String>,
    /// See `Meeting::guests`.
    pub guests: Option<Guests>,
    /// See `Meeting::locked`.
    pub locked: Option<bool>,
}

/// A page of rooms: at most `limit`, created before `before` (or at that moment with a smaller id).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeetingPage {
    /// The last room of the previous page, if any.
    pub before: Option<(Timestamp, RoomId)>,
    /// Maximum length of the page.
    pub limit: u32,
}

impl MeetingPage {
    /// With one room more, so that it is seen whether there is a next page.
    #[must_use]
    pub const fn and_one(self) -> Self {
        Self { limit: self.limit + 1, ..self }
    }
}

/// Operations on the table `meetings`.
#[async_trait]
pub trait Meetings {
    /// Adds a room, unless its host already has `per_host_max` of them (`TooManyRooms`), the id is taken (`RoomIdTaken`), or
    /// the host's account, if they are said to have one, is gone (`UnknownUser`).
    async fn add_meeting(&self, meeting: &Meeting, account: Option<Uuid>, per_host_max: u32) -> Result<(), StoreError>;
    /// The same for a host without an account; with `once`, in one step with its answer.
    async fn add_meeting_for(
        &self,
        meeting: &Meeting,
        per_host_max: u32,
        once: Option<&Once>,
    ) -> Result<Added, StoreError>;
    /// The room with this id.
    async fn meeting(&self, room_id: RoomId) -> Result<Option<Meeting>, StoreError>;
    /// One page of the rooms of a host, newest first.
    async fn meetings_of(&self, host: &UserId, page: MeetingPage) -> Result<Vec<Meeting>, StoreError>;
    /// One page of all rooms, newest first.
    async fn all_meetings(&self, page: MeetingPage) -> Result<Vec<Meeting>, StoreError>;
    /// Changes a room; `None` when there is no such room of this host.
    async fn change_meeting(
        &self,
        room_id: RoomId,
        host: &UserId,
        change: MeetingChange,
    ) -> Result<Option<Meeting>, StoreError>;
    /// Removes a room; false when there is no such room of this host.
    async fn remove_meeting(&self, room_id: RoomId, host: &UserId) -> Result<bool, StoreError>;
}

/// A row as the database returns it.
#[derive(sqlx::FromRow)]
struct Row {
    room_id: String,
    host_id: Option<Uuid>,
    host: Option<String>,
    active: bool,
    max_participants: i32,
    seat_window_seconds: i32,
    mode: String,
    auto: bool,
    revision: i64,
    created_at: i64,
    name: String,
    guests: String,
    locked: bool,
    bans: String,
}

impl TryFrom<Row> for Meeting {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let small = |column: &'static str, value: i32| {
            u32::try_from(value).map_err(|_| StoreError::Unreadable { column, value: value.to_string() })
        };
        let host = person::read("meetings.host", row.host_id, row.host)?;
        let no_host = || StoreError::Unreadable { column: "meetings.host", value: "nobody".to_owned() };
        Ok(Self {
            mode: Mode::read(row.mode, row.auto)
                .map_err(|NotAMode(value)| StoreError::Unreadable { column: "meetings.mode", value })?,
            room_id: row
                .room_id
                .parse()
                .map_err(|_| StoreError::Unreadable { column: "meetings.room_id", value: row.room_id })?,
            host_id: host.ok_or_else(no_host)?,
            active: row.active,
            max_participants: small("meetings.max_participants", row.max_participants)?,
            seat_window_seconds: small("meetings.seat_window_seconds", row.seat_window_seconds)?,
            revision: row.revision.unsigned_abs(),
            created_at: timestamp("meetings.created_at", row.created_at)?,
            guests: row
                .guests
                .try_into()
                .map_err(|NotAboutGuests(value)| StoreError::Unreadable { column: "meetings.guests", value })?,
            name: row.name,
            locked: row.locked,
            bans: policy::read(row.bans)?,
        })
    }
}

/// Column values are bounded by the schema's checks, far below `i32::MAX`.
fn column(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

/// The columns of `Row`. Named, since a prepared `*` breaks when a migration adds a column.
macro_rules! columns {
    () => {
        "room_id, host_id, host, active, max_participants, seat_window_seconds, mode, auto, revision, created_at, name, guests, locked, bans"
    };
}
use columns;

/// How many rooms a host has.
macro_rules! rooms_of {
    ($tx:ident, $as_uuid:ident, $as_text:ident) => {{
        let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM meetings WHERE host_id = $1 OR host = $2");
        count.bind($as_uuid).bind(&$as_text).fetch_one(&mut *$tx).await?
    }};
}
use rooms_of;

/// Adds a room in a transaction, unless its host has as many as they may. `$account` is the host's, if they have one.
macro_rules! insert {
    ($tx:ident, $meeting:ident, $account:expr, $per_host_max:ident) => {{
        let account: Option<Uuid> = $account;
        let (as_uuid, as_text) = ($meeting.host_id.as_uuid(), $meeting.host_id.to_string());
        if rooms_of!($tx, as_uuid, as_text) >= i64::from($per_host_max) {
            return Err(StoreError::TooManyRooms { max: $per_host_max });
        }
        let sql = concat!(
            "INSERT INTO meetings (",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
        );
        sqlx::query(sql)
            .bind($meeting.room_id.as_str())
            .bind(account)
            .bind(account.is_none().then_some(as_text))
            .bind($meeting.active)
            .bind(column($meeting.max_participants))
            .bind(column($meeting.seat_window_seconds))
            .bind($meeting.mode.columns().0)
            .bind($meeting.mode.columns().1)
            .bind($meeting.revision.cast_signed())
            .bind(millis($meeting.created_at))
            .bind(&$meeting.name)
            .bind($meeting.guests.as_str())
            .bind($meeting.locked)
            .bind(policy::written(&$meeting.bans))
            .execute(&mut *$tx)
            .await?;
    }};
}

/// One text for both databases, see `users_table!`. `$turn`: waits for other transactions about the same text.
macro_rules! meetings_table {
    ($Store:ty, $lock:literal, $turn:literal) => {
        #[async_trait]
        impl Meetings for $Store {
            async fn add_meeting(&self, meeting: &Meeting, account: Option<Uuid>, per_host_max: u32) -> Result<(), StoreError> {
                // The host is locked first: of two rooms at once the second one is counted after the first.
                let lock = concat!("SELECT id FROM users WHERE id = $1 AND removed_at IS NULL", $lock);
                transact!(self, |tx| {
                    if let Some(account) = account {
                        let host = sqlx::query_scalar::<_, Uuid>(lock).bind(account).fetch_optional(&mut *tx);
                        host.await?.ok_or(StoreError::UnknownUser)?;
                    } else {
                        sqlx::query($turn).bind(meeting.host_id.to_string()).execute(&mut *tx).await?;
                    }
                    insert!(tx, meeting, account, per_host_max);
                    Ok(())
                })
            }

            async fn add_meeting_for(&self, meeting: &Meeting, per_host_max: u32, once: Option<&Once>) -> Result<Added, StoreError> {
                transact!(self, |tx| {
                    // One after the other, so that the second one is counted after the first, and finds its answer.
                    sqlx::query($turn).bind(meeting.host_id.to_string()).execute(&mut *tx).await?;
                    if let Some(once) = once {
                        sqlx::query($turn).bind(once.turn()).execute(&mut *tx).await?;
                        let known = sqlx::query_as::<_, Answered>(ANSWERED).bind(once.scope).bind(&once.hash[..]);
                        if let Some(known) = known.bind(millis(once.at)).fetch_optional(&mut *tx).await? {
                            return Ok(once.judge(known));
                        }
                    }
                    insert!(tx, meeting, None, per_host_max);
                    if let Some(once) = once {
                        sqlx::query(ANSWER)
                            .bind(once.scope)
                            .bind(&once.hash[..])
                            .bind(&once.request[..])
                            .bind(&once.answer)
                            .bind(millis(once.until))
                            .execute(&mut *tx)
                            .await?;
                    }
                    Ok(Added::Now)
                })
            }

            async fn meeting(&self, room_id: RoomId) -> Result<Option<Meeting>, StoreError> {
                let sql = concat!("SELECT ", columns!(), " FROM meetings WHERE room_id = $1");
                let row = sqlx::query_as::<_, Row>(sql).bind(room_id.as_str()).fetch_optional(self.reader());
                self.ask(row).await?.map(Meeting::try_from).transpose()
            }

            async fn meetings_of(&self, host: &UserId, page: MeetingPage) -> Result<Vec<Meeting>, StoreError> {
                let (before, last) = match &page.before {
                    Some((at, id)) => (millis(*at), id.as_str()),
                    None => (i64::MAX, ""),
                };
                let sql = concat!("SELECT ", columns!(), " FROM meetings WHERE (host_id = $1 OR host = $2)
                               AND (created_at, room_id) < ($3, $4)
                           ORDER BY created_at DESC, room_id DESC LIMIT $5");
                let rows = sqlx::query_as::<_, Row>(sql).bind(host.as_uuid()).bind(host.to_string());
                let rows = rows.bind(before).bind(last).bind(i64::from(page.limit));
                let rows = self.ask(rows.fetch_all(self.reader())).await?;
                rows.into_iter().map(Meeting::try_from).collect()
            }

            async fn all_meetings(&self, page: MeetingPage) -> Result<Vec<Meeting>, StoreError> {
                let (before, last) = match &page.before {
                    Some((at, id)) => (millis(*at), id.as_str()),
                    None => (i64::MAX, ""),
                };
                let sql = concat!("SELECT ", columns!(), " FROM meetings WHERE (created_at, room_id) < ($1, $2)
                           ORDER BY created_at DESC, room_id DESC LIMIT $3");
                let rows = sqlx::query_as::<_, Row>(sql).bind(before).bind(last).bind(i64::from(page.limit));
                let rows = self.ask(rows.fetch_all(self.reader())).await?;
                rows.into_iter().map(Meeting::try_from).collect()
            }

            async fn change_meeting(&self, room_id: RoomId, host: &UserId, change: MeetingChange) -> Result<Option<Meeting>, StoreError> {
                let sql = concat!("UPDATE meetings SET active = coalesce($3, active), max_participants = coalesce($4, max_participants),
                               seat_window_seconds = coalesce($5, seat_window_seconds), name = coalesce($6, name),
                               guests = coalesce($7, guests), locked = coalesce($9, locked), revision = revision + 1
                           WHERE room_id = $1 AND (host_id = $2 OR host = $8) RETURNING ", columns!());
                transact!(self, |tx| {
                    let row = sqlx::query_as::<_, Row>(sql)
                        .bind(room_id.as_str())
                        .bind(host.as_uuid())
                        .bind(change.active)
                        .bind(change.max_participants.map(column))
                        .bind(change.seat_window_seconds.map(column))
                        .bind(change.name.as_deref())
                        .bind(change.guests.map(Guests::as_str))
                        .bind(host.to_string())
                        .bind(change.locked);
                    row.fetch_optional(&mut *tx).await?.map(Meeting::try_from).transpose()
                })
            }

            async fn remove_meeting(&self, room_id: RoomId, host: &UserId) -> Result<bool, StoreError> {
                let sql = "DELETE FROM meetings WHERE room_id = $1 AND (host_id = $2 OR host = $3)";
                transact!(self, |tx| {
                    let query = sqlx::query(sql).bind(room_id.as_str()).bind(host.as_uuid()).bind(host.to_string());
                    Ok(query.execute(&mut *tx).await?.rows_affected() == 1)
                })
            }
        }
    };
}

meetings_table!(Sqlite, "", "SELECT $1"); // it has one writer
meetings_table!(Postgres, " FOR UPDATE", "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))");
