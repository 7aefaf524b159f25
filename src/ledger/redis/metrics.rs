//! Metrics of the link to Redis; the handles are made once.

use std::time::Duration;

use actors::{ledger::Failure, protocol::Epoch};
use metrics::{
    Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};

use super::scripts::Script;

const UP: &str = "aldis_ledger_up";
const EPOCH: &str = "aldis_ledger_epoch";
const IN_FLIGHT: &str = "aldis_ledger_in_flight";
const INTERRUPTIONS: &str = "aldis_ledger_interruptions_total";
const UNCONFIRMED: &str = "aldis_ledger_unconfirmed_total";
const MISSED: &str = "aldis_ledger_missed_total";
const DURATION: &str = "aldis_ledger_operation_duration_seconds";
const OPERATIONS: &str = "aldis_ledger_operations_total";

/// Describes the metrics of a ledger in Redis.
pub fn describe_metrics() {
    describe_gauge!(UP, "1 while operations flow to Redis.");
    describe_gauge!(EPOCH, "The ledger's epoch: it rises when Redis has lost what it stored.");
    describe_gauge!(IN_FLIGHT, "Operations on their way to Redis, looked at each second.");
    describe_counter!(INTERRUPTIONS, "Times that the connections to Redis were lost.");
    describe_counter!(UNCONFIRMED, "Operations that replicas had not confirmed in time (ledger.replicas_min).");
    describe_counter!(MISSED, "Entries that an audit brought because no push had: it was lost, or is on its way.");
    describe_histogram!(DURATION, Unit::Seconds, "From an operation's start to Redis' answer, by operation.");
    describe_counter!(OPERATIONS, "Operations by operation and outcome: answered, not applied, unknown.");
}

/// The handles.
pub(super) struct Meters {
    pub(super) up: Gauge,
    epoch: Gauge,
    pub(super) in_flight: Gauge,
    pub(super) interruptions: Counter,
    pub(super) unconfirmed: Counter,
    pub(super) missed: Counter,
    /// By script.
    scripts: Vec<Meter>,
}

struct Meter {
    duration: Histogram,
    answered: Counter,
    not_applied: Counter,
    unknown: Counter,
}

impl Meters {
    pub(super) fn new() -> Self {
        let meter = |script: &Script| {
            let name = script.name();
            let outcome = |outcome: &'static str| counter!(OPERATIONS, "operation" => name, "outcome" => outcome);
            Meter {
                duration: histogram!(DURATION, "operation" => name),
                answered: outcome("answered"),
                not_applied: outcome("not_applied"),
                unknown: outcome("unknown"),
            }
        };
        Self {
            up: gauge!(UP),
            epoch: gauge!(EPOCH),
            in_flight: gauge!(IN_FLIGHT),
            interruptions: counter!(INTERRUPTIONS),
            unconfirmed: counter!(UNCONFIRMED),
            missed: counter!(MISSED),
            scripts: Script::ALL.iter().map(meter).collect(),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "epochs are few")]
    pub(super) fn epoch(&self, epoch: Epoch) {
        self.epoch.set(epoch as f64);
    }

    /// An operation took so long.
    pub(super) fn ended(&self, script: Script, took: Duration, failure: Option<Failure>) {
        let meter = &self.scripts[script as usize];
        meter.duration.record(took);
        match failure {
            None => meter.answered.increment(1),
            Some(Failure::Unknown { .. }) => meter.unknown.increment(1),
            Some(Failure::NotApplied { .. } | Failure::Epoch(_)) => meter.not_applied.increment(1),
        }
    }
}
