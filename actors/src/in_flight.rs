//! The in-flight window of one connection: a bounded number of messages that were read and are not settled. Acquiring and
//! releasing a permit is one atomic step each; only a reader that must wait pays more.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use tokio::sync::Notify;

use crate::{metrics::InFlightMessages, settings::SocketLimits};

/// One connection's window.
pub struct InFlight {
    max: usize,
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
        if window.in_flight.load(Ordering::Acquire) >= window.max {
            return None;
        }
        window.in_flight.fetch_add(1, Ordering::AcqRel);
        window.messages.add();
        Some(Self(Arc::clone(window)))
    }

    /// A permit, as soon as the window has one.
    pub async fn wait(window: &Arc<InFlight>) -> Self {
        loop {
            if let Some(permit) = Self::take(window) {
                return permit;
            }
            window.returned.notified().await; // one that came since is kept for us
        }
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
            async move { drop(Permit::wait(&window).await) }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(first);
        waiting.await.expect("no panic");
        drop(second);
        assert_eq!(messages.count(), 0);
    }
}
