//! Metrics of HTTP and the layer that records them. The route is the pattern, never the path.

use actors::ports::Noted;
use axum::{
    extract::{MatchedPath, Request},
    http::Method,
    middleware::Next,
    response::Response,
};
use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};
use tokio::time::Instant;
use tracing::{Instrument as _, Span, field, trace_span};

use super::request_id::RequestId;
use crate::{net, telemetry::traces};

/// Requests by method, route and status.
pub const REQUESTS: &str = "aldis_http_requests_total";
/// Seconds from the request's head to the response's head, by method and route.
pub const DURATION: &str = "aldis_http_request_duration_seconds";
/// Signups, logins, refreshes and logouts by action and result.
pub const AUTH_RESULTS: &str = "aldis_auth_results_total";

/// What members' programs report of their connections, by state, path (`direct`, `relay`, `unknown`) and trouble.
pub const MEDIA_REPORTS: &str = "aldis_media_reports_total";
/// Devices that members' programs report to be of no use, by device and trouble.
pub const DEVICE_REPORTS: &str = "aldis_device_reports_total";

/// Describes these metrics to the recorder; once, after it is installed.
pub fn describe() {
    describe_counter!(REQUESTS, "Requests by method, route and status.");
    describe_histogram!(DURATION, Unit::Seconds, "From a request's head to its response's head, by method and route.");
    describe_counter!(AUTH_RESULTS, "Signups, logins, refreshes and logouts by action and result.");
    describe_counter!(MEDIA_REPORTS, "What clients report of their media connections, by state, path and trouble.");
    describe_counter!(DEVICE_REPORTS, "Devices that clients report to be of no use, by device and trouble.");
}

/// The label of requests that matched no route: the web app's files, and 404s.
const OTHER: &str = "other";

/// Counts and times every request, and logs it at debug level; never its query, headers or body.
pub async fn observe(request: Request, next: Next) -> Response {
    let method = label(request.method());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or_default();
    let span = span(&request, method);
    let begun = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    span.record("http.response.status_code", response.status().as_u16());
    let route = matched.as_ref().map_or(OTHER, MatchedPath::as_str).to_owned();
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    tracing::debug!(method, route, status, request_id = id.as_str(), ms = took.as_secs_f64() * 1000.0, "request");
    counter!(REQUESTS, "method" => method, "route" => route.clone(), "status" => status.to_string()).increment(1);
    histogram!(DURATION, "method" => method, "route" => route).record(took.as_secs_f64());
    response
}

/// A request's trace. It continues that of a trusted proxy; others' decide nothing here.
fn span(request: &Request, method: &'static str) -> Span {
    let route = request.extensions().get::<MatchedPath>().map_or(OTHER, MatchedPath::as_str);
    let id = request.extensions().get::<RequestId>().map(RequestId::as_str);
    let span = trace_span!(
        target: traces::TARGET, "request", "otel.kind" = "server", "http.request.method" = method, "http.route" = route,
        "http.response.status_code" = field::Empty, request_id = id,
    );
    let is_trusted = request.extensions().get::<net::Request>().is_some_and(|known| known.client.by_proxy);
    let traceparent = request.headers().get("traceparent").filter(|_| is_trusted);
    traces::continued(&span, traceparent.and_then(|value| value.to_str().ok()));
    span
}

/// Counts the result of an authentication action; `result` is `ok` or a problem's code.
pub(super) fn auth_result(action: &'static str, result: &'static str) {
    counter!(AUTH_RESULTS, "action" => action, "result" => result).increment(1);
}

/// Counts a report of a member's program.
pub(super) fn reported(noted: &Noted) {
    match noted {
        Noted::Media { report, .. } => {
            let path = report.is_relayed().map_or("unknown", |is_relayed| if is_relayed { "relay" } else { "direct" });
            let trouble = report.trouble.map_or("", actors::ports::reports::MediaTrouble::as_str);
            counter!(MEDIA_REPORTS, "state" => report.state.as_str(), "path" => path, "trouble" => trouble)
                .increment(1);
        }
        Noted::Device { device, trouble, .. } => {
            counter!(DEVICE_REPORTS, "device" => device.as_str(), "trouble" => trouble.as_str()).increment(1);
        }
        Noted::JoinRefused { .. }
        | Noted::ResumeFailed { .. }
        | Noted::Refused { .. }
        | Noted::Changed { .. }
        | Noted::Described { .. } => {} // no reports
    }
}

/// A client can send any method: only known ones become labels.
fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::PUT => "PUT",
        Method::OPTIONS => "OPTIONS",
        _ => OTHER,
    }
}
