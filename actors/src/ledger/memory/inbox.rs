//! One seat's inbox: the entries sent to it that are still stored, numbered 1, 2, 3 … without gaps.
//!
//! Bounded in entries and bytes: beyond a bound the oldest entries are dropped, and a reader that asks for them learns
//! that there is a gap. Knows no seats and no time.

use std::collections::VecDeque;

use crate::{
    protocol::{Entry, client::Seq},
    settings::LedgerLimits,
};

/// Entries for which room is made at once: a client acknowledges every eighth.
const TOGETHER: usize = 8;

/// A bounded stream of numbered entries. An empty one owns no memory besides itself.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    /// The number of the newest entry ever appended; 0 before the first.
    last: Seq,
    stored: Option<Box<Stored>>,
}

#[derive(Debug, Default)]
struct Stored {
    /// The newest entries, oldest first; the last one is the newest ever appended.
    entries: VecDeque<Entry>,
    /// Bytes of text in `entries`.
    bytes: usize,
}

impl Inbox {
    /// An inbox whose next entry is number `last` + 1.
    pub(super) fn after(last: Seq) -> Self {
        Self { last, ..Self::default() }
    }

    /// An inbox that stores these entries, the last of which is number `last`.
    pub(super) fn stored(last: Seq, entries: Vec<Entry>) -> Self {
        let bytes = entries.iter().map(Entry::text_bytes).sum();
        let stored = (!entries.is_empty()).then(|| Box::new(Stored { entries: entries.into(), bytes }));
        Self { last, stored }
    }

    /// The number of the newest entry ever appended.
    pub(super) const fn last(&self) -> Seq {
        self.last
    }

    /// The entries that are stored, oldest first.
    pub(super) fn entries(&self) -> Vec<Entry> {
        self.since(0).collect()
    }

    fn since(&self, skip: usize) -> impl Iterator<Item = Entry> {
        self.stored.iter().flat_map(move |stored| stored.entries.iter().skip(skip).cloned())
    }

    fn len(&self) -> usize {
        self.stored.as_ref().map_or(0, |stored| stored.entries.len())
    }

    /// Bytes that are buffered here: each entry's fixed part and its text.
    pub(super) fn buffered(&self) -> usize {
        self.stored.as_ref().map_or(0, |stored| stored.entries.len() * size_of::<Entry>() + stored.bytes)
    }

    /// Appends an entry, drops the oldest ones beyond the bounds, and answers the entry's number.
    pub(super) fn append(&mut self, entry: Entry, limits: &LedgerLimits) -> Seq {
        self.last += 1;
        let stored = self.stored.get_or_insert_default();
        stored.bytes += entry.text_bytes();
        if stored.entries.capacity() == 0 {
            stored.entries.reserve_exact(TOGETHER);
        }
        stored.entries.push_back(entry);
        while stored.entries.len() > limits.inbox_entries_max || stored.bytes > limits.inbox_bytes_max {
            stored.drop_oldest();
        }
        self.last
    }

    /// Numbers an entry without storing it, and drops all that is stored: a later read finds a gap.
    pub(super) fn shed(&mut self) -> Seq {
        self.last += 1;
        self.clear();
        self.last
    }

    /// Drops all that is stored.
    pub(super) fn clear(&mut self) {
        *self = Self::after(self.last);
    }

    /// Entries after number `seq`, or `None` if some of them are no longer stored or `seq` was never reached.
    pub(super) fn read(&self, seq: Seq) -> Option<Vec<(Seq, Entry)>> {
        let dropped = self.dropped();
        if seq > self.last {
            return None;
        }
        let skip = usize::try_from(seq.checked_sub(dropped)?).ok()?;
        Some((seq + 1..).zip(self.since(skip)).collect())
    }

    /// What [`read`](Self::read) of `seen` would answer after [`settle`](Self::settle).
    pub(super) fn read_settled(&self, mark: Option<Seq>, seen: Seq) -> Option<Vec<(Seq, Entry)>> {
        let Some(since) = mark.filter(|mark| seen > *mark).and_then(|mark| self.last.checked_sub(mark)) else {
            return self.read(seen);
        };
        let skip = self.len().checked_sub(usize::try_from(since).ok()?)?;
        Some((seen + 1..).zip(self.since(skip)).collect())
    }

    /// Reconciles what a client has seen with a ledger that went back in time: the inbox was at `mark` when this epoch began,
    /// and the client has seen entries up to `seen`. Entries of this epoch are numbered after both.
    pub(super) fn settle(&mut self, mark: Option<Seq>, seen: Seq) {
        let Some(since) = mark.filter(|mark| seen > *mark).and_then(|mark| self.last.checked_sub(mark)) else {
            return;
        };
        self.drop_to(since);
        self.last = seen + since;
    }

    /// Forgets the entries up to number `seq`, and gives their memory back.
    pub(super) fn trim(&mut self, seq: Seq) {
        self.drop_to(self.last - seq.min(self.last));
    }

    /// The number of the newest entry that is no longer stored.
    pub(super) fn dropped(&self) -> Seq {
        self.last - self.len() as Seq
    }

