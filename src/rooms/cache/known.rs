//! One room as a node with a shared cache knows it, as a pure state machine: time is an argument, and the result says where to
//! ask. Must not know Redis, nor how many rooms there are.
//!
//! A question carries the version of what was known when it was asked (`Asked`): an answer proves nothing about a change that
//! this node has made, or was told of, since. **Invariant:** once this node has made a change or was told of it, it never answers
//! an older state (`tests::no_order_of_events_brings_an_older_state_back`).

use std::time::Duration;

use tokio::time::Instant;

use super::{Asked, Cached, is_newer};

/// How long a node believes its copy; a notice of a change ends it at once.
pub(super) const NEAR_FOR: Duration = Duration::from_secs(5);
/// How long after it was read from the database a state in Redis is believed: a node that was killed between its commit and its write
/// to Redis is overlooked no longer.
pub(super) const FRESH_FOR: Duration = Duration::from_secs(60);

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// The newest state, and when it was known to be the newest.
    state: Option<(Cached, Instant)>,
    /// Redis may not have `state`: it is not asked, and is to be told.
    is_owed: bool,
    /// Another node has changed the room, or nobody knows whether this one has: only the database is believed.
    is_doubted: bool,
    /// Which change or notice was the last.
    version: u64,
    /// When something was last learnt.
    pub(super) touched: Instant,
}

/// Where the present state is found.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Look {
    /// Here.
    Here(Cached),
    /// In Redis, or else in the database.
    Redis(Asked),
    /// In the database.
    Database(Asked),
}

impl Known {
    /// Nothing is known.
    pub(super) const fn new(now: Instant) -> Self {
        Self { state: None, is_owed: false, is_doubted: false, version: 0, touched: now }
    }

    pub(super) fn look(&self, now: Instant) -> Look {
        let asked = Asked(self.version);
        match &self.state {
            _ if self.is_doubted => Look::Database(asked),
            Some((state, since)) if now.duration_since(*since) < NEAR_FOR => Look::Here(state.clone()),
            // Notices of other nodes come through Redis, too: what is owed may be old.
            _ if self.is_owed => Look::Database(asked),
            Some(_) | None => Look::Redis(asked),
        }
    }

    /// Redis has this state, which was read from the database or committed `age` ago. Answers whether it is believed.
    pub(super) fn redis_said(&mut self, asked: Asked, state: &Cached, age: Duration, now: Instant) -> bool {
        let is_overtaken = asked != Asked(self.version) || self.is_doubted || self.is_owed;
        let is_older = self.state.as_ref().is_some_and(|(known, _)| !is_newer(state, known));
        let is_believed = !is_overtaken && !is_older && age < FRESH_FOR;
        if is_believed {
            self.learn(state.clone(), now);
        }
        is_believed
    }

    /// The database has this state, or no such room. Answers whether nothing has changed since it was asked.
    pub(super) fn database_said(&mut self, asked: Asked, found: Option<Cached>, now: Instant) -> bool {
        let is_last_word = asked == Asked(self.version);
        if is_last_word {
            self.is_doubted = false;
        }
        match found {
            Some(state) => self.learn(state, now),
            None if is_last_word => (self.state, self.is_owed) = (None, false),
            None => {}
        }
        is_last_word
    }

    /// This node has committed a change; Redis does not know of it yet.
    pub(super) fn put(&mut self, state: Cached, version: u64, now: Instant) {
        self.version = version;
        self.learn(state, now);
        self.is_owed = true;
    }

    /// Redis has this state, or a newer one. Answers whether nothing newer is owed.
    pub(super) fn stored(&mut self, stored: &Cached) -> bool {
        if self.state.as_ref().is_none_or(|(state, _)| state == stored) {
            self.is_owed = false;
        }
        !self.is_owed
    }

    /// It cannot be remembered that this state is owed.
    pub(super) fn give_up(&mut self) {
        self.is_owed = false;
    }

    /// Another node has changed the room.
    pub(super) fn changed(&mut self, version: u64, now: Instant) {
        (self.version, self.is_doubted, self.touched) = (version, true, now);
    }

    /// Nobody knows what was committed: what was known does not count.
    pub(super) fn forget(&mut self, version: u64, now: Instant) {
        self.changed(version, now);
        (self.state, self.is_owed) = (None, false);
    }

    /// What is to be stored in Redis.
    pub(super) fn owed(&self) -> Option<&Cached> {
        self.state.as_ref().filter(|_| self.is_owed).map(|(state, _)| state)
    }

    /// The newest of what is known and what Redis has, however old that is: while the database cannot be asked. A node stores its
    /// change in Redis before it tells the others, so that what is doubted is there.
    pub(super) fn last(&self, in_redis: Option<Cached>) -> Option<Cached> {
        let known = self.state.as_ref().map(|(state, _)| state);
        match (in_redis, known) {
            (Some(state), Some(known)) if is_newer(&state, known) => Some(state),
            (_, Some(known)) if !self.is_doubted => Some(known.clone()),
            (_, Some(_)) => None,
            (state, None) => state,
        }
    }

    fn learn(&mut self, state: Cached, now: Instant) {
        self.touched = now;
        if self.state.as_ref().is_none_or(|(known, _)| is_newer(&state, known)) {
            self.state = Some((state, now));
        }
    }
}

#[cfg(test)]
mod tests;
