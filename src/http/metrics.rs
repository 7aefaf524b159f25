//! Metrics of HTTP and the layer that records them. The route is the pattern, never the path.

use axum::{
    extract::{MatchedPath, Request},
    http::Method,
    middleware::Next,
    response::Response,
};
use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};
use tokio::time::Instant;

use super::request_id::RequestId;

/// Requests by method, route and status.
pub const REQUESTS: &str = "aldis_http_requests_total";
/// Seconds from the request's head to the response's head, by method and route.
pub const DURATION: &str = "aldis_http_request_duration_seconds";
/// Signups, logins, refreshes and logouts by action and result.
pub const AUTH_RESULTS: &str = "aldis_auth_results_total";

/// Describes these metrics to the recorder; once, after it is installed.
pub fn describe() {
    describe_counter!(REQUESTS, "Requests by method, route and status.");
    describe_histogram!(DURATION, Unit::Seconds, "From a request's head to its response's head, by method and route.");
    describe_counter!(AUTH_RESULTS, "Signups, logins, refreshes and logouts by action and result.");
}

/// The label of requests that matched no route: the web app's files, and 404s.
const OTHER: &str = "other";

/// Counts and times every request, and logs it at debug level; never its query, headers or body.
pub async fn observe(request: Request, next: Next) -> Response {
    let method = label(request.method());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or_default();
    let begun = Instant::now();
    let response = next.run(request).await;
    let route = matched.as_ref().map_or(OTHER, MatchedPath::as_str).to_owned();
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    tracing::debug!(method, route, status, request_id = id.as_str(), ms = took.as_secs_f64() * 1000.0, "request");
    counter!(REQUESTS, "method" => method, "route" => route.clone(), "status" => status.to_string()).increment(1);
    histogram!(DURATION, "method" => method, "route" => route).record(took.as_secs_f64());
    response
}

/// Counts the result of an authentication action; `result` is `ok` or a problem's code.
pub(super) fn auth_result(action: &'static str, result: &'static str) {
    counter!(AUTH_RESULTS, "action" => action, "result" => result).increment(1);
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
