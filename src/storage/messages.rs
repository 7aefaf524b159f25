//! The table `messages`: chat messages of rooms. Not who may read them, nor messages that wait to be stored.

use actors::protocol::UserId;
use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Postgres, RoomId, Sqlite, StoreError, millis, person, timestamp, transaction::transact};

/// A chat message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Where it was said.
    pub room_id: RoomId,
    /// Its id, unique in its room.
    pub id: String,
    /// Who said it; `None` if they have no account any more.
    pub sender_id: Option<UserId>,
    /// Their name at that time.
    pub sender_name: String,
    /// The text. A NUL character, which no column can hold, is stored as U+FFFD.
    pub content: String,
    /// When it was said, as the members were told.
    pub sent_at: Timestamp,
}

/// A message as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Rises in the order in which messages were added; names the place in a page.
    pub position: i64,
    /// The message.
    pub message: Message,
    /// How many messages that were said before it, and after its predecessor, are missing.
    pub missing: u64,
}

/// The outcome of deleting a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// Its text is gone; maybe it was before.
    Deleted,
    /// They are neither its sender nor the room's host.
    NotTheirs,
    /// The room has no such message.
    Unknown,
}

/// A page of a room's messages: at most `limit`, added before the message at `before`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessagePage {
    /// The position of the first message of the page that was read before, if any.
    pub before: Option<i64>,
    /// Maximum length of the page.
    pub limit: u32,
}

/// Operations on the table `messages`.
#[async_trait]
pub trait Messages {
    /// Adds messages in this order; returns how many. One is left out if its room has one with its id (the first one
    /// stays), or if its room is gone. A sender whose id is a UUID that is no account's is stored as a name only.
    async fn add_messages(&self, messages: &[Message]) -> Result<u64, StoreError>;
    /// So many messages before this one are missing: they were dropped before they could be stored.
    async fn note_missing(&self, room_id: RoomId, id: &str, missing: u64) -> Result<(), StoreError>;
    /// Deletes the text of a message, and its sender's name, if `user` has sent it or hosts the room. It is in no page any more, and
    /// is not added again.
    async fn delete_message(
        &self,
        room_id: RoomId,
        id: &str,
        user: &UserId,
        now: Timestamp,
    ) -> Result<Deletion, StoreError>;
    /// One page of a room's messages, newest first, without deleted ones.
    async fn messages_of(&self, room_id: RoomId, page: MessagePage) -> Result<Vec<Stored>, StoreError>;
    /// One page of the messages of a sender, in whatever room, newest first.
    async fn messages_by(&self, sender: Uuid, page: MessagePage) -> Result<Vec<Stored>, StoreError>;
    /// Leaves at most `limit` messages of a sender with the name only; returns how many.
    async fn disown_messages(&self, sender: Uuid, limit: u32) -> Result<u64, StoreError>;
    /// Deletes at most `limit` messages of a room of this host; returns how many.
    async fn empty_room(&self, room_id: RoomId, host: &UserId, limit: u32) -> Result<u64, StoreError>;
    /// Deletes at most `limit` messages of all rooms that were said before `before`; returns how many.
    async fn forget_messages(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
    /// Deletes a room's oldest messages but the newest `keep`, at most `limit` at once; returns how many.
    async fn trim_messages(&self, room_id: RoomId, keep: u32, limit: u32) -> Result<u64, StoreError>;
}

/// Messages as one value of a statement: however many they are, its text is the same.
fn as_json(messages: &[Message]) -> String {
    let rows = messages.iter().map(|message| {
        serde_json::json!({
            "room": message.room_id,
            "id": whole(&message.id),
            "account": message.sender_id.as_ref().and_then(UserId::as_uuid).map(|id| id.simple().to_string()),
            "sender": message.sender_id.as_ref().filter(|sender| sender.as_uuid().is_none()),
            "name": whole(&message.sender_name),
            "content": whole(&message.content),
            "at": millis(message.sent_at),
        })
    });
    serde_json::Value::Array(rows.collect()).to_string()
}

/// Text that a column can hold.
fn whole(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}

#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    room_id: String,
    id: String,
    sender_id: Option<Uuid>,
    sender: Option<String>,
    sender_name: String,
    content: String,
    sent_at: i64,
    missing: i64,
}

