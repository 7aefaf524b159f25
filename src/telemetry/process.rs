//! Metrics of the process itself, under the names of Prometheus' client libraries: the crate `metrics-process` reads them.
//! Must not know who scrapes.

use metrics::{counter, describe_counter, describe_gauge, gauge};
use metrics_process::Collector;
use tracing_appender::non_blocking::ErrorCounter;

const LOG_LINES_DROPPED: &str = "aldis_log_lines_dropped_total";

/// Describes the metrics, and sets those that never change.
pub(super) fn describe() {
    Collector::default().describe();
    describe_counter!(LOG_LINES_DROPPED, "Log lines dropped because standard error was not read.");
    describe_gauge!("aldis_build_info", "1; its labels identify the build.");
    gauge!("aldis_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}

/// Updates the metrics.
pub(super) fn read(dropped: Option<&ErrorCounter>) {
    Collector::default().collect();
    let lines = dropped.map_or(0, ErrorCounter::dropped_lines);
    counter!(LOG_LINES_DROPPED).absolute(lines as u64);
}
