//! `aldis stats`: what the running node does, from its own metrics. Must not know what makes them.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use clap::Args;

use super::door;
use super::failure::Failure;
use super::flags::Flags;
use crate::config::text::Text;

#[derive(Debug, Args)]
#[command(after_help = "\
The running node is asked over its unix socket, twice; rates are those between the two. All metrics: curl http://127.0.0.1:9090/metrics
Examples:
  aldis stats
  aldis stats --every 5s")]
pub(super) struct StatsCommand {
    /// Print a line each time, until it is interrupted [default: once]
    #[arg(long, value_name = "TIME", value_parser = Duration::read)]
    every: Option<Duration>,
    #[command(flatten)]
    flags: Flags,
}

/// How long rates are measured, unless it is said.
const SPAN: Duration = Duration::from_secs(1);

impl StatsCommand {
    #[expect(clippy::disallowed_methods, reason = "this process does nothing else meanwhile")]
    pub(super) fn answer(self, out: &mut dyn Write) -> Result<(), Failure> {
        let socket = door::of_running_node(&self.flags.load()?.config)?;
        let span = self.every.unwrap_or(SPAN).max(Duration::from_millis(100));
        writeln!(
            out,
            "SOCKETS   USERS   ROOMS  RECEIVED/S      SENT/S   REFUSED/S  OPENED/S  BUFFERED    MEMORY   CPU"
        )?;
        let mut last = Sample::take(&socket)?;
        loop {
            sleep(span);
            let now = Sample::take(&socket)?;
            writeln!(out, "{}", now.line(&last))?;
            out.flush()?;
            if self.every.is_none() {
                return Ok(());
            }
            last = now;
        }
    }
}

/// The metrics of a moment, each summed over its labels.
struct Sample {
    at: Instant,
    sums: BTreeMap<String, f64>,
}

impl Sample {
    fn take(socket: &Path) -> anyhow::Result<Self> {
        Ok(Self { at: Instant::now(), sums: sums(&door::ask_text(socket, "/metrics")?) })
    }

    fn value(&self, name: &str) -> f64 {
        self.sums.get(name).copied().unwrap_or_default()
    }

    fn line(&self, last: &Self) -> String {
        let seconds = self.at.duration_since(last.at).as_secs_f64().max(0.001);
        let rate = |name: &str| (self.value(name) - last.value(name)) / seconds;
        let mib = |name: &str| self.value(name) / f64::from(1 << 20);
        format!(
            "{:>7}  {:>6}  {:>6}  {:>10.0}  {:>10.0}  {:>10.0}  {:>8.0}  {:>4.0} MiB  {:>4.0} MiB  {:>3.0} %",
            self.value("aldis_sockets"),
            self.value("aldis_users"),
            self.value("aldis_rooms"),
            rate("aldis_messages_received_total"),
            rate("aldis_messages_sent_total"),
            rate("aldis_messages_refused_total"),
            rate("aldis_sockets_opened_total"),
            mib("aldis_buffered_bytes"),
            mib("process_resident_memory_bytes"),
            rate("process_cpu_seconds_total") * 100.0,
        )
    }
}

/// The sums of a page in Prometheus' text format: `name{labels} value`.
fn sums(page: &str) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let Some((series, value)) = line.rsplit_once(' ') else { continue };
        let Ok(value) = value.parse::<f64>() else { continue };
        let name = series.split('{').next().unwrap_or(series);
        *sums.entry(name.to_owned()).or_default() += value;
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_of_one_name_are_summed() {
        let page = "# TYPE a counter\na{code=\"x y\"} 2\na{code=\"z\"} 3.5\n\nb 1\nnonsense\nc NaN?\n";
        let sums = sums(page);
        assert_eq!((sums.get("a"), sums.get("b"), sums.len()), (Some(&5.5), Some(&1.0), 2));
    }

    #[test]
    fn rates_are_those_between_two_samples() {
        let at = Instant::now();
        let sample = |seconds, received: f64| Sample {
            at: at + Duration::from_secs(seconds),
            sums: BTreeMap::from([
                ("aldis_messages_received_total".to_owned(), received),
                ("aldis_sockets".to_owned(), 7.0),
            ]),
        };
        let line = sample(2, 300.0).line(&sample(0, 100.0));
        let words: Vec<_> = line.split_whitespace().collect();
        assert_eq!((words[0], words[3], words[4]), ("7", "100", "0"), "{line}");
    }
}