impl TryFrom<Row> for Stored {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let room_id = row.room_id.parse();
        let message = Message {
            room_id: room_id
                .map_err(|_| StoreError::Unreadable { column: "messages.room_id", value: row.room_id.clone() })?,
            id: row.id,
            sender_id: person::read("messages.sender", row.sender_id, row.sender)?,
            sender_name: row.sender_name,
            content: row.content,
            sent_at: timestamp("messages.sent_at", row.sent_at)?,
        };
        Ok(Self { position: row.position, message, missing: row.missing.try_into().unwrap_or(0) })
    }
}

/// `$rows`: the elements of the array `$1` as `given (value, key)`. `$sender`: an element's sender as the column stores it.
macro_rules! messages_table {
    ($Store:ty, $rows:literal, $sender:literal) => {
        #[async_trait]
        impl Messages for $Store {
            async fn add_messages(&self, messages: &[Message]) -> Result<u64, StoreError> {
                let rows = as_json(messages);
                let sql = concat!(
                    "INSERT INTO messages (room_id, id, sender_id, sender, sender_name, content, sent_at)
                     SELECT meetings.room_id, given.value->>'id', users.id, given.value->>'sender', given.value->>'name',
                            given.value->>'content', CAST(given.value->>'at' AS BIGINT)
                     FROM ", $rows, " JOIN meetings ON meetings.room_id = given.value->>'room'
                     LEFT JOIN users ON users.id = ", $sender, "
                     WHERE true ORDER BY given.key ON CONFLICT (room_id, id) DO NOTHING"
                );
                transact!(self, |tx| {
                    Ok(sqlx::query(sql).bind(&rows).execute(&mut *tx).await?.rows_affected())
                })
            }

            async fn note_missing(&self, room_id: RoomId, id: &str, missing: u64) -> Result<(), StoreError> {
                let missing = i64::try_from(missing).unwrap_or(i64::MAX);
                let sql = "UPDATE messages SET missing = $3 WHERE room_id = $1 AND id = $2 AND missing < $3";
                transact!(self, |tx| {
                    let query = sqlx::query(sql).bind(room_id.as_str()).bind(id).bind(missing);
                    query.execute(&mut *tx).await?;
                    Ok(())
                })
            }

            async fn delete_message(
                &self,
                room_id: RoomId,
                id: &str,
                user: &UserId,
                now: Timestamp,
            ) -> Result<Deletion, StoreError> {
                let delete = "UPDATE messages SET content = '', sender_name = '', deleted_at = COALESCE(deleted_at, $4)
                              WHERE room_id = $1 AND id = $2 AND (sender_id = $3 OR sender = $5 OR EXISTS
                                  (SELECT 1 FROM meetings WHERE room_id = $1 AND (host_id = $3 OR host = $5)))";
                // What is missing before it is missing before its successor.
                let pass_on = "UPDATE messages SET missing = missing + (SELECT missing FROM messages WHERE room_id = $1 AND id = $2)
                               WHERE position = (SELECT MIN(position) FROM messages WHERE room_id = $1 AND deleted_at IS NULL
                                   AND position > (SELECT position FROM messages WHERE room_id = $1 AND id = $2))";
                let settle = "UPDATE messages SET missing = 0 WHERE room_id = $1 AND id = $2 AND missing > 0";
                let find = "SELECT COUNT(*) FROM messages WHERE room_id = $1 AND id = $2 AND deleted_at IS NULL";
                transact!(self, |tx| {
                    let query = sqlx::query(delete).bind(room_id.as_str()).bind(id).bind(user.as_uuid());
                    let query = query.bind(millis(now)).bind(user.to_string());
                    let is_deleted = query.execute(&mut *tx).await?.rows_affected() == 1;
                    if is_deleted {
                        for statement in [pass_on, settle] {
                            sqlx::query(statement).bind(room_id.as_str()).bind(id).execute(&mut *tx).await?;
                        }
                    }
                    let left: i64 = sqlx::query_scalar(find).bind(room_id.as_str()).bind(id).fetch_one(&mut *tx).await?;
                    Ok(match (is_deleted, left) {
                        (true, _) => Deletion::Deleted,
                        (false, 0) => Deletion::Unknown,
                        (false, _) => Deletion::NotTheirs,
                    })
                })
            }

            async fn messages_of(&self, room_id: RoomId, page: MessagePage) -> Result<Vec<Stored>, StoreError> {
                let sql = "SELECT position, room_id, id, sender_id, sender, sender_name, content, sent_at, missing FROM messages
                           WHERE room_id = $1 AND position < $2 AND deleted_at IS NULL ORDER BY position DESC LIMIT $3";
                let before = page.before.unwrap_or(i64::MAX);
                let rows = sqlx::query_as::<_, Row>(sql).bind(room_id.as_str()).bind(before);
                let rows = rows.bind(i64::from(page.limit)).fetch_all(self.reader());
                self.ask(rows).await?.into_iter().map(Stored::try_from).collect()
            }

            async fn messages_by(&self, sender: Uuid, page: MessagePage) -> Result<Vec<Stored>, StoreError> {
                let sql = "SELECT position, room_id, id, sender_id, sender, sender_name, content, sent_at, missing FROM messages
                           WHERE sender_id = $1 AND position < $2 AND deleted_at IS NULL ORDER BY position DESC LIMIT $3";
                let rows = sqlx::query_as::<_, Row>(sql).bind(sender).bind(page.before.unwrap_or(i64::MAX));
                let rows = rows.bind(i64::from(page.limit)).fetch_all(self.reader());
                self.ask(rows).await?.into_iter().map(Stored::try_from).collect()
            }

            async fn disown_messages(&self, sender: Uuid, limit: u32) -> Result<u64, StoreError> {
                let sql = "UPDATE messages SET sender_id = NULL WHERE position IN
                           (SELECT position FROM messages WHERE sender_id = $1 LIMIT $2)";
                transact!(self, |tx| {
                    let query = sqlx::query(sql).bind(sender).bind(i64::from(limit));
                    Ok(query.execute(&mut *tx).await?.rows_affected())
                })
            }

            async fn empty_room(&self, room_id: RoomId, host: &UserId, limit: u32) -> Result<u64, StoreError> {
                let sql = "DELETE FROM messages WHERE position IN
                           (SELECT position FROM messages WHERE room_id =
                               (SELECT room_id FROM meetings WHERE room_id = $1 AND (host_id = $2 OR host = $4)) LIMIT $3)";
                transact!(self, |tx| {
                    let query = sqlx::query(sql).bind(room_id.as_str()).bind(host.as_uuid());
                    let query = query.bind(i64::from(limit)).bind(host.to_string());
                    Ok(query.execute(&mut *tx).await?.rows_affected())
                })
            }

            async fn forget_messages(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
                let sql = "DELETE FROM messages WHERE position IN
                           (SELECT position FROM messages WHERE sent_at < $1 ORDER BY sent_at, position LIMIT $2)";
                transact!(self, |tx| {
                    let query = sqlx::query(sql).bind(millis(before)).bind(i64::from(limit));
                    Ok(query.execute(&mut *tx).await?.rows_affected())
                })
            }

            async fn trim_messages(&self, room_id: RoomId, keep: u32, limit: u32) -> Result<u64, StoreError> {
                let sql = "DELETE FROM messages WHERE position IN
                           (SELECT position FROM messages WHERE room_id = $1 AND position <=
                               (SELECT position FROM messages WHERE room_id = $1 ORDER BY position DESC LIMIT 1 OFFSET $2)
                            ORDER BY position LIMIT $3)";
                transact!(self, |tx| {
                    let query = sqlx::query(sql).bind(room_id.as_str()).bind(i64::from(keep)).bind(i64::from(limit));
                    Ok(query.execute(&mut *tx).await?.rows_affected())
                })
            }
        }
    };
}

messages_table!(Sqlite, "json_each($1) AS given", "unhex(given.value->>'account')");
messages_table!(
    Postgres,
    "json_array_elements($1::json) WITH ORDINALITY AS given (value, key)",
    "(given.value->>'account')::uuid"
);
