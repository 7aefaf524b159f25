//! One seat's inbox: what was sent to it, numbered 1, 2, 3 … without holes, as far as it is still held.
//!
//! Bounded in entries and bytes: when a bound is hit the oldest entries go, and who asks for them later
//! learns that there is a gap. Knows no seats and no time.

use std::collections::VecDeque;

use crate::{
    ledger::Limits,
    protocol::{Entry, client::Seq},
};

/// A bounded stream of numbered entries. An empty one owns no memory besides itself.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    /// The number of the newest entry ever appended; 0 before the first.
    last: Seq,
    /// The newest entries, oldest first; the last one is number `last`.
    entries: VecDeque<Entry>,
    /// What `entries` weigh together.
    bytes: usize,
}

impl Inbox {
    /// An inbox whose next entry is number `last` + 1.
    pub(super) fn after(last: Seq) -> Self {
        Self { last, ..Self::default() }
    }

    /// Appends an entry, drops the oldest ones beyond the bounds, and answers the entry's number.
    pub(super) fn append(&mut self, entry: Entry, limits: &Limits) -> Seq {
        self.last += 1;
        self.bytes += weight(&entry);
        self.entries.push_back(entry);
        while self.entries.len() > limits.inbox_entries_max || self.bytes > limits.inbox_bytes_max {
            self.drop_oldest();
        }
        self.last
    }

    /// What came after number `seq`, or `None` if some of it is no longer held or `seq` was never reached.
    pub(super) fn read(&self, seq: Seq) -> Option<Vec<(Seq, Entry)>> {
        let dropped = self.dropped();
        if seq > self.last {
            return None;
        }
        let skip = usize::try_from(seq.checked_sub(dropped)?).ok()?;
        Some((seq + 1..).zip(self.entries.iter().skip(skip).cloned()).collect())
    }

    /// Forgets the entries up to number `seq`, and gives their memory back.
    pub(super) fn trim(&mut self, seq: Seq) {
        while self.dropped() < seq.min(self.last) {
            self.drop_oldest();
        }
        if self.entries.capacity() > 2 * self.entries.len() + 4 || self.entries.is_empty() {
            self.entries.shrink_to_fit();
        }
    }

    /// The number of the newest entry that is no longer held.
    fn dropped(&self) -> Seq {
        self.last - self.entries.len() as Seq
    }

    fn drop_oldest(&mut self) {
        if let Some(entry) = self.entries.pop_front() {
            self.bytes -= weight(&entry);
        }
    }

    /// The bytes counted are the bytes held.
    #[cfg(test)]
    pub(super) fn check_invariants(&self, limits: &Limits) {
        assert_eq!(self.bytes, self.entries.iter().map(weight).sum::<usize>(), "bytes are counted exactly");
        assert!(self.bytes <= limits.inbox_bytes_max && self.entries.len() <= limits.inbox_entries_max, "bounds hold");
    }
}

/// The bytes of text that an entry holds; its fixed part is bounded by the number of entries.
fn weight(entry: &Entry) -> usize {
    match entry {
        Entry::Message(message) => message.data.len(),
        Entry::Joined(member) => member.name.len(),
        Entry::Left { .. } => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Message, cluster::MessageKind};

    const LIMITS: Limits = Limits { inbox_entries_max: 3, inbox_bytes_max: 10, rooms_max: 1 };

    fn text(text: &str) -> Entry {
        Entry::Message(Message { kind: MessageKind::ChatMessage, data: text.into() })
    }

    fn of(texts: &[&str]) -> Inbox {
        let mut inbox = Inbox::default();
        for each in texts {
            inbox.append(text(each), &LIMITS);
            inbox.check_invariants(&LIMITS);
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
    fn beyond_a_bound_the_oldest_go_and_leave_a_gap() {
        let full = of(&["a", "b", "c", "d"]);
        assert_eq!(full.read(0), None);
        assert_eq!(full.read(1).map(|held| held.len()), Some(3));
        let heavy = of(&["aaaa", "bbbb", "cccc"]);
        assert_eq!(heavy.read(0), None);
        assert_eq!(heavy.read(1).map(|held| held.len()), Some(2));
    }

    #[test]
    fn an_entry_above_the_bound_is_numbered_but_not_held() {
        let mut inbox = of(&["a", "eleven bytes"]);
        assert_eq!(inbox.read(1), None);
        assert_eq!(inbox.read(2), Some(vec![]));
        assert_eq!(inbox.append(text("c"), &LIMITS), 3);
    }

    #[test]
    fn trimming_forgets_up_to_the_number_and_gives_memory_back() {
        let mut inbox = of(&["a", "b", "c"]);
        inbox.trim(2);
        inbox.check_invariants(&LIMITS);
        assert_eq!(inbox.read(1), None);
        assert_eq!(inbox.read(2), Some(vec![(3, text("c"))]));
        inbox.trim(99);
        assert_eq!(inbox.read(3), Some(vec![]));
        assert_eq!(inbox.entries.capacity(), 0);
    }
}
