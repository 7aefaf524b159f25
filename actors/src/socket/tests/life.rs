//! The two keep-alive timeouts: the connection's and the script's.

use std::time::Duration;

use super::*;

const TIMEOUT: [&str; 3] = ["send error timeout", "room disconnected", "close 4508"];

#[test]
fn a_dead_connection_is_detected_within_25_seconds() {
    let mut bench = Bench::in_room();
    assert_eq!(bench.wake_at(), bench.now + Duration::from_secs(10));
    assert_eq!(bench.later(10).wants(Event::Tick), ["ping"]);
    bench.sends(r#"{"type":"heartbeat"}"#);
    assert_eq!(bench.later(10).wants(Event::Tick), ["ping"]);
    assert_eq!(bench.wake_at(), bench.now + Duration::from_secs(4));
    assert_eq!(bench.later(3).wants(Event::Tick), [""; 0]);
    assert_eq!(bench.later(1).wants(Event::Tick), TIMEOUT);
}

#[test]
fn a_script_throttled_to_one_timer_a_minute_stays_connected() {
    let mut bench = Bench::in_room();
    for second in 1..=600 {
        if second % 60 == 0 {
            bench.sends(r#"{"type":"heartbeat"}"#);
        }
        if bench.later(1).wants(Event::Tick) == ["ping"] {
            bench.wants(Event::Ponged(vec![], Charge::Granted));
        }
        assert!(!bench.connection.is_closed(), "at {second} s");
    }
}

#[test]
fn a_silent_script_is_closed_although_its_browser_answers_pings() {
    let mut bench = Bench::in_room();
    let mut seconds = 0;
    while !bench.connection.is_closed() {
        seconds += 1;
        let wants = bench.later(1).wants(Event::Tick);
        if wants == ["ping"] {
            bench.wants(Event::Ponged(vec![], Charge::Granted));
        } else if !wants.is_empty() {
            assert_eq!(wants, TIMEOUT);
        }
    }
    assert_eq!(seconds, 75);
}

#[test]
fn a_connection_without_hello_is_closed() {
    let mut bench = Bench::opened();
    assert_eq!(bench.wake_at(), bench.now + Duration::from_secs(5));
    bench.sends(r#"{"type":"heartbeat"}"#);
    assert_eq!(bench.later(4).wants(Event::Tick), [""; 0]);
    assert_eq!(bench.later(1).wants(Event::Tick), ["send error timeout", "close 4508"]);
}

#[test]
fn time_that_steps_back_ends_nothing() {
    let mut bench = Bench::in_room();
    bench.sends(&offer(1));
    bench.hears(RoomEvent::Accepted(1));
    bench.now -= Duration::from_secs(1);
    assert_eq!(bench.wants(Event::Tick), [""; 0]);
    bench.sends(&offer(2));
    assert_eq!(bench.hears(RoomEvent::Accepted(2)), ["settled"]);
}
