//! How often things happened in a walk, so that a walk which avoids a case is noticed.

use std::{collections::BTreeMap, fmt};

/// Times, by what happened.
#[derive(Default)]
pub(crate) struct Seen(BTreeMap<&'static str, u64>);

const EVERYTHING: [&str; 40] = [
    "joined",
    "joined beside somebody hidden",
    "full",
    "crowded",
    "join waits",
    "left",
    "resumed",
    "resumed with a loss",
    "resume BadToken",
    "resume SeatGone",
    "resume Gap",
    "moved elsewhere",
    "appended",
    "duplicate",
    "fenced",
    "receiver gone",
    "not applied",
    "old epoch",
    "skipped number sent",
    "lost",
    "node died",
    "lease lapsed",
    "hole filled",
    "push lost",
    "push doubled",
    "wiped",
    "went back",
    "claimed",
    "claimed with entries",
    "claim gap",
    "claim ended",
    "claimed in a settled epoch",
    "unclaimed seat freed",
    "resent in a newer epoch",
    "placed",
    "not placed",
    "shrunk",
    "published",
    "older media epoch",
    "unknown track",
];

impl Seen {
    pub(crate) fn mark(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (what, times) in &other.0 {
            *self.0.entry(what).or_default() += times;
        }
    }

    pub(crate) fn check_that_everything_happened(&self) {
        for what in EVERYTHING {
            assert!(self.0.contains_key(what), "\"{what}\" never happened: {self}");
        }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(what, times)| write!(f, "{what}: {times}; "))
    }
}
