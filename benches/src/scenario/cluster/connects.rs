//! Which nodes took how many connections in which second, and which refused them: how much more one node was given than the others.
//! Pure. Must not know how connections are dealt.

use std::collections::BTreeMap;

use crate::report::float;

/// A second counts if so many connections were taken in it for each node: of fewer, chance decides who got them.
const OF_EACH_MIN: u64 = 10;

/// By second, and by node.
#[derive(Debug)]
pub(super) struct Connects {
    nodes: usize,
    seconds: BTreeMap<u64, Vec<Second>>,
}

/// One node's part of a second.
#[derive(Debug, Clone, Copy, Default)]
struct Second {
    taken: u64,
    refused: u64,
}

/// The second in which one node took the most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Busiest {
    /// What that node took.
    pub(super) most: u64,
    /// What a node took on average of those that took connections in that second, or would have: neither one that drains, and refuses
    /// all, nor one that is away is among them.
    pub(super) mean: f64,
}

impl Busiest {
    /// How often the mean is in the most.
    pub(super) fn times(self) -> f64 {
        float(self.most) / self.mean
    }
}

impl Connects {
    /// Of so many nodes.
    pub(super) const fn of(nodes: usize) -> Self {
        Self { nodes, seconds: BTreeMap::new() }
    }

    pub(super) fn took(&mut self, second: u64, node: usize) {
        self.part(second, node).taken += 1;
    }

    /// The node could not be reached, answered that it takes none, or is asked for none.
    pub(super) fn refused(&mut self, second: u64, node: usize) {
        self.part(second, node).refused += 1;
    }

    /// Forgets what was counted so far.
    pub(super) fn forget(&mut self) {
        self.seconds.clear();
    }

    /// `None`: no second had enough connections.
    pub(super) fn busiest(&self) -> Option<Busiest> {
        let enough = |parts: &&Vec<Second>| sum(parts) >= OF_EACH_MIN * self.nodes as u64;
        let most = |parts: &Vec<Second>| parts.iter().map(|part| part.taken).max().unwrap_or_default();
        let busiest = self.seconds.values().filter(enough).max_by_key(|parts| most(parts))?;
        let takes = |part: &&Second| part.taken > 0 || part.refused == 0;
        let taking = busiest.iter().filter(takes).count() as u64;
        Some(Busiest { most: most(busiest), mean: float(sum(busiest)) / float(taking) })
    }

    fn part(&mut self, second: u64, node: usize) -> &mut Second {
        &mut self.seconds.entry(second).or_insert_with(|| vec![Second::default(); self.nodes])[node]
    }
}

fn sum(parts: &[Second]) -> u64 {
    parts.iter().map(|part| part.taken).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What these nodes took and refused in a second.
    fn noted(connects: &mut Connects, second: u64, parts: &[(u64, u64)]) {
        for (node, (taken, refused)) in parts.iter().enumerate() {
            (0..*taken).for_each(|_| connects.took(second, node));
            (0..*refused).for_each(|_| connects.refused(second, node));
        }
    }

    #[test]
    fn the_busiest_node_is_compared_with_those_that_take_connections() {
        let mut connects = Connects::of(3);
        noted(&mut connects, 7, &[(0, 20), (50, 0), (30, 0)]);
        noted(&mut connects, 8, &[(15, 3), (40, 0), (5, 0)]);
        let busiest = connects.busiest().expect("there are enough");
        assert_eq!(busiest, Busiest { most: 50, mean: 40.0 }, "the first one refused all");
        assert!((busiest.times() - 1.25).abs() < 1e-9);
        connects.forget();
        noted(&mut connects, 8, &[(15, 3), (40, 0), (5, 0)]);
        assert_eq!(connects.busiest(), Some(Busiest { most: 40, mean: 20.0 }), "the first one took some");
    }

    #[test]
    fn a_node_that_would_have_taken_connections_and_was_given_none_is_part_of_the_mean() {
        let mut connects = Connects::of(3);
        noted(&mut connects, 0, &[(60, 0), (0, 0), (0, 9)]);
        assert_eq!(connects.busiest(), Some(Busiest { most: 60, mean: 30.0 }));
    }

    #[test]
    fn a_second_with_few_connections_does_not_count() {
        let mut connects = Connects::of(3);
        noted(&mut connects, 0, &[(29, 0), (0, 0), (0, 0)]);
        assert_eq!(connects.busiest(), None);
    }
}
