//! Names of keys and channels (docs/redis.md). A room belongs to one of 64 buckets, and everything about it is in the slot of its
//! bucket's hash tag, so that one script may change all of it. Knows no values.

use actors::protocol::{NodeId, RoomId};

/// How many buckets rooms are dealt to.
pub(super) const BUCKETS: usize = 64;
/// Slots of Redis Cluster.
const SLOTS: u16 = 16_384;

/// The names of one bucket, besides its rooms'. No script is given names of two buckets: they are in different slots.
#[derive(Debug)]
pub(super) struct Bucket {
    /// Its epoch.
    pub(super) era: String,
    /// Leases by node. Each bucket has all of them: its scripts judge nodes by them.
    pub(super) leases: String,
    /// Marks on leases: who gave theirs up, a grace after a silence, a loss.
    pub(super) marks: String,
    /// Rooms that are due.
    pub(super) due: String,
    /// Which media servers are heard.
    pub(super) hosts: String,
    /// Prefix of the sets of a node's rooms.
    pub(super) at: String,
    /// Its rooms with events that nobody has stored.
    pub(super) news: String,
    /// Prefix of the names of its rooms' hot fields.
    pub(super) hot: String,
    /// Prefix of the names of their cold fields.
    pub(super) cold: String,
}

/// All names under one prefix.
#[derive(Debug, Clone)]
pub(in crate::ledger) struct Keys {
    prefix: String,
    /// The hash tag of each bucket; bucket `n` is in the `n`th of 64 equal ranges of slots.
    tags: Vec<String>,
}

impl Keys {
    /// Names that begin with this prefix.
    pub(in crate::ledger) fn new(prefix: &str) -> Self {
        let range = usize::from(SLOTS) / BUCKETS;
        let tag_of = |bucket| (0_u32..).map(|n| n.to_string()).find(|tag| slot(tag) / range == bucket);
        Self { prefix: prefix.to_owned(), tags: (0..BUCKETS).filter_map(tag_of).collect() }
    }

    /// The keys that a script on this room is given, in the order in which the scripts' prelude takes them.
    /// The rest of the room's and its bucket's names follow from these.
    pub(super) fn of_room(&self, room: RoomId) -> [String; 3] {
        let (prefix, tag) = (&self.prefix, &self.tags[bucket(room)]);
        [format!("{prefix}h:{{{tag}}}:{room}"), format!("{prefix}i:{{{tag}}}:{room}:"), format!("{prefix}e:{{{tag}}}")]
    }

    /// The prefix of all of them.
    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The keys of each bucket.
    pub(super) fn buckets(&self) -> impl Iterator<Item = Bucket> {
        self.tags.iter().map(|tag| self.bucket(tag))
    }

    fn bucket(&self, tag: &str) -> Bucket {
        let of = |what: &str| format!("{}{what}:{{{tag}}}", self.prefix);
        Bucket {
            era: of("e"),
            leases: of("leases"),
            marks: of("marks"),
            due: of("due"),
            hosts: of("hosts"),
            at: of("at") + ":",
            news: of("news"),
            hot: of("h") + ":",
            cold: of("r") + ":",
        }
    }

    /// Chat of a room that waits to be stored, the rooms of its bucket that have some, and how much that is.
    pub(in crate::ledger) fn chat(&self, room: RoomId) -> [String; 3] {
        let Self { prefix, tags } = self;
        let tag = &tags[bucket(room)];
        let list = format!("{prefix}chat:{{{tag}}}:{room}");
        [list, format!("{prefix}chats:{{{tag}}}"), format!("{prefix}chat-bytes:{{{tag}}}")]
    }

    /// The events of a room, and the number of events that nobody has stored in each room of its bucket.
    pub(super) fn log(&self, room: RoomId) -> [String; 2] {
        let (prefix, tag) = (&self.prefix, &self.tags[bucket(room)]);
        [format!("{prefix}ev:{{{tag}}}:{room}"), format!("{prefix}news:{{{tag}}}")]
    }

    /// The notes of a room.
    pub(super) fn notes(&self, room: RoomId) -> String {
        format!("{}notes:{{{}}}:{room}", self.prefix, self.tags[bucket(room)])
    }

    /// The rooms with such chat in each bucket.
    pub(in crate::ledger) fn chats(&self) -> impl Iterator<Item = String> {
        self.tags.iter().map(|tag| format!("{}chats:{{{tag}}}", self.prefix))
    }

    /// A node's published state.
    pub(super) fn node(&self, node: &NodeId) -> String {
        format!("{}node:{node}", self.prefix)
    }

    /// Where a user's socket in a room is.
    pub(super) fn presence(&self, room: RoomId, user: &str) -> String {
        format!("{}presence:{room}:{user}", self.prefix)
    }

    /// Where a user's newest socket is.
    pub(super) fn place(&self, user: &str) -> String {
        format!("{}user:{user}:node", self.prefix)
    }

    /// How many members of a room are where.
    pub(super) fn nodes_of(&self, room: RoomId) -> String {
        format!("{}room:{room}:nodes", self.prefix)
    }

    /// Prefix of each node's channel.
    pub(super) fn channels(&self) -> String {
        format!("{}n:", self.prefix)
    }

    /// The channel of a node.
    pub(super) fn channel(&self, node: &NodeId) -> String {
        format!("{}n:{node}", self.prefix)
    }

    /// The channel of all nodes.
    pub(super) fn all(&self) -> String {
        format!("{}all", self.prefix)
    }
}

/// The bucket of a room.
fn bucket(room: RoomId) -> usize {
    usize::from(crc16(room.as_str())) % BUCKETS
}

fn slot(tag: &str) -> usize {
    usize::from(crc16(tag) % SLOTS)
}

/// CRC-16/XMODEM, by which Redis Cluster assigns slots.
fn crc16(text: &str) -> u16 {
    text.bytes().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(byte) << 8, |crc: u16, _| (crc << 1) ^ if crc & 0x8000 == 0 { 0 } else { 0x1021 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_of_redis() {
        assert_eq!((crc16("123456789"), slot("foo")), (0x31c3, 12_182));
    }

    #[test]
    fn buckets_are_evenly_spread_over_the_slots() {
        let keys = Keys::new("");
        assert_eq!(keys.tags.len(), BUCKETS);
        for (bucket, tag) in keys.tags.iter().enumerate() {
            assert_eq!(slot(tag) / 256, bucket);
        }
    }

    #[test]
    fn all_keys_of_a_script_carry_the_tag_of_one_bucket() {
        let (keys, room) = (Keys::new("aldis:"), RoomId::from_letters([1; 10]));
        let carry = |all: &[String], tag: &str| {
            let tag = format!("{{{tag}}}");
            assert!(all.iter().all(|key| key.starts_with("aldis:") && key.contains(&tag)), "{all:?}");
        };
        let tag = &keys.tags[bucket(room)];
        carry(&keys.chat(room), tag);
        carry(&keys.log(room), tag);
        carry(&[keys.notes(room)], tag);
        carry(&keys.of_room(room), tag);
        for (Bucket { era, leases, marks, due, hosts, at, news, hot, cold }, tag) in keys.buckets().zip(&keys.tags) {
            carry(&[era, leases, marks, due, hosts, at, news, hot, cold], tag);
        }
    }
}
