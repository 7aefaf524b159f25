//! The numbers of one session: the last one used towards each other seat and towards all, and those that were skipped.
//!
//! A number is a duplicate if it is not greater than the last one and was not skipped. Knows no seats and no messages.

use crate::{
    ledger::{Sequence, Skipped},
    protocol::{JoinOrder, client::Cid},
};

/// Skipped numbers that are remembered of one session. Beyond it the smallest are forgotten, and count as applied: a client
/// that still waits for their refusals has received hundreds of later ones, and its socket was closed as a flood.
pub(super) const SKIPPED_MAX: usize = 512;

/// In the place of a receiver: all that are freed, as one. No seat has this join order.
const FREED: JoinOrder = 0;

/// Numbers sent from one session to one other seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    /// The receiver.
    to: JoinOrder,
    /// Twice the last number used, which is 0 if only unnumbered messages were sent; plus 1 if a session description was.
    last: u64,
}

impl Pair {
    const fn cid(&self) -> Cid {
        self.last >> 1
    }

    const fn is_described(&self) -> bool {
        self.last & 1 == 1
    }
}

/// Numbers that one session has sent, by receiver. A session that has sent nothing owns no further memory.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// The last number that was broadcast; 0 before the first.
    pub(super) broadcast: Cid,
    /// A handful, so a scan finds one.
    pairs: Vec<Pair>,
}

impl Numbers {
    /// What these sequences say.
    pub(super) fn of(sequences: &[Sequence]) -> Self {
        let mut numbers = Self::default();
        numbers.raise_all(sequences);
        numbers
    }

    /// The last number used towards this seat.
    pub(super) fn last(&self, to: JoinOrder) -> Cid {
        self.pairs.iter().find(|pair| pair.to == to).map_or(0, Pair::cid)
    }

    /// Remembers what was sent to this seat; numbers only rise.
    #[inline]
    pub(super) fn raise(&mut self, to: JoinOrder, cid: Cid, described: bool) {
        let known = self.pairs.iter().position(|pair| pair.to == to);
        let place = known.unwrap_or_else(|| {
            self.pairs.reserve_exact(1); // a session sends to a handful, and rests for long
            self.pairs.push(Pair { to, last: 0 });
            self.pairs.len() - 1
        });
        let pair = &mut self.pairs[place];
        pair.last = pair.cid().max(cid) << 1 | u64::from(described || pair.is_described());
    }

    /// Raises each number to what these sequences say.
    pub(super) fn raise_all(&mut self, sequences: &[Sequence]) {
        for Sequence { to, cid, described } in sequences {
            match to {
                Some(to) => self.raise(*to, *cid, *described),
                None => self.broadcast = self.broadcast.max(*cid),
            }
        }
    }

    /// The last number used towards anybody.
    pub(super) fn newest(&self) -> Cid {
        self.pairs.iter().map(Pair::cid).fold(self.broadcast, Cid::max)
    }

    /// Forgets what was sent to a seat that was freed; its numbers stay used.
    pub(super) fn forget(&mut self, freed: JoinOrder) {
        self.retain(|to| to != freed);
    }

    /// Forgets what was sent to seats that are not here.
    pub(super) fn retain(&mut self, is_here: impl Fn(JoinOrder) -> bool) {
        let gone = self.pairs.extract_if(.., |pair| pair.to != FREED && !is_here(pair.to));
        let last = gone.map(|pair| pair.cid()).max().unwrap_or(0);
        if last > 0 {
            self.raise(FREED, last, false);
        }
    }

    /// All of it: broadcasts first, then by the receiver's join order.
    pub(super) fn sequences(&self, is_here: impl Fn(JoinOrder) -> bool) -> Vec<Sequence> {
        let broadcast = Sequence { to: None, cid: self.broadcast, described: false };
        let pairs = self.pairs.iter().filter(|pair| is_here(pair.to));
        let mut sequences: Vec<Sequence> = (self.broadcast > 0)
            .then_some(broadcast)
            .into_iter()
            .chain(pairs.map(|pair| Sequence { to: Some(pair.to), cid: pair.cid(), described: pair.is_described() }))
            .collect();
        sequences.sort_unstable_by_key(|sequence| sequence.to);
        sequences
    }

    /// To whom something was sent.
    #[cfg(test)]
    pub(super) fn receivers(&self) -> impl Iterator<Item = JoinOrder> {
        self.pairs.iter().map(|pair| pair.to).filter(|to| *to != FREED)
    }
}

/// Enters numbers that were skipped; of one that is known, the newer knowledge counts. The list stays in ascending order.
pub(super) fn skip(list: &mut Vec<Skipped>, more: &[Skipped]) {
    for skipped in more {
        match list.binary_search_by_key(&skipped.cid, |known| known.cid) {
            Ok(place) => list[place] = *skipped,
            Err(place) => list.insert(place, *skipped),
        }
    }
    if let Some(excess) = list.len().checked_sub(SKIPPED_MAX) {
        list.drain(..excess);
    }
}

/// A number that was applied is not skipped any more.
pub(super) fn apply(list: &mut Vec<Skipped>, cid: Cid) {
    if let Ok(place) = list.binary_search_by_key(&cid, |known| known.cid) {
        list.remove(place);
    }
}

/// Whether this number was skipped.
pub(super) fn is_skipped(list: &[Skipped], cid: Cid) -> bool {
    list.binary_search_by_key(&cid, |known| known.cid).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Code;

    fn skipped(cid: Cid) -> Skipped {
        Skipped { cid, refused: None }
    }

    #[test]
    fn numbers_only_rise_and_are_listed_by_receiver() {
        let mut numbers = Numbers::default();
        numbers.raise(9, 4, false);
        numbers.raise(3, 2, true);
        numbers.raise(9, 1, false);
        numbers.broadcast = 5;
        let all = numbers.sequences(|_| true);
        let listed: Vec<_> = all.iter().map(|each| (each.to, each.cid, each.described)).collect();
        assert_eq!(listed, [(None, 5, false), (Some(3), 2, true), (Some(9), 4, false)]);
        assert_eq!(Numbers::of(&all).sequences(|_| true), all);
        numbers.raise(9, 7, false);
        numbers.forget(9);
        numbers.retain(|to| to == 3);
        assert_eq!((numbers.last(9), numbers.last(3), numbers.newest()), (0, 2, 7));
        assert_eq!(Numbers::of(&numbers.sequences(|_| true)).newest(), 7, "also when it is stored");
    }

    #[test]
    fn skipped_numbers_stay_in_order_and_the_newer_knowledge_counts() {
        let mut list = Vec::new();
        let refused = Skipped { cid: 3, refused: Some(Code::Glare) };
        skip(&mut list, &[skipped(5), skipped(3)]);
        skip(&mut list, &[refused]);
        assert_eq!(list, [refused, skipped(5)]);
        apply(&mut list, 3);
        assert!(!is_skipped(&list, 3) && is_skipped(&list, 5));
    }

    #[test]
    fn beyond_the_bound_the_smallest_are_forgotten() {
        let mut list = Vec::new();
        skip(&mut list, &(1..=SKIPPED_MAX as Cid + 2).map(skipped).collect::<Vec<_>>());
        assert_eq!((list.len(), list[0].cid), (SKIPPED_MAX, 3));
    }
}
