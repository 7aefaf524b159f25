//! Traces as a collector gets them: OTLP over HTTP, protobuf, in which texts are written as they are.

use std::time::Duration;

use tracing::{field, trace_span};

use super::{Page, Shape, collector::collector, subscriber};
use crate::{
    config::{Filter, Log, LogFormat, OtlpUrl, Telemetry, text::Text as _},
    telemetry::traces::{TARGET, Traces, continued},
};

fn has(body: &[u8], text: &str) -> bool {
    body.windows(text.len()).any(|part| part == text.as_bytes())
}

#[test]
fn a_collector_is_sent_the_spans_of_one_target_and_the_log_has_none_of_them() {
    // Built without one, the client of traces wants to know whose TLS it is.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let (url, requests) = collector();
    let config = Telemetry { otlp: Some(OtlpUrl::read(&url).expect("a URL")), ..Telemetry::default() };
    let traces = Traces::open(&config, Some("berlin-1")).expect("a client").expect("a collector");
    let page = Page::default();
    let log = Log { filter: Filter::read("trace,hyper=off,reqwest=off").expect("a filter"), format: LogFormat::Auto };
    tracing::subscriber::with_default(subscriber(&log, Shape::Json, page.clone(), Some(&traces)), || {
        let span = trace_span!(target: TARGET, "request", "http.route" = "/api/rooms", "http.response.status_code" = field::Empty);
        continued(&span, Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        span.record("http.response.status_code", 201_u16);
        span.in_scope(|| tracing::info!("within"));
        let _other = tracing::info_span!("secret").entered();
    });
    drop(traces); // it sends what waits
    let (head, body) = requests.recv_timeout(Duration::from_secs(30)).expect("a request");
    assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
    assert!(head.to_ascii_lowercase().contains("content-type: application/x-protobuf"), "{head}");
    for text in ["aldis", "berlin-1", "request", "http.route", "/api/rooms", "http.response.status_code"] {
        assert!(has(&body, text), "{text}");
    }
    let parent: Vec<u8> = (0..16)
        .map(|at| u8::from_str_radix(&"0af7651916cd43dd8448eb211c80319c"[2 * at..2 * at + 2], 16).expect("hex"))
        .collect();
    assert!(body.windows(16).any(|part| part == parent), "the caller's trace goes on");
    assert!(!has(&body, "secret"));
    assert!(page.text().contains("within") && !page.text().contains("http.route"), "{}", page.text());
}

#[test]
fn without_a_collector_nothing_is_traced() {
    assert!(Traces::open(&Telemetry::default(), None).expect("nothing to fail").is_none());
    let log = Log { filter: Filter::read("info").expect("a filter"), format: LogFormat::Auto };
    tracing::subscriber::with_default(subscriber(&log, Shape::Json, Page::default(), None), || {
        assert!(trace_span!(target: TARGET, "request").is_disabled());
    });
}
