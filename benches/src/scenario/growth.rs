//! `growth`: the same work at several sizes, each on a separate node, and the growth of its costs: memory and CPU of idle
//! connections, and CPU of a message, by the number of active rooms. Must not know how either is measured.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Args;

use super::idle::Idle;
use super::relay::Relay;
use super::{Run, files_for, seconds};
use crate::limits::KNOCKS_MAX;
use crate::report::{Report, Unit, float};

pub(super) const FIGURES: &[&str] = &[
    "bytes_at_a_16th",
    "bytes_at_a_4th",
    "bytes_at_all",
    "bytes_growth",
    "rest_cpu_at_a_16th",
    "rest_cpu_at_a_4th",
    "rest_cpu_at_all",
    "rest_cpu_growth",
    "message_cpu_at_a_1000th",
    "message_cpu_at_a_100th",
    "message_cpu_at_a_10th",
    "message_cpu_at_all",
    "message_cpu_growth",
];

/// Figures of idle connections, by their fraction of all: anonymous bytes of each, and CPU of each per second.
const AT_REST: [(usize, &str, &str); 3] = [
    (16, "bytes_at_a_16th", "rest_cpu_at_a_16th"),
    (4, "bytes_at_a_4th", "rest_cpu_at_a_4th"),
    (1, "bytes_at_all", "rest_cpu_at_all"),
];
/// The figure of a message, by the fraction of all rooms.
const TALKING: [(usize, &str); 4] = [
    (1_000, "message_cpu_at_a_1000th"),
    (100, "message_cpu_at_a_100th"),
    (10, "message_cpu_at_a_10th"),
    (1, "message_cpu_at_all"),
];

/// Options of `growth`.
#[derive(Debug, Args)]
pub(crate) struct Growth {
    /// Idle connections: a sixteenth of them, a quarter, and all
    #[arg(long, default_value_t = 16_000)]
    connections: usize,
    /// Active rooms of two, one message in flight in each: a thousandth of them, a hundredth, a tenth, and all
    #[arg(long, default_value_t = 10_000)]
    rooms: usize,
    /// How long connections are idle before memory is read
    #[arg(long, default_value = "25", value_name = "SECONDS", value_parser = seconds)]
    rest: Duration,
    /// How long messages are measured
    #[arg(long = "for", default_value = "8", value_name = "SECONDS", value_parser = seconds)]
    span: Duration,
}

impl Growth {
    pub(super) async fn play(&self, run: &Run) -> anyhow::Result<Report> {
        ensure!(self.connections >= 16 * 4, "--connections {}: a sixteenth must fill a room", self.connections);
        ensure!(self.rooms >= 1_000, "--rooms {}: a thousandth must be a room", self.rooms);
        files_for(self.connections.max(2 * self.rooms) + KNOCKS_MAX)?; // before anything is measured
        let mut report = run.report("growth");
        let (mut bytes, mut resting, mut talking) = (Vec::new(), Vec::new(), Vec::new());
        for (part, each, cpu) in AT_REST {
            let connections = self.connections / part;
            let idle = Idle::at_once(connections, self.rest).play(run).await?;
            bytes.push(value(&idle, "bytes_per_connection")?);
            report.figure((each, Unit::Bytes), bytes[bytes.len() - 1], "anonymous memory of each connection at rest");
            // One percent of one core is 10 ms per second.
            resting.push(value(&idle, "node_cpu_at_rest_percent")? * 10_000.0 / float(connections as u64));
            report.figure((cpu, Unit::Microseconds), resting[resting.len() - 1], "CPU of each of them in a second");
            report.join(idle);
        }
        for (part, name) in TALKING {
            let relay = Relay::one_in_flight(self.rooms / part, self.span).play(run).await?;
            talking.push(value(&relay, "node_cpu_us_per_message")?);
            report.figure((name, Unit::Microseconds), talking[talking.len() - 1], "the node's CPU of each message");
            report.join(relay);
        }
        report.figure(("bytes_growth", Unit::Ratio), growth(&bytes), "from the first of these to the last");
        report.figure(("rest_cpu_growth", Unit::Ratio), growth(&resting), "from the first of these to the last");
        report.figure(("message_cpu_growth", Unit::Ratio), growth(&talking), "from the first of these to the last");
        Ok(report)
    }
}

fn value(report: &Report, name: &str) -> anyhow::Result<f64> {
    report
        .value(name)
        .with_context(|| format!("`{name}` is not known of a node without its process → name it with --pid"))
}

fn growth(values: &[f64]) -> f64 {
    values.first().zip(values.last()).map_or(f64::NAN, |(first, last)| last / first)
}
