//! The table `waiting_guests`: guests who wait until a room's host lets them in. It outlives any node. Not who is in a room.

use std::time::Duration;

use actors::protocol::UserId;
use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Postgres, RoomId, Sqlite, StoreError, millis, timestamp, transaction::transact};

/// A guest who has not asked for this long has gone.
pub const WAITS_FOR: Duration = Duration::from_secs(30);

/// The SHA-256 of a guest's secret.
pub type WaitingHash = [u8; 32];

/// The state of a waiting guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitingState {
    /// The host has not answered.
    Waiting,
    /// They may come in.
    Admitted,
    /// They may not.
    Refused,
}

/// A guest who waits, or whom the host has answered just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingGuest {
    /// Names them to the host.
    pub id: Uuid,
    /// The room.
    pub room_id: RoomId,
    /// Who they are in the room, once admitted.
    pub guest: UserId,
    /// The name that others see.
    pub name: String,
    /// Their state.
    pub state: WaitingState,
    /// Since when they wait.
    pub since: Timestamp,
}

/// Operations on the table `waiting_guests`. Each of them ignores guests who have not asked for [`WAITS_FOR`].
#[async_trait]
pub trait Lobby {
    /// Adds a guest who waits, unless `max` wait for that room already; whether they were added.
    async fn add_waiting(&self, guest: &WaitingGuest, secret: &WaitingHash, max: u32) -> Result<bool, StoreError>;
    /// The guest with this secret at this room, without asking in their name.
    async fn waiting(
        &self,
        room_id: RoomId,
        secret: &WaitingHash,
        now: Timestamp,
    ) -> Result<Option<WaitingGuest>, StoreError>;
    /// The guest with this secret at this room asks: they are still there, if they wait. An answer is kept for [`WAITS_FOR`] after
    /// they have last asked without one.
    async fn ask_waiting(
        &self,
        room_id: RoomId,
        secret: &WaitingHash,
        now: Timestamp,
    ) -> Result<Option<WaitingGuest>, StoreError>;
    /// Those who wait for this room, in the order in which they came; not whom the host has answered.
    async fn waiting_of(&self, room_id: RoomId, now: Timestamp) -> Result<Vec<WaitingGuest>, StoreError>;
    /// The host answers one of those who wait, or all; how many. One who was answered before keeps that answer, and counts if it was
    /// the same.
    async fn answer_waiting(
        &self,
        room_id: RoomId,
        id: Option<Uuid>,
        admit: bool,
        now: Timestamp,
    ) -> Result<u64, StoreError>;
    /// The guest with this secret has given up; whether there was one.
    async fn remove_waiting(&self, room_id: RoomId, secret: &WaitingHash) -> Result<bool, StoreError>;
    /// Deletes at most `limit` who have gone; the rooms that some of them waited for, each once.
    async fn forget_waiting(&self, now: Timestamp, limit: u32) -> Result<Vec<RoomId>, StoreError>;
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    room_id: String,
    guest: Uuid,
    name: String,
    state: String,
    since: i64,
}

impl TryFrom<Row> for WaitingGuest {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let state = match row.state.as_str() {
            "waiting" => WaitingState::Waiting,
            "admitted" => WaitingState::Admitted,
            "refused" => WaitingState::Refused,
            _ => return Err(StoreError::Unreadable { column: "waiting_guests.state", value: row.state }),
        };
        Ok(Self {
            id: row.id,
            room_id: room(row.room_id)?,
            guest: row.guest.into(),
            name: row.name,
            state,
            since: timestamp("waiting_guests.since", row.since)?,
        })
    }
}

fn room(text: String) -> Result<RoomId, StoreError> {
    text.parse().map_err(|_| StoreError::Unreadable { column: "waiting_guests.room_id", value: text })
}

/// Since when somebody must have asked to be there.
fn alive(now: Timestamp) -> i64 {
    millis(now) - i64::try_from(WAITS_FOR.as_millis()).unwrap_or_default()
}

/// The columns of `Row`.
macro_rules! columns {
    () => {
        "id, room_id, guest, name, state, since"
    };
}

