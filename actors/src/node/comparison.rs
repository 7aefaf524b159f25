//! Once a minute the rooms on media servers are compared with those here: which rooms look at their peers there, and which state
//! belongs to nobody. Pure: the actor asks the servers and the ledger.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::{Duration, Instant},
};

use crate::{
    messages::room::Whereabouts,
    protocol::{RoomId, media::Host},
};

/// How often servers are asked for their rooms.
const EVERY: Duration = Duration::from_secs(60);
/// Looks in which what was found is handed out, one a second: well before the next minute.
const LOOKS: usize = 40;

/// A room on a media server that is to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// It has members here, which know whether it should be there.
    Here,
    /// Nobody of it is here.
    Unknown,
}

/// The present and the previous findings.
#[derive(Debug)]
pub(super) struct Comparison {
    due: Instant,
    /// Rooms that were there at the last look and should not be, as far as this node knows: a room that is just being placed
    /// is one, too.
    strangers: BTreeMap<Host, BTreeSet<RoomId>>,
    queue: VecDeque<(Host, RoomId, Found)>,
    at_once: usize,
}

impl Comparison {
    /// The first one is after the usual time.
    pub(super) fn new(now: Instant) -> Self {
        Self { due: now + EVERY, strangers: BTreeMap::new(), queue: VecDeque::new(), at_once: 0 }
    }

    /// Whether servers are to be asked now; those that are not alive any more are forgotten.
    pub(super) fn is_due(&mut self, alive: &[(Host, bool)], now: Instant) -> bool {
        if now < self.due {
            return false;
        }
        self.due = now + EVERY;
        self.strangers.retain(|host, _| alive.iter().any(|(other, _)| other == host));
        self.queue.clear(); // nobody was fast enough; these come again
        true
    }

    /// These rooms are on a server; and here are rooms whose media is on servers, or has been.
    pub(super) fn listed(&mut self, at: &Host, there: Vec<RoomId>, here: &BTreeMap<RoomId, Whereabouts>) {
        let mut strangers = BTreeSet::new();
        let before = self.strangers.remove(at).unwrap_or_default();
        for room in there {
            let hosting = here.get(&room);
            if matches!(hosting, Some(Whereabouts::At(host)) if host == at) {
                self.queue.push_back((at.clone(), room, Found::Here));
                continue;
            }
            strangers.insert(room);
            if before.contains(&room) {
                let found = if hosting.is_some() { Found::Here } else { Found::Unknown };
                self.queue.push_back((at.clone(), room, found));
            }
        }
        self.strangers.insert(at.clone(), strangers);
        self.at_once = self.queue.len().div_ceil(LOOKS);
    }

    /// Some of what was found.
    pub(super) fn some(&mut self) -> Vec<(Host, RoomId, Found)> {
        let count = self.at_once.min(self.queue.len());
        self.queue.drain(..count).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Whereabouts::*, *};

    fn room(number: u8) -> RoomId {
        RoomId::from_letters([number / 26, number % 26, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    fn host(server: &str) -> Host {
        Host { server: server.into(), instance: "1".into() }
    }

    fn all(comparison: &mut Comparison) -> Vec<(RoomId, Found)> {
        let looks = std::iter::repeat_with(|| comparison.some()).take_while(|found| !found.is_empty());
        looks.flatten().map(|(_, room, found)| (room, found)).collect()
    }

    #[test]
    fn a_room_that_should_be_there_is_looked_at_each_time_and_another_one_at_the_second() {
        let start = crate::clock::Clock::new().now().at;
        let mut comparison = Comparison::new(start);
        let m = host("m");
        let here: BTreeMap<_, _> =
            [(room(1), At(m.clone())), (room(2), At(host("n"))), (room(3), Fallen), (room(5), Left)]
                .into_iter()
                .collect();
        let there = || vec![room(1), room(2), room(3), room(4), room(5)];
        comparison.listed(&m, there(), &here);
        assert_eq!(all(&mut comparison), [(room(1), Found::Here)]);
        comparison.listed(&m, there(), &here);
        let found = [(1, Found::Here), (2, Found::Here), (3, Found::Here), (4, Found::Unknown), (5, Found::Here)];
        assert_eq!(all(&mut comparison), found.map(|(number, found)| (room(number), found)));
        comparison.listed(&m, vec![room(1)], &here);
        comparison.listed(&m, there(), &here);
        assert_eq!(all(&mut comparison).len(), 2, "it was away in between");
    }

    #[test]
    fn servers_are_asked_each_minute_and_what_another_run_had_is_forgotten() {
        let start = crate::clock::Clock::new().now().at;
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut comparison = Comparison::new(start);
        let (one, two) = (host("m"), Host { instance: "2".into(), ..host("m") });
        let due: Vec<_> = (0..181).filter(|second| comparison.is_due(&[(one.clone(), false)], at(*second))).collect();
        assert_eq!(due, [60, 120, 180]);
        comparison.listed(&one, vec![room(1)], &BTreeMap::new());
        assert!(comparison.is_due(&[(two, false)], at(240)));
        comparison.listed(&one, vec![room(1)], &BTreeMap::new());
        assert_eq!(all(&mut comparison), []);
    }

    #[test]
    fn many_rooms_are_spread_over_the_minute() {
        let mut comparison = Comparison::new(crate::clock::Clock::new().now().at);
        let m = host("m");
        let here: BTreeMap<_, _> = (0..100).map(|number| (room(number), At(m.clone()))).collect();
        comparison.listed(&m, here.keys().copied().collect(), &here);
        let counts: Vec<_> =
            std::iter::repeat_with(|| comparison.some().len()).take_while(|count| *count > 0).collect();
        assert_eq!((counts.len(), counts.iter().max(), counts.iter().sum::<usize>()), (34, Some(&3), 100));
    }
}
