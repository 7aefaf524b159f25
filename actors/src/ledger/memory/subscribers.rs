//! Where nodes' events go, and which of them have lost some: a subscriber that is full is told so once it takes events
//! again, so that its node audits its seats. No lock is held while a subscriber runs.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use dashmap::DashMap;

use crate::{
    ledger::{Event, Subscriber},
    protocol::NodeId,
};

/// Every node's subscription.
#[derive(Default)]
pub(super) struct Subscribers(DashMap<NodeId, Arc<Subscription>>);

struct Subscription {
    subscriber: Subscriber,
    /// Its first event was told.
    has_begun: AtomicBool,
    /// An event was lost since it was last told so.
    has_lost: AtomicBool,
}

impl Subscribers {
    /// From now on the node's events go there; the first one is [`Event::Subscribed`].
    pub(super) fn add(&self, node: &NodeId, subscriber: Subscriber) {
        let (has_begun, has_lost) = (AtomicBool::new(false), AtomicBool::new(false));
        let subscription = Arc::new(Subscription { subscriber, has_begun, has_lost });
        self.0.insert(node.clone(), subscription.clone());
        if !(subscription.subscriber)(Event::Subscribed) {
            subscription.has_lost.store(true, Ordering::SeqCst);
        }
        subscription.has_begun.store(true, Ordering::SeqCst);
        subscription.recover();
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

impl Subscription {
    fn tell(&self, event: Event) {
        if !self.has_begun.load(Ordering::SeqCst) || !self.recover() || !(self.subscriber)(event) {
            self.has_lost.store(true, Ordering::SeqCst);
        }
    }

    /// Answers whether no event is lost that the subscriber has not been told of. The mark is taken away before the
    /// subscriber is told: an event that is lost meanwhile sets it anew.
    fn recover(&self) -> bool {
        if !self.has_begun.load(Ordering::SeqCst) || !self.has_lost.swap(false, Ordering::SeqCst) {
            return true;
        }
        let is_told = (self.subscriber)(Event::Interrupted) && (self.subscriber)(Event::Subscribed);
        if !is_told {
            self.has_lost.store(true, Ordering::SeqCst);
        }
        is_told
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::{ledger::Notice, protocol::RoomId};

    #[test]
    fn a_full_subscriber_is_told_that_it_has_lost_events_once_it_takes_them_again() {
        let (taken, is_full) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (all, node) = (Subscribers::default(), NodeId::new("a"));
        let notice = || Event::Notice(Notice::RoomClosed(RoomId::from_letters([0; 10])));
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
