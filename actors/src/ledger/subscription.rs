//! One node's subscription: its queue, and whether it has lost events. A subscriber whose queue was full learns of it once it accepts
//! events again, so that its node audits its seats. Must not know where events come from. No lock is held while a subscriber runs.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{Event, Subscriber};

/// A subscriber, and what it has to be told.
pub struct Subscription {
    subscriber: Subscriber,
    /// Events arrive, and it was told so.
    is_begun: AtomicBool,
    /// An event was lost since it was last told so.
    has_lost: AtomicBool,
}

impl Subscription {
    /// One that has not begun.
    #[must_use]
    pub fn new(subscriber: Subscriber) -> Self {
        Self { subscriber, is_begun: AtomicBool::new(false), has_lost: AtomicBool::new(false) }
    }

    /// Events arrive from now on: [`Event::Subscribed`].
    pub fn begin(&self) {
        if !(self.subscriber)(Event::Subscribed) {
            self.has_lost.store(true, Ordering::SeqCst);
        }
        self.is_begun.store(true, Ordering::SeqCst);
        self.recover();
    }

    /// Events may be lost until it begins once more: [`Event::Interrupted`], if it has begun.
    pub fn interrupt(&self) {
        if self.is_begun.swap(false, Ordering::SeqCst) && !(self.subscriber)(Event::Interrupted) {
            self.has_lost.store(true, Ordering::SeqCst);
        }
    }

    /// Tells it something; what it does not take, or what comes before it has begun, is lost.
    pub fn tell(&self, event: Event) {
        if !self.is_begun.load(Ordering::SeqCst) || !self.recover() || !(self.subscriber)(event) {
            self.has_lost.store(true, Ordering::SeqCst);
        }
    }

    /// Tells it something whether it has begun or not, and without a trace if it is full.
    pub fn tell_now(&self, event: Event) {
        (self.subscriber)(event);
    }

    /// Tells it that it has lost events, if it has and takes them again. Answers whether no event is lost that it has not been
    /// told of. The mark is taken away before it is told: an event that is lost meanwhile sets it anew.
    pub fn recover(&self) -> bool {
        if !self.is_begun.load(Ordering::SeqCst) || !self.has_lost.swap(false, Ordering::SeqCst) {
            return true;
        }
        let is_told = (self.subscriber)(Event::Interrupted) && (self.subscriber)(Event::Subscribed);
        if !is_told {
            self.has_lost.store(true, Ordering::SeqCst);
        }
        is_told
    }
}
