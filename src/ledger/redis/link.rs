//! The life of the link to Redis as a pure state machine: what has happened, and what is to be done next. Knows no sockets
//! and no clock.
//!
//! Down → Dialing → Handshake → Subscribing → Up, and from each of them back to Down. Once up, subscribers are told, and
//! each node audits its seats with ordinary operations.

use std::time::Duration;

/// The first pause after a failure.
pub(super) const PAUSE_MIN: Duration = Duration::from_millis(50);
/// Pauses double up to this one.
pub(super) const PAUSE_MAX: Duration = Duration::from_secs(1);

/// Where the link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// There is no connection, and none is being made.
    Down,
    /// A stream is being opened.
    Dialing,
    /// The server is asked who it is, scripts are loaded, the epoch is compared.
    Handshake,
    /// Channels of the subscribed nodes are being subscribed.
    Subscribing,
    /// Operations flow.
    Up,
}

/// What has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// A pause is over, or the ledger begins.
    Due,
    /// The stream is open.
    Dialed,
    /// The handshake has succeeded.
    Greeted,
    /// Every channel is subscribed.
    Subscribed,
    /// Something failed, or the connection has ended.
    Failed,
}

/// An action to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Open a stream.
    Dial,
    /// Make the handshake.
    Greet,
    /// Subscribe.
    Subscribe,
    /// Tell subscribers that pushes arrive, and pass operations on.
    Serve,
    /// Tell subscribers that pushes may be lost, as far as they were told that they arrive, and wait for so long.
    Pause(Duration),
    /// Nothing: the event does not belong to this state.
    Nothing,
}

/// The link.
#[derive(Debug)]
pub(super) struct Link {
    state: State,
    /// Failures since the link was last up.
    failures: u32,
}

impl Link {
    /// A link that has not begun.
    pub(super) const fn new() -> Self {
        Self { state: State::Down, failures: 0 }
    }

    /// Takes an event. `jitter`, from 0 to 1, spreads the pauses of many nodes.
    pub(super) fn step(&mut self, event: Event, jitter: f64) -> Act {
        let (state, act) = match (self.state, event) {
            (State::Down, Event::Due) => (State::Dialing, Act::Dial),
            (State::Dialing, Event::Dialed) => (State::Handshake, Act::Greet),
            (State::Handshake, Event::Greeted) => (State::Subscribing, Act::Subscribe),
            (State::Subscribing, Event::Subscribed) => {
                self.failures = 0;
                (State::Up, Act::Serve)
            }
            (State::Dialing | State::Handshake | State::Subscribing | State::Up, Event::Failed) => {
                let pause = pause(self.failures, jitter);
                self.failures = self.failures.saturating_add(1);
                (State::Down, Act::Pause(pause))
            }
            (
                State::Down | State::Dialing | State::Handshake | State::Subscribing | State::Up,
                Event::Due | Event::Dialed | Event::Greeted | Event::Subscribed | Event::Failed,
            ) => (self.state, Act::Nothing),
        };
        self.state = state;
        act
    }
}

/// The pause after so many failures: doubled each time, and anywhere from half of it to all of it.
pub(super) fn pause(failures: u32, jitter: f64) -> Duration {
    let whole = PAUSE_MIN.saturating_mul(1 << failures.min(10)).min(PAUSE_MAX);
    whole.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAY: [(Event, Act); 4] = [
        (Event::Due, Act::Dial),
        (Event::Dialed, Act::Greet),
        (Event::Greeted, Act::Subscribe),
        (Event::Subscribed, Act::Serve),
    ];

    fn walked(steps: usize) -> Link {
        let mut link = Link::new();
        for (event, act) in &WAY[..steps] {
            assert_eq!(link.step(*event, 0.0), *act);
        }
        link
    }

    #[test]
    fn a_failure_on_the_way_pauses_and_begins_anew() {
        for steps in 1..=WAY.len() {
            let mut link = walked(steps);
            assert_eq!(link.step(Event::Failed, 1.0), Act::Pause(PAUSE_MIN));
            assert_eq!(link.step(Event::Due, 0.0), Act::Dial);
        }
    }

    #[test]
    fn pauses_double_up_to_a_bound_and_begin_anew_once_the_link_was_up() {
        let mut link = Link::new();
        let pauses: Vec<u128> = (0..7)
            .map(|_| {
                link.step(Event::Due, 0.0);
                let Act::Pause(pause) = link.step(Event::Failed, 1.0) else { panic!("it pauses") };
                pause.as_millis()
            })
            .collect();
        assert_eq!(pauses, [50, 100, 200, 400, 800, 1_000, 1_000]);
        for (event, _) in WAY {
            link.step(event, 0.0);
        }
        assert_eq!(link.step(Event::Failed, 1.0), Act::Pause(PAUSE_MIN));
    }

    #[test]
    fn jitter_takes_up_to_half_of_a_pause() {
        assert_eq!(pause(0, 0.0), PAUSE_MIN / 2);
        assert_eq!(pause(0, 9.0), PAUSE_MIN);
    }

    #[test]
    fn an_event_of_another_state_changes_nothing() {
        let mut link = walked(1);
        for event in [Event::Due, Event::Greeted, Event::Subscribed] {
            assert_eq!(link.step(event, 0.0), Act::Nothing);
            assert_eq!(link.state, State::Dialing);
        }
    }
}
