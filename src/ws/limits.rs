//! Every limit of the socket's edge, with its reason. It must not know where the values come from.

use std::time::Duration;

use super::guard;

/// What one listener, and each of its connections, may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Open connections, HTTP and WebSocket together. Keep it below the process's file limit: running out of
    /// descriptors hurts everybody, a refused connection only one.
    pub connections_max: usize,
    /// Open connections of one address (an IPv6 /64 counts as one), so that one client cannot take all places.
    /// Trusted proxies are exempt: behind them everybody has the same address.
    pub connections_per_address_max: usize,
    /// From accept to the end of the TLS handshake.
    pub tls_handshake_within: Duration,
    /// From accept to the first byte, for a connection without TLS.
    pub first_byte_within: Duration,
    /// A request's whole head, from its first byte.
    pub head_within: Duration,
    /// How long a kept-alive connection may wait for its next request: longer than a proxy in front keeps it.
    pub idle_within: Duration,
    /// How long a client may take nothing of an HTTP answer before we hang up.
    pub answer_stuck_within: Duration,
    /// Bytes of a request's head, and of hyper's buffer (at least 8 KiB).
    pub head_bytes_max: usize,
    /// The longest pause of the accept loop when the process or the system is out of file descriptors.
    pub accept_pause_max: Duration,
    /// What a client's frames and messages may be.
    pub frames: guard::Limits,
    /// From our close frame to the end of the TCP connection, whatever the peer does; also how long HTTP may take
    /// to say goodbye.
    pub farewell_within: Duration,
    /// Bytes thrown away after the end (so that the close frame is not overtaken by a reset) before we hang up.
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
            idle_within: Duration::from_secs(60),
            answer_stuck_within: Duration::from_secs(10),
            head_bytes_max: 16 * 1024,
            accept_pause_max: Duration::from_secs(1),
            frames: guard::Limits::default(),
            farewell_within: Duration::from_secs(2),
            farewell_bytes_max: 1024 * 1024,
        }
    }
}
