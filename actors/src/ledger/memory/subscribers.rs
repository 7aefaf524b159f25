//! Where nodes' events go. No lock is held while a subscriber runs.

use std::sync::Arc;

use dashmap::DashMap;

use crate::{
    ledger::{Event, Subscriber, Subscription},
    protocol::NodeId,
};

/// Every node's subscription.
#[derive(Default)]
pub(super) struct Subscribers(DashMap<NodeId, Arc<Subscription>>);

impl Subscribers {
    /// From now on the node's events go there; the first one is [`Event::Subscribed`].
    pub(super) fn add(&self, node: &NodeId, subscriber: Subscriber) {
        let subscription = Arc::new(Subscription::new(subscriber));
        self.0.insert(node.clone(), subscription.clone());
        subscription.begin();
    }

    /// The node's events go nowhere.
    pub(super) fn remove(&self, node: &NodeId) {
        self.0.remove(node);
    }

    /// Tells a node something.
    pub(super) fn tell(&self, node: &NodeId, event: Event) {
        let subscription = self.0.get(node).map(|subscription| subscription.clone());
        if let Some(subscription) = subscription {
            subscription.tell(event);
        }
    }

    /// Tells every node something.
    pub(super) fn tell_all(&self, event: &Event) {
        let all: Vec<Arc<Subscription>> = self.0.iter().map(|subscription| subscription.clone()).collect();
        for subscription in all {
            subscription.tell(event.clone());
        }
    }

    /// Tells a node that it has lost events, if it has and takes them again.
    pub(super) fn recover(&self, node: &NodeId) {
        let subscription = self.0.get(node).map(|subscription| subscription.clone());
        if let Some(subscription) = subscription {
            subscription.recover();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    };

    use super::*;
    use crate::{
        ledger::{ClosedRoom, Notice},
        protocol::RoomId,
    };

    #[test]
    fn a_full_subscriber_is_told_that_it_has_lost_events_once_it_takes_them_again() {
        let (taken, is_full) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (all, node) = (Subscribers::default(), NodeId::new("a"));
        let notice =
            || Event::Notice(Notice::RoomClosed(ClosedRoom { room: RoomId::from_letters([0; 10]), revision: 2 }));
        let (into, full) = (taken.clone(), is_full.clone());
        let take = move |event| {
            let takes = !full.load(Ordering::SeqCst);
            if takes {
                into.lock().expect("no panic before").push(event);
            }
            takes
        };
        let seen = || std::mem::take(&mut *taken.lock().expect("no panic before"));
        all.add(&node, Arc::new(take));
        all.tell(&node, notice());
        assert_eq!(seen(), [Event::Subscribed, notice()]);
        is_full.store(true, Ordering::SeqCst);
        all.tell(&node, notice());
        all.recover(&node);
        is_full.store(false, Ordering::SeqCst);
        assert_eq!(seen(), []);
        all.recover(&node);
        all.tell(&node, notice());
        assert_eq!(seen(), [Event::Interrupted, Event::Subscribed, notice()]);
    }
}
