//! All limits of a listener and its connections, each with its reason. It must not know the source of the values.

use std::time::Duration;

use super::guard;

/// Limits of one listener and of each of its connections.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Maximum open connections, HTTP and WebSocket together. Keep it below the process's file limit: running out of
    /// descriptors affects all clients, a refused connection only one.
    pub connections_max: usize,
    /// The same per address (an IPv6 /64 counts as one), so that one client cannot take all places. Trusted proxies are
    /// exempt; a client that opens a socket over one of their connections counts.
    pub connections_per_address_max: usize,
    /// From accept to the end of the TLS handshake.
    pub tls_handshake_within: Duration,
    /// From accept to the first byte, for a connection without TLS.
    pub first_byte_within: Duration,
    /// A request's whole head, from its first byte.
    pub head_within: Duration,
    /// Keep-alive timeout, longer than the 60 s for which common proxies (nginx, AWS ALB) keep idle connections: a request
    /// that they send while we close would fail.
    pub idle_within: Duration,
    /// How long a client may accept no byte of an HTTP response before we close.
    pub answer_stuck_within: Duration,
    /// Bytes of a request's head, and of hyper's buffer (at least 8 KiB).
    pub head_bytes_max: usize,
    /// The longest pause of the accept loop when the process or the system is out of file descriptors.
    pub accept_pause_max: Duration,
    /// Limits of a client's frames and messages.
    pub frames: guard::Limits,
    /// From our close frame to the end of the TCP connection, whatever the peer does; also the timeout of closing an
    /// HTTP connection.
    pub farewell_within: Duration,
    /// Bytes discarded after our close frame (so that no reset overtakes it) before we close the connection.
    pub farewell_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: 18_000,
            connections_per_address_max: 1_024,
            tls_handshake_within: Duration::from_secs(5),
            first_byte_within: Duration::from_secs(5),
            head_within: Duration::from_secs(5),
            idle_within: Duration::from_secs(75),
            answer_stuck_within: Duration::from_secs(10),
            head_bytes_max: 16 * 1024,
            accept_pause_max: Duration::from_secs(1),
            frames: guard::Limits::default(),
            farewell_within: Duration::from_secs(2),
            farewell_bytes_max: 1024 * 1024,
        }
    }
}
