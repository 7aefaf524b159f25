//! Which number a client's next message must have, so that outcomes are final: each number is exactly one of accepted,
//! refused, or a duplicate of the same message before.
//!
//! A session counts 1, 2, 3 … On a socket that resumed it the numbers only have to ascend: resent messages have gaps where
//! a refusal was received, also beyond the last number that the server remembers. A connection loses no messages, so a gap
//! is never a loss.

use crate::protocol::client::Cid;

/// The numbers of one session on one socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbers(u64);

/// Set in [`Numbers`] if the session was resumed on this socket; the rest is the last number taken, which has at most 53
/// bits.
const RESUMED: u64 = 1 << 63;

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
        Self(0)
    }

    /// Numbers of a resumed session.
    pub(super) const fn resumed() -> Self {
        Self(RESUMED)
    }

    /// The last number taken on this socket; 0 if none was.
    pub(super) const fn last(self) -> Cid {
        self.0 & !RESUMED
    }

    /// Takes the next number.
    ///
    /// # Errors
    /// The expected number; this one was not taken.
    pub(super) fn take(&mut self, cid: Cid) -> Result<(), Expected> {
        let (last, resumed) = (self.last(), self.0 & RESUMED);
        if resumed != 0 && cid <= last {
            return Err(Expected::Above(last));
        }
        if resumed == 0 && cid != last + 1 {
            return Err(Expected::Exactly(last + 1));
        }
        self.0 = cid | resumed;
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
        assert_eq!(taken(Numbers::resumed(), &[2, 4, 3, 5, 7, 6]), [2, 4, 5, 7]);
        let mut numbers = Numbers::resumed();
        assert_eq!((numbers.take(3), numbers.take(3)), (Ok(()), Err(Expected::Above(3))));
    }
}
