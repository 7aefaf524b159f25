//! `aldis serve`: prepares the process (logs, metrics, file limit, runtime) and hands over to the composition root.
//! Must not know what a node is made of.

use anyhow::Context;

use super::failure::Failure;
use super::flags::Flags;
use crate::app;
use crate::config::Loaded;
use crate::telemetry::metrics::Scrape;
use crate::telemetry::{install_logs, log_panics};

pub(super) const HELP: &str = "\
Examples:
  aldis serve
  aldis serve --bind 0.0.0.0:8080 --data-dir /var/lib/aldis --log-format json
  aldis serve --bind 127.0.0.1:0 --admin-bind 127.0.0.1:0 --ready-file ready.json

SIGTERM and Ctrl-C drain and stop, a second one stops at once.";

/// Serves until a signal stops the process.
pub(super) fn serve(flags: &Flags) -> Result<(), Failure> {
    let loaded = flags.load()?;
    loaded.startable()?;
    install_logs(&loaded.config.log)?;
    log_panics();
    raise_file_limit(&loaded);
    let scrape = Scrape::install()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("aldis").build();
    let runtime = runtime.context("cannot start the runtime's threads")?;
    runtime.spawn(scrape.clone().upkeep());
    Ok(runtime.block_on(app::serve(loaded.config, scrape))?)
}

/// Each connection is an open file: raises the limit as far as the system allows, and warns if the configuration allows
/// more.
fn raise_file_limit(loaded: &Loaded) {
    let promised = loaded.config.http.connections_max.get() as u64;
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(files) if files < promised => {
            let origin = loaded.origins.get("http.connections_max").map_or("default", String::as_str);
            tracing::warn!(
                files,
                promised,
                origin,
                "http.connections_max exceeds the limit of open files: raise ulimit -n, or lower it"
            );
        }
        Ok(files) => tracing::debug!(files, "limit of open files"),
        Err(error) => tracing::warn!(%error, "cannot raise the limit of open files"),
    }
}
