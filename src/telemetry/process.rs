//! Metrics of the process itself, read from Linux' `/proc/self`; on other systems there are none. Names are those of
//! Prometheus' client libraries. Must not know who scrapes.

use std::fs;

use metrics::{Unit, describe_counter, describe_gauge, gauge};

/// Clock ticks per second in `/proc/self/stat`: fixed at 100 by Linux' user-space interface.
const TICKS_PER_SECOND: f64 = 100.0;

/// Describes the metrics, and sets those that never change.
pub(super) fn describe() {
    describe_gauge!("process_resident_memory_bytes", Unit::Bytes, "Memory of this process in RAM.");
    describe_gauge!("process_open_fds", "Open file descriptors.");
    describe_gauge!("process_max_fds", "File descriptors this process may open.");
    describe_gauge!("process_threads", "Threads of this process.");
    describe_gauge!("process_start_time_seconds", Unit::Seconds, "Start of this process, in seconds since 1970.");
    describe_counter!("process_cpu_seconds_total", Unit::Seconds, "CPU time of this process, user and system.");
    describe_gauge!("aldis_build_info", "1; its labels identify the build.");
    gauge!("aldis_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}

/// Updates the metrics.
pub(super) fn read() {
    let set = |name: &'static str, value: Option<f64>| value.into_iter().for_each(|value| gauge!(name).set(value));
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    set("process_resident_memory_bytes", number_after(&status, "VmRSS:").map(|kib| kib * 1024.0));
    set("process_threads", number_after(&status, "Threads:"));
    // One is the directory being read.
    let fds = fs::read_dir("/proc/self/fd").map(|fds| fds.count().saturating_sub(1));
    set("process_open_fds", fds.ok().map(|fds| fds as f64));
    let limit = rlimit::getrlimit(rlimit::Resource::NOFILE).map(|(soft, _)| soft as f64);
    set("process_max_fds", limit.ok());
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // A gauge, because the facade's counters hold whole numbers only; Prometheus goes by the name.
    set("process_cpu_seconds_total", cpu_seconds(&stat));
    let boot = fs::read_to_string("/proc/stat").unwrap_or_default();
    let start = ticks(&stat, 19).zip(number_after(&boot, "btime "));
    set("process_start_time_seconds", start.map(|(ticks, boot)| boot + ticks / TICKS_PER_SECOND));
}

/// The number that follows `name` at the start of a line.
fn number_after(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// User and system time; fields 14 and 15 of proc_pid_stat(5).
fn cpu_seconds(stat: &str) -> Option<f64> {
    Some((ticks(stat, 11)? + ticks(stat, 12)?) / TICKS_PER_SECOND)
}

/// The `n`th field after the command's name, which may contain blanks and ends at the last parenthesis.
fn ticks(stat: &str, n: usize) -> Option<f64> {
    stat.rsplit_once(") ")?.1.split_whitespace().nth(n)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_past_a_command_with_blanks_and_parentheses() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 4 0 8600 1000 200";
        assert_eq!(cpu_seconds(stat), Some(3.0));
        assert_eq!(ticks(stat, 19), Some(8600.0));
    }

    #[test]
    fn a_missing_file_has_no_values() {
        assert_eq!(cpu_seconds(""), None);
        assert_eq!(number_after("", "VmRSS:"), None);
    }
}
