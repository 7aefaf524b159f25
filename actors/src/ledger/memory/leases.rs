//! Which nodes are alive: each keeps its lease, and is dead once a lease that it had has run out.
//!
//! A node that never had one is not judged, so a single node needs none. Nor is any node judged while no node at all keeps
//! its lease, or shortly after: then the ledger itself was unreachable. Knows no rooms.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::protocol::NodeId;

/// Leases that are remembered. Node names carry the node's start, so each restart leaves one behind; beyond the bound the
/// one that ran out first is forgotten, long after its seats.
const LEASES_MAX: usize = 1024;

/// All leases; one small record for each node that kept one.
#[derive(Debug, Default)]
pub(super) struct Leases {
    nodes: BTreeMap<NodeId, Lease>,
    /// After a silence of all nodes each has this long to renew.
    grace_until: Option<Instant>,
    /// There may have been others before.
    are_forgotten: bool,
}

#[derive(Debug)]
struct Lease {
    until: Instant,
    /// Given up on a clean exit.
    is_released: bool,
    /// Nothing on this node waits to be reaped, so that nobody has to look again.
    is_swept: bool,
}

impl Lease {
    fn is_live(&self, now: Instant) -> bool {
        self.until > now
    }
}

impl Leases {
    /// Keeps the node's lease for so long; answers whether it was kept without a break.
    pub(super) fn renew(&mut self, node: &NodeId, now: Instant, ttl: Duration) -> bool {
        let is_silence = !self.is_anybody_live(now);
        if is_silence && self.nodes.iter().any(|(other, lease)| other != node && !lease.is_released) {
            self.grace_until = Some(now + ttl);
        }
        let lease = Lease { until: now + ttl, is_released: false, is_swept: false };
        let kept = self.nodes.insert(node.clone(), lease).is_none_or(|before| before.is_live(now));
        self.forget_oldest();
        kept
    }

    /// The node has given its lease up.
    pub(super) fn release(&mut self, node: &NodeId, now: Instant) {
        self.nodes.insert(node.clone(), Lease { until: now, is_released: true, is_swept: false });
        self.forget_oldest();
    }

    /// Whether the node keeps a lease.
    pub(super) fn is_live(&self, node: &NodeId, now: Instant) -> bool {
        self.nodes.get(node).is_some_and(|lease| lease.is_live(now))
    }

    /// Whether the node had a lease that has run out, and may be judged by it.
    pub(super) fn is_dead(&self, node: &NodeId, now: Instant) -> bool {
        self.nodes.get(node).is_some_and(|lease| self.is_judged(lease, now))
    }

    /// The dead nodes that have not been swept; they count as swept from now on, until [`Leases::connected`].
    pub(super) fn sweep(&mut self, now: Instant) -> Vec<NodeId> {
        let due =
            |(node, lease): (&NodeId, &Lease)| (!lease.is_swept && self.is_judged(lease, now)).then(|| node.clone());
        let dead: Vec<NodeId> = self.nodes.iter().filter_map(due).collect();
        for node in &dead {
            if let Some(lease) = self.nodes.get_mut(node) {
                lease.is_swept = true;
            }
        }
        dead
    }

    /// A seat was connected to this node, and somebody has to look again if it is dead. If its lease was forgotten, it has so
    /// long to renew: else nobody would miss it if it died before.
    pub(super) fn connected(&mut self, node: &NodeId, now: Instant, ttl: Duration) {
        if let Some(lease) = self.nodes.get_mut(node) {
            lease.is_swept = false;
        } else if self.are_forgotten {
            self.nodes.insert(node.clone(), Lease { until: now + ttl, is_released: false, is_swept: false });
            self.forget_oldest();
        }
    }

    /// All leases are forgotten, as after a loss.
    pub(super) fn forget_all(&mut self) {
        *self = Self { are_forgotten: true, ..Self::default() };
    }

    fn is_judged(&self, lease: &Lease, now: Instant) -> bool {
        let is_grace = || self.grace_until.is_some_and(|until| now < until) || !self.is_anybody_live(now);
        !lease.is_live(now) && (lease.is_released || !is_grace())
    }

