//! The outbox of webhooks: the tables `webhook_events`, `webhook_rooms` and `webhook_lease`. Must not know what is sent, nor where to.
//!
//! **Invariant:** an event is queued once, however often it is added, also when it was delivered meanwhile; of a room one event is due
//! at a time, the oldest (`contract::webhooks`).

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Postgres, RoomId, Sqlite, StoreError, millis, timestamp, transaction::transact};

/// An event of a room that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWebhook {
    /// The life of the room in which it happened; a later one is greater.
    pub life: u64,
    /// Its number in that life.
    pub number: u64,
    /// What is to be sent.
    pub body: String,
}

/// An event in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Rises in the order of the room's events.
    pub position: i64,
    /// Where it happened.
    pub room_id: RoomId,
    /// See `NewWebhook::life`.
    pub life: u64,
    /// See `NewWebhook::number`.
    pub number: u64,
    /// What is to be sent.
    pub body: String,
    /// When it was queued, for the first time or again.
    pub queued_at: Timestamp,
    /// How often it was sent in vain since then.
    pub attempts: u32,
    /// The outcome of the last attempt; empty if there was none.
    pub failure: String,
    /// When it was given up, if it was.
    pub dead_at: Option<Timestamp>,
}

/// How many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WebhookCounts {
    /// Events that wait.
    pub queued: u64,
    /// Events that were given up.
    pub dead: u64,
}

/// Dead ones that are kept, at most; of more, the oldest are forgotten.
const DEAD_MAX: i64 = 100_000;

/// Operations on the outbox of webhooks.
#[async_trait]
pub trait Webhooks {
    /// Queues events of a room, in this order, without those that were queued before; returns how many.
    async fn queue_webhooks(&self, room: RoomId, events: &[NewWebhook], now: Timestamp) -> Result<u64, StoreError>;
    /// The oldest waiting event of each room that is due at `now`, at most `limit`, those that are due for longest first.
    async fn due_webhooks(&self, now: Timestamp, limit: u32) -> Result<Vec<Webhook>, StoreError>;
    /// It was delivered, and is forgotten. Answers the room's next one, which is due now.
    async fn webhook_delivered(&self, sent: &Webhook, now: Timestamp) -> Result<Option<Webhook>, StoreError>;
    /// It was not delivered: the room is due again then.
    async fn webhook_failed(&self, sent: &Webhook, why: &str, due: Timestamp) -> Result<(), StoreError>;
    /// It is given up: it is dead, and the room's next one is due.
    async fn webhook_given_up(&self, sent: &Webhook, why: &str, now: Timestamp) -> Result<(), StoreError>;
    /// Every room that waits is due now: the receiver is back.
    async fn webhooks_due(&self, now: Timestamp) -> Result<(), StoreError>;
    /// The newest dead ones, at most `limit`.
    async fn dead_webhooks(&self, limit: u32) -> Result<Vec<Webhook>, StoreError>;
    /// One in the outbox, if it is still there.
    async fn webhook(&self, room: RoomId, life: u64, number: u64) -> Result<Option<Webhook>, StoreError>;
    /// Queues a dead one again, before what waits in its room; false if there is none.
    async fn revive_webhook(&self, dead: &Webhook, now: Timestamp) -> Result<bool, StoreError>;
    /// How many there are.
    async fn count_webhooks(&self) -> Result<WebhookCounts, StoreError>;
    /// Forgets at most `limit` that were given up at `dead` or before, or are too many, and as many rooms that have been quiet since
    /// `quiet`; returns how many.
    async fn forget_webhooks(&self, dead: Timestamp, quiet: Timestamp, limit: u32) -> Result<u64, StoreError>;
    /// Whether `holder` is the one who collects and sends for `for_ms` from now on, by the database's clock: it was, or nobody was.
    async fn hold_webhooks(&self, holder: &str, for_ms: u32) -> Result<bool, StoreError>;
}

#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    room_id: String,
    life: i64,
    number: i64,
    body: String,
    queued_at: i64,
    attempts: i64,
    failure: String,
    dead_at: Option<i64>,
}

impl TryFrom<Row> for Webhook {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let room_id = row.room_id.parse();
        let unreadable = |_| StoreError::Unreadable { column: "webhook_events.room_id", value: row.room_id.clone() };
        Ok(Self {
            position: row.position,
            room_id: room_id.map_err(unreadable)?,
            life: row.life.cast_unsigned(),
            number: row.number.cast_unsigned(),
            body: row.body,
            queued_at: timestamp("webhook_events.queued_at", row.queued_at)?,
            attempts: row.attempts.try_into().unwrap_or(u32::MAX),
            failure: row.failure,
            dead_at: row.dead_at.map(|at| timestamp("webhook_events.dead_at", at)).transpose()?,
        })
    }
}

/// The columns of a row.
macro_rules! columns {
    () => {
        "e.position, e.room_id, e.life, e.number, e.body, e.queued_at, e.attempts, e.failure, e.dead_at"
    };
}

