//! Log lines as operators get them, in both shapes; traces as a collector does.

mod collector;
mod traced;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tracing::{debug, error, field, info, info_span};
use tracing_subscriber::fmt::MakeWriter;

use super::{Shape, subscriber};
use crate::config::text::Text;
use crate::config::{Filter, Log, LogFormat};

const PRETTY: Shape = Shape::Pretty { colour: true };

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Page {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("nobody panicked").clone()).expect("log lines are UTF-8")
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Page {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The output of `log`, under `filter`.
fn logged(filter: &str, shape: Shape, log: impl FnOnce()) -> String {
    let page = Page::default();
    let filter = Filter::read(filter).expect("a filter");
    let settings = Log { filter, format: LogFormat::Auto };
    tracing::subscriber::with_default(subscriber(&settings, shape, page.clone(), None), log);
    page.text()
}

fn parsed(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

#[test]
fn a_json_line_has_its_fields_beside_its_message_and_its_spans_from_the_outermost() {
    let text = logged("info", Shape::Json, || {
        let _socket = info_span!("socket", user = "u1", room = field::Empty).entered();
        tracing::Span::current().record("room", "abc-defg-hij");
        let _relay = info_span!("relay").entered();
        info!(bytes = 255_u64, late = false, level = "mine", "relayed \"it\"");
    });
    let line = parsed(&text);
    assert_eq!(line["message"], "relayed \"it\"");
    assert_eq!((&line["level"], &line["level_"]), (&"info".into(), &"mine".into()));
    assert_eq!((&line["bytes"], &line["late"]), (&255.into(), &false.into()));
    assert_eq!(line["spans"][0], serde_json::json!({"span": "socket", "user": "u1", "room": "abc-defg-hij"}));
    assert_eq!(line["spans"][1]["span"], "relay");
    assert!(line["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')), "{line}");
    assert_eq!(text.lines().count(), 1);
}

#[test]
fn neither_shape_shows_secrets_in_events_or_spans() {
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
    for shape in [Shape::Json, PRETTY] {
        let text = logged("trace", shape, || {
            let _socket = info_span!("socket", resume_token = "canary", room = "r1").entered();
            info!(sdp = "canary", query = %"canary", "offer by {token}");
            info!(data = ?"v=0\r\na=ice-pwd:canary\r\n", "offer");
        });
        assert!(!text.contains("canary") && !text.contains("eyJ"), "{text}");
        assert!(text.contains("offer by [redacted]") && text.contains("r1"), "{text}");
    }
}

#[test]
fn a_client_cannot_forge_or_break_a_line() {
    let evil = "first\n{\"level\":\"error\"}\u{1b}[2J";
    let json = logged("info", Shape::Json, || info!(name = evil, "joined as {evil}"));
    assert_eq!(json.lines().count(), 1, "{json}");
    assert_eq!(parsed(&json)["name"], evil);
    let pretty = logged("info", PRETTY, || info!(name = evil, "joined as {evil}"));
    assert_eq!(pretty.lines().count(), 1, "{pretty}");
    assert!(!pretty.contains("\u{1b}[2J"), "{pretty}");
}

#[test]
fn the_filter_selects_targets() {
    let text = logged("warn,aldis=debug", Shape::Json, || {
        debug!("kept");
        info!(target: "elsewhere", "dropped");
        error!(target: "elsewhere", "kept too");
    });
    assert_eq!(text.lines().count(), 2, "{text}");
}

#[test]
fn auto_is_pretty_on_a_terminal_only_and_colour_is_for_terminals() {
    assert_eq!(Shape::of(LogFormat::Auto, true), PRETTY);
    assert_eq!(Shape::of(LogFormat::Auto, false), Shape::Json);
    assert_eq!(Shape::of(LogFormat::Json, true), Shape::Json);
    assert_eq!(Shape::of(LogFormat::Pretty, false), Shape::Pretty { colour: false });
    let plain = logged("info", Shape::Pretty { colour: false }, || info!(room = "r1", "joined"));
    assert!(!plain.contains('\u{1b}') && plain.contains("joined room=\"r1\""), "{plain}");
}
