//! What operators see of a node: log lines and metrics. Must not know what is logged or counted.
//! One per process: it is installed by `main` alone, so that tests may run many nodes in one process.

mod json;
pub mod metrics;
mod panics;
mod pretty;
mod process;
mod redact;

use std::io::{IsTerminal, stderr};

use anyhow::Context;
use tracing::Subscriber;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, Registry};

pub use panics::log_panics;

use crate::config::{Log, LogFormat};

/// Sends log lines to standard error from now on. Errors when something else already takes them.
pub fn install_logs(log: &Log) -> anyhow::Result<()> {
    let pretty = is_pretty(log.format, stderr().is_terminal());
    let subscriber = subscriber(log, pretty, stderr);
    tracing::subscriber::set_global_default(subscriber).context("cannot send log lines to standard error")
}

/// Whether lines are for eyes.
const fn is_pretty(format: LogFormat, terminal: bool) -> bool {
    match format {
        LogFormat::Auto => terminal,
        LogFormat::Pretty => true,
        LogFormat::Json => false,
    }
}

fn subscriber<W>(log: &Log, pretty: bool, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let layer = if pretty { pretty::layer(writer).boxed() } else { json::layer(writer).boxed() };
    Box::new(Registry::default().with(layer.with_filter(log.filter.targets())))
}

#[cfg(test)]
mod tests;
