//! Log lines and metrics. Must not know what is logged or counted. Installed once per process, by `serve` alone, so
//! that tests may run many nodes in one process.

mod json;
pub mod memory;
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

/// Sends log lines to standard error from now on. Fails if another logger is installed.
pub fn install_logs(log: &Log) -> anyhow::Result<()> {
    let terminal = stderr().is_terminal();
    let subscriber = subscriber(log, Shape::of(log.format, terminal), stderr);
    tracing::subscriber::set_global_default(subscriber).context("cannot send log lines to standard error")
}

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Pretty { colour: bool },
    Json,
}

impl Shape {
    const fn of(format: LogFormat, terminal: bool) -> Self {
        match (format, terminal) {
            (LogFormat::Pretty, colour) => Self::Pretty { colour },
            (LogFormat::Auto, true) => Self::Pretty { colour: true },
            (LogFormat::Auto, false) | (LogFormat::Json, _) => Self::Json,
        }
    }
}

fn subscriber<W>(log: &Log, shape: Shape, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let layer = match shape {
        Shape::Pretty { colour } => pretty::layer(writer, colour).boxed(),
        Shape::Json => json::layer(writer).boxed(),
    };
    Box::new(Registry::default().with(layer.with_filter(log.filter.targets())))
}

#[cfg(test)]
mod tests;
