//! Counters of events, updated by all members. Must not know what they mean for the run.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use actors::protocol::{Code, UserId};

use crate::limits::VIOLATIONS_SHOWN;
use crate::oracle::Violation;
use client::wire::Ending;

/// Counts since the run began.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) welcomed: AtomicU64,
    pub(crate) joined: AtomicU64,
    /// Joins refused with a time to retry.
    pub(crate) waited: AtomicU64,
    /// Received offers and answers.
    pub(crate) described: AtomicU64,
    /// Received end-of-candidates.
    pub(crate) complete: AtomicU64,
    /// Sent candidates.
    pub(crate) offered: AtomicU64,
    /// Received candidates.
    pub(crate) relayed: AtomicU64,
    /// Connections that ended.
    pub(crate) ended: AtomicU64,
    /// Joins and refusals of strangers.
    pub(crate) answered: AtomicU64,
    /// Resumed sessions.
    pub(crate) resumed: AtomicU64,
    /// Reconnected members, whether or not they resumed.
    pub(crate) back: AtomicU64,
    /// Attempts to reconnect that failed before welcome.
    pub(crate) knocked_in_vain: AtomicU64,
    /// Messages that receivers saw to be missing, where refusals are expected.
    pub(crate) skipped: AtomicU64,
    violations: AtomicU64,
    texts: Mutex<Texts>,
    /// Expected errors of this scenario: codes, reasons of `resume_failed`.
    expected: &'static [&'static str],
}

#[derive(Debug, Default)]
struct Texts {
    violations: Vec<String>,
    refusals: BTreeMap<String, u64>,
    endings: BTreeMap<String, u64>,
    interruptions: BTreeMap<String, u64>,
    unresumed: BTreeMap<String, u64>,
}

impl Tally {
    /// Counts that do not fail over what is expected.
    pub(crate) fn expecting(expected: &'static [&'static str]) -> Self {
        Self { expected, ..Self::default() }
    }

    /// A message was refused.
    pub(crate) fn refused(&self, code: &str) {
        self.answered.fetch_add(1, Relaxed);
        *self.texts().refusals.entry(code.to_owned()).or_default() += 1;
    }

    /// A gap is only counted where the sender may have been refused: which message it was, the receiver does not know.
    pub(crate) fn violated(&self, user: UserId, violation: Violation) {
        if let Violation::Order { expected, got, .. } = &violation
            && got > expected
            && self.expected.contains(&Code::Unavailable.as_str())
        {
            self.skipped.fetch_add(got - expected, Relaxed);
            return;
        }
        self.violations.fetch_add(1, Relaxed);
        let mut texts = self.texts();
        if texts.violations.len() < VIOLATIONS_SHOWN {
            texts.violations.push(format!("{user}: {violation}"));
        }
    }

    /// A connection ended; `expected` when the run is over.
    pub(crate) fn ended(&self, ending: &Ending, expected: bool) {
        if !expected {
            *self.texts().endings.entry(ending.to_string()).or_default() += 1;
        }
        self.ended.fetch_add(1, Relaxed);
    }

    /// A connection ended, and its member will reconnect.
    pub(crate) fn interrupted(&self, ending: &Ending) {
        *self.texts().interruptions.entry(ending.to_string()).or_default() += 1;
    }

    /// A session could not be resumed.
    pub(crate) fn unresumed(&self, reason: &str) {
        *self.texts().unresumed.entry(reason.to_owned()).or_default() += 1;
    }

    /// Connections that ended and were re-established; `with`: only by this close code.
    pub(crate) fn interruptions(&self, with: Option<u16>) -> u64 {
        let how = with.map(|code| Ending::Closed(Some(code)).to_string());
        let texts = self.texts();
        let named = texts.interruptions.iter().filter(|(texts, _)| how.as_ref().is_none_or(|how| how == *texts));
        named.map(|(_, n)| n).sum()
    }

    /// How many sessions could not be resumed, and why.
    pub(crate) fn unresumed_all(&self) -> (u64, String) {
        let texts = self.texts();
        let why: Vec<_> = texts.unresumed.iter().map(|(reason, n)| format!("{n} {reason}")).collect();
        (texts.unresumed.values().sum(), why.join(", "))
    }

    /// Violated guarantees: how many, and the first of them in detail.
    pub(crate) fn violations(&self) -> (u64, Vec<String>) {
        (self.violations.load(Relaxed), self.texts().violations.clone())
    }

    /// Unexpected refusals and closed connections; empty when there are none.
    pub(crate) fn failures(&self) -> Vec<String> {
        let texts = self.texts();
        let failed = |(why, _): &(&String, &u64)| !self.expected.contains(&why.as_str());
        let refusals = texts.refusals.iter().filter(failed).map(|(code, n)| format!("{n} messages refused: {code}"));
        let endings = texts.endings.iter().map(|(how, n)| format!("{n} connections closed unexpectedly: {how}"));
        let stays = texts.unresumed.iter().filter(failed).map(|(why, n)| format!("{n} sessions not resumed: {why}"));
        refusals.chain(endings).chain(stays).collect()
    }

    /// How many messages were refused with this code.
    pub(crate) fn refused_with(&self, code: &str) -> u64 {
        self.texts().refusals.get(code).copied().unwrap_or_default()
    }

    /// Everything that went wrong so far, for an error.
    pub(crate) fn troubles(&self) -> String {
        let (violations, mut texts) = self.violations();
        texts.extend(self.failures());
        if texts.is_empty() {
            return "no error was received; is the node overloaded?".to_owned();
        }
        format!("{violations} violations; {}", texts.join("; "))
    }

    fn texts(&self) -> MutexGuard<'_, Texts> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_counted_where_signals_may_be_refused_and_elsewhere_it_violates() {
        let gap = || Violation::Order { user: UserId::from_u128(1), expected: 3, got: 5 };
        let tally = Tally::expecting(&["unavailable"]);
        tally.violated(UserId::from_u128(2), gap());
        assert_eq!((tally.skipped.load(Relaxed), tally.violations().0), (2, 0));
        tally.violated(UserId::from_u128(2), Violation::Order { user: UserId::from_u128(1), expected: 3, got: 2 });
        assert_eq!(tally.violations().0, 1, "a repeat is none");
        let tally = Tally::default();
        tally.violated(UserId::from_u128(2), gap());
        assert_eq!((tally.skipped.load(Relaxed), tally.violations().0), (0, 1));
    }
}
