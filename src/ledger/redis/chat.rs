//! Chat that waits in Redis to be stored: put there by the broadcast that the ledger took, in the same step; read and
//! removed here. Knows no database.

use actors::{ledger::Answer, protocol::RoomId};

use super::{RedisLedger, keys::Bucket, reply, scripts::Script, shared::Run};

impl RedisLedger {
    /// The oldest messages of a room that wait, at most `max`: each `<data>⏎<sender's name>`.
    pub fn chat(&self, room: RoomId, max: usize) -> Answer<Vec<String>> {
        let own = vec!["read".to_owned(), room.to_string(), max.to_string()];
        self.ask(Script::Chat, self.shared.keys.chat(room).to_vec(), own, |_, parts| parts.texts())
    }

    /// The `count` oldest messages of a room are stored, of which `last` is the newest: they are removed, unless another
    /// node has removed some before.
    pub fn chat_stored(&self, room: RoomId, count: usize, last: &str) -> Answer<()> {
        let own = vec!["stored".to_owned(), room.to_string(), count.to_string(), last.to_owned()];
        self.ask(Script::Chat, self.shared.keys.chat(room).to_vec(), own, |_, _| Ok(()))
    }

    /// Rooms with messages that wait, at most `max` of each bucket, drawn at random.
    pub fn chats(&self, max: usize) -> Answer<Vec<RoomId>> {
        let run = |bucket: Bucket| Run { keys: vec![bucket.chats], arguments: vec![max.to_string()] };
        self.in_buckets(Script::Chats, run, |parts| reply::rooms(parts).map(Ok))
    }
}