/// One text for both databases, see `users_table!`. `$turn`: waits for other transactions about the same text.
macro_rules! lobby_table {
    ($Store:ty, $turn:literal) => {
        #[async_trait]
        impl Lobby for $Store {
            async fn add_waiting(
                &self,
                guest: &WaitingGuest,
                secret: &WaitingHash,
                max: u32,
            ) -> Result<bool, StoreError> {
                let count = "SELECT count(*) FROM waiting_guests WHERE room_id = $1 AND state = 'waiting' AND seen_at > $2";
                let add = "INSERT INTO waiting_guests (id, room_id, secret, guest, name, since, seen_at)
                           VALUES ($1, $2, $3, $4, $5, $6, $6)";
                let room = guest.room_id.as_str();
                transact!(self, |tx| {
                    sqlx::query($turn).bind(room).execute(&mut *tx).await?;
                    let count = sqlx::query_scalar::<_, i64>(count).bind(room).bind(alive(guest.since));
                    if count.fetch_one(&mut *tx).await? >= i64::from(max) {
                        return Ok(false);
                    }
                    sqlx::query(add)
                        .bind(guest.id)
                        .bind(room)
                        .bind(&secret[..])
                        .bind(guest.guest.as_uuid())
                        .bind(&guest.name)
                        .bind(millis(guest.since))
                        .execute(&mut *tx)
                        .await?;
                    Ok(true)
                })
            }

            async fn waiting(
                &self,
                room_id: RoomId,
                secret: &WaitingHash,
                now: Timestamp,
            ) -> Result<Option<WaitingGuest>, StoreError> {
                let sql = concat!("SELECT ", columns!(), " FROM waiting_guests WHERE secret = $1 AND room_id = $2 AND seen_at > $3");
                let row = sqlx::query_as::<_, Row>(sql).bind(&secret[..]).bind(room_id.as_str()).bind(alive(now));
                self.ask(row.fetch_optional(self.reader())).await?.map(WaitingGuest::try_from).transpose()
            }

            async fn ask_waiting(
                &self,
                room_id: RoomId,
                secret: &WaitingHash,
                now: Timestamp,
            ) -> Result<Option<WaitingGuest>, StoreError> {
                let sql = concat!(
                    "UPDATE waiting_guests SET seen_at = CASE WHEN state = 'waiting' THEN $4 ELSE seen_at END
                     WHERE secret = $1 AND room_id = $2 AND seen_at > $3 RETURNING ",
                    columns!()
                );
                transact!(self, |tx| {
                    let row = sqlx::query_as::<_, Row>(sql).bind(&secret[..]).bind(room_id.as_str()).bind(alive(now));
                    row.bind(millis(now)).fetch_optional(&mut *tx).await?.map(WaitingGuest::try_from).transpose()
                })
            }

            async fn waiting_of(&self, room_id: RoomId, now: Timestamp) -> Result<Vec<WaitingGuest>, StoreError> {
                let sql = concat!(
                    "SELECT ", columns!(), " FROM waiting_guests WHERE room_id = $1 AND state = 'waiting' AND seen_at > $2
                     ORDER BY since, id"
                );
                let rows = sqlx::query_as::<_, Row>(sql).bind(room_id.as_str()).bind(alive(now));
                let rows = self.ask(rows.fetch_all(self.reader())).await?;
                rows.into_iter().map(WaitingGuest::try_from).collect()
            }

            async fn answer_waiting(
                &self,
                room_id: RoomId,
                id: Option<Uuid>,
                admit: bool,
                now: Timestamp,
            ) -> Result<u64, StoreError> {
                let sql = "UPDATE waiting_guests SET state = $2
                           WHERE room_id = $1 AND seen_at > $3 AND (state = 'waiting' OR (id = $4 AND state = $2))
                               AND ($5 OR id = $4)";
                let state = if admit { "admitted" } else { "refused" };
                transact!(self, |tx| {
                    let query = sqlx::query(sql).bind(room_id.as_str()).bind(state).bind(alive(now));
                    let query = query.bind(id.unwrap_or_default()).bind(id.is_none());
                    Ok(query.execute(&mut *tx).await?.rows_affected())
                })
            }

            async fn remove_waiting(&self, room_id: RoomId, secret: &WaitingHash) -> Result<bool, StoreError> {
                transact!(self, |tx| {
                    let query = sqlx::query("DELETE FROM waiting_guests WHERE secret = $1 AND room_id = $2");
                    let query = query.bind(&secret[..]).bind(room_id.as_str());
                    Ok(query.execute(&mut *tx).await?.rows_affected() == 1)
                })
            }

            async fn forget_waiting(&self, now: Timestamp, limit: u32) -> Result<Vec<RoomId>, StoreError> {
                let any = "SELECT count(*) FROM waiting_guests WHERE seen_at <= $1";
                let any = sqlx::query_scalar::<_, i64>(any).bind(alive(now)).fetch_one(self.reader());
                if self.ask(any).await? == 0 {
                    return Ok(Vec::new()); // mostly: nothing is written
                }
                let sql = "DELETE FROM waiting_guests WHERE id IN
                               (SELECT id FROM waiting_guests WHERE seen_at <= $1 ORDER BY seen_at LIMIT $2)
                           RETURNING room_id, state";
                transact!(self, |tx| {
                    let gone = sqlx::query_as::<_, (String, String)>(sql).bind(alive(now)).bind(i64::from(limit));
                    let gone = gone.fetch_all(&mut *tx).await?;
                    let waited = gone.into_iter().filter(|(_, state)| state == "waiting");
                    let mut rooms = waited.map(|(id, _)| room(id)).collect::<Result<Vec<_>, _>>()?;
                    rooms.sort_unstable();
                    rooms.dedup();
                    Ok(rooms)
                })
            }
        }
    };
}

lobby_table!(Sqlite, "SELECT $1"); // it has one writer
lobby_table!(Postgres, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))");
