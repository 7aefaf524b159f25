//! Rooms that are notified of the same change one after the other, repeatedly: all at once would flood their next media server. Pure.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::{messages::room::Whereabouts, protocol::RoomId};

/// Rooms that are told at once.
const AT_ONCE: usize = 20;

/// How far the present round has come.
#[derive(Debug)]
pub(super) struct Rounds {
    every: Duration,
    begins_at: Instant,
    /// The last room that was told in this round.
    after: Option<RoomId>,
}

impl Rounds {
    /// A round begins so long after the one before at the earliest; the first one now.
    pub(super) const fn every(every: Duration, now: Instant) -> Self {
        Self { every, begins_at: now, after: None }
    }

    /// The next of these rooms that are to be told.
    pub(super) fn some(
        &mut self,
        now: Instant,
        hosted: impl FnOnce() -> BTreeMap<RoomId, Whereabouts>,
        is_meant: impl Fn(&Whereabouts) -> bool,
    ) -> Vec<(RoomId, Whereabouts)> {
        if self.after.is_none() {
            if now < self.begins_at {
                return Vec::new();
            }
            self.begins_at = now + self.every;
        }
        let meant = hosted().into_iter().filter(|(room, at)| Some(*room) > self.after && is_meant(at));
        let told: Vec<_> = meant.take(AT_ONCE).collect();
        self.after = told.get(AT_ONCE - 1).map(|(room, _)| *room);
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rooms(count: u8) -> BTreeMap<RoomId, Whereabouts> {
        let room = |number| RoomId::from_letters([number / 26, number % 26, 0, 0, 0, 0, 0, 0, 0, 0]);
        (0..count).map(|number| (room(number), Whereabouts::Fallen)).collect()
    }

    #[test]
    fn each_room_is_told_once_in_a_round_and_rounds_keep_their_distance() {
        let start = crate::clock::Clock::new().now().at;
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut rounds = Rounds::every(Duration::from_secs(5), start);
        let mut told = |seconds| rounds.some(at(seconds), || rooms(45), |_| true).into_iter().map(|(room, _)| room);
        let first: Vec<RoomId> = (0..3).flat_map(&mut told).collect();
        assert_eq!(first, rooms(45).into_keys().collect::<Vec<_>>());
        assert_eq!((3..5).flat_map(&mut told).count(), 0);
        assert_eq!(told(5).count(), 20, "who is there still is told again");
    }

    #[test]
    fn a_round_may_end_with_its_last_handful_and_only_those_meant_are_told() {
        let start = crate::clock::Clock::new().now().at;
        let mut rounds = Rounds::every(Duration::ZERO, start);
        let mut told = |count| rounds.some(start, || rooms(count), |at| *at == Whereabouts::Fallen).len();
        assert_eq!([told(20), told(20), told(3), told(0), told(1)], [20, 0, 3, 0, 1]);
        assert_eq!(rounds.some(start, || rooms(9), |_| false), []);
    }
}
