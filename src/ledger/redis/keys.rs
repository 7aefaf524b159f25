//! Names of keys and channels (docs/redis.md). A room lies in one of 64 buckets, and everything about it in the slot of its
//! bucket's hash tag, so that one script may change all of it. Knows no values.

use actors::protocol::{NodeId, RoomId};

/// How many buckets rooms are dealt to.
pub(super) const BUCKETS: usize = 64;
/// Slots of Redis Cluster.
const SLOTS: u16 = 16_384;

/// All names under one prefix.
#[derive(Debug, Clone)]
pub(in crate::ledger) struct Keys {
    prefix: String,
    /// The hash tag of each bucket; bucket `n` lies in the `n`th of 64 equal ranges of slots.
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
    pub(super) fn of_room(&self, room: RoomId) -> [String; 8] {
        let Self { prefix, tags } = self;
        let tag = &tags[bucket(room)];
        [
            format!("{prefix}h:{{{tag}}}:{room}"),
            format!("{prefix}r:{{{tag}}}:{room}"),
            format!("{prefix}i:{{{tag}}}:{room}:"),
            format!("{prefix}due:{{{tag}}}"),
            format!("{prefix}at:{{{tag}}}:"),
            format!("{prefix}e:{{{tag}}}"),
            self.leases(),
            self.marks(),
        ]
    }

    /// Chat of a room that waits to be stored, the rooms of its bucket that have some, and how much that is.
    pub(in crate::ledger) fn chat(&self, room: RoomId) -> [String; 3] {
        let Self { prefix, tags } = self;
        let tag = &tags[bucket(room)];
        let list = format!("{prefix}chat:{{{tag}}}:{room}");
        [list, format!("{prefix}chats:{{{tag}}}"), format!("{prefix}chat-bytes:{{{tag}}}")]
    }

    /// The rooms with such chat in each bucket.
    pub(in crate::ledger) fn chats(&self) -> impl Iterator<Item = String> {
        self.tags.iter().map(|tag| format!("{}chats:{{{tag}}}", self.prefix))
    }

    /// Leases by node.
    pub(super) fn leases(&self) -> String {
        format!("{}leases", self.prefix)
    }

    /// What is known of leases besides: who gave theirs up, a grace after a silence, a loss.
    pub(super) fn marks(&self) -> String {
        format!("{}leases:marks", self.prefix)
    }

    /// The epoch of each bucket.
    pub(super) fn eras(&self) -> impl Iterator<Item = String> {
        self.tags.iter().map(|tag| format!("{}e:{{{tag}}}", self.prefix))
    }

    /// What is due in each bucket.
    pub(super) fn dues(&self) -> impl Iterator<Item = String> {
        self.tags.iter().map(|tag| format!("{}due:{{{tag}}}", self.prefix))
    }

    /// What the sets of a node's rooms begin with, in each bucket.
    pub(super) fn places(&self) -> impl Iterator<Item = String> {
        self.tags.iter().map(|tag| format!("{}at:{{{tag}}}:", self.prefix))
    }

    /// What the channel of each node begins with.
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
    fn all_keys_of_a_room_carry_the_tag_of_its_bucket() {
        let (keys, room) = (Keys::new("aldis:"), RoomId::from_letters([1; 10]));
        let tag = format!("{{{}}}", keys.tags[bucket(room)]);
        assert!(keys.chat(room).iter().all(|key| key.starts_with("aldis:") && key.contains(&tag)));
        assert!(keys.of_room(room)[..6].iter().all(|key| key.starts_with("aldis:") && key.contains(&tag)));
    }
}
