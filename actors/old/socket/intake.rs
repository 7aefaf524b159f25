//! How much may be read of one connection: a bounded number of messages under way, shared by its reader and whoever has
//! one of them in hand. Taking and giving back is one atomic step each; only a reader that must wait pays more.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use tokio::sync::Notify;

use super::Limits;
use crate::metrics::Mailboxes;

/// One connection's bound.
pub(crate) struct Intake {
    max: usize,
    under_way: AtomicUsize,
    /// Wakes the reader that waits for a credit.
    returned: Notify,
    stopped: AtomicBool,
    mailboxes: Mailboxes,
}

impl Intake {
    pub(crate) fn new(limits: &Limits, mailboxes: Mailboxes) -> Self {
        Self {
            max: limits.in_flight_max,
            under_way: AtomicUsize::new(0),
            returned: Notify::new(),
            stopped: AtomicBool::new(false),
            mailboxes,
        }
    }

    /// Nothing that is read from now on is accepted.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }
}

/// The right to have one message under way; dropped when a room has it in hand, or it is settled.
pub(crate) struct Credit(Arc<Intake>);

impl Credit {
    /// One more message, if the bound allows it. Only the connection's reader takes, so nobody comes in between.
    pub(crate) fn take(intake: &Arc<Intake>) -> Option<Self> {
        if intake.under_way.load(Ordering::Acquire) >= intake.max {
            return None;
        }
        intake.under_way.fetch_add(1, Ordering::AcqRel);
        intake.mailboxes.add();
        Some(Self(Arc::clone(intake)))
    }

    /// The same, once the bound allows it.
    pub(crate) async fn wait(intake: &Arc<Intake>) -> Self {
        loop {
            if let Some(credit) = Self::take(intake) {
                return credit;
            }
            intake.returned.notified().await; // one that came since is kept for us
        }
    }
}

impl Drop for Credit {
    fn drop(&mut self) {
        self.0.mailboxes.remove();
        if self.0.under_way.fetch_sub(1, Ordering::AcqRel) >= self.0.max {
            self.0.returned.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_reader_waits_at_the_bound_until_one_comes_back() {
        let limits = Limits { in_flight_max: 2, ..Limits::default() };
        let mailboxes = Mailboxes::default();
        let intake = Arc::new(Intake::new(&limits, mailboxes.clone()));
        let first = Credit::take(&intake).expect("two are free");
        let second = Credit::take(&intake).expect("one is free");
        assert!(Credit::take(&intake).is_none());
        assert_eq!(mailboxes.count(), 2);
        let waiting = tokio::spawn({
            let intake = Arc::clone(&intake);
            async move { drop(Credit::wait(&intake).await) }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(first);
        waiting.await.expect("no panic");
        drop(second);
        assert_eq!(mailboxes.count(), 0);
    }
}
