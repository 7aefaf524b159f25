//! The recorder behind the `metrics` facade, and the text of a scrape. Must not know single metrics, except those of
//! the process itself.

use std::time::Duration;

use anyhow::Context;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::{LogWriter, process};
use tracing_appender::non_blocking::ErrorCounter;

/// How often histograms merge recorded samples; a scrape does it, too, but a node may not be scraped. Frequent, so that
/// each merge is short: nothing else runs on this thread meanwhile.
const UPKEEP_EVERY: Duration = Duration::from_millis(100);

/// Seconds: from a relayed message (some 10 µs) to a request's deadline (10 s).
const SECONDS: [f64; 16] =
    [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Bytes: from a heartbeat to a full outbox (1 MiB).
const BYTES: [f64; 8] = [64.0, 256.0, 1_024.0, 4_096.0, 16_384.0, 65_536.0, 262_144.0, 1_048_576.0];
/// Everything else is a count: queue depths, batch sizes.
const COUNTS: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 256.0, 1_024.0, 16_384.0];

/// The source of `/metrics`. Cheap to clone.
#[derive(Clone)]
pub struct Scrape {
    handle: PrometheusHandle,
    dropped: ErrorCounter,
}

impl Scrape {
    /// Records all metrics of this process from now on. Fails if another recorder is installed.
    pub fn install(logs: &LogWriter) -> anyhow::Result<Self> {
        let handle = builder()?.install_recorder().context("cannot install the metrics recorder")?;
        process::describe();
        Ok(Self { handle, dropped: logs.dropped() })
    }

    /// All metrics in Prometheus' text format; the process's own are read at this moment.
    #[must_use]
    pub fn render(&self) -> String {
        process::read(Some(&self.dropped));
        self.handle.render()
    }

    /// Keeps histograms small; never returns.
    pub async fn upkeep(self) {
        let mut tick = tokio::time::interval(UPKEEP_EVERY);
        loop {
            tick.tick().await;
            self.handle.run_upkeep();
        }
    }
}

/// Histograms with buckets that can be summed over nodes, chosen by the unit in the name.
fn builder() -> anyhow::Result<PrometheusBuilder> {
    PrometheusBuilder::new()
        .set_buckets(&COUNTS)
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS))
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_bytes".to_owned()), &BYTES))
        .context("invalid histogram buckets")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(record: impl FnOnce()) -> String {
        let recorder = builder().expect("the buckets are sorted").build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, record);
        handle.render()
    }

    #[test]
    fn histograms_have_buckets_by_their_unit() {
        let text = rendered(|| {
            metrics::histogram!("aldis_relay_seconds").record(0.000_3);
            metrics::histogram!("aldis_frame_bytes").record(300.0);
            metrics::histogram!("aldis_batch_messages").record(3.0);
        });
        assert!(text.contains("aldis_relay_seconds_bucket{le=\"0.0005\"} 1"), "{text}");
        assert!(text.contains("aldis_relay_seconds_bucket{le=\"0.00025\"} 0"), "{text}");
        assert!(text.contains("aldis_frame_bytes_bucket{le=\"1024\"} 1"), "{text}");
        assert!(text.contains("aldis_batch_messages_bucket{le=\"4\"} 1"), "{text}");
        assert!(!text.contains("quantile"), "{text}");
    }

    #[test]
    fn a_scrape_has_the_memory_of_the_process() {
        let text = rendered(|| {
            process::describe();
            process::read(None);
        });
        for name in
            ["process_resident_memory_bytes", "process_open_fds", "process_cpu_seconds_total", "process_threads"]
        {
            let line = text.lines().find(|line| line.starts_with(name));
            let value: Option<f64> = line.and_then(|line| line.rsplit(' ').next()?.parse().ok());
            assert!(value.is_some_and(|value| value >= 0.0), "{name}: {line:?}");
        }
        assert!(text.contains(&format!("aldis_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"))), "{text}");
        assert!(text.contains("# HELP process_open_fds "), "{text}");
    }
}
