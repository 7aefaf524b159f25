//! The report for people: stages, phases, figures, and what went wrong. Must not decide anything.

use std::io::{self, Write};

use super::{Report, Unit, float};

impl Report {
    /// Writes all of it.
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "\n{} · {}", self.scenario, self.machine.line())?;
        if !self.versions.is_empty() {
            writeln!(out, "nodes: {}", self.versions.join(", then "))?;
        }
        self.write_stages(out)?;
        self.write_phases(out)?;
        writeln!(out)?;
        for figure in &self.figures {
            writeln!(out, "{:<34} {:>14}  {}", figure.name, figure.unit.shown(figure.value), figure.what)?;
        }
        let troubles = [("VIOLATION", &self.violated), ("FAILED", &self.failures), ("MISSED", &self.missed)];
        for (kind, words) in troubles {
            words.iter().try_for_each(|words| writeln!(out, "{kind}: {words}"))?;
        }
        let checked = if self.violations == 0 {
            "no guarantee violated".to_owned()
        } else {
            format!("{} guarantees violated", self.violations)
        };
        writeln!(out, "\noracle: {checked}")
    }

    fn write_stages(&self, out: &mut impl Write) -> io::Result<()> {
        if self.stages.is_empty() {
            return Ok(());
        }
        writeln!(
            out,
            "\n{:<18} {:>12} {:>12} {:>12} {:>16}",
            "node's memory", "RSS", "PSS", "anonymous", "+ bytes/conn."
        )?;
        for stage in &self.stages {
            let [rss, pss, anonymous] = [stage.rss, stage.pss, stage.anonymous].map(|bytes| bytes_shown(float(bytes)));
            writeln!(
                out,
                "{:<18} {rss:>12} {pss:>12} {anonymous:>12} {:>16.0}",
                stage.name, stage.step_per_connection
            )?;
        }
        Ok(())
    }

    fn write_phases(&self, out: &mut impl Write) -> io::Result<()> {
        if self.phases.is_empty() {
            return Ok(());
        }
        writeln!(
            out,
            "\n{:<18} {:>11} {:>9} {:>9} {:>9} {:>9} {:>10}",
            "µs from due time", "messages", "p50", "p90", "p99", "p99.9", "max"
        )?;
        for phase in &self.phases {
            let super::Phase { name, count, p50, p90, p99, p999, max, .. } = phase;
            writeln!(out, "{name:<18} {count:>11} {p50:>9.0} {p90:>9.0} {p99:>9.0} {p999:>9.0} {max:>10.0}")?;
        }
        Ok(())
    }
}

impl Unit {
    /// A number with its unit.
    pub(super) fn shown(self, value: f64) -> String {
        match self {
            Self::Bytes => bytes_shown(value),
            Self::Count => format!("{value:.0}"),
            Self::PerSecond => format!("{value:.0} /s"),
            Self::Microseconds => format!("{value:.1} µs"),
            Self::Seconds => format!("{value:.2} s"),
            Self::Ratio => format!("{value:.2} ×"),
            Self::Percent => format!("{value:.1} %"),
        }
    }
}

/// Bytes up to 100 kB as they are, since they are compared; more in MiB.
fn bytes_shown(bytes: f64) -> String {
    if bytes.abs() < 100_000.0 { format!("{bytes:.0} B") } else { format!("{:.1} MiB", bytes / 1_048_576.0) }
}
