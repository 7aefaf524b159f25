//! The only place of this crate that reads a clock; rules get the time as an argument.
//!
//! A node's clock stops while the process does not run (SIGSTOP, a suspended laptop, a migrated machine), after a second of
//! it: every deadline moves by the pause, because all are measured on this clock. It never goes back. It follows tokio's clock, so that a test that pauses time
//! pauses the whole system.

use std::{
    num::NonZeroI64,
    ops::Add,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

pub use crate::executor::Moment;

/// A gap between two ticks longer than this is a pause of the process, not a late tick; this much of it counts as time.
pub const PAUSE_MIN: Duration = Duration::from_secs(1);

/// A point in time in 8 bytes, for what is stored once per connection: nanoseconds since just before the first one of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stamp(NonZeroI64);

/// The origin of time stamps; it has no other meaning.
static ORIGIN: OnceLock<Instant> = OnceLock::new();

impl From<Instant> for Stamp {
    #[inline]
    fn from(at: Instant) -> Self {
        let origin = *ORIGIN.get_or_init(|| at.checked_sub(Duration::from_nanos(1)).unwrap_or(at)); // zero is taken
        let nanos = match at.checked_duration_since(origin) {
            Some(since) => nanos(since),
            None => -nanos(origin.saturating_duration_since(at)),
        };
        Self(NonZeroI64::new(nanos).unwrap_or(FIRST))
    }
}

impl From<Stamp> for Instant {
    #[inline]
    fn from(Stamp(nanos): Stamp) -> Self {
        let (origin, distance) = (ORIGIN.get().copied(), Duration::from_nanos(nanos.get().unsigned_abs()));
        let origin = origin.expect("a stamp was made from an instant");
        if nanos.get() < 0 { origin - distance } else { origin + distance }
    }
}

impl Add<Duration> for Stamp {
    type Output = Self;

    #[inline]
    fn add(self, later: Duration) -> Self {
        let nanos = self.0.get().saturating_add(nanos(later));
        Self(NonZeroI64::new(nanos).unwrap_or(FIRST))
    }
}

/// In the place of zero, so that an absent stamp costs nothing.
const FIRST: NonZeroI64 = NonZeroI64::new(1).unwrap();

/// Saturates at 292 years.
#[inline]
fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

/// A node's clock; shared by everything that sets or checks a deadline on this node.
#[derive(Debug)]
pub struct Clock {
    start: Instant,
    /// The wall clock's reading at the start, if it is fixed for a test.
    unix_start: Option<u64>,
    /// Microseconds since `start` that the process did not run, as far as ticks have shown.
    paused: AtomicU64,
    /// Microseconds since `start`, pauses left out, of the last tick; 0 before the first.
    ticked: AtomicU64,
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock {
    /// A clock that has not ticked yet.
    #[must_use]
    pub fn new() -> Self {
        Self { start: monotonic(), unix_start: None, paused: AtomicU64::new(0), ticked: AtomicU64::new(0) }
    }

    /// A clock whose wall time starts at this reading and moves with the monotonic clock: for reproducible tests.
    #[must_use]
    pub fn simulated(unix_ms: u64) -> Self {
        Self { unix_start: Some(unix_ms), ..Self::new() }
    }

    /// The time now. After a pause of the process, and until the next [`tick`](Self::tick), at most [`PAUSE_MIN`] after
    /// the last tick: no deadline passes in a pause that is not accounted for yet.
    #[must_use]
    pub fn now(&self) -> Moment {
        let elapsed = self.elapsed();
        let unix_ms = self.unix_start.map_or_else(unix_millis, |start| start + elapsed / 1_000);
        Moment { at: self.start + Duration::from_micros(elapsed), unix_ms }
    }

    /// Accounts for time that the process did not run, but for the first [`PAUSE_MIN`] of it, which [`now`](Self::now) may
    /// have told already. Called at least every [`PAUSE_MIN`] / 4; returns the detected pause, if there was one.
    pub fn tick(&self) -> Option<Duration> {
        let raw = self.raw();
        let ticked = self.ticked.load(Ordering::Acquire);
        let gap = raw.saturating_sub(ticked);
        if ticked == 0 || gap <= micros(PAUSE_MIN) {
            self.ticked.store(raw, Ordering::Release);
            return None;
        }
        let skipped = gap - micros(PAUSE_MIN);
        self.paused.fetch_add(skipped, Ordering::AcqRel);
        self.ticked.store(raw - skipped, Ordering::Release);
        Some(Duration::from_micros(gap))
    }

    fn elapsed(&self) -> u64 {
        let ticked = self.ticked.load(Ordering::Acquire);
        let limit = if ticked == 0 { u64::MAX } else { ticked + micros(PAUSE_MIN) };
        self.raw().clamp(ticked, limit) // a thread that was stopped between its two readings would read too little
    }

    /// Microseconds since the start, pauses left out as far as they are accounted for.
    fn raw(&self) -> u64 {
        micros(monotonic() - self.start).saturating_sub(self.paused.load(Ordering::Acquire))
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// The monotonic time now, pauses of the process included: for deadlines that do not move with it, such as a lease's.
#[must_use]
pub fn monotonic() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// The wall clock now, in milliseconds since the Unix epoch.
#[must_use]
pub fn unix_millis() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn pass(span: Duration) {
        tokio::time::advance(span).await;
    }

    // T10
    #[tokio::test(start_paused = true)]
    async fn a_late_tick_is_time_and_a_pause_is_a_second_and_the_clock_never_goes_back() {
        let clock = Clock::new();
        let start = clock.now().at;
        pass(Duration::from_millis(10)).await;
        assert_eq!(clock.tick(), None);
        pass(Duration::from_millis(900)).await;
        assert_eq!(clock.tick(), None);
        assert_eq!(clock.now().at - start, Duration::from_millis(910));
        pass(Duration::from_secs(40)).await;
        let after = Duration::from_millis(1_910);
        assert_eq!(clock.now().at - start, after, "not judged before the pause is accounted for");
        assert_eq!(clock.tick(), Some(Duration::from_secs(40)));
        assert_eq!(clock.now().at - start, after, "what was told already stays true: budgets and deadlines rely on it");
        pass(Duration::from_millis(5)).await;
        assert_eq!(clock.now().at - start, after + Duration::from_millis(5));
    }
}
