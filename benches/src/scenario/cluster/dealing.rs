//! Which node a connection is given, as `config/nginx/aldis.conf` says: three of four in turn, the fourth to the emptier of two nodes
//! drawn at random. Must not know connections.

use actors::ports::SeededEntropy;

/// One of so many goes to the emptier of two.
const EMPTIER_EVERY: u64 = 4;

/// A group of nodes, by how connections are dealt in it; each node is in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    InTurn,
    ToTheEmptier,
}

/// A node that may be given a connection, and how many it has from this group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) node: usize,
    pub(super) open: usize,
}

/// See the module.
pub(super) struct Dealing {
    dealt: u64,
    /// By node: how far it is behind in its turns, as nginx counts them. Of all that may be asked the one that is furthest behind is
    /// next, and the others wait one turn longer: so the share of a node that refuses is dealt evenly to the others.
    behind: Vec<i64>,
    random: SeededEntropy,
}

impl Dealing {
    pub(super) const fn new() -> Self {
        Self { dealt: 0, behind: Vec::new(), random: SeededEntropy::new(1) }
    }

    /// The group of the next connection.
    pub(super) const fn group(&mut self) -> Group {
        self.dealt += 1;
        if self.dealt.is_multiple_of(EMPTIER_EVERY) { Group::ToTheEmptier } else { Group::InTurn }
    }

    /// One of these nodes for a connection of that group; `None` if there is none.
    pub(super) fn deal(&mut self, group: Group, nodes: &[Candidate]) -> Option<usize> {
        match (group, nodes) {
            (_, []) => None,
            (Group::ToTheEmptier, [_, _, ..]) => {
                let (one, other) = self.two_of(nodes.len());
                let emptier = [nodes[one], nodes[other]].into_iter().min_by_key(|candidate| candidate.open);
                emptier.map(|candidate| candidate.node)
            }
            (Group::InTurn | Group::ToTheEmptier, _) => self.in_turn(nodes),
        }
    }

    fn in_turn(&mut self, nodes: &[Candidate]) -> Option<usize> {
        let count = nodes.iter().map(|candidate| candidate.node + 1).max()?.max(self.behind.len());
        self.behind.resize(count, 0);
        nodes.iter().for_each(|candidate| self.behind[candidate.node] += 1);
        // Of several the first: `max_by_key` takes the last.
        let next = nodes.iter().rev().map(|candidate| candidate.node).max_by_key(|node| self.behind[*node])?;
        self.behind[next] -= i64::try_from(nodes.len()).unwrap_or(i64::MAX);
        Some(next)
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

    /// How many of so many connections each of these nodes gets, that have so many each from the second group, if the `away` first of
    /// them refuse every connection; the balancer asks one other node then.
    fn dealt(open: &[usize], away: usize, connections: usize) -> Vec<usize> {
        let (mut dealing, mut got) = (Dealing::new(), vec![0; open.len()]);
        let mut open: Vec<_> = open.iter().enumerate().map(|(node, &open)| Candidate { node, open }).collect();
        for _ in 0..connections {
            let group = dealing.group();
            let first = dealing.deal(group, &open).expect("a node");
            let others: Vec<_> = open.iter().copied().filter(|candidate| candidate.node != first).collect();
            let node = if first < away { dealing.deal(group, &others).expect("another node") } else { first };
            got[node] += 1;
            open[node].open += usize::from(group == Group::ToTheEmptier);
        }
        got
    }

    #[test]
    fn a_node_that_was_just_started_is_given_more_than_the_others_and_less_than_twice_the_mean() {
        // One more is away, as in a rolling restart: the mean is over those that are there.
        for (up, least, most) in [(2, 1.2, 1.3), (5, 1.1, 1.3), (9, 1.1, 1.3)] {
            let mut open = vec![1_000; up];
            open[up - 1] = 0;
            let times = crate::report::float(dealt(&open, 0, 400)[up - 1] as u64 * up as u64) / 400.0;
            assert!((least..most).contains(&times), "{times} times the mean of {up}");
        }
        assert_eq!(Dealing::new().deal(Group::InTurn, &[]), None);
        let mut dealing = Dealing::new();
        let only = [Candidate { node: 7, open: 3 }];
        for group in [Group::ToTheEmptier, Group::InTurn, Group::ToTheEmptier] {
            assert_eq!(dealing.deal(group, &only), Some(7));
        }
    }

    #[test]
    fn the_share_of_a_node_that_refuses_is_dealt_evenly_to_the_others() {
        let got = dealt(&[0, 300, 300], 1, 1_200);
        assert!(got[0] == 0 && got[1].abs_diff(got[2]) <= 40, "{got:?}");
    }
}
