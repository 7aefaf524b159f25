//! What operators see: the names of all metrics, and their text for Prometheus. A value of the server, not of the process,
//! so that several servers may be in one process.

use std::time::Duration;

use metrics::{Label, counter, gauge, histogram, with_local_recorder};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use crate::{events::State, rules::Counts};

/// Seconds of a call: a worker answers in a millisecond, and Aldis waits for two seconds.
const SECONDS: &[f64] = &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 2.0, 5.0];

/// The metrics of a server.
pub struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

impl Metrics {
    /// Metrics of a server that takes so many consumers.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        let builder = PrometheusBuilder::new();
        let matcher = Matcher::Full("sfu_request_seconds".to_owned());
        // Buckets that are a constant and not empty are never refused.
        let builder = builder.set_buckets_for_metric(matcher, SECONDS).unwrap_or_else(|_| PrometheusBuilder::new());
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        let made = Self { recorder, handle };
        made.record(|| gauge!("sfu_consumers_max").set(number(capacity)));
        made
    }

    /// A call was answered.
    pub fn answered(&self, call: &'static str, status: u16, took: Duration) {
        self.record(|| {
            counter!("sfu_requests_total", "call" => call, "status" => status.to_string()).increment(1);
            histogram!("sfu_request_seconds", "call" => call).record(took);
        });
    }

    /// An event was told.
    pub fn told(&self, event: &'static str) {
        self.record(|| counter!("sfu_events_total", vec![Label::from_static_parts("event", event)]).increment(1));
    }

    /// Peers expired.
    pub fn expired(&self, peers: usize) {
        self.record(|| counter!("sfu_peers_expired_total").increment(peers.try_into().unwrap_or(u64::MAX)));
    }

    /// How much there is now.
    pub fn show(&self, counts: Counts, state: State, cpu: f64, streams: usize) {
        self.record(|| {
            gauge!("sfu_rooms").set(number(counts.rooms));
            gauge!("sfu_peers").set(number(counts.peers));
            gauge!("sfu_transports").set(number(counts.transports));
            gauge!("sfu_producers").set(number(counts.producers));
            gauge!("sfu_consumers").set(number(counts.consumers));
            gauge!("sfu_event_streams").set(number(streams));
            gauge!("sfu_draining").set(if state == State::Draining { 1.0 } else { 0.0 });
            gauge!("sfu_cpu_ratio").set(cpu);
        });
        self.handle.run_upkeep();
    }

    /// Their text.
    #[must_use]
    pub fn text(&self) -> String {
        self.handle.render()
    }

    fn record(&self, record: impl FnOnce()) {
        with_local_recorder(&self.recorder, record);
    }
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Metrics;
    use crate::{events::State, rules::Counts};

    #[test]
    fn the_text_has_what_was_measured() {
        let metrics = Metrics::new(400);
        metrics.answered("produce", 200, Duration::from_millis(3));
        metrics.show(Counts { rooms: 2, ..Counts::default() }, State::Draining, 0.25, 1);
        let text = metrics.text();
        for line in [
            "sfu_consumers_max 400",
            "sfu_requests_total{call=\"produce\",status=\"200\"} 1",
            "sfu_request_seconds_bucket{call=\"produce\",le=\"0.005\"} 1",
            "sfu_rooms 2",
            "sfu_draining 1",
            "sfu_cpu_ratio 0.25",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
    }
}
