//! One reading of a room at a time: callers that come while one is in progress share the next one, which begins after they came.
//! Must not know what is read.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{HistoryError, lock};
use crate::storage::{RoomId, StoreError};

/// See the module.
#[derive(Default)]
pub(super) struct Flights(Mutex<BTreeMap<RoomId, Arc<Flight>>>);

#[derive(Default)]
struct Flight {
    /// How many have begun.
    begun: AtomicU64,
    /// The last one that has ended, and how.
    turn: tokio::sync::Mutex<(u64, Option<Outcome>)>,
}

/// How one ended, for everybody.
#[derive(Clone)]
enum Outcome {
    Read(bool),
    Away,
    Failed(String),
}

impl Outcome {
    fn of(read: &Result<bool, HistoryError>) -> Self {
        match read {
            Ok(is_whole) => Self::Read(*is_whole),
            Err(HistoryError::Away) => Self::Away,
            Err(HistoryError::Store(why)) => Self::Failed(why.to_string()),
        }
    }

    fn told(self) -> Result<bool, HistoryError> {
        match self {
            Self::Read(is_whole) => Ok(is_whole),
            Self::Away => Err(HistoryError::Away),
            Self::Failed(why) => Err(StoreError::Unavailable(why).into()),
        }
    }
}

/// Somebody who asks for a room; the last one who leaves forgets it.
struct Asking<'a> {
    flights: &'a Flights,
    room: RoomId,
    flight: Arc<Flight>,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        let mut all = lock(&self.flights.0);
        if Arc::strong_count(&self.flight) <= 2 {
            all.remove(&self.room); // the map's and this one
        }
    }
}

impl Flights {
    /// The outcome of a reading of this room that has begun after this call. If the caller that reads is cancelled, the next one
    /// reads.
    pub(super) async fn share<F>(&self, room: RoomId, read: impl FnOnce() -> F) -> Result<bool, HistoryError>
    where
        F: Future<Output = Result<bool, HistoryError>>,
    {
        let flight = Arc::clone(lock(&self.0).entry(room).or_default());
        let asking = Asking { flights: self, room, flight };
        let before = asking.flight.begun.load(Ordering::SeqCst);
        let mut turn = asking.flight.turn.lock().await;
        if let (number, Some(outcome)) = &*turn
            && *number > before
        {
            return outcome.clone().told();
        }
        let number = asking.flight.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let outcome = read().await;
        *turn = (number, Some(Outcome::of(&outcome)));
        drop(turn);
        outcome
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::atomic::AtomicUsize, time::Duration};

    use futures_util::{FutureExt as _, future::join_all, poll};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_comes_while_one_reads_shares_the_next_reading_and_no_more() {
        let (flights, room, read) = (Flights::default(), RoomId::from_letters([1; 10]), AtomicUsize::new(0));
        let ask = || {
            flights.share(room, async || {
                read.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_secs(1)).await; // paused
                if read.load(Ordering::SeqCst) > 1 { Err(HistoryError::Away) } else { Ok(true) }
            })
        };
        let mut first = ask().boxed();
        assert!(poll!(&mut first).is_pending());
        let others = join_all((0..50).map(|_| ask()));
        let (first, others) = tokio::join!(first, others);
        assert!(matches!(first, Ok(true)));
        assert!(others.iter().all(|other| matches!(other, Err(HistoryError::Away))));
        assert_eq!(read.load(Ordering::SeqCst), 2);
        assert!(lock(&flights.0).is_empty(), "nothing is remembered");
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_who_hangs_up_keeps_nobody_waiting() {
        let (flights, room) = (Flights::default(), RoomId::from_letters([1; 10]));
        let mut first = flights.share(room, std::future::pending).boxed();
        assert!(poll!(&mut first).is_pending());
        let mut second = flights.share(room, async || Ok(false)).boxed();
        assert!(poll!(&mut second).is_pending());
        drop(first);
        assert!(matches!(second.await, Ok(false)));
        assert!(lock(&flights.0).is_empty());
    }
}
