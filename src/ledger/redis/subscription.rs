//! Where nodes' events go. Pushes are handed on at once: subscribers bound their own queues.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use actors::{
    ledger::{Event, Subscriber, Subscription},
    protocol::{Epoch, NodeId},
};

/// Every local node's subscription.
#[derive(Default)]
pub(super) struct Subscriptions(Mutex<BTreeMap<NodeId, Arc<Subscription>>>);

impl Subscriptions {
    /// From now on the node's events go there, once they arrive.
    pub(super) fn add(&self, node: &NodeId, subscriber: Subscriber) {
        self.lock().insert(node.clone(), Arc::new(Subscription::new(subscriber)));
    }

    /// The node's events go nowhere.
    pub(super) fn remove(&self, node: &NodeId) {
        self.lock().remove(node);
    }

    /// Every node that has one.
    pub(super) fn nodes(&self) -> Vec<NodeId> {
        self.lock().keys().cloned().collect()
    }

    /// The node's channel is subscribed: pushes arrive from now on.
    pub(super) fn begin(&self, node: &NodeId) {
        if let Some(subscription) = self.of(node) {
            subscription.begin();
        }
    }

    /// The link is lost: pushes may be, until [`begin`](Self::begin).
    pub(super) fn interrupt(&self) {
        for node in self.nodes() {
            if let Some(subscription) = self.of(&node) {
                subscription.interrupt();
            }
        }
    }

    /// Tells a node something.
    pub(super) fn tell(&self, node: &NodeId, event: Event) {
        if let Some(subscription) = self.of(node) {
            subscription.tell(event);
        }
    }

    /// Tells every node something.
    pub(super) fn tell_all(&self, event: &Event) {
        for node in self.nodes() {
            self.tell(&node, event.clone());
        }
    }

    /// Tells every node of a new epoch, also while the link is down: it is found out before channels are subscribed. A node
    /// that is full learns of it with its lease.
    pub(super) fn tell_epoch(&self, epoch: Epoch) {
        for node in self.nodes() {
            if let Some(subscription) = self.of(&node) {
                subscription.tell_now(Event::Epoch(epoch));
            }
        }
    }

    /// Tells a node that it has lost events, if it has and takes them again.
    pub(super) fn recover(&self, node: &NodeId) {
        if let Some(subscription) = self.of(node) {
            subscription.recover();
        }
    }

    fn of(&self, node: &NodeId) -> Option<Arc<Subscription>> {
        self.lock().get(node).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<NodeId, Arc<Subscription>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use actors::{
        ledger::{ClosedRoom, Notice},
        protocol::RoomId,
    };

    use super::*;

    fn stage() -> (Subscriptions, NodeId, Arc<AtomicBool>, impl Fn() -> Vec<Event>) {
        let (taken, is_full) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (all, node) = (Subscriptions::default(), NodeId::new("a"));
        let (into, full) = (taken.clone(), is_full.clone());
        let take = move |event| {
            let takes = !full.load(Ordering::SeqCst);
            if takes {
                into.lock().expect("no panic before").push(event);
            }
            takes
        };
        all.add(&node, Arc::new(take));
        (all, node, is_full, move || std::mem::take(&mut *taken.lock().expect("no panic before")))
    }

    fn notice() -> Event {
        Event::Notice(Notice::RoomClosed(ClosedRoom { room: RoomId::from_letters([0; 10]), revision: 2 }))
    }

    #[test]
    fn a_subscriber_is_told_of_each_interruption_and_its_end() {
        let (all, node, _, seen) = stage();
        all.interrupt();
        assert_eq!(seen(), [], "it never began");
        all.begin(&node);
        all.interrupt();
        all.interrupt();
        all.tell_epoch(2);
        all.begin(&node);
        assert_eq!(seen(), [Event::Subscribed, Event::Interrupted, Event::Epoch(2), Event::Subscribed]);
    }

    #[test]
    fn a_full_subscriber_is_told_that_it_has_lost_events_once_it_takes_them_again() {
        let (all, node, is_full, seen) = stage();
        all.begin(&node);
        is_full.store(true, Ordering::SeqCst);
        all.tell(&node, notice());
        all.recover(&node);
        is_full.store(false, Ordering::SeqCst);
        assert_eq!(seen(), [Event::Subscribed]);
        all.tell_all(&notice());
        assert_eq!(seen(), [Event::Interrupted, Event::Subscribed, notice()]);
    }
}
