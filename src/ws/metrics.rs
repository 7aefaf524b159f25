//! The edge's metrics, by name and meaning. Labels are words from our own tables, never a client's text.

use actors::protocol::Close;
use metrics::{counter, describe_counter, describe_gauge, gauge};

const CONNECTIONS: &str = "aldis_edge_connections";
const TURNED_AWAY: &str = "aldis_edge_connections_turned_away_total";
const REFUSED: &str = "aldis_edge_handshakes_refused_total";
const VIOLATIONS: &str = "aldis_edge_frame_violations_total";

/// Describes them to the recorder.
pub fn describe() {
    describe_gauge!(CONNECTIONS, "Open TCP connections, HTTP and WebSocket.");
    describe_counter!(TURNED_AWAY, "Connections closed at accept because a limit (node, address) was reached.");
    describe_counter!(REFUSED, "WebSocket requests refused, by problem code.");
    describe_counter!(VIOLATIONS, "WebSocket connections ended for breaking a rule of RFC 6455, by close code.");
}

pub(super) fn connected() {
    gauge!(CONNECTIONS).increment(1);
}

pub(super) fn disconnected() {
    gauge!(CONNECTIONS).decrement(1);
}

pub(super) fn turned_away(limit: &'static str) {
    counter!(TURNED_AWAY, "limit" => limit).increment(1);
}

pub(super) fn refused(code: &'static str) {
    counter!(REFUSED, "code" => code).increment(1);
}

pub(super) fn violated(close: Close) {
    counter!(VIOLATIONS, "close" => close.as_str()).increment(1);
}
