//! Which numbers of a session were refused or wait, so that a resent one gets the same answer.

use crate::{
    ledger::Skipped,
    protocol::{Code, client::Cid},
};

/// Numbers that one session may have refused or waiting; past it the lowest are forgotten. A socket is closed far earlier.
const NUMBERS_MAX: usize = 4_096;

/// A number that was not applied.
#[derive(Debug, Clone, Copy)]
struct Number {
    cid: Cid,
    /// Why it was refused; `None`: its message waits.
    refused: Option<Code>,
    /// Whether the ledger knows.
    is_told: bool,
    /// Whether that was before the session was resumed here: the client may not know.
    is_earlier: bool,
}

/// The numbers of a session that were not applied, ascending.
#[derive(Debug, Default)]
pub(crate) struct Numbers(Vec<Number>);

impl Numbers {
    /// What the ledger remembers of a session that is resumed here.
    pub(crate) fn resumed(skipped: &[Skipped]) -> Self {
        let number =
            |skipped: &Skipped| Number { cid: skipped.cid, refused: skipped.refused, is_told: true, is_earlier: true };
        let mut numbers: Vec<Number> = skipped.iter().map(number).collect();
        numbers.sort_by_key(|number| number.cid);
        numbers.dedup_by_key(|number| number.cid);
        Self(numbers)
    }

    fn find(&self, cid: Cid) -> Result<usize, usize> {
        self.0.binary_search_by_key(&cid, |number| number.cid)
    }

    /// This number was refused, or waits.
    pub(crate) fn skip(&mut self, cid: Cid, refused: Option<Code>) {
        let number = Number { cid, refused, is_told: false, is_earlier: false };
        match self.find(cid) {
            Ok(place) => self.0[place] = number,
            Err(place) => self.0.insert(place, number),
        }
        if self.0.len() > NUMBERS_MAX {
            self.0.remove(0);
        }
    }

    /// This number was applied.
    pub(crate) fn apply(&mut self, cid: Cid) {
        if let Ok(place) = self.find(cid) {
            self.0.remove(place);
        }
    }

    /// Whether this number is known as one that was not applied.
    pub(crate) fn contains(&self, cid: Cid) -> bool {
        self.find(cid).is_ok()
    }

    /// Whether the message of this number waits here.
    pub(crate) fn waits(&self, cid: Cid) -> bool {
        self.find(cid).is_ok_and(|place| self.0[place].refused.is_none() && !self.0[place].is_earlier)
    }

    /// The greatest of them.
    pub(crate) fn last(&self) -> Option<Cid> {
        self.0.last().map(|number| number.cid)
    }

    /// Why this number was refused before the session was resumed here, if it was.
    pub(crate) fn refused_earlier(&self, cid: Cid) -> Option<Code> {
        let number = self.0[self.find(cid).ok()?];
        number.refused.filter(|_| number.is_earlier)
    }

    /// The client knows of all refusals up to this number.
    pub(crate) fn acked(&mut self, cid: Cid) {
        self.0.retain(|number| number.cid > cid || number.refused.is_none());
    }

    /// What the ledger does not know yet, below a number if there is one, but for those that are `released`.
    pub(crate) fn untold(&self, below: Option<Cid>, released: &[Cid]) -> Vec<Skipped> {
        let is_below = |cid: Cid| below.is_none_or(|below| cid < below);
        let untold = self.0.iter().take_while(|number| is_below(number.cid)).filter(|number| !number.is_told);
        let untold = untold.filter(|number| !released.contains(&number.cid));
        untold.map(|number| Skipped { cid: number.cid, refused: number.refused }).collect()
    }

    /// The ledger knows everything below this number.
    pub(crate) fn told(&mut self, below: Cid) {
        for number in self.0.iter_mut().take_while(|number| number.cid < below) {
            number.is_told = true;
        }
    }

    /// All of them, for a claim, but for those that are `released`.
    pub(crate) fn all(&self, released: &[Cid]) -> Vec<Skipped> {
        let all = self.0.iter().filter(|number| !released.contains(&number.cid));
        all.map(|number| Skipped { cid: number.cid, refused: number.refused }).collect()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn compact(&mut self) {
        self.0.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cids(skipped: &[Skipped]) -> Vec<Cid> {
        skipped.iter().map(|skipped| skipped.cid).collect()
    }

    #[test]
    fn the_ledger_is_told_each_number_once_and_of_each_change() {
        let mut numbers = Numbers::default();
        for cid in [4, 2, 7] {
            numbers.skip(cid, None);
        }
        assert_eq!(cids(&numbers.untold(Some(7), &[])), [2, 4]);
        assert_eq!(cids(&numbers.untold(Some(9), &[2, 4])), [7], "what is released is not skipped");
        numbers.told(7);
        assert_eq!(cids(&numbers.untold(None, &[])), [7]);
        numbers.skip(2, Some(Code::CandidatesOverflow));
        assert_eq!(cids(&numbers.untold(None, &[])), [2, 7]);
        numbers.apply(7);
        assert_eq!(cids(&numbers.all(&[])), [2, 4]);
    }

    #[test]
    fn only_refusals_are_pruned_by_what_the_client_acknowledges() {
        let mut numbers = Numbers::default();
        numbers.skip(1, Some(Code::Glare));
        numbers.skip(2, None);
        numbers.skip(3, Some(Code::Glare));
        numbers.acked(2);
        assert_eq!(cids(&numbers.all(&[])), [2, 3]);
    }

    #[test]
    fn a_refusal_is_repeated_only_to_a_client_that_may_not_know_it() {
        let refused = |cid, refused| Skipped { cid, refused };
        let mut numbers = Numbers::resumed(&[refused(3, Some(Code::Glare)), refused(2, None)]);
        numbers.skip(5, Some(Code::RateLimited));
        let earlier: Vec<_> = [2, 3, 4, 5].into_iter().map(|cid| numbers.refused_earlier(cid)).collect();
        assert_eq!(earlier, [None, Some(Code::Glare), None, None]);
    }
}
