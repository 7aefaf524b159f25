//! What became of the signals that did not arrive. Each must have been refused to its sender, or its receiver must have been told of a
//! loss; anything else is lost silently. Pure. Must not know what happened to the cluster.
//!
//! A receiver that is told of a loss is told of what it has missed until then: of a gap that it saw shortly before, and of the first one
//! that it sees afterwards from each sender. From then on every signal of that sender is judged as before.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::clock::{Nanos, nanos};
use crate::member::{Fate, Signal, Stay};

/// A loss is told at the latest so long after a signal that shows it; as clients in chaos tests judge it.
const TOLD_WITHIN: Duration = Duration::from_secs(10);

/// The signals of all members, as far as something is missing.
#[derive(Debug, Default)]
pub(super) struct Losses {
    /// By receiver, then by sender, because receivers are told.
    lines: BTreeMap<Stay, BTreeMap<Stay, Line>>,
    /// Members that were told of a loss, and how often.
    told: BTreeMap<Stay, u64>,
}

/// The signals from one session to another.
#[derive(Debug, Default)]
struct Line {
    /// The number of the last one that arrived.
    heard: u64,
    gaps: Vec<Gap>,
    /// Those that were refused to the sender.
    refused: BTreeSet<u64>,
    /// Those whose outcome the sender did not learn before its session ended.
    unknown: BTreeSet<u64>,
    /// The receiver was told of a loss, and nothing has arrived since.
    is_told: bool,
}

/// Signals that had not arrived when a later one did.
#[derive(Debug)]
struct Gap {
    numbers: RangeInclusive<u64>,
    seen_at: Nanos,
    is_told: bool,
}

/// The judgement.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Signals that are missing, and whose receiver was told of a loss.
    pub(super) told: u64,
    /// Signals that are missing without a word.
    pub(super) lost: u64,
    /// Signals that arrived although their sender was told that they were refused.
    pub(super) false_refusals: u64,
    /// Where signals were lost, or falsely refused.
    pub(super) words: Vec<String>,
}

impl Losses {
    /// A signal has arrived.
    pub(super) fn heard(&mut self, signal: &Signal, now: Nanos) {
        let line = self.line(signal);
        if signal.n > line.heard {
            if signal.n > line.heard + 1 {
                let numbers = line.heard + 1..=signal.n - 1;
                line.gaps.push(Gap { numbers, seen_at: now, is_told: line.is_told });
            }
            (line.heard, line.is_told) = (signal.n, false);
        } // else it is a repeat, which the receiver reports itself
    }

    /// A signal will not arrive, or it is not known whether it will.
    pub(super) fn not_taken(&mut self, signal: &Signal, fate: Fate) {
        let line = self.line(signal);
        match fate {
            Fate::Refused => line.refused.insert(signal.n),
            Fate::Unknown => line.unknown.insert(signal.n),
        };
    }

    /// Whoever was told of a loss was also told of what it has missed of senders that it has not heard yet.
    fn line(&mut self, signal: &Signal) -> &mut Line {
        let is_told = self.told.contains_key(&signal.to);
        let senders = self.lines.entry(signal.to.clone()).or_default();
        senders.entry(signal.from.clone()).or_insert_with(|| Line { is_told, ..Line::default() })
    }

    /// A member was told of a loss.
    pub(super) fn told(&mut self, who: &Stay, now: Nanos) {
        *self.told.entry(who.clone()).or_default() += 1;
        for line in self.lines.get_mut(who).into_iter().flat_map(BTreeMap::values_mut) {
            line.is_told = true;
            let recent = |gap: &&mut Gap| gap.seen_at + nanos(TOLD_WITHIN) >= now;
            line.gaps.iter_mut().filter(recent).for_each(|gap| gap.is_told = true);
        }
    }

    /// How many members were told of a loss.
    pub(super) fn members_told(&self) -> u64 {
        self.told.len() as u64
    }

    /// Judges all signals; `sent`: of each session that lasts, the last signal to each other one.
    pub(super) fn judge(&self, sent: &[Signal]) -> Verdict {
        let mut verdict = Verdict::default();
        let last: BTreeMap<_, _> = sent.iter().map(|signal| ((&signal.from, &signal.to), signal.n)).collect();
        let lines = self.lines.iter().flat_map(|(to, lines)| lines.iter().map(move |(from, line)| (from, to, line)));
        for (from, to, line) in lines {
            verdict.add((from, to), line, last.get(&(from, to)).copied());
        }
        let never_heard = |signal: &&Signal| self.lines.get(&signal.to).is_none_or(|of| !of.contains_key(&signal.from));
        for signal in sent.iter().filter(never_heard) {
            verdict.add((&signal.from, &signal.to), &Line::default(), Some(signal.n));
        }
        verdict
    }
}

impl Line {
    fn is_excused(&self, n: u64) -> bool {
        self.refused.contains(&n) || self.unknown.contains(&n)
    }

    fn arrived(&self, n: u64) -> bool {
        n <= self.heard && !self.gaps.iter().any(|gap| gap.numbers.contains(&n))
    }
}

impl Verdict {
    fn add(&mut self, (from, to): (&Stay, &Stay), line: &Line, last: Option<u64>) {
        let missing = |numbers: RangeInclusive<u64>| numbers.filter(|n| !line.is_excused(*n)).collect::<Vec<_>>();
        let mut lost = Vec::new();
        for gap in &line.gaps {
            let missing = missing(gap.numbers.clone());
            if gap.is_told {
                self.told += missing.len() as u64;
            } else {
                lost.extend(missing);
            }
        }
        // After the last that arrived no later one shows what is missing: of these nobody is told.
        lost.extend(missing(line.heard + 1..=last.unwrap_or(line.heard)));
        let falsely = line.refused.iter().filter(|n| line.arrived(**n)).count() as u64;
        self.lost += lost.len() as u64;
        self.false_refusals += falsely;
        if let (Some(first), count) = (lost.first(), lost.len()) {
            self.words
                .push(format!("{count} signals of {from} to {to} are missing without a word, the first is {first}"));
        }
        if falsely > 0 {
            self.words.push(format!("{falsely} signals of {from} reached {to} though they were refused"));
        }
    }
}

