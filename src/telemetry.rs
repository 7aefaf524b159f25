//! Log lines, metrics and traces. Must not know what is logged, counted or traced. Installed once per process, by `serve` alone, so
//! that tests may run many nodes in one process.

mod json;
pub mod memory;
pub mod metrics;
mod panics;
mod pretty;
mod process;
mod redact;
pub mod traces;

use std::io::{IsTerminal, stderr};

use anyhow::Context;
use tracing::Subscriber;
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, Registry};

pub use panics::log_panics;
pub use traces::Traces;

use crate::config::{Log, LogFormat};

/// Log lines that may wait for the reader of standard error, some megabytes; further ones are dropped.
const LINES_WAITING_MAX: usize = 16_384;

/// The thread that writes log lines. When dropped, it gets a second to write those that wait.
#[derive(Debug)]
pub struct LogWriter {
    _guard: WorkerGuard,
    dropped: ErrorCounter,
}

impl LogWriter {
    /// Log lines that were dropped because the reader of standard error is too slow, or has stopped.
    #[must_use]
    pub fn dropped(&self) -> ErrorCounter {
        self.dropped.clone()
    }
}

/// Sends log lines to standard error from now on, by a thread of its own: a reader that has stopped, such as a full pipe,
/// stops nothing else. Fails if another logger is installed.
/// `traces`: where spans are traced, too.
pub fn install_logs(log: &Log, traces: Option<&Traces>) -> anyhow::Result<LogWriter> {
    let terminal = stderr().is_terminal();
    let writer = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(LINES_WAITING_MAX);
    let (writer, guard) = writer.thread_name("aldis-log").finish(stderr());
    let dropped = writer.error_counter();
    let subscriber = subscriber(log, Shape::of(log.format, terminal), writer, traces);
    tracing::subscriber::set_global_default(subscriber).context("cannot send log lines to standard error")?;
    traces.into_iter().for_each(Traces::install);
    Ok(LogWriter { _guard: guard, dropped })
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

fn subscriber<W>(log: &Log, shape: Shape, writer: W, traces: Option<&Traces>) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let layer = match shape {
        Shape::Pretty { colour } => pretty::layer(writer, colour).boxed(),
        Shape::Json => json::layer(writer).boxed(),
    };
    let filter = log.filter.targets().with_target(traces::TARGET, LevelFilter::OFF);
    Box::new(Registry::default().with(layer.with_filter(filter)).with(traces.map(|traces| traces.layer())))
}

#[cfg(test)]
mod tests;
