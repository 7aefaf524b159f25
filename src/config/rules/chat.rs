//! The rules of `[chat]`.

use super::{Config, Found, HOUR, YEAR};

pub(super) fn chat(config: &Config, found: &mut Found) {
    let chat = &config.chat;
    found.within("chat.keep_for", chat.keep_for, HOUR, 10 * YEAR);
    let (most, key) = (chat.keep_per_room_max.get(), ["chat.keep_per_room_max"]);
    found.when(most > 1_000_000, &key, "more than 1000000", "write a whole number from 1 to 1000000");
    let (help, of_room) = ("write many times the size of one message", chat.waiting_bytes_per_room_max);
    for (key, max) in [("chat.queued_bytes_max", chat.queued_bytes_max), ("chat.waiting_bytes_per_room_max", of_room)] {
        let small = max < config.socket.message_bytes_max;
        found.when(small, &[key, "socket.message_bytes_max"], "one message would not fit", help);
    }
    let small = chat.waiting_bytes_max.bytes() / 64 < of_room.bytes();
    let keys = ["chat.waiting_bytes_max", "chat.waiting_bytes_per_room_max"];
    found.when(small, &keys, "a bucket would not hold one room", "write at least 64 times the size of one room");
}
