//! The port of the place where keys are stored. Its two forms: a folder of files, and a table that nodes share.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use super::{key::Key, schedule::Step};
use crate::files::Stamp;

/// A key and the instant from which it signs.
pub(super) struct Stored {
    pub(super) starts: Timestamp,
    pub(super) key: Arc<Key>,
    /// What shows that its file is unchanged; none for a key of a table.
    pub(super) stamp: Option<Stamp>,
}

/// Where keys are stored. Calls block.
pub(super) trait Shelf: Send + Sync {
    /// The keys, by the instant from which they sign; may be none. Those of `known` that are unchanged are not parsed again.
    fn read(&self, known: &[Stored]) -> anyhow::Result<Vec<Stored>>;

    /// Performs the steps that were planned for keys with these instants; false when they are others by now: then nothing is
    /// done, and the caller plans anew. After an error, any prefix of the steps may have been performed.
    fn perform(&self, planned_for: &[Timestamp], steps: &[Step]) -> anyhow::Result<bool>;

    /// How long a key must be known before it signs, unless all others are given up: until every node has read it.
    fn known_before(&self) -> Duration;

    /// How many keys were left out when it was read last, because this node cannot open them.
    fn unreadable(&self) -> usize {
        0
    }

    /// Its name, for errors.
    fn place(&self) -> String;
}
