//! How loaded this node is: whether it takes on new sockets and new requests, beside the calls that stand.
//!
//! One task sleeps a moment, over and over, and sees how late it is woken: that is what every socket's turn waits as well.
//! `lag` decides. Must not know who asks.

mod lag;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, gauge};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use lag::Lag;

/// How late the node's tasks are woken, smoothed.
pub const LOOP_LAG: &str = "aldis_loop_lag_seconds";
/// New sockets and requests refused because the node is late, by what they were.
pub const SHED: &str = "aldis_shed_total";

/// How often the lag is looked at: often enough to act within a tenth of a second, and nearly free.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Tasks that have not run for so long will not run again by themselves.
const STUCK_AFTER: Duration = Duration::from_secs(10);
/// Connections that may wait to be welcomed before new ones are refused: as many as come back when a network breaks, and
/// a quarter of a second's work.
pub(crate) const WAITING_MAX: usize = 2_048;
/// When the first of those who are refused may come back.
const BACK_AFTER: Duration = Duration::from_secs(1);
/// Over how long the others are spread.
const BACK_WITHIN: Duration = Duration::from_secs(4);

/// What is new, and may have to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum New {
    /// A WebSocket's handshake.
    Socket,
    /// A request to the API.
    Request,
}

/// The node's load, as those who let others in see it.
#[derive(Debug)]
pub struct Load {
    lag: Mutex<Lag>,
    /// What `lag` decided last; looked at on every arrival.
    is_late: AtomicBool,
    /// More come than can be let in.
    is_rushed: AtomicBool,
    /// Whether anything is ever refused.
    sheds: bool,
    begun: Instant,
    /// When `lag` was told last, in milliseconds since `begun`.
    looked_at: AtomicU64,
}

impl Load {
    /// New work is refused while tasks are woken later than this; zero: never.
    #[must_use]
    pub fn new(lag_max: Duration) -> Arc<Self> {
        Arc::new(Self {
            lag: Mutex::new(Lag::new(lag_max)),
            is_late: AtomicBool::new(false),
            is_rushed: AtomicBool::new(false),
            sheds: !lag_max.is_zero(),
            begun: Instant::now(),
            looked_at: AtomicU64::new(0),
        })
    }

    /// Whether something new may come.
    ///
    /// # Errors
    /// How long to stay away: each caller gets a wait of their own, so that they do not all come back at once.
    pub fn admit(&self, new: New) -> Result<(), Duration> {
        if !self.is_high() {
            return Ok(());
        }
        let what = match new {
            New::Socket => "socket",
            New::Request => "request",
        };
        counter!(SHED, "what" => what).increment(1);
        Err(BACK_AFTER + BACK_WITHIN.mul_f64(rand::random::<f64>()))
    }

    /// Whether nothing new is taken on now.
    pub fn is_high(&self) -> bool {
        self.is_late.load(Ordering::Relaxed) || self.is_rushed.load(Ordering::Relaxed)
    }

    /// Whether the node's tasks have run of late.
    pub fn is_alive(&self) -> bool {
        let looked_at = Duration::from_millis(self.looked_at.load(Ordering::Relaxed));
        self.begun.elapsed() < looked_at + STUCK_AFTER
    }

    /// A task was woken so late.
    pub fn observe(&self, late: Duration) {
        let mut lag = self.lag.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = lag.refuses();
        lag.observe(late);
        gauge!(LOOP_LAG).set(lag.smoothed().as_secs_f64());
        if lag.refuses() != refused {
            tracing::warn!(lag = ?lag.smoothed(), refusing = lag.refuses(), "new sockets and requests are refused while the node is late");
            self.is_late.store(lag.refuses(), Ordering::Relaxed);
        }
    }

    /// So many connections wait to be welcomed.
    pub fn waiting(&self, connections: usize) {
        let is_rushed = self.is_rushed.load(Ordering::Relaxed);
        let limit = if is_rushed { WAITING_MAX / 4 } else { WAITING_MAX };
        let rushed = self.sheds && connections >= limit;
        if rushed != is_rushed {
            self.is_rushed.store(rushed, Ordering::Relaxed);
            tracing::warn!(
                refusing = rushed,
                "new sockets and requests are refused while more come than can be let in"
            );
        }
    }

    /// Looks until it is told to stop.
    pub async fn watch(self: Arc<Self>, stop: CancellationToken) {
        let look = async {
            loop {
                let due = Instant::now() + LOOK_EVERY;
                tokio::time::sleep_until(due).await;
                self.observe(due.elapsed());
                let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
                self.looked_at.store(now, Ordering::Relaxed);
            }
        };
        let _ = stop.run_until_cancelled(look).await;
    }
}

/// Describes the metrics to the recorder.
pub fn describe_metrics() {
    describe_gauge!(LOOP_LAG, Unit::Seconds, "How late the node's tasks are woken, smoothed");
    describe_counter!(SHED, "New sockets and requests refused because the node is late, by what they were");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_refused_is_told_a_time_of_their_own() {
        let load = Load::new(Duration::from_millis(50));
        assert_eq!(load.admit(New::Socket), Ok(()));
        (0..50).for_each(|_| load.observe(Duration::from_secs(1)));
        let waits: Vec<_> = (0..100).filter_map(|_| load.admit(New::Socket).err()).collect();
        assert_eq!(waits.len(), 100);
        assert!(waits.iter().all(|wait| (BACK_AFTER..=BACK_AFTER + BACK_WITHIN).contains(wait)), "{waits:?}");
        assert!(waits.iter().max() > waits.iter().min().map(|least| *least + BACK_AFTER).as_ref(), "{waits:?}");
    }

    #[test]
    fn a_storm_passes_and_a_flood_does_not() {
        let load = Load::new(Duration::from_millis(50));
        load.waiting(WAITING_MAX - 1);
        assert!(!load.is_high());
        load.waiting(WAITING_MAX);
        load.waiting(WAITING_MAX / 2);
        assert!(load.admit(New::Request).is_err(), "until it has caught up");
        load.waiting(0);
        assert_eq!(load.admit(New::Request), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_node_with_time_on_its_hands_is_never_late() {
        let (load, stop) = (Load::new(Duration::from_millis(50)), CancellationToken::new());
        let watch = tokio::spawn(Arc::clone(&load).watch(stop.clone()));
        tokio::time::sleep(Duration::from_secs(5)).await; // paused
        assert!(!load.is_high());
        tokio::time::sleep(2 * STUCK_AFTER).await; // paused
        assert!(load.is_alive());
        stop.cancel();
        watch.await.expect("no panic");
        tokio::time::sleep(STUCK_AFTER).await; // paused
        assert!(!load.is_alive(), "nobody looks any more");
    }
}
