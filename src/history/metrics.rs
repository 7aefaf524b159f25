//! What operators see of the history.

use metrics::{counter, describe_counter};

const STORED: &str = "aldis_chat_stored_total";
const DROPPED: &str = "aldis_chat_dropped_total";
const NEWER: &str = "aldis_chat_newer_total";

/// Describes the metrics to the recorder.
pub fn describe() {
    describe_counter!(STORED, "Chat messages that this node has added to the history.");
    describe_counter!(
        DROPPED,
        "Chat messages that are missing in the history: too many waited for the database, or it refused them."
    );
    describe_counter!(
        NEWER,
        "Times that chat in Redis waited for a node of a newer version, which alone can store it."
    );
    dropped(0);
}

pub(super) fn stored(count: u64) {
    counter!(STORED).increment(count);
}

pub(super) fn dropped(count: u64) {
    counter!(DROPPED).increment(count);
}

pub(super) fn newer() {
    counter!(NEWER).increment(1);
}
