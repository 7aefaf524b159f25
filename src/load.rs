//! Load shedding: which new sockets and requests this node admits beside established calls.
//!
//! One task sleeps repeatedly for a short time and measures how late it is woken (event-loop lag): every socket's turn is
//! delayed as much. The listener reports the length of its accept queue. `lag` and `shed` decide. Must not know the
//! callers.

mod lag;
mod shed;

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actors::ports::Shedding;
use metrics::{Unit, counter, describe_counter, describe_gauge, gauge};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use lag::Lag;
use shed::{RESUME_FACTOR, Shed};

/// Event-loop lag: how late the node's tasks are woken, smoothed.
pub const LOOP_LAG: &str = "aldis_loop_lag_seconds";
/// New sockets and requests refused because the node is overloaded, by kind.
pub const SHED: &str = "aldis_shed_total";

/// How often the lag is measured: often enough to act within a tenth of a second, and nearly free.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Tasks that have not run for this long are stuck.
const STUCK_AFTER: Duration = Duration::from_secs(10);
/// Queued connections from which on newcomers are refused: as many as reconnect after a network failure, and a quarter
/// of a second's work.
pub(crate) const NEWCOMERS_WAITING_MAX: usize = 2_048;
/// Queued connections from which on resumes are refused, too: a second's work, far less than a seat is kept.
pub(crate) const WAITING_MAX: usize = RESUME_FACTOR as usize * NEWCOMERS_WAITING_MAX;
/// A class that is refused for a full queue is admitted again below this fraction of its bound.
const QUEUE_CALM: f64 = 0.25;
/// The shortest retry delay of refused newcomers, and the range over which delays are spread.
const NEWCOMERS_BACK: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(4));
/// The same for refused resumes: well within the 5 s that a seat is kept by default, with time for a second attempt.
const RESUMES_BACK: (Duration, Duration) = (Duration::from_millis(500), Duration::from_millis(1_500));

/// New work, which may be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum New {
    /// A WebSocket's handshake.
    Socket,
    /// A WebSocket's handshake that claims to resume a session. The claim is verified only after the hello: a false one
    /// gets a handshake that the node would have refused, up to the bound of resumes.
    Resume,
    /// A request to the API.
    Request,
}

/// The node's load, as seen by admission.
#[derive(Debug)]
pub struct Load {
    lag: Mutex<Lag>,
    /// The classes refused for lag, as a [`Shed`]'s number.
    late: AtomicU8,
    /// The classes refused for a full queue, likewise.
    rushed: AtomicU8,
    /// Whether anything is ever refused.
    sheds: bool,
    begun: Instant,
    /// The last measurement of `lag`, in milliseconds since `begun`.
    looked_at: AtomicU64,
    /// When the last retry delay has passed, likewise.
    told_until: AtomicU64,
}

impl Load {
    /// Newcomers are refused while the lag exceeds `lag_max`, resumes while it exceeds four times that; zero: nothing is
    /// ever refused.
    #[must_use]
    pub fn new(lag_max: Duration) -> Arc<Self> {
        Arc::new(Self {
            lag: Mutex::new(Lag::new(lag_max)),
            late: AtomicU8::new(Shed::Nothing.number()),
            rushed: AtomicU8::new(Shed::Nothing.number()),
            sheds: !lag_max.is_zero(),
            begun: Instant::now(),
            looked_at: AtomicU64::new(0),
            told_until: AtomicU64::new(0),
        })
    }

    /// Whether new work is admitted.
    ///
    /// # Errors
    /// The retry delay: a different one for each caller, so that they do not all reconnect at once.
    pub fn admit(&self, new: New) -> Result<(), Duration> {
        let (what, refused_at, (after, within)) = match new {
            New::Socket => ("socket", Shed::Newcomers, NEWCOMERS_BACK),
            New::Request => ("request", Shed::Newcomers, NEWCOMERS_BACK),
            New::Resume => ("resume", Shed::Resumes, RESUMES_BACK),
        };
        if self.shed() < refused_at {
            return Ok(());
        }
        counter!(SHED, "what" => what).increment(1);
        let wait = after + within.mul_f64(rand::random::<f64>());
        self.told_until.fetch_max(millis(self.begun.elapsed() + wait), Ordering::Relaxed);
        Err(wait)
    }

    /// Whether any new work is refused now.
    pub fn is_high(&self) -> bool {
        self.shed() > Shed::Nothing
    }

    fn shed(&self) -> Shed {
        Shed::of(self.late.load(Ordering::Relaxed).max(self.rushed.load(Ordering::Relaxed)))
    }

    /// Whether the node's tasks have run recently.
    pub fn is_alive(&self) -> bool {
        let looked_at = Duration::from_millis(self.looked_at.load(Ordering::Relaxed));
        self.begun.elapsed() < looked_at + STUCK_AFTER
    }

    /// Records how late a task was woken.
    pub fn observe(&self, late: Duration) {
        let mut lag = self.lag.lock().unwrap_or_else(PoisonError::into_inner);
        let before = lag.shed();
        lag.observe(late);
        gauge!(LOOP_LAG).set(lag.smoothed().as_secs_f64());
        if lag.shed() != before {
            tracing::warn!(lag = ?lag.smoothed(), refusing = ?lag.shed(), "event-loop lag: load shedding changed");
            self.late.store(lag.shed().number(), Ordering::Relaxed);
        }
    }

