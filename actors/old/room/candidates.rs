//! Early candidates: a candidate never reaches a peer before the description it belongs to (RFC 8838 §4).
//!
//! A candidate that comes early waits, per pair of sessions, until its sender's description has passed.
//! Waiting is bounded in number and time; what does not fit is refused, never dropped in silence.

use std::{collections::BTreeMap, time::Instant};

use super::Limits;
use crate::protocol::{Message, SessionId, client::Cid};

/// What waits and what may pass, for all pairs whose sender sits on this node.
#[derive(Debug)]
pub(crate) struct Candidates {
    limits: Limits,
    pairs: BTreeMap<(SessionId, SessionId), Pair>,
}

#[derive(Debug)]
enum Pair {
    /// The sender's description has passed: candidates pass too.
    Described,
    /// It has not: these wait for it.
    Waiting(Vec<Waiting>),
}

/// A candidate that waits.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) cid: Cid,
    pub(crate) message: Message,
    until: Instant,
}

/// Where a candidate goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    Pass,
    Wait,
    Overflow,
}

impl Candidates {
    pub(crate) const fn new(limits: Limits) -> Self {
        Self { limits, pairs: BTreeMap::new() }
    }

    /// Nothing waits, and these pairs are described.
    pub(crate) fn of(described: impl Iterator<Item = (SessionId, SessionId)>, limits: Limits) -> Self {
        Self { limits, pairs: described.map(|pair| (pair, Pair::Described)).collect() }
    }

    /// The pairs that are described, if nothing waits.
    pub(crate) fn described_only(&self) -> Option<impl Iterator<Item = (&SessionId, &SessionId)>> {
        let nothing_waits = self.pairs.values().all(|pair| matches!(pair, Pair::Described));
        nothing_waits.then(|| self.pairs.keys().map(|(from, to)| (from, to)))
    }

    /// Lets a candidate pass, or keeps it.
    pub(crate) fn admit(&mut self, pair: (SessionId, SessionId), candidate: (Cid, Message), now: Instant) -> Admission {
        let (cid, message) = candidate;
        match self.pairs.entry(pair).or_insert_with(|| Pair::Waiting(Vec::new())) {
            Pair::Described => Admission::Pass,
            Pair::Waiting(waiting) if waiting.iter().any(|held| held.cid == cid) => Admission::Wait,
            Pair::Waiting(waiting) if waiting.len() >= self.limits.candidates_max => Admission::Overflow,
            Pair::Waiting(waiting) => {
                waiting.push(Waiting { cid, message, until: now + self.limits.candidates_within });
                Admission::Wait
            }
        }
    }

    /// What waits for this pair's description, in order of arrival.
    pub(crate) fn waiting(&self, pair: (SessionId, SessionId)) -> &[Waiting] {
        match self.pairs.get(&pair) {
            Some(Pair::Waiting(waiting)) => waiting,
            Some(Pair::Described) | None => &[],
        }
    }

    /// The description has passed, and what waited with it; answers the numbers that waited.
    pub(crate) fn described(&mut self, pair: (SessionId, SessionId)) -> Vec<Cid> {
        match self.pairs.insert(pair, Pair::Described) {
            Some(Pair::Waiting(waiting)) => waiting.into_iter().map(|held| held.cid).collect(),
            Some(Pair::Described) | None => Vec::new(),
        }
    }

    /// Gives up on what has waited too long; answers whose it was.
    pub(crate) fn expire(&mut self, now: Instant) -> Vec<(SessionId, Cid)> {
        let mut expired = Vec::new();
        for ((from, _), pair) in &mut self.pairs {
            if let Pair::Waiting(waiting) = pair {
                expired.extend(waiting.extract_if(.., |held| held.until <= now).map(|held| (*from, held.cid)));
            }
        }
        self.pairs.retain(|_, pair| !matches!(pair, Pair::Waiting(waiting) if waiting.is_empty()));
        expired
    }

    /// When something gives up next.
    pub(crate) fn next_expiry(&self) -> Option<Instant> {
        let waiting = self.pairs.values().filter_map(|pair| match pair {
            Pair::Waiting(waiting) => waiting.first().map(|held| held.until),
            Pair::Described => None,
        });
        waiting.min()
    }

    /// A stay's socket is lost: what it sent may have to be said again, what others send it goes on (design §1, 1).
    pub(crate) fn lost(&mut self, session: SessionId) {
        self.pairs.retain(|(from, _), _| *from != session);
    }

    /// A stay is over: its pairs start afresh. Answers whose candidates waited for it.
    pub(crate) fn forget(&mut self, session: SessionId) -> Vec<(SessionId, Cid)> {
        let mut stranded = Vec::new();
        self.pairs.retain(|(from, to), pair| {
            if *to == session
                && let Pair::Waiting(waiting) = pair
            {
                stranded.extend(waiting.drain(..).map(|held| (*from, held.cid)));
            }
            *from != session && *to != session
        });
        stranded
    }
}
