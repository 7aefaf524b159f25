//! Log lines for people: time, level, target, message, fields. Must not know which fields are secret.

use std::fmt;

use tracing::Subscriber;
use tracing::field::Field;
use tracing_subscriber::Layer;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::{Writer, debug_fn};
use tracing_subscriber::registry::LookupSpan;

use super::redact::shown;

/// Writes each event as one line to `writer`; in `colour`, unless `NO_COLOR` is set.
pub(super) fn layer<S, W>(writer: W, colour: bool) -> impl Layer<S>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    W: for<'w> MakeWriter<'w> + 'static,
{
    let layer = tracing_subscriber::fmt::layer().fmt_fields(debug_fn(field).delimited(" ")).with_writer(writer);
    if colour { layer } else { layer.with_ansi(false) }
}

fn field(writer: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    let value = format!("{value:?}");
    // Text from a client must not colour or clear the terminal.
    let value = shown(field.name(), &value).replace(char::is_control, "\u{fffd}");
    match field.name() {
        "message" => write!(writer, "{value}"),
        name => write!(writer, "{name}={value}"),
    }
}
