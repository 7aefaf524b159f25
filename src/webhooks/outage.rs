//! Whether the receiver was away, as far as deliveries tell: then what waits for its next attempt is sent at once when it is back. An
//! event that it never takes is no outage, whatever else it takes meanwhile. Pure.

use actors::protocol::RoomId;
use jiff::{SignedDuration, Timestamp};

/// The shortest one.
const OUTAGE_MIN: SignedDuration = SignedDuration::from_secs(30);

/// What has failed since the last event was confirmed.
#[derive(Debug, Default)]
pub(super) struct Outage {
    failing: Option<Failing>,
    /// Whether anything was confirmed since the node sends.
    was_there: bool,
}

#[derive(Debug)]
struct Failing {
    since: Timestamp,
    room: RoomId,
    /// Whether that says something of the receiver: it was not there, or events of several rooms have failed.
    is_general: bool,
}

impl Outage {
    /// An event of this room was not taken, after so many earlier attempts; `nobody`: no receiver was there. Else one that failed before
    /// the receiver took others says nothing of these.
    pub(super) fn failed(&mut self, (room, attempts): (RoomId, u32), nobody: bool, now: Timestamp) {
        match &mut self.failing {
            Some(failing) => failing.is_general |= nobody || failing.room != room,
            None if attempts > 0 && self.was_there && !nobody => {}
            None => self.failing = Some(Failing { since: now, room, is_general: nobody }),
        }
    }

    /// An event of this room was taken: whether an outage has ended.
    pub(super) fn confirmed(&mut self, room: RoomId, now: Timestamp) -> bool {
        self.was_there = true;
        let ended = self.failing.take().filter(|failing| failing.is_general || failing.room == room);
        ended.is_some_and(|failing| now.duration_since(failing.since) >= OUTAGE_MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(letter: u8) -> RoomId {
        RoomId::from_letters([letter; 10])
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[test]
    fn an_outage_ends_when_a_receiver_that_took_nothing_for_long_takes_something() {
        let mut outage = Outage::default();
        assert!(!outage.confirmed(room(0), at(0)));
        outage.failed((room(1), 0), false, at(10));
        outage.failed((room(2), 0), false, at(12));
        assert!(outage.confirmed(room(0), at(40)));
        assert!(!outage.confirmed(room(1), at(99)), "once");
        outage.failed((room(1), 0), false, at(100));
        outage.failed((room(2), 3), false, at(110));
        assert!(!outage.confirmed(room(2), at(129)), "it was short");
        outage.failed((room(1), 0), false, at(200));
        assert!(outage.confirmed(room(1), at(240)), "the event itself was taken in the end");
    }

    #[test]
    fn an_event_that_is_never_taken_is_no_outage() {
        let mut outage = Outage::default();
        outage.failed((room(1), 0), false, at(0));
        assert!(!outage.confirmed(room(0), at(60)), "of one room nothing is taken, of another one something");
        outage.failed((room(1), 1), false, at(70));
        outage.failed((room(2), 1), false, at(80));
        assert!(!outage.confirmed(room(0), at(200)), "both have failed before others were taken");
    }

    #[test]
    fn a_receiver_that_is_not_there_is_an_outage_whichever_event_finds_out() {
        let mut outage = Outage::default();
        assert!(!outage.confirmed(room(0), at(0)));
        outage.failed((room(1), 3), true, at(10));
        assert!(outage.confirmed(room(0), at(40)));
    }

    #[test]
    fn after_a_start_what_had_failed_before_counts_until_something_is_taken() {
        let mut outage = Outage::default();
        outage.failed((room(1), 5), false, at(0));
        outage.failed((room(2), 5), false, at(1));
        assert!(outage.confirmed(room(0), at(60)));
    }
}
