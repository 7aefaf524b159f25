//! The results of a run, as named figures: a table for people, JSON for machines, expectations for the exit code. Must
//! not know how they were measured.

mod expect;
mod html;
mod machine;
mod read;
mod table;

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

pub(crate) use expect::Expectation;
pub(crate) use html::compare;
pub use machine::Machine;

use crate::node::Memory;
use crate::tally::Tally;

/// All of it.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    scenario: &'static str,
    machine: Machine,
    /// The command line, so that the run can be repeated.
    command: Vec<String>,
    /// Versions of the nodes, in the order in which they ran, where that is known.
    versions: Vec<String>,
    figures: Vec<Figure>,
    phases: Vec<Phase>,
    stages: Vec<Stage>,
    /// Violated guarantees, and the first of them in detail.
    violations: u64,
    violated: Vec<String>,
    /// Failures that make the figures worthless: refused messages, lost connections, lost messages.
    failures: Vec<String>,
    /// Expectations that were missed.
    missed: Vec<String>,
}

/// One number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) value: f64,
    pub(crate) unit: Unit,
    pub(crate) what: &'static str,
}

/// The unit of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    Bytes,
    Count,
    PerSecond,
    Microseconds,
    Seconds,
    Ratio,
    Percent,
}

/// Latencies of one phase, in microseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Phase {
    name: &'static str,
    count: u64,
    p50: f64,
    p90: f64,
    p99: f64,
    p999: f64,
    max: f64,
    /// Quantile and time, up to the longest.
    curve: Vec<(f64, f64)>,
}

/// The node's memory at one stage.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Stage {
    name: &'static str,
    rss: u64,
    pss: u64,
    anonymous: u64,
    /// Anonymous bytes more than at the stage before, for each connection.
    step_per_connection: f64,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything held.
    Good,
    /// The node violated a guarantee, or the load failed.
    Failed,
    /// An expectation was missed.
    Missed,
}

impl Report {
    pub(crate) fn of(scenario: &'static str, machine: Machine) -> Self {
        Self {
            scenario,
            machine,
            command: std::env::args().collect(),
            versions: Vec::new(),
            figures: Vec::new(),
            phases: Vec::new(),
            stages: Vec::new(),
            violations: 0,
            violated: Vec::new(),
            failures: Vec::new(),
            missed: Vec::new(),
        }
    }

    pub(crate) fn figure(&mut self, (name, unit): (&'static str, Unit), value: f64, what: &'static str) {
        self.figures.push(Figure { name, value, unit, what });
    }

    /// Nodes of these versions ran, one after the other.
    pub(crate) fn ran(&mut self, versions: Vec<String>) {
        self.versions = versions;
    }

    /// A figure's value.
    pub(crate) fn value(&self, name: &str) -> Option<f64> {
        self.figures.iter().find(|figure| figure.name == name).map(|figure| figure.value)
    }

    /// Takes over the failures of a run that was part of this one.
    pub(crate) fn join(&mut self, part: Self) {
        self.violations += part.violations;
        self.violated.extend(part.violated);
        self.failures.extend(part.failures);
    }

    /// The times of one phase, and their usual figures named `<prefix>p50_us` and so on.
    pub(crate) fn phase(&mut self, name: &'static str, times: &Histogram<u64>) {
        let at = |quantile| micros(times.value_at_quantile(quantile));
        let (p50, p90, p99, p999) = (at(0.5), at(0.9), at(0.99), at(0.999));
        self.phases.push(Phase {
            name,
            count: times.len(),
            p50,
            p90,
            p99,
            p999,
            max: micros(times.max()),
            curve: curve(times),
        });
    }

    /// The node's memory now, of so many connections.
    pub(crate) fn stage(&mut self, name: &'static str, memory: Memory, connections: usize) {
        let before = self.stages.last().map_or(memory.anonymous, |stage| stage.anonymous);
        let Memory { rss, pss, anonymous } = memory;
        let step_per_connection = (float(anonymous) - float(before)) / float(connections.max(1) as u64);
        self.stages.push(Stage { name, rss, pss, anonymous, step_per_connection });
    }

    /// Records a guarantee violated towards all members together.
    pub(crate) fn violation(&mut self, words: String) {
        self.violations += 1;
        self.violated.push(words);
    }

    pub(crate) fn failure(&mut self, words: String) {
        self.failures.push(words);
    }

    /// Records the results of the members.
    pub(crate) fn judge(&mut self, tally: &Tally) {
        let (violations, words) = tally.violations();
        self.violations += violations;
        self.violated.extend(words);
        self.failures.extend(tally.failures());
    }

    /// Checks the figures against the expectations.
    pub(crate) fn hold(&mut self, expectations: &[Expectation]) -> Outcome {
        self.missed = expectations.iter().filter_map(|expected| expected.missed_by(&self.figures)).collect();
        match (self.violations, self.failures.is_empty(), self.missed.is_empty()) {
            (0, true, true) => Outcome::Good,
            (0, true, false) => Outcome::Missed,
            _ => Outcome::Failed,
        }
    }
}

/// Quantiles with their times in microseconds, as far as there are enough times to tell them apart; then the longest.
fn curve(times: &Histogram<u64>) -> Vec<(f64, f64)> {
    const QUANTILES: [f64; 14] =
        [0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995, 0.999, 0.9995, 0.9999, 0.99995, 0.99999];
    let last = 1.0 - 1.0 / float(times.len().max(1));
    let told = QUANTILES.into_iter().filter(|quantile| *quantile < last);
    let told = told.map(|quantile| (quantile, micros(times.value_at_quantile(quantile))));
    told.chain([(last, micros(times.max()))]).collect()
}

/// Nanoseconds as microseconds.
#[must_use]
pub fn micros(nanos: u64) -> f64 {
    float(nanos) / 1_000.0
}

/// So much time for each of so many, in microseconds.
#[must_use]
pub fn micros_each(time: Duration, count: u64) -> f64 {
    time.as_secs_f64() * 1e6 / float(count.max(1))
}

/// A count as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "counts of a run stay far below 2^52")]
#[must_use]
pub fn float(count: u64) -> f64 {
    count as f64
}
