//! Durations of whole joins: from when a join was due until the seat, and until the newcomer and all other members have
//! received each other's description and all candidates. Must not know who joins, nor when.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use actors::protocol::UserId;
use hdrhistogram::Histogram;

use crate::clock::Nanos;
use crate::latency::histogram;

/// Joins in progress, and the times of completed ones.
pub(super) struct Joining(Mutex<Times>);

/// All of it.
pub(super) struct Times {
    under_way: HashMap<UserId, UnderWay>,
    /// To the seat.
    pub(super) seated: Histogram<u64>,
    /// To the last pair; the first member of a room has none.
    pub(super) connected: Histogram<u64>,
}

struct UnderWay {
    due: Nanos,
    /// Ends of candidates that are still missing, on either side.
    missing: usize,
}

impl Joining {
    pub(super) fn new() -> anyhow::Result<Self> {
        let times = Times { under_way: HashMap::new(), seated: histogram()?, connected: histogram()? };
        Ok(Self(Mutex::new(times)))
    }

    /// A member is about to join.
    pub(super) fn due(&self, who: UserId, due: Nanos) {
        self.times().under_way.insert(who, UnderWay { due, missing: 0 });
    }

    /// The member has joined, beside this many others.
    pub(super) fn seated(&self, who: UserId, others: usize, now: Nanos) {
        let mut times = self.times();
        let Some(join) = times.under_way.get_mut(&who) else { return };
        join.missing = 2 * others;
        let due = join.due;
        times.seated.saturating_record(now.saturating_sub(due));
    }

    /// One side of a pair with this newcomer has received everything from the other.
    pub(super) fn complete(&self, newcomer: UserId, now: Nanos) {
        let mut times = self.times();
        let Some(join) = times.under_way.get_mut(&newcomer) else { return };
        join.missing = join.missing.saturating_sub(1);
        let UnderWay { due, missing } = *join;
        if missing == 0 {
            times.under_way.remove(&newcomer);
            times.connected.saturating_record(now.saturating_sub(due));
        }
    }

    pub(super) fn times(&self) -> MutexGuard<'_, Times> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_join_is_done_when_both_sides_of_every_pair_have_received_everything() {
        let (joining, ann, bob) =
            (Joining::new().expect("bounds that fit"), UserId::from_u128(1), UserId::from_u128(2));
        joining.due(ann.clone(), 100);
        joining.seated(ann, 0, 150);
        joining.due(bob.clone(), 1_000);
        joining.seated(bob.clone(), 1, 1_200);
        joining.complete(bob.clone(), 2_000);
        assert_eq!(joining.times().connected.len(), 0, "one side is not enough");
        joining.complete(bob, 3_000);
        let times = joining.times();
        assert_eq!((times.seated.len(), times.connected.len(), times.connected.max()), (2, 1, 2_000));
    }
}