    /// Records the length of the accept queue.
    #[expect(clippy::cast_precision_loss, reason = "a count of connections is far below 2^52")]
    pub fn waiting(&self, connections: usize) {
        let before = Shed::of(self.rushed.load(Ordering::Relaxed));
        let next = before.next(connections as f64, NEWCOMERS_WAITING_MAX as f64, QUEUE_CALM);
        if self.sheds && next != before {
            self.rushed.store(next.number(), Ordering::Relaxed);
            tracing::warn!(connections, refusing = ?next, "accept queue: load shedding changed");
        }
    }

    /// Measures until `stop`.
    pub async fn watch(self: Arc<Self>, stop: CancellationToken) {
        let look = async {
            loop {
                let due = Instant::now() + LOOK_EVERY;
                tokio::time::sleep_until(due).await;
                self.observe(due.elapsed());
                self.looked_at.store(millis(self.begun.elapsed()), Ordering::Relaxed);
            }
        };
        let _ = stop.run_until_cancelled(look).await;
    }
}

impl Shedding for Load {
    /// Zero when nothing is refused and every retry delay has passed. Seats are kept longer by this time, so that clients
    /// that wait for their delay can still resume.
    fn retry_delay_max(&self) -> Duration {
        let is_waited = millis(self.begun.elapsed()) < self.told_until.load(Ordering::Relaxed);
        let (after, within) = NEWCOMERS_BACK;
        if self.is_high() || is_waited { after + within } else { Duration::ZERO }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Describes the metrics to the recorder.
pub fn describe_metrics() {
    describe_gauge!(LOOP_LAG, Unit::Seconds, "Event-loop lag: how late the node's tasks are woken, smoothed");
    describe_counter!(SHED, "New sockets, resumes and requests refused because the node is overloaded, by kind");
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAG_MAX: Duration = Duration::from_millis(50);

    /// The retry delays of a hundred of them.
    fn waits(load: &Load, new: New) -> Vec<Duration> {
        (0..100).filter_map(|_| load.admit(new).err()).collect()
    }

    #[test]
    fn each_refused_client_gets_its_own_retry_delay() {
        let load = Load::new(LAG_MAX);
        assert_eq!(load.admit(New::Socket), Ok(()));
        (0..50).for_each(|_| load.observe(Duration::from_secs(1)));
        for (new, (after, within)) in [(New::Socket, NEWCOMERS_BACK), (New::Resume, RESUMES_BACK)] {
            let waits = waits(&load, new);
            assert_eq!(waits.len(), 100);
            assert!(waits.iter().all(|wait| (after..=after + within).contains(wait)), "{waits:?}");
            assert!(waits.iter().max() > waits.iter().min().map(|least| *least + within / 4).as_ref(), "{waits:?}");
        }
    }

    #[test]
    fn a_refused_resume_may_try_twice_while_its_seat_is_kept() {
        let (after, within) = RESUMES_BACK;
        assert!(2 * (after + within) < crate::config::Config::default().room.seat_window);
    }

    #[test]
    fn resumes_are_refused_last() {
        let load = Load::new(LAG_MAX);
        load.waiting(NEWCOMERS_WAITING_MAX);
        assert!(load.admit(New::Socket).is_err() && load.admit(New::Request).is_err());
        assert_eq!(load.admit(New::Resume), Ok(()));
        load.waiting(WAITING_MAX);
        assert!(load.admit(New::Resume).is_err());
        load.waiting(0);
        (0..50).for_each(|_| load.observe(3 * LAG_MAX));
        assert!(load.admit(New::Socket).is_err());
        assert_eq!(load.admit(New::Resume), Ok(()));
    }

    #[test]
    fn a_short_queue_is_admitted_and_a_full_one_is_not() {
        let load = Load::new(LAG_MAX);
        load.waiting(NEWCOMERS_WAITING_MAX - 1);
        assert!(!load.is_high());
        load.waiting(NEWCOMERS_WAITING_MAX);
        load.waiting(NEWCOMERS_WAITING_MAX / 2);
        assert!(load.admit(New::Request).is_err(), "until it has caught up");
        load.waiting(0);
        assert_eq!(load.admit(New::Request), Ok(()));
    }

    #[test]
    fn without_a_lag_limit_a_full_queue_refuses_nothing() {
        let load = Load::new(Duration::ZERO);
        load.waiting(WAITING_MAX);
        assert_eq!(load.admit(New::Socket), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_retry_delay_counts_until_it_has_passed() {
        let load = Load::new(LAG_MAX);
        assert_eq!(load.retry_delay_max(), Duration::ZERO);
        load.waiting(NEWCOMERS_WAITING_MAX);
        let longest = waits(&load, New::Socket).into_iter().max().expect("refused");
        assert_eq!(load.retry_delay_max(), Duration::from_secs(5));
        load.waiting(0);
        tokio::time::advance(longest - Duration::from_millis(10)).await;
        assert_eq!(load.retry_delay_max(), Duration::from_secs(5), "the last delay has not passed");
        tokio::time::advance(Duration::from_millis(10)).await;
        assert_eq!(load.retry_delay_max(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_node_has_no_lag() {
        let (load, stop) = (Load::new(LAG_MAX), CancellationToken::new());
        let watch = tokio::spawn(Arc::clone(&load).watch(stop.clone()));
        tokio::time::sleep(Duration::from_secs(5)).await; // paused
        assert!(!load.is_high());
        tokio::time::sleep(2 * STUCK_AFTER).await; // paused
        assert!(load.is_alive());
        stop.cancel();
        watch.await.expect("no panic");
        tokio::time::sleep(STUCK_AFTER).await; // paused
        assert!(!load.is_alive(), "nothing measures any more");
    }
}
