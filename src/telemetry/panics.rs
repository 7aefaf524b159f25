//! Logs panics: where, in which thread, why. Must not know who catches them.

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
        tracing::error!(why, place, thread, "panicked; RUST_BACKTRACE=1 prints a backtrace");
    }
}

/// The panic's message; Rust's own code panics with text only.
fn text(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text")
}
