//! Recent events that concern cells not yet started: a token that was just revoked. A request that was checked before such an
//! event may arrive after it.

use std::{
    collections::BTreeMap,
    ops::RangeInclusive,
    sync::Mutex,
    time::{Duration, Instant},
};

use super::lock;

/// How long an event is remembered: longer than any request takes from its check to its cell.
const REMEMBERED_FOR: Duration = Duration::from_secs(10);

/// Events of the last [`REMEMBERED_FOR`].
pub(super) struct Recent<K>(Mutex<BTreeMap<K, Instant>>);

impl<K> Default for Recent<K> {
    fn default() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }
}

impl<K: Ord + Clone> Recent<K> {
    /// Remembers an event, and forgets old ones.
    pub(super) fn note(&self, event: K, now: Instant) {
        let mut recent = lock(&self.0);
        recent.retain(|_, until| *until > now);
        recent.insert(event, now + REMEMBERED_FOR);
    }

    /// The recent events of this range.
    pub(super) fn within(&self, range: RangeInclusive<K>, now: Instant) -> Vec<K> {
        lock(&self.0).range(range).filter(|(_, until)| **until > now).map(|(event, _)| event.clone()).collect()
    }
}
