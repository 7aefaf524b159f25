//! Every metric's name, once, after Prometheus' conventions; recorded through the `metrics` facade.

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use crate::protocol::{Close, Code};

/// Sockets that stand, this node.
pub const SOCKETS: &str = "aldis_sockets";
/// Users with a socket, this node.
pub const USERS: &str = "aldis_users";
/// Rooms with a member on this node.
pub const ROOMS: &str = "aldis_rooms";
/// Sockets opened.
pub const SOCKETS_OPENED: &str = "aldis_sockets_opened_total";
/// Sockets closed by the node, by close code.
pub const SOCKETS_CLOSED: &str = "aldis_sockets_closed_total";
/// Messages from clients, by type.
pub const MESSAGES_RECEIVED: &str = "aldis_messages_received_total";
/// Messages to clients.
pub const MESSAGES_SENT: &str = "aldis_messages_sent_total";
/// Messages refused, by code.
pub const MESSAGES_REFUSED: &str = "aldis_messages_refused_total";
/// From a signal read to its ledger answer, in seconds.
pub const RELAY_SECONDS: &str = "aldis_relay_duration_seconds";
/// Bytes that wait for slow readers.
pub const OUTBOX_BYTES: &str = "aldis_outbox_bytes";
/// Messages read and not yet settled.
pub const MAILBOX_DEPTH: &str = "aldis_mailbox_depth";
/// Actors started anew after a panic.
pub const ACTOR_RESTARTS: &str = "aldis_actor_restarts_total";
/// Seats freed by the reaper.
pub const SEATS_REAPED: &str = "aldis_seats_reaped_total";

/// Describes every metric of the system to the recorder.
pub fn describe() {
    describe_gauge!(SOCKETS, "Sockets that stand on this node");
    describe_gauge!(USERS, "Users with a socket on this node");
    describe_gauge!(ROOMS, "Rooms with a member on this node");
    describe_counter!(SOCKETS_OPENED, "Sockets opened");
    describe_counter!(SOCKETS_CLOSED, "Sockets closed by the node, by close code");
    describe_counter!(MESSAGES_RECEIVED, "Messages from clients, by type");
    describe_counter!(MESSAGES_SENT, "Messages to clients");
    describe_counter!(MESSAGES_REFUSED, "Messages refused, by code");
    describe_histogram!(RELAY_SECONDS, Unit::Seconds, "From a signal read to its ledger answer");
    describe_gauge!(OUTBOX_BYTES, Unit::Bytes, "Bytes that wait for slow readers");
    describe_gauge!(MAILBOX_DEPTH, "Messages read and not yet settled");
    describe_counter!(ACTOR_RESTARTS, "Actors started anew after a panic");
    describe_counter!(SEATS_REAPED, "Seats freed by the reaper");
}

/// A message was refused.
pub fn refused(code: Code) {
    counter!(MESSAGES_REFUSED, "code" => code.as_str()).increment(1);
}

/// A message was sent.
pub fn sent() {
    counter!(MESSAGES_SENT).increment(1);
}

/// A message of this type was received.
pub fn received(kind: &'static str) {
    counter!(MESSAGES_RECEIVED, "type" => kind).increment(1);
}

/// A socket was opened.
pub fn opened() {
    counter!(SOCKETS_OPENED).increment(1);
}

/// A socket was closed by the node.
pub fn closed(code: Close) {
    counter!(SOCKETS_CLOSED, "code" => code.as_str()).increment(1);
}

/// An actor was started anew.
pub fn restarted() {
    counter!(ACTOR_RESTARTS).increment(1);
}

/// A relayed message took so long.
pub fn relayed(seconds: f64) {
    histogram!(RELAY_SECONDS).record(seconds);
}

/// Seats were freed by the reaper.
pub fn reaped(seats: u64) {
    counter!(SEATS_REAPED).increment(seats);
}

/// How much of each noun there is now.
#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; no node has 2^52 sockets")]
pub fn population(sockets: usize, users: usize, rooms: usize) {
    gauge!(SOCKETS).set(sockets as f64);
    gauge!(USERS).set(users as f64);
    gauge!(ROOMS).set(rooms as f64);
}
