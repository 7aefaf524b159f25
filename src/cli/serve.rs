//! `aldis serve`: prepares the process (logs, metrics, file limit, runtime) and hands over to the composition root.
//! Must not know what a node is made of.

use std::num::NonZeroUsize;
use std::time::Duration;

use anyhow::{Context, bail};

use super::failure::Failure;
use super::flags::Flags;
use crate::app;
use crate::config::Loaded;
use crate::telemetry::metrics::Scrape;
use crate::telemetry::{Traces, install_logs, log_panics};

pub(super) const HELP: &str = "\
Examples:
  aldis serve
  aldis serve --bind 0.0.0.0:8080 --data-dir /var/lib/aldis --log-format json
  aldis serve --bind 127.0.0.1:0 --admin-bind 127.0.0.1:0 --ready-file ready.json

SIGTERM and Ctrl-C drain and stop, a second one stops at once.";

/// How long tasks that block a thread may hold up the end of the process.
const BLOCKED_WITHIN: Duration = Duration::from_millis(500);
/// Descriptors that are not for clients: the database, logs, keys, the operators' listener.
const RESERVED: u64 = 128;
/// The fewest connections that a node is of use with.
const LEAST: u64 = 16;

/// Serves until a signal stops the process.
pub(super) fn serve(flags: &Flags) -> Result<(), Failure> {
    let mut loaded = flags.load()?;
    let traces = Traces::open(&loaded.config.telemetry, loaded.config.node.id.as_deref())?;
    let logs = install_logs(&loaded.config.log, traces.as_ref())?;
    log_panics();
    for warning in &loaded.warnings {
        tracing::warn!("{}", warning.summary());
    }
    limit_connections(&mut loaded)?;
    let scrape = Scrape::install(&logs)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("aldis").build();
    let runtime = runtime.context("cannot start the runtime's threads")?;
    runtime.spawn(scrape.clone().upkeep());
    let served = runtime.block_on(app::serve(loaded.config, scrape));
    runtime.shutdown_timeout(BLOCKED_WITHIN);
    Ok(served?)
}

/// Each connection is an open file. Raises the limit as far as the system allows; if that is not enough, there are fewer
/// connections, so that the node itself never runs out of files.
fn limit_connections(loaded: &mut Loaded) -> anyhow::Result<()> {
    let files = match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(files) => files,
        Err(error) => {
            tracing::warn!(%error, "cannot raise the limit of open files");
            rlimit::getrlimit(rlimit::Resource::NOFILE).map_or(u64::MAX, |(soft, _)| soft)
        }
    };
    let (wanted, possible) = (loaded.config.http.connections_max.get() as u64, files.saturating_sub(RESERVED));
    if wanted <= possible {
        tracing::debug!(files, "limit of open files");
        return Ok(());
    }
    if possible < LEAST {
        bail!(
            "the limit of open files is {files}, and a node needs {} → raise it: ulimit -n, LimitNOFILE",
            RESERVED + LEAST
        );
    }
    let origin = loaded.origins.get("http.connections_max").map_or("default", String::as_str);
    tracing::warn!(
        files,
        wanted,
        connections_max = possible,
        origin,
        "the limit of open files allows fewer connections than http.connections_max: raise ulimit -n or LimitNOFILE, or lower it"
    );
    let http = &mut loaded.config.http;
    let possible = usize::try_from(possible).ok().and_then(NonZeroUsize::new).unwrap_or(NonZeroUsize::MIN);
    http.connections_max = possible;
    http.connections_per_address_max = http.connections_per_address_max.min(possible);
    Ok(())
}
