//! The in-flight window of one connection: a bounded number of messages that were read and are not settled. Acquiring and
//! releasing a permit is one atomic step each; only a reader that must wait pays more.
//!
//! Pings, pongs and heartbeats are behind messages in the stream, so a reader must not wait for long: if nothing is settled
//! for [`settle_within`](SocketLimits::settle_within), it continues, and messages that it reads then are refused.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::Notify;

use crate::{metrics::InFlightMessages, settings::SocketLimits};

/// One connection's window.
pub struct InFlight {
    max: usize,
    settle_within: Duration,
    in_flight: AtomicUsize,
    /// Wakes the reader that waits for a permit.
    returned: Notify,
    stopped: AtomicBool,
    messages: InFlightMessages,
}

impl InFlight {
    /// An empty window.
    #[must_use]
    pub fn new(limits: &SocketLimits, messages: InFlightMessages) -> Self {
        Self {
            max: limits.in_flight_max,
            settle_within: limits.settle_within,
            in_flight: AtomicUsize::new(0),
            returned: Notify::new(),
            stopped: AtomicBool::new(false),
            messages,
        }
    }

    /// Drops all messages read from now on.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
    }

    /// Whether at least half of the permits are left.
    #[must_use]
    pub fn is_half_free(&self) -> bool {
        self.in_flight.load(Ordering::Acquire) <= self.max / 2
    }

    /// Whether messages read now are dropped: the client resends them after it has resumed elsewhere.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }
}

/// A permit for one message in flight; dropped when the message is settled, or when the room holds it.
pub struct Permit(Arc<InFlight>);

impl Permit {
    /// A permit, if one is left. Only the connection's reader acquires permits, so there is no race.
    #[must_use]
    pub fn take(window: &Arc<InFlight>) -> Option<Self> {
        Self::below(window, window.max)
    }

    /// A permit for a message that will be refused: there are as many of these again.
    #[must_use]
    pub fn take_beyond(window: &Arc<InFlight>) -> Option<Self> {
        Self::below(window, window.max.saturating_mul(2))
    }

    /// A permit as soon as the window has one. `None`: nothing was settled in time.
    pub async fn wait(window: &Arc<InFlight>) -> Option<Self> {
        tokio::time::timeout(window.settle_within, Self::returned(window, Self::take)).await.ok()
    }

    /// As [`take_beyond`](Self::take_beyond), but waits for one.
    pub async fn wait_beyond(window: &Arc<InFlight>) -> Self {
        Self::returned(window, Self::take_beyond).await
    }

    async fn returned(window: &Arc<InFlight>, take: fn(&Arc<InFlight>) -> Option<Self>) -> Self {
        loop {
            if let Some(permit) = take(window) {
                return permit;
            }
            window.returned.notified().await; // one that came since is kept for us
        }
    }

    fn below(window: &Arc<InFlight>, max: usize) -> Option<Self> {
        if window.in_flight.load(Ordering::Acquire) >= max {
            return None;
        }
        window.in_flight.fetch_add(1, Ordering::AcqRel);
        window.messages.add();
        Some(Self(Arc::clone(window)))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.messages.remove();
        if self.0.in_flight.fetch_sub(1, Ordering::AcqRel) >= self.0.max {
            self.0.returned.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_reader_waits_at_the_bound_until_one_comes_back() {
        let limits = SocketLimits { in_flight_max: 2, ..SocketLimits::default() };
        let messages = InFlightMessages::default();
        let window = Arc::new(InFlight::new(&limits, messages.clone()));
        let first = Permit::take(&window).expect("two are free");
        let second = Permit::take(&window).expect("one is free");
        assert!(Permit::take(&window).is_none());
        assert_eq!(messages.count(), 2);
        let waiting = tokio::spawn({
            let window = Arc::clone(&window);
            async move { Permit::wait(&window).await.is_some() }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(first);
        assert!(waiting.await.expect("no panic"));
        drop(second);
        assert_eq!(messages.count(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_waits_no_longer_than_that_and_then_has_as_many_permits_again_for_refusals() {
        let limits = SocketLimits { in_flight_max: 2, ..SocketLimits::default() };
        let window = Arc::new(InFlight::new(&limits, InFlightMessages::default()));
        let mut held = vec![Permit::take(&window), Permit::take(&window)];
        let begun = tokio::time::Instant::now();
        assert!(Permit::wait(&window).await.is_none());
        assert_eq!(begun.elapsed(), limits.settle_within);
        held.extend([Permit::take_beyond(&window), Permit::take_beyond(&window)]);
        assert!(held.iter().all(Option::is_some) && Permit::take_beyond(&window).is_none());
        assert!(!window.is_half_free());
        held.truncate(1);
        assert!(window.is_half_free() && Permit::take(&window).is_some());
    }
}
