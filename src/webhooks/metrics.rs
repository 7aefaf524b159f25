//! What operators see of webhooks.

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use crate::storage::WebhookCounts;

const QUEUED: &str = "aldis_webhook_queued";
const DEAD: &str = "aldis_webhook_dead";
const SENT: &str = "aldis_webhook_sent_total";
const FAILED: &str = "aldis_webhook_failed_total";
const CALLS_STARTED: &str = "aldis_calls_started_total";
const CALLS_ENDED: &str = "aldis_calls_ended_total";
const CALL_SECONDS: &str = "aldis_call_duration_seconds";

/// Describes the metrics to the recorder.
pub fn describe() {
    describe_gauge!(
        QUEUED,
        "Events that wait for their receiver, as the node that sends them counts; 0 on all others."
    );
    describe_gauge!(DEAD, "Events that were given up, likewise.");
    describe_counter!(SENT, "Events that their receiver has confirmed to this node.");
    describe_counter!(FAILED, "Deliveries of this node that failed, by reason.");
    describe_counter!(
        CALLS_STARTED,
        "Rooms in which a first person has come, as the node that collects events counts."
    );
    describe_counter!(CALLS_ENDED, "Rooms that the last person has left, likewise.");
    describe_histogram!(CALL_SECONDS, Unit::Seconds, "From the one to the other, likewise.");
    counted(WebhookCounts::default());
}

pub(super) fn counted(counts: WebhookCounts) {
    gauge!(QUEUED).set(counts.queued as f64);
    gauge!(DEAD).set(counts.dead as f64);
}

pub(super) fn sent() {
    counter!(SENT).increment(1);
}

pub(super) fn failed(reason: &'static str) {
    counter!(FAILED, "reason" => reason).increment(1);
}

pub(super) fn call_started() {
    counter!(CALLS_STARTED).increment(1);
}

/// Its length, if it is known.
pub(super) fn call_ended(seconds: Option<f64>) {
    counter!(CALLS_ENDED).increment(1);
    if let Some(seconds) = seconds {
        histogram!(CALL_SECONDS).record(seconds);
    }
}