/// Takes the room's row, which everybody takes who changes what waits in it, before anything else.
macro_rules! take_room {
    ($tx:ident, $room:expr, $now:expr) => {
        sqlx::query("UPDATE webhook_rooms SET changed_at = $2 WHERE room_id = $1")
            .bind($room.as_str())
            .bind(millis($now))
            .execute(&mut *$tx)
            .await?
    };
}

/// The room is due then, if anything waits in it.
macro_rules! set_due {
    ($tx:ident, $room:expr, $due:expr) => {
        sqlx::query(
            "UPDATE webhook_rooms SET due_at = CASE WHEN EXISTS
                 (SELECT 1 FROM webhook_events WHERE room_id = $1 AND dead_at IS NULL) THEN $2 END
             WHERE room_id = $1",
        )
        .bind($room.as_str())
        .bind(millis($due))
        .execute(&mut *$tx)
        .await?
    };
}

/// One text for both databases, see `users_table!`. `$now` is the database's clock, in milliseconds.
macro_rules! webhooks_tables {
    ($Store:ty, $now:literal) => {
        #[async_trait]
        impl Webhooks for $Store {
            async fn queue_webhooks(
                &self,
                room: RoomId,
                events: &[NewWebhook],
                now: Timestamp,
            ) -> Result<u64, StoreError> {
                let known = "INSERT INTO webhook_rooms (room_id, life, number, changed_at) VALUES ($1, 0, 0, $2)
                             ON CONFLICT (room_id) DO UPDATE SET changed_at = excluded.changed_at RETURNING life, number";
                let add = "INSERT INTO webhook_events (room_id, life, number, body, queued_at) VALUES ($1, $2, $3, $4, $5)";
                let queued = "UPDATE webhook_rooms SET life = $2, number = $3, due_at = COALESCE(due_at, $4) WHERE room_id = $1";
                transact!(self, |tx| {
                    let known = sqlx::query_as::<_, (i64, i64)>(known).bind(room.as_str()).bind(millis(now));
                    let (mut newest, mut count) = (known.fetch_one(&mut *tx).await?, 0);
                    for event in events {
                        let place = (event.life.cast_signed(), event.number.cast_signed());
                        if place <= newest {
                            continue;
                        }
                        let query = sqlx::query(add).bind(room.as_str()).bind(place.0).bind(place.1).bind(&event.body);
                        query.bind(millis(now)).execute(&mut *tx).await?;
                        (newest, count) = (place, count + 1);
                    }
                    if count > 0 {
                        let query = sqlx::query(queued).bind(room.as_str()).bind(newest.0).bind(newest.1);
                        query.bind(millis(now)).execute(&mut *tx).await?;
                    }
                    Ok(count)
                })
            }

            async fn due_webhooks(&self, now: Timestamp, limit: u32) -> Result<Vec<Webhook>, StoreError> {
                let sql = concat!(
                    "SELECT ", columns!(), " FROM webhook_rooms r JOIN webhook_events e ON e.position =
                         (SELECT MIN(position) FROM webhook_events WHERE room_id = r.room_id AND dead_at IS NULL)
                     WHERE r.due_at <= $1 ORDER BY r.due_at LIMIT $2"
                );
                let rows = sqlx::query_as::<_, Row>(sql).bind(millis(now)).bind(i64::from(limit));
                let rows = self.ask(rows.fetch_all(self.reader())).await?;
                rows.into_iter().map(Webhook::try_from).collect()
            }

            async fn webhook_delivered(&self, sent: &Webhook, now: Timestamp) -> Result<Option<Webhook>, StoreError> {
                let next = concat!(
                    "SELECT ", columns!(), " FROM webhook_events e WHERE e.room_id = $1 AND e.dead_at IS NULL
                     ORDER BY e.position LIMIT 1"
                );
                let next = transact!(self, |tx| {
                    take_room!(tx, sent.room_id, now);
                    let delete = sqlx::query("DELETE FROM webhook_events WHERE position = $1").bind(sent.position);
                    delete.execute(&mut *tx).await?;
                    set_due!(tx, sent.room_id, now);
                    let next = sqlx::query_as::<_, Row>(next).bind(sent.room_id.as_str());
                    Ok(next.fetch_optional(&mut *tx).await?)
                })?;
                next.map(Webhook::try_from).transpose()
            }

            async fn webhook_failed(&self, sent: &Webhook, why: &str, due: Timestamp) -> Result<(), StoreError> {
                let failed = "UPDATE webhook_events SET attempts = attempts + 1, failure = $2 WHERE position = $1";
                transact!(self, |tx| {
                    take_room!(tx, sent.room_id, due);
                    sqlx::query(failed).bind(sent.position).bind(why).execute(&mut *tx).await?;
                    set_due!(tx, sent.room_id, due);
                    Ok(())
                })
            }

            async fn webhook_given_up(&self, sent: &Webhook, why: &str, now: Timestamp) -> Result<(), StoreError> {
                let dead =
                    "UPDATE webhook_events SET attempts = attempts + 1, failure = $2, dead_at = $3 WHERE position = $1";
                transact!(self, |tx| {
                    take_room!(tx, sent.room_id, now);
                    let query = sqlx::query(dead).bind(sent.position).bind(why).bind(millis(now));
                    query.execute(&mut *tx).await?;
                    set_due!(tx, sent.room_id, now);
                    Ok(())
                })
            }

            async fn webhooks_due(&self, now: Timestamp) -> Result<(), StoreError> {
                transact!(self, |tx| {
                    let query = sqlx::query("UPDATE webhook_rooms SET due_at = $1 WHERE due_at > $1").bind(millis(now));
                    query.execute(&mut *tx).await?;
                    Ok(())
                })
            }

            async fn dead_webhooks(&self, limit: u32) -> Result<Vec<Webhook>, StoreError> {
                let sql = concat!(
                    "SELECT ", columns!(), " FROM webhook_events e WHERE e.dead_at IS NOT NULL
                     ORDER BY e.dead_at DESC, e.position DESC LIMIT $1"
                );
                let rows = sqlx::query_as::<_, Row>(sql).bind(i64::from(limit));
                let rows = self.ask(rows.fetch_all(self.reader())).await?;
                rows.into_iter().map(Webhook::try_from).collect()
            }

            async fn webhook(&self, room: RoomId, life: u64, number: u64) -> Result<Option<Webhook>, StoreError> {
                let sql = concat!(
                    "SELECT ", columns!(), " FROM webhook_events e WHERE e.room_id = $1 AND e.life = $2 AND e.number = $3"
                );
                let row = sqlx::query_as::<_, Row>(sql).bind(room.as_str());
                let row = row.bind(life.cast_signed()).bind(number.cast_signed());
                self.ask(row.fetch_optional(self.reader())).await?.map(Webhook::try_from).transpose()
            }

            async fn revive_webhook(&self, dead: &Webhook, now: Timestamp) -> Result<bool, StoreError> {
                let known = "INSERT INTO webhook_rooms (room_id, life, number, changed_at) VALUES ($1, $2, $3, $4)
                             ON CONFLICT (room_id) DO UPDATE SET changed_at = excluded.changed_at";
                let revive = "UPDATE webhook_events SET dead_at = NULL, attempts = 0, queued_at = $2
                              WHERE position = $1 AND dead_at IS NOT NULL";
                transact!(self, |tx| {
                    let known = sqlx::query(known).bind(dead.room_id.as_str()).bind(dead.life.cast_signed());
                    known.bind(dead.number.cast_signed()).bind(millis(now)).execute(&mut *tx).await?;
                    let revive = sqlx::query(revive).bind(dead.position).bind(millis(now));
                    let is_revived = revive.execute(&mut *tx).await?.rows_affected() == 1;
                    if is_revived {
                        set_due!(tx, dead.room_id, now);
                    }
                    Ok(is_revived)
                })
            }

            async fn count_webhooks(&self) -> Result<WebhookCounts, StoreError> {
                let sql = "SELECT COUNT(*), COUNT(dead_at) FROM webhook_events";
                let counted = sqlx::query_as::<_, (i64, i64)>(sql).fetch_one(self.reader());
                let (all, dead) = self.ask(counted).await?;
                Ok(WebhookCounts { queued: (all - dead).cast_unsigned(), dead: dead.cast_unsigned() })
            }

            async fn forget_webhooks(
                &self,
                dead_at: Timestamp,
                quiet: Timestamp,
                limit: u32,
            ) -> Result<u64, StoreError> {
                let dead = "DELETE FROM webhook_events WHERE position IN
                            (SELECT position FROM webhook_events WHERE dead_at <= $1 OR dead_at <=
                                (SELECT dead_at FROM webhook_events WHERE dead_at IS NOT NULL
                                 ORDER BY dead_at DESC LIMIT 1 OFFSET $2)
                             ORDER BY dead_at LIMIT $3)";
                let rooms = "DELETE FROM webhook_rooms WHERE due_at IS NULL AND room_id IN
                             (SELECT room_id FROM webhook_rooms WHERE due_at IS NULL AND changed_at <= $1
                              ORDER BY changed_at LIMIT $2)";
                transact!(self, |tx| {
                    let query = sqlx::query(dead).bind(millis(dead_at)).bind(DEAD_MAX).bind(i64::from(limit));
                    let dead = query.execute(&mut *tx).await?.rows_affected();
                    let query = sqlx::query(rooms).bind(millis(quiet)).bind(i64::from(limit));
                    Ok(dead + query.execute(&mut *tx).await?.rows_affected())
                })
            }

            async fn hold_webhooks(&self, holder: &str, for_ms: u32) -> Result<bool, StoreError> {
                let sql = concat!(
                    "UPDATE webhook_lease SET holder = $1, held_until = ", $now, " + $2
                     WHERE id = 1 AND (holder = $1 OR held_until <= ", $now, ")"
                );
                transact!(self, |tx| {
                    let query = sqlx::query(sql).bind(holder).bind(i64::from(for_ms));
                    Ok(query.execute(&mut *tx).await?.rows_affected() == 1)
                })
            }
        }
    };
}

webhooks_tables!(Sqlite, "CAST(unixepoch('subsec') * 1000 AS INTEGER)");
webhooks_tables!(Postgres, "(extract(epoch FROM clock_timestamp()) * 1000)::bigint");
