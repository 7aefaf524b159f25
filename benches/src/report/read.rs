//! Reads a run's JSON, of this program or an older version. Must not know how it is shown.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::Deserialize;

use super::{Report, Unit};

/// One run.
#[derive(Debug, Deserialize)]
pub(super) struct Told {
    pub(super) scenario: String,
    pub(super) machine: Machine,
    pub(super) command: Vec<String>,
    /// Absent in what older programs wrote.
    #[serde(default)]
    pub(super) versions: Vec<String>,
    pub(super) figures: Vec<Figure>,
    pub(super) phases: Vec<Phase>,
    pub(super) stages: Vec<Stage>,
    pub(super) violations: u64,
    pub(super) violated: Vec<String>,
    pub(super) failures: Vec<String>,
    pub(super) missed: Vec<String>,
}

/// Where it ran.
#[derive(Debug, Deserialize)]
pub(super) struct Machine {
    pub(super) processor: String,
    pub(super) processors: usize,
    pub(super) kernel: String,
    pub(super) version: String,
}

/// One number.
#[derive(Debug, Deserialize)]
pub(super) struct Figure {
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) unit: Unit,
    pub(super) what: String,
}

/// Times of one phase, in microseconds.
#[derive(Debug, Deserialize)]
pub(super) struct Phase {
    pub(super) name: String,
    count: u64,
    p50: f64,
    p90: f64,
    p99: f64,
    p999: f64,
    /// Quantile and time; absent in what older programs wrote.
    #[serde(default)]
    curve: Vec<(f64, f64)>,
}

/// The node's memory at one stage.
#[derive(Debug, Deserialize)]
pub(super) struct Stage {
    pub(super) name: String,
    pub(super) anonymous: u64,
    pub(super) step_per_connection: f64,
}

impl Told {
    pub(super) fn read(file: &Path) -> anyhow::Result<Self> {
        let named = || file.display().to_string();
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", named()))?;
        serde_json::from_str(&text)
            .with_context(|| format!("{}: not a run as --json writes it → give a file that --json wrote", named()))
    }

    /// The run that has just ended, as if read.
    pub(super) fn of(report: &Report) -> anyhow::Result<Self> {
        Ok(serde_json::from_value(serde_json::to_value(report)?)?)
    }
}

impl Phase {
    /// Quantile and time, rising; nothing if nothing was measured.
    pub(super) fn curve(&self) -> Vec<(f64, f64)> {
        match (self.count, self.curve.is_empty()) {
            (0, _) => Vec::new(),
            (_, false) => self.curve.clone(),
            (_, true) => vec![(0.5, self.p50), (0.9, self.p90), (0.99, self.p99), (0.999, self.p999)],
        }
    }
}