    fn is_anybody_live(&self, now: Instant) -> bool {
        self.nodes.values().any(|lease| lease.is_live(now))
    }

    fn forget_oldest(&mut self) {
        if self.nodes.len() > LEASES_MAX {
            let oldest = self.nodes.iter().min_by_key(|(_, lease)| lease.until).map(|(node, _)| node.clone());
            oldest.and_then(|node| self.nodes.remove(&node));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    const TTL: Duration = Duration::from_secs(6);

    fn node(name: &str) -> NodeId {
        NodeId::new(name)
    }

    #[test]
    fn a_node_is_dead_once_its_lease_has_run_out_and_not_before() {
        let (mut leases, start) = (Leases::default(), Clock::new().now().at);
        leases.renew(&node("a"), start, TTL);
        leases.renew(&node("b"), start + TTL / 2, TTL);
        assert_eq!(leases.sweep(start + TTL - Duration::from_millis(1)), []);
        assert!(leases.renew(&node("b"), start + TTL, TTL));
        assert_eq!(leases.sweep(start + TTL), [node("a")]);
        assert!(leases.is_dead(&node("a"), start + TTL) && !leases.is_live(&node("a"), start + TTL));
        assert!(!leases.renew(&node("a"), start + TTL, TTL), "it had run out");
        assert!(!leases.is_dead(&node("a"), start + TTL));
    }

    #[test]
    fn nobody_is_dead_while_no_node_renews_nor_at_once_afterwards() {
        let (mut leases, start) = (Leases::default(), Clock::new().now().at);
        leases.renew(&node("a"), start, TTL);
        leases.renew(&node("b"), start, TTL);
        let back = start + TTL * 10;
        assert_eq!(leases.sweep(back), []);
        leases.renew(&node("a"), back, TTL);
        assert_eq!(leases.sweep(back + TTL / 2), [], "the other gets a lease's time");
        leases.renew(&node("a"), back + TTL / 2, TTL);
        assert_eq!(leases.sweep(back + TTL), [node("b")]);
    }

    #[test]
    fn who_gives_its_lease_up_is_dead_at_once() {
        let (mut leases, start) = (Leases::default(), Clock::new().now().at);
        leases.renew(&node("a"), start, TTL);
        leases.release(&node("a"), start);
        assert_eq!(leases.sweep(start), [node("a")]);
    }

    #[test]
    fn a_dead_node_is_looked_at_once_unless_a_seat_is_connected_to_it() {
        let (mut leases, start) = (Leases::default(), Clock::new().now().at);
        leases.release(&node("a"), start);
        assert_eq!(leases.sweep(start), [node("a")]);
        assert_eq!(leases.sweep(start), []);
        leases.connected(&node("a"), start, TTL);
        assert_eq!(leases.sweep(start), [node("a")]);
    }

    #[test]
    fn a_node_that_never_had_a_lease_is_not_judged() {
        let (mut leases, start) = (Leases::default(), Clock::new().now().at);
        leases.renew(&node("b"), start, TTL);
        leases.connected(&node("a"), start, TTL / 2);
        assert!(!leases.is_dead(&node("a"), start + TTL / 2));
        assert_eq!(leases.sweep(start + TTL / 2), []);
    }

    #[test]
    fn a_node_that_connects_a_seat_after_its_lease_was_forgotten_and_dies_before_it_renews_is_dead() {
        let (mut leases, start) = (Leases::default(), Clock::new().now().at);
        leases.renew(&node("a"), start, TTL);
        leases.forget_all();
        leases.renew(&node("b"), start, TTL);
        leases.connected(&node("a"), start, TTL / 2);
        assert_eq!(leases.sweep(start + TTL / 2 - Duration::from_millis(1)), []);
        assert_eq!(leases.sweep(start + TTL / 2), [node("a")]);
    }

    #[test]
    fn leases_of_earlier_starts_are_forgotten_beyond_the_bound() {
        let (mut leases, start) = (Leases::default(), Clock::new().now().at);
        for number in 0..2_000 {
            leases.renew(&node(&format!("a.{number}")), start + TTL * number, TTL);
        }
        assert_eq!(leases.nodes.len(), LEASES_MAX);
        assert!(leases.nodes.contains_key(&node("a.1999")));
    }
}
