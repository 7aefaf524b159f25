//! Whether the history is available: messages are stored, and the database answers. A failure is reported after it has lasted a while,
//! and its end at once. Must not know the database.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep},
};

/// How long the history fails before clients are told: most failures are over by then.
const AWAY_AFTER: Duration = Duration::from_secs(2);
/// How often the database is asked whether it is there: while all is well, and while there is doubt.
const ASK_EVERY: Duration = Duration::from_secs(5);
const DOUBT_EVERY: Duration = Duration::from_millis(500);

/// What has worked or failed: each tells of itself only. A database that can be read may still refuse what is to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Messages are stored.
    Storing,
    /// The database is asked.
    Asking,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// Since when storing and asking have failed.
    failing: Mutex<[Option<Instant>; 2]>,
    is_away: watch::Sender<bool>,
    doubted: Notify,
}

impl Health {
    /// Whether it has failed for a while; a new subscriber sees the present state.
    pub(super) fn is_away(&self) -> watch::Receiver<bool> {
        self.is_away.subscribe()
    }

    /// It was used.
    pub(super) fn learn(&self, what: Use, has_worked: bool) {
        let now = Instant::now();
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let since = &mut failing[what as usize];
        *since = if has_worked { None } else { since.or(Some(now)) };
        let is_away = failing.iter().flatten().any(|since| now.duration_since(*since) >= AWAY_AFTER);
        drop(failing);
        if !has_worked {
            self.doubted.notify_one();
        }
        let is_news = self.is_away.send_if_modified(|known| std::mem::replace(known, is_away) != is_away);
        if is_news {
            tracing::warn!(is_away, "whether chat can be stored and read has changed");
        }
    }

    fn is_doubted(&self) -> bool {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner).iter().any(Option::is_some)
    }

    /// Asks the database now and then, more often while there is doubt; never returns. `ask` is told whether there is.
    pub(super) async fn watch<F: Future<Output = bool>>(&self, ask: impl Fn(bool) -> F) {
        loop {
            if self.is_doubted() {
                sleep(DOUBT_EVERY).await;
            } else {
                tokio::select! {
                    () = sleep(ASK_EVERY) => {}
                    () = self.doubted.notified() => {}
                }
            }
            let has_worked = ask(self.is_doubted()).await;
            self.learn(Use::Asking, has_worked);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        sync::atomic::{AtomicBool, AtomicU32, Ordering},
    };

    use tokio::time::{advance, timeout};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_told_once_it_has_lasted_and_its_end_at_once() {
        let health = Health::default();
        let told = health.is_away();
        health.learn(Use::Storing, false);
        advance(AWAY_AFTER - Duration::from_millis(1)).await;
        health.learn(Use::Storing, false);
        assert!(!*told.borrow());
        advance(Duration::from_millis(1)).await;
        health.learn(Use::Asking, true);
        assert!(*told.borrow(), "that it can be read does not store a message");
        health.learn(Use::Storing, true);
        assert!(!*told.borrow());
        advance(AWAY_AFTER).await;
        health.learn(Use::Asking, false);
        assert!(!*told.borrow(), "failures of before do not count");
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_that_goes_away_while_nobody_speaks_is_noticed_and_so_is_its_return() {
        let (health, is_there, asked) = (Health::default(), AtomicBool::new(true), AtomicU32::new(0));
        let mut told = health.is_away();
        let mut watching = pin!(health.watch(|_| async {
            asked.fetch_add(1, Ordering::SeqCst);
            is_there.load(Ordering::SeqCst)
        }));
        assert!(timeout(Duration::from_secs(60), &mut watching).await.is_err());
        assert!(asked.load(Ordering::SeqCst) <= 12, "seldom while all is well");
        for (there, within) in [(false, ASK_EVERY + AWAY_AFTER + DOUBT_EVERY), (true, 2 * DOUBT_EVERY)] {
            is_there.store(there, Ordering::SeqCst);
            let changed = async {
                tokio::select! {
                    () = &mut watching => unreachable!("it watches forever"),
                    changed = told.changed() => changed.expect("it is there"),
                }
            };
            timeout(within, changed).await.expect("in time");
            assert_eq!(*told.borrow_and_update(), !there);
        }
    }
}
