//! What operators see of media servers. Must not know HTTP.

use std::{sync::Arc, time::Duration};

use metrics::{Gauge, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use super::rules::{Load, Position};

const UP: &str = "aldis_media_server_up";
const BREAKER: &str = "aldis_media_breaker";
const REQUESTS: &str = "aldis_media_requests_total";
const SECONDS: &str = "aldis_media_request_seconds";
const INFLIGHT: &str = "aldis_media_inflight";
const CONSUMERS: &str = "aldis_media_consumers";
const CONSUMERS_MAX: &str = "aldis_media_consumers_max";

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
    describe_gauge!(CONSUMERS, "Tracks that the media server forwards, as it told last; 0 while it is not heard.");
    describe_gauge!(
        CONSUMERS_MAX,
        "Tracks that the media server may forward, as it told last; 0 while it is not heard."
    );
}

/// The gauges of one server.
pub(super) struct Meters {
    up: Gauge,
    breaker: Gauge,
    consumers: Gauge,
    consumers_max: Gauge,
    pub(super) inflight: Gauge,
}

impl Meters {
    /// Of the server of this name.
    pub(super) fn new(server: &Arc<str>) -> Self {
        let server = server.to_string();
        let meters = Self {
            up: gauge!(UP, "server" => server.clone()),
            breaker: gauge!(BREAKER, "server" => server.clone()),
            consumers: gauge!(CONSUMERS, "server" => server.clone()),
            consumers_max: gauge!(CONSUMERS_MAX, "server" => server.clone()),
            inflight: gauge!(INFLIGHT, "server" => server),
        };
        meters.inflight.set(0.0);
        meters.stands(None, Position::Closed);
        meters
    }

    /// Its load, if it is heard, and the position of its breaker.
    pub(super) fn stands(&self, load: Option<Load>, breaker: Position) {
        self.up.set(f64::from(u8::from(load.is_some() && breaker == Position::Closed)));
        self.consumers.set(f64::from(load.map_or(0, |load| load.consumers)));
        self.consumers_max.set(f64::from(load.map_or(0, |load| load.consumers_max)));
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
