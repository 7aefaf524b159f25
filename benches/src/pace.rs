//! Load in an open loop: each message is due at a fixed time, independent of the previous ones.
//!
//! A thread of its own, because the runtime's timers have a resolution of a millisecond. It never waits for the node:
//! what the kernel does not accept is buffered. Must not know what becomes of a message.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::Duration;

use actors::protocol::UserId;
use anyhow::anyhow;
use hdrhistogram::Histogram;

use crate::clock::{Epoch, Nanos};
use crate::latency::histogram;
use crate::member::{Outbox, Play};

/// A sender and its receiver.
pub(crate) type Direction = (Outbox, Whom);

/// The receiver of a message.
#[derive(Debug, Clone)]
pub(crate) enum Whom {
    /// A candidate for one member.
    One(UserId),
    /// A chat message for the room, with this many other members.
    All(u32),
}

/// The load: `rate` messages per second of `bytes` each, the directions in turn.
pub(crate) struct Offer {
    pub(crate) directions: Vec<Direction>,
    pub(crate) rate: f64,
    pub(crate) bytes: usize,
}

/// A running load.
pub struct Pace {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<anyhow::Result<Histogram<u64>>>,
}

/// The timer slack of the thread; the kernel's default of 50 µs would be in every figure.
const TIMER_SLACK: Option<NonZeroU64> = NonZeroU64::new(1_000);

impl Pace {
    /// Starts the load, until it is stopped.
    pub(crate) fn begin(offer: Offer, play: Arc<Play>) -> anyhow::Result<Self> {
        let Offer { directions, rate, bytes } = offer;
        let mut turns = (0..directions.len()).cycle();
        Self::keep((play.epoch, rate), move |due| {
            let Some((outbox, to)) = turns.next().map(|turn| &directions[turn]) else { return };
            let (said, receivers) = match to {
                Whom::One(user) => (outbox.candidate(user.clone(), due, bytes), 1),
                Whom::All(receivers) => (outbox.chat(due, bytes), u64::from(*receivers)),
            };
            if said {
                play.tally.offered.fetch_add(receivers, Relaxed);
            }
        })
    }

    /// Starts calling `send` at this rate, each time with the due time, until it is stopped.
    ///
    /// # Errors
    ///
    /// No thread can be started.
    pub fn keep(beat: (Epoch, f64), mut say: impl FnMut(Nanos) + Send + 'static) -> anyhow::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, runtime) = (Arc::clone(&stop), tokio::runtime::Handle::current());
        let thread = std::thread::Builder::new().name("pace".to_owned()).spawn(move || {
            let _inside = runtime.enter(); // a outbox that must wait for the kernel starts a task
            // Where the kernel does not allow it, the report shows the lag.
            let _ = rustix::thread::set_current_timer_slack(TIMER_SLACK);
            beats(beat, &stopped, &mut say)
        })?;
        Ok(Self { stop, thread })
    }

    /// Ends the load; returns how late messages were sent, compared with their due times.
    ///
    /// # Errors
    ///
    /// The thread has panicked.
    pub async fn end(self) -> anyhow::Result<Histogram<u64>> {
        self.stop.store(true, Relaxed);
        self.thread.thread().unpark();
        let joined = tokio::task::spawn_blocking(move || self.thread.join()).await?;
        joined.map_err(|_| anyhow!("the thread that offers the load panicked; this is a bug of the generator"))?
    }
}

/// Runs until the stop; returns how late each call was.
fn beats(
    (epoch, rate): (Epoch, f64),
    stop: &AtomicBool,
    send: &mut impl FnMut(Nanos),
) -> anyhow::Result<Histogram<u64>> {
    let mut lag = histogram()?;
    let begun = epoch.now();
    for n in 0.. {
        let due = begun + due_after(n, rate);
        if !wait_until(epoch, due, stop) {
            break;
        }
        lag.saturating_record(epoch.now().saturating_sub(due));
        send(due);
    }
    Ok(lag)
}

/// When the message with this number is due; computed anew for each, so that no error adds up.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a run has far fewer than 2^52 nanoseconds or messages"
)]
fn due_after(n: u64, rate: f64) -> Nanos {
    (n as f64 * 1e9 / rate) as Nanos
}

/// Whether the time came before the stop.
fn wait_until(epoch: Epoch, due: Nanos, stop: &AtomicBool) -> bool {
    loop {
        if stop.load(Relaxed) {
            return false;
        }
        let now = epoch.now();
        if now >= due {
            return true;
        }
        std::thread::park_timeout(Duration::from_nanos(due - now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_due_evenly_and_no_error_adds_up() {
        assert_eq!(due_after(0, 3.0), 0);
        assert_eq!(due_after(1, 3.0), 333_333_333);
        assert_eq!(due_after(3_000_000, 3.0), 1_000_000 * 1_000_000_000);
    }
}
