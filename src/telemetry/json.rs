//! Log lines as JSON, one object per line: `timestamp`, `level`, `target`, `message`, the event's own fields, and
//! `spans` from the outermost in. Must not know which fields are secret.

use std::fmt;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::Record;
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;

use super::redact::shown;

/// Reserved names; an event's field of such a name gets an underscore.
const OWN_NAMES: [&str; 4] = ["timestamp", "level", "target", "spans"];

/// Writes each event as one JSON object to `writer`.
pub(super) fn layer<S, W>(writer: W) -> impl Layer<S>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    W: for<'w> MakeWriter<'w> + 'static,
{
    tracing_subscriber::fmt::layer().fmt_fields(Fields).event_format(Line).with_writer(writer)
}

/// A span's fields, kept as the text of a JSON object.
struct Fields;

impl<'w> FormatFields<'w> for Fields {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut object = Object::default();
        fields.record(&mut object);
        write!(writer, "{}", Value::Object(object.0))
    }

    fn add_fields(&self, current: &'w mut FormattedFields<Self>, fields: &Record<'_>) -> fmt::Result {
        let mut object = Object(read(&current.fields));
        fields.record(&mut object);
        current.fields = Value::Object(object.0).to_string();
        Ok(())
    }
}

struct Line;

impl<S> FormatEvent<S, Fields> for Line
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, Fields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        let metadata = event.metadata();
        let (level, target) = (metadata.level().as_str().to_lowercase(), Value::from(metadata.target()));
        write!(writer, r#"{{"timestamp":"{time}","level":"{level}","target":{target}"#)?;
        let mut object = Object::default();
        event.record(&mut object);
        if let Some(message) = object.0.remove("message") {
            write!(writer, r#","message":{message}"#)?;
        }
        for (name, value) in object.0 {
            let own = if OWN_NAMES.contains(&name.as_str()) { "_" } else { "" };
            write!(writer, r#",{}:{value}"#, Value::from(format!("{name}{own}")))?;
        }
        let spans: Vec<_> = context
            .event_scope()
            .into_iter()
            .flat_map(|scope| scope.from_root())
            .map(|span| {
                let fields = span.extensions().get::<FormattedFields<Fields>>().map(|fields| read(&fields.fields));
                let mut object = fields.unwrap_or_default();
                object.insert("span".to_owned(), span.name().into());
                Value::Object(object)
            })
            .collect();
        if !spans.is_empty() {
            write!(writer, r#","spans":{}"#, Value::Array(spans))?;
        }
        writeln!(writer, "}}")
    }
}

/// Reads back what [`Fields`] wrote.
fn read(object: &str) -> Map<String, Value> {
    serde_json::from_str(object).unwrap_or_default()
}

/// An event's or a span's fields, secrets redacted.
#[derive(Default)]
struct Object(Map<String, Value>);

impl Object {
    fn set(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().trim_start_matches("r#").to_owned(), value.into());
    }
}

impl Visit for Object {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, shown(field.name(), value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value);
    }
}
