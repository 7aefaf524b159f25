//! What operators see of media servers. Must not know HTTP.

use std::{sync::Arc, time::Duration};

use metrics::{Gauge, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use super::rules::Position;

const UP: &str = "aldis_media_server_up";
const BREAKER: &str = "aldis_media_breaker";
const REQUESTS: &str = "aldis_media_requests_total";
const SECONDS: &str = "aldis_media_request_seconds";
const INFLIGHT: &str = "aldis_media_inflight";

/// Describes the metrics to the recorder.
pub fn describe_metrics() {
    describe_gauge!(UP, "1 while this node hears the media server and sends it requests.");
    describe_gauge!(BREAKER, "The media server's circuit breaker: 0 closed, 1 half-open, 2 open.");
    describe_counter!(
        REQUESTS,
        "Requests to media servers by message and result: done, refused, full, unauthorized, other_instance, timeout, broken, not_sent."
    );
    describe_histogram!(SECONDS, Unit::Seconds, "From a request to a media server to its answer, by message.");
    describe_gauge!(INFLIGHT, "Requests to the media server that wait or are under way.");
}

/// The gauges of one server.
pub(super) struct Meters {
    up: Gauge,
    breaker: Gauge,
    pub(super) inflight: Gauge,
}

impl Meters {
    /// Of the server of this name.
    pub(super) fn new(server: &Arc<str>) -> Self {
        let server = server.to_string();
        let meters = Self {
            up: gauge!(UP, "server" => server.clone()),
            breaker: gauge!(BREAKER, "server" => server.clone()),
            inflight: gauge!(INFLIGHT, "server" => server),
        };
        meters.inflight.set(0.0);
        meters.stands(false, Position::Closed);
        meters
    }

    /// Whether it is heard, and where its breaker stands.
    pub(super) fn stands(&self, is_heard: bool, breaker: Position) {
        self.up.set(f64::from(u8::from(is_heard && breaker == Position::Closed)));
        self.breaker.set(match breaker {
            Position::Closed => 0.0,
            Position::HalfOpen => 1.0,
            Position::Open => 2.0,
        });
    }
}

/// A request has ended.
pub(super) fn ended(event: &'static str, result: &'static str, took: Option<Duration>) {
    counter!(REQUESTS, "event" => event, "result" => result).increment(1);
    if let Some(took) = took {
        histogram!(SECONDS, "event" => event).record(took);
    }
}
