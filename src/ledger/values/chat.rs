//! Chat that waits in Redis to be stored: the broadcast appends it in the same step (`lua/keep.lua`); it is read and removed here, on
//! a connection of its own, so that a long answer delays neither the ledger nor a join. Knows no database.

use std::time::Duration;

use actors::protocol::RoomId;
use redis::{Script, aio::MultiplexedConnection};

use super::{Away, Values};
use crate::ledger::redis::{DialError, Keys, RedisAddress};

/// How long an answer may take: some megabytes over a slow network.
const WITHIN: Duration = Duration::from_secs(2);

/// Chat of all rooms that waits.
pub struct WaitingChat {
    values: Values,
    keys: Keys,
    chat: Script,
}

/// The oldest of a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Oldest {
    /// Each `<data>⏎<sender's name>`, oldest first.
    pub texts: Vec<String>,
    /// How many that were said before these were dropped, because too much waited or for too long.
    pub dropped: u64,
}

impl WaitingChat {
    /// Chat that waits below `prefix` in the Redis at this address, which is dialed on first use.
    ///
    /// # Errors
    /// The URL cannot be read. The error does not contain its password.
    pub fn new(address: &RedisAddress, prefix: &str) -> Result<Self, DialError> {
        Ok(Self {
            values: Values { within: WITHIN, ..Values::new(address, prefix)? },
            keys: Keys::new(prefix),
            chat: Script::new(include_str!("chat.lua")),
        })
    }

    /// The oldest messages of a room that wait: at most `max`, and of more than one at most so many bytes.
    ///
    /// # Errors
    /// Redis is away.
    pub async fn oldest(&self, room: RoomId, max: usize, bytes_max: usize) -> Result<Oldest, Away> {
        let mut read = self.on(room);
        read.arg("read").arg(room.to_string()).arg(max).arg(bytes_max);
        let asked = async |mut connection: MultiplexedConnection| {
            read.invoke_async::<(Vec<String>, u64)>(&mut connection).await
        };
        let (texts, dropped) = self.values.ask(asked).await?;
        Ok(Oldest { texts, dropped })
    }

    /// The `count` oldest messages of a room are stored, of which `last` is the newest: they are removed, unless another node has
    /// removed some before. That so many were `dropped` is noted elsewhere.
    ///
    /// # Errors
    /// Redis is away: they may be removed, or not.
    pub async fn stored(&self, room: RoomId, (count, last): (usize, &str), dropped: u64) -> Result<(), Away> {
        let mut stored = self.on(room);
        stored.arg("stored").arg(room.to_string()).arg(count).arg(last).arg(dropped);
        let asked = async |mut connection: MultiplexedConnection| stored.invoke_async::<()>(&mut connection).await;
        self.values.ask(asked).await
    }

    /// Rooms with messages that wait, at most `max` of each bucket, drawn at random.
    ///
    /// # Errors
    /// Redis is away.
    pub async fn rooms(&self, max: usize) -> Result<Vec<RoomId>, Away> {
        let mut lists = redis::pipe();
        self.keys.chats().for_each(|key| {
            lists.cmd("SRANDMEMBER").arg(key).arg(max);
        });
        let asked =
            async |mut connection: MultiplexedConnection| lists.query_async::<Vec<Vec<String>>>(&mut connection).await;
        let rooms = self.values.ask(asked).await?.concat();
        Ok(rooms.iter().filter_map(|room| room.parse().ok()).collect())
    }

    fn on(&self, room: RoomId) -> redis::ScriptInvocation<'_> {
        let mut invocation = self.chat.prepare_invoke();
        self.keys.chat(room).into_iter().for_each(|key| {
            invocation.key(key);
        });
        invocation
    }

    /// The name of the list of a room's messages.
    #[cfg(test)]
    pub(crate) fn list_of(&self, room: RoomId) -> String {
        let [list, ..] = self.keys.chat(room);
        list
    }
}
