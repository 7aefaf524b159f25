//! How far an inbox has been delivered: in order, once, without gaps.

use crate::protocol::client::Seq;

/// The last entry delivered to one seat's socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cursor(Seq);

/// What to do with a pushed entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is the next one: deliver it.
    Next,
    /// It was delivered before: drop it.
    Repeat,
    /// Something before it is missing: read the inbox after this number, never deliver around it.
    Hole(Seq),
}

impl Cursor {
    /// A cursor at this entry; 0 before the first.
    #[must_use]
    pub const fn at(seq: Seq) -> Self {
        Self(seq)
    }

    /// The last entry delivered.
    #[must_use]
    pub const fn seq(self) -> Seq {
        self.0
    }

    /// What to do with entry `seq`; moves on if it is the next one.
    pub fn step(&mut self, seq: Seq) -> Step {
        if seq <= self.0 {
            return Step::Repeat;
        }
        if seq > self.0 + 1 {
            return Step::Hole(self.0);
        }
        self.0 = seq;
        Step::Next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_delivered_in_order_and_once() {
        let mut cursor = Cursor::default();
        let steps: Vec<Step> = [1, 1, 3, 2, 3, 2].into_iter().map(|seq| cursor.step(seq)).collect();
        assert_eq!(steps, [Step::Next, Step::Repeat, Step::Hole(1), Step::Next, Step::Next, Step::Repeat]);
        assert_eq!(cursor.seq(), 3);
    }
}
