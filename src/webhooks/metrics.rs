//! What operators see of webhooks.

use metrics::{counter, describe_counter, describe_gauge, gauge};

use crate::storage::WebhookCounts;

const QUEUED: &str = "aldis_webhook_queued";
const DEAD: &str = "aldis_webhook_dead";
const SENT: &str = "aldis_webhook_sent_total";
const FAILED: &str = "aldis_webhook_failed_total";

/// Describes the metrics to the recorder.
pub fn describe() {
    describe_gauge!(
        QUEUED,
        "Events that wait for their receiver, as the node that sends them counts; 0 on all others."
    );
    describe_gauge!(DEAD, "Events that were given up, likewise.");
    describe_counter!(SENT, "Events that their receiver has confirmed to this node.");
    describe_counter!(FAILED, "Deliveries of this node that failed, by reason.");
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
