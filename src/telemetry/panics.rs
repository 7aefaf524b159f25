//! A panic becomes a log line: where, in which thread, why. Must not know who catches it.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{Location, PanicHookInfo};
use std::thread;

/// Logs every panic of this process as an error from now on, instead of printing it.
pub fn log_panics() {
    std::panic::set_hook(Box::new(log));
}

fn log(panic: &PanicHookInfo<'_>) {
    let why = text(panic.payload());
    let place = panic.location().map(Location::to_string);
    let place = place.as_deref().unwrap_or("unknown");
    let thread = thread::current();
    let thread = thread.name().unwrap_or("unnamed");
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        tracing::error!(why, place, thread, %backtrace, "panicked");
    } else {
        tracing::error!(why, place, thread, "panicked; RUST_BACKTRACE=1 shows the way there");
    }
}

/// What the panic said: `panic!` with text is all that Rust's own code raises.
fn text(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text")
}
