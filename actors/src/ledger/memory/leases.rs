//! Which nodes are alive: each keeps its lease, and is dead once a lease it had has run out.
//!
//! A node that never had one is not judged, so a single node needs none. Knows no rooms: the shell says
//! whether a dead node still has something to be reaped.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::protocol::NodeId;

/// All leases; one small record for each node that ever kept one.
#[derive(Debug, Default)]
pub(super) struct Leases(BTreeMap<NodeId, Lease>);

#[derive(Debug)]
struct Lease {
    until: Instant,
    /// Nothing on this node waits to be reaped, so that nobody has to look again.
    swept: bool,
}

impl Leases {
    /// Keeps the node's lease for so long.
    pub(super) fn renew(&mut self, node: &NodeId, now: Instant, ttl: Duration) {
        self.0.insert(node.clone(), Lease { until: now + ttl, swept: false });
    }

    /// The dead nodes that have not been swept; they count as swept from now on, until [`Leases::unsweep`].
    pub(super) fn sweep(&mut self, now: Instant) -> Vec<NodeId> {
        let dead = |(node, lease): (&NodeId, &mut Lease)| {
            let is_due = lease.until <= now && !lease.swept;
            lease.swept |= is_due;
            is_due.then(|| node.clone())
        };
        self.0.iter_mut().filter_map(dead).collect()
    }

    /// Something stands on this node (again), so that it must be looked at if it is dead.
    pub(super) fn unsweep(&mut self, node: &NodeId) {
        if let Some(lease) = self.0.get_mut(node) {
            lease.swept = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TTL: Duration = Duration::from_secs(6);

    #[test]
    fn a_node_is_dead_once_its_lease_has_run_out_and_not_before() {
        let (mut leases, start, node) = (Leases::default(), crate::clock::now(), NodeId::new("a"));
        leases.renew(&node, start, TTL);
        assert_eq!(leases.sweep(start + TTL - Duration::from_millis(1)), []);
        leases.renew(&node, start + TTL / 2, TTL);
        assert_eq!(leases.sweep(start + TTL), []);
        assert_eq!(leases.sweep(start + TTL * 2), [node]);
    }

    #[test]
    fn a_dead_node_is_looked_at_once_unless_something_stands_on_it() {
        let (mut leases, start, node) = (Leases::default(), crate::clock::now(), NodeId::new("a"));
        leases.renew(&node, start, TTL);
        assert_eq!(leases.sweep(start + TTL), std::slice::from_ref(&node));
        assert_eq!(leases.sweep(start + TTL), []);
        leases.unsweep(&node);
        assert_eq!(leases.sweep(start + TTL), [node]);
    }

    #[test]
    fn a_node_that_never_had_a_lease_is_not_judged() {
        let mut leases = Leases::default();
        leases.unsweep(&NodeId::new("a"));
        assert_eq!(leases.sweep(crate::clock::now()), []);
    }
}