    /// Keeps this many of the newest entries at most.
    fn drop_to(&mut self, kept: Seq) {
        let Some(stored) = &mut self.stored else { return };
        if kept == 0 {
            self.stored = None;
            return;
        }
        while stored.entries.len() as Seq > kept {
            stored.drop_oldest();
        }
        if stored.entries.capacity() > 2 * stored.entries.len() + TOGETHER {
            stored.entries.shrink_to_fit();
        }
    }

    /// The bytes counted are the bytes stored.
    #[cfg(test)]
    pub(super) fn check_invariants(&self, limits: &LedgerLimits) {
        let Some(Stored { entries, bytes }) = self.stored.as_deref() else { return };
        assert_eq!(*bytes, entries.iter().map(Entry::text_bytes).sum::<usize>(), "bytes are counted exactly");
        assert!(*bytes <= limits.inbox_bytes_max && entries.len() <= limits.inbox_entries_max, "bounds hold");
        assert!(entries.len() as Seq <= self.last, "every entry has a number");
    }
}

impl Stored {
    fn drop_oldest(&mut self) {
        if let Some(entry) = self.entries.pop_front() {
            self.bytes -= entry.text_bytes();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Kind, Message};

    fn limits() -> LedgerLimits {
        LedgerLimits { inbox_entries_max: 3, inbox_bytes_max: 10, ..LedgerLimits::default() }
    }

    fn text(text: &str) -> Entry {
        Entry::Message(Message { kind: Kind::ChatMessage, data: text.into() })
    }

    fn of(texts: &[&str]) -> Inbox {
        let mut inbox = Inbox::default();
        for each in texts {
            inbox.append(text(each), &limits());
            inbox.check_invariants(&limits());
        }
        inbox
    }

    #[test]
    fn what_was_appended_is_read_in_order_and_numbered() {
        let inbox = of(&["a", "b"]);
        assert_eq!(inbox.read(0), Some(vec![(1, text("a")), (2, text("b"))]));
        assert_eq!(inbox.read(1), Some(vec![(2, text("b"))]));
        assert_eq!(inbox.read(2), Some(vec![]));
    }

    #[test]
    fn the_future_cannot_be_read() {
        assert_eq!(of(&["a"]).read(2), None);
        assert_eq!(Inbox::after(7).read(8), None);
        assert_eq!(Inbox::after(7).read(7), Some(vec![]));
    }

    #[test]
    fn beyond_a_bound_the_oldest_entries_are_dropped_and_leave_a_gap() {
        let full = of(&["a", "b", "c", "d"]);
        assert_eq!(full.read(0), None);
        assert_eq!(full.read(1).map(|stored| stored.len()), Some(3));
        let heavy = of(&["aaaa", "bbbb", "cccc"]);
        assert_eq!(heavy.read(0), None);
        assert_eq!(heavy.read(1).map(|stored| stored.len()), Some(2));
    }

    #[test]
    fn an_entry_above_the_bound_is_numbered_but_not_stored() {
        let mut inbox = of(&["a", "eleven bytes"]);
        assert_eq!(inbox.read(1), None);
        assert_eq!(inbox.read(2), Some(vec![]));
        assert_eq!(inbox.append(text("c"), &limits()), 3);
    }

    #[test]
    fn trimming_forgets_up_to_the_number_and_gives_memory_back() {
        let mut inbox = of(&["a", "b", "c"]);
        inbox.trim(2);
        inbox.check_invariants(&limits());
        assert_eq!(inbox.read(1), None);
        assert_eq!(inbox.read(2), Some(vec![(3, text("c"))]));
        inbox.trim(99);
        assert_eq!(inbox.read(3), Some(vec![]));
        assert!(inbox.stored.is_none() && inbox.buffered() == 0);
    }

    #[test]
    fn a_shed_inbox_stores_nothing_and_goes_on_counting() {
        let mut inbox = of(&["a", "b"]);
        assert_eq!(inbox.shed(), 3);
        assert_eq!((inbox.read(2), inbox.buffered()), (None, 0));
        assert_eq!(inbox.append(text("d"), &limits()), 4);
        assert_eq!(inbox.read(3), Some(vec![(4, text("d"))]));
    }

    #[test]
    fn settling_numbers_what_came_in_this_epoch_after_what_was_seen() {
        // The ledger went back to number 1, then "x" came; the client has seen up to number 5 before.
        let mut inbox = of(&["a", "x"]);
        let settled = Some(vec![(6, text("x"))]);
        assert_eq!(inbox.read_settled(Some(1), 5), settled);
        inbox.settle(Some(1), 5);
        assert_eq!((inbox.last(), inbox.read(5)), (6, settled));
        inbox.check_invariants(&limits());
    }

    #[test]
    fn settling_changes_nothing_where_the_ledger_has_all_that_was_seen() {
        let mut inbox = of(&["a", "b"]);
        for (mark, seen) in [(None, 1), (Some(2), 1), (Some(2), 2)] {
            assert_eq!(inbox.read_settled(mark, seen), inbox.read(seen));
            inbox.settle(mark, seen);
            assert_eq!(inbox.last(), 2);
        }
    }

    #[test]
    fn what_came_in_this_epoch_and_was_dropped_is_a_gap() {
        let inbox = of(&["a", "w", "x", "y", "z"]);
        assert_eq!(inbox.read_settled(Some(1), 5), None);
    }
}
