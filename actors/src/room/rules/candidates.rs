//! Early candidates: a candidate never reaches a peer before the description it belongs to (RFC 8838 §4).
//!
//! A candidate that comes early waits, per pair of seats, until its sender's description has passed. Waiting is bounded in
//! number, time and bytes; what does not fit is refused, never dropped in silence.

use std::{collections::VecDeque, time::Instant};

use crate::{
    messages::room::Number,
    protocol::{JoinOrder, Message},
};

/// A candidate that waits.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) to: JoinOrder,
    pub(crate) number: Number,
    pub(crate) message: Message,
    pub(crate) until: Instant,
}

/// The candidates of one sender that wait.
#[derive(Debug, Default)]
pub(crate) struct Early {
    /// In order of arrival, so that the first to expire is at the front.
    held: VecDeque<Held>,
    /// How many wait for each receiver, ascending.
    counts: Vec<(JoinOrder, usize)>,
}

impl Early {
    /// How many wait for this receiver.
    pub(crate) fn count(&self, to: JoinOrder) -> usize {
        self.counts.binary_search_by_key(&to, |(order, _)| *order).map_or(0, |place| self.counts[place].1)
    }

    /// Keeps a candidate.
    pub(crate) fn hold(&mut self, held: Held) {
        match self.counts.binary_search_by_key(&held.to, |(order, _)| *order) {
            Ok(place) => self.counts[place].1 += 1,
            Err(place) => self.counts.insert(place, (held.to, 1)),
        }
        self.held.push_back(held);
    }

    /// Takes out what waits for this receiver, in order of arrival.
    pub(crate) fn take(&mut self, to: JoinOrder) -> Vec<Held> {
        let Ok(place) = self.counts.binary_search_by_key(&to, |(order, _)| *order) else { return Vec::new() };
        let (_, count) = self.counts.remove(place);
        let mut taken = Vec::with_capacity(count);
        for held in std::mem::take(&mut self.held) {
            if held.to == to { taken.push(held) } else { self.held.push_back(held) }
        }
        taken
    }

    /// Puts back what was taken out: their description could not be sent.
    pub(crate) fn put_back(&mut self, taken: Vec<Held>) {
        for held in taken {
            self.hold(held);
        }
        self.held.make_contiguous().sort_by_key(|held| held.until);
    }

    /// Takes out the next one that has waited too long.
    pub(crate) fn expired(&mut self, now: Instant) -> Option<Held> {
        let held = self.held.pop_front_if(|held| held.until <= now)?;
        if let Ok(place) = self.counts.binary_search_by_key(&held.to, |(order, _)| *order) {
            self.counts[place].1 -= 1;
            if self.counts[place].1 == 0 {
                self.counts.remove(place);
            }
        }
        Some(held)
    }

    pub(crate) fn next_expiry(&self) -> Option<Instant> {
        self.held.front().map(|held| held.until)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.held.iter().map(|held| held.message.data.len()).sum()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::protocol::Kind;

    #[test]
    fn what_is_taken_and_put_back_waits_in_its_old_place() {
        let (mut early, start) = (Early::default(), Instant::now());
        for tag in 1..=4 {
            let message = Message { kind: Kind::IceCandidate, data: "{}".into() };
            let number = Number { tag, cid: Some(tag) };
            early.hold(Held { to: tag % 2, number, message, until: start + Duration::from_secs(tag) });
        }
        assert!(!early.is_empty());
        let taken = early.take(1);
        assert_eq!((taken.len(), early.count(1), early.count(0), early.bytes()), (2, 0, 2, 4));
        early.put_back(taken);
        let mut order = Vec::new();
        while let Some(held) = early.expired(start + Duration::from_secs(9)) {
            order.push(held.number.tag);
        }
        assert_eq!((order, early.count(0), early.is_empty()), (vec![1, 2, 3, 4], 0, true));
    }
}
