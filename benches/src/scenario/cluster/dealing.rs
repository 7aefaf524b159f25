//! Which node a connection is given, as `config/nginx/aldis.conf` says: three of four in turn, the fourth to the emptier of two nodes drawn at
//! random. Must not know connections.

use actors::ports::SeededEntropy;

/// One of so many goes to the emptier of two.
const EMPTIER_EVERY: u64 = 4;

/// See the module.
pub(super) struct Dealing {
    dealt: u64,
    turn: usize,
    random: SeededEntropy,
}

impl Dealing {
    pub(super) const fn new() -> Self {
        Self { dealt: 0, turn: 0, random: SeededEntropy::new(1) }
    }

    /// One of these nodes, each with how many connections it has; `None` if there is none.
    pub(super) fn deal(&mut self, nodes: &[(usize, usize)]) -> Option<usize> {
        self.dealt += 1;
        if self.dealt.is_multiple_of(EMPTIER_EVERY) && nodes.len() > 1 {
            let (one, other) = self.two_of(nodes.len());
            let emptier = [nodes[one], nodes[other]].into_iter().min_by_key(|(_, open)| *open);
            return emptier.map(|(node, _)| node);
        }
        self.turn += 1;
        nodes.get(self.turn % nodes.len().max(1)).map(|(node, _)| *node)
    }

    /// Two different places of so many.
    fn two_of(&self, count: usize) -> (usize, usize) {
        let below = |bound: usize| usize::try_from(self.random.next() % bound as u64).unwrap_or_default();
        let (one, step) = (below(count), 1 + below(count - 1));
        (one, (one + step) % count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The share of a thousand connections that the last of so many nodes gets, if all others have a thousand and it has none.
    fn share_of_the_empty_one(count: usize) -> f64 {
        let mut nodes: Vec<_> = (0..count).map(|node| (node, 1_000)).collect();
        nodes[count - 1].1 = 0;
        let mut dealing = Dealing::new();
        for _ in 0..1_000 {
            let node = dealing.deal(&nodes).expect("a node");
            nodes[node].1 += 1;
        }
        crate::report::float(nodes[count - 1].1 as u64) / 1_000.0
    }

    #[test]
    fn a_node_that_was_just_started_is_given_more_than_the_others_and_less_than_twice_the_mean() {
        // One more is away, as in a rolling restart: the mean is over all.
        for (up, least, most) in [(2, 0.60, 2.0 / 3.0), (5, 0.22, 2.0 / 6.0), (9, 0.12, 2.0 / 10.0)] {
            let share = share_of_the_empty_one(up);
            assert!((least..most).contains(&share), "{share} of those to {up}");
        }
        assert_eq!(Dealing::new().deal(&[]), None);
        assert_eq!((0..9).filter_map(|_| Dealing::new().deal(&[(7, 3)])).collect::<Vec<_>>(), [7; 9]);
    }
}
