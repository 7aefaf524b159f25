//! Which number a client's next message must have, so that outcomes are final: each number is exactly one of accepted,
//! refused, or a duplicate of the same message before.
//!
//! A session counts 1, 2, 3 … On a socket that resumed it the numbers only have to ascend: resent messages have gaps where
//! a refusal was received, also beyond the last number that the server remembers. A connection loses no messages, so a gap
//! is never a loss.

use crate::protocol::client::Cid;

/// The numbers of one session on one socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbers {
    /// The last number taken on this socket.
    last: Cid,
    /// The last number that was accepted or refused before the session was resumed on this socket; `NOT_RESUMED` if it
    /// was not resumed.
    before: Cid,
}

/// No client's number: JSON numbers are at most 2^53 - 1.
const NOT_RESUMED: Cid = Cid::MAX;

/// The expected number, for an error's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// This number.
    Exactly(Cid),
    /// A number greater than this one.
    Above(Cid),
}

impl Numbers {
    /// Numbers of a new session.
    pub(super) const fn first() -> Self {
        Self { last: 0, before: NOT_RESUMED }
    }

    /// Numbers of a resumed session, whose last accepted or refused number was `before`.
    pub(super) const fn resumed(before: Cid) -> Self {
        Self { last: 0, before }
    }

    const fn is_resumed(self) -> bool {
        self.before != NOT_RESUMED
    }

    /// Whether this number was accepted or refused before the resume.
    pub(super) const fn is_resent(self, cid: Cid) -> bool {
        self.is_resumed() && cid <= self.before
    }

    /// The last number taken on this socket; 0 if none was.
    pub(super) const fn last(self) -> Cid {
        self.last
    }

    /// Takes the next number.
    ///
    /// # Errors
    /// The expected number; this one was not taken.
    pub(super) fn take(&mut self, cid: Cid) -> Result<(), Expected> {
        if self.is_resumed() && cid <= self.last {
            return Err(Expected::Above(self.last));
        }
        if !self.is_resumed() && cid != self.last + 1 {
            return Err(Expected::Exactly(self.last + 1));
        }
        self.last = cid;
        Ok(())
    }
}

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exactly(cid) => write!(f, "{cid} was expected"),
            Self::Above(cid) => write!(f, "a number above {cid} was expected"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(mut numbers: Numbers, cids: &[Cid]) -> Vec<Cid> {
        cids.iter().copied().filter(|cid| numbers.take(*cid).is_ok()).collect()
    }

    #[test]
    fn a_session_counts_from_one_without_gaps() {
        assert_eq!(taken(Numbers::first(), &[3, 2, 1, 4, 1, 2, 2, 3, 5, 4]), [1, 2, 3, 4]);
        assert_eq!(Numbers::first().take(2), Err(Expected::Exactly(1)));
    }

    #[test]
    fn a_resumed_session_resends_in_order_and_continues() {
        assert_eq!(taken(Numbers::resumed(3), &[2, 4, 3, 5, 7, 6]), [2, 4, 5, 7]);
        let mut numbers = Numbers::resumed(3);
        assert_eq!((numbers.take(3), numbers.take(3)), (Ok(()), Err(Expected::Above(3))));
        assert!(numbers.is_resent(3) && !numbers.is_resent(4) && !Numbers::first().is_resent(1));
    }
}