#[cfg(test)]
mod tests {
    use actors::protocol::UserId;

    use super::*;

    const SECOND: Nanos = 1_000_000_000;

    fn stay(user: u128) -> Stay {
        Stay { user: UserId::from_u128(user), rev: 10 * u64::try_from(user).expect("a small number") }
    }

    /// From the first member to the second.
    fn signal(n: u64) -> Signal {
        Signal { from: stay(1), to: stay(2), n }
    }

    fn after(numbers: &[u64]) -> Losses {
        let mut losses = Losses::default();
        numbers.iter().for_each(|n| losses.heard(&signal(*n), *n * SECOND));
        losses
    }

    /// Told, lost and falsely refused of so many that were sent.
    fn judged(losses: &Losses, sent: u64) -> (u64, u64, u64) {
        let verdict = losses.judge(&[signal(sent)]);
        assert_eq!(verdict.words.is_empty(), verdict.lost + verdict.false_refusals == 0, "{:?}", verdict.words);
        (verdict.told, verdict.lost, verdict.false_refusals)
    }

    #[test]
    fn what_arrives_in_order_is_not_lost() {
        assert_eq!(judged(&after(&[1, 2, 3]), 3), (0, 0, 0));
    }

    #[test]
    fn what_is_missing_without_a_word_is_lost_in_between_at_the_end_and_from_the_beginning() {
        assert_eq!(judged(&after(&[1, 4, 5]), 7), (0, 4, 0));
        assert_eq!(judged(&Losses::default(), 3), (0, 3, 0));
        assert!(after(&[1, 4]).judge(&[signal(4)]).words[0].contains("2 signals"));
    }

    #[test]
    fn what_was_refused_is_not_lost_but_excuses_nothing_else() {
        let mut losses = after(&[1, 4]);
        losses.not_taken(&signal(2), Fate::Refused);
        losses.not_taken(&signal(5), Fate::Unknown);
        let to_another = Signal { to: stay(3), ..signal(3) };
        losses.not_taken(&to_another, Fate::Refused);
        let to_its_session_before = Signal { to: Stay { rev: 7, ..stay(2) }, ..signal(3) };
        losses.not_taken(&to_its_session_before, Fate::Refused);
        assert_eq!(judged(&losses, 5), (0, 1, 0));
        losses.not_taken(&signal(3), Fate::Refused);
        assert_eq!(judged(&losses, 5), (0, 0, 0));
    }

    #[test]
    fn what_arrives_though_it_was_refused_is_found() {
        let mut losses = after(&[1, 2, 4]);
        losses.not_taken(&signal(2), Fate::Refused);
        losses.not_taken(&signal(3), Fate::Refused);
        losses.not_taken(&signal(4), Fate::Unknown);
        assert_eq!(judged(&losses, 4), (0, 0, 1), "of the last one nobody knew");
    }

    #[test]
    fn a_receiver_that_is_told_shortly_after_a_gap_is_told_of_it_and_later_it_is_not() {
        let mut losses = after(&[1, 5]);
        losses.told(&stay(2), 15 * SECOND);
        assert_eq!((judged(&losses, 5), losses.members_told()), ((3, 0, 0), 1));
        let mut losses = after(&[1, 5]);
        losses.told(&stay(2), 16 * SECOND);
        assert_eq!(judged(&losses, 5), (0, 3, 0));
    }

    #[test]
    fn a_receiver_that_was_told_is_told_of_the_next_gap_of_each_sender_and_of_no_further_one() {
        let mut losses = after(&[1]);
        losses.told(&stay(2), 2 * SECOND);
        losses.heard(&signal(4), 60 * SECOND);
        losses.heard(&Signal { from: stay(3), ..signal(3) }, 60 * SECOND);
        assert_eq!(judged(&losses, 4), (4, 0, 0), "two of each");
        losses.heard(&signal(7), 61 * SECOND);
        assert_eq!(judged(&losses, 7), (4, 2, 0), "that began after the loss was told");
        let mut losses = after(&[1]);
        losses.told(&stay(2), 2 * SECOND);
        losses.heard(&signal(2), 3 * SECOND);
        losses.heard(&signal(4), 4 * SECOND);
        assert_eq!(judged(&losses, 4), (0, 1, 0), "nothing was missing when it was told");
    }

    #[test]
    fn silence_after_the_loss_was_told_is_lost_and_others_that_are_told_excuse_nothing() {
        let mut losses = after(&[1]);
        losses.told(&stay(2), 2 * SECOND);
        assert_eq!(judged(&losses, 3), (0, 2, 0));
        let mut losses = after(&[1, 3]);
        losses.told(&stay(1), 3 * SECOND);
        assert_eq!(judged(&losses, 3), (0, 1, 0), "its sender was told, not its receiver");
    }

    #[test]
    fn a_session_numbers_anew() {
        let mut losses = after(&[1, 2]);
        let again = |n| Signal { from: Stay { rev: 99, ..stay(1) }, ..signal(n) };
        losses.heard(&again(1), 3 * SECOND);
        assert_eq!(losses.judge(&[again(1)]), Verdict::default());
    }
}
