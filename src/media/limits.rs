//! Every limit towards media servers on one screen, with its unit and its reason. Must not know where a value comes from.

use std::time::Duration;

/// The limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Timeout of a request, waiting for its turn and for a second try included.
    pub request_within: Duration,
    /// Requests under way to one server: what it is asked at once by a node, and its connections.
    pub in_flight_max: usize,
    /// Requests that wait for their turn; further ones are refused. In two seconds a server answers more.
    pub waiting_max: usize,
    /// Bytes of an answer: the largest real one, with two codecs, has 3 kB.
    pub answer_bytes_max: usize,
    /// Bytes of an answer that shows what is there: a room of 512 who each send three tracks has 110 kB.
    pub shown_bytes_max: usize,
    /// Bytes of a line of events: the largest has some 300.
    pub line_bytes_max: usize,
    /// How long an event stream may be silent: a line comes each second.
    pub silent_max: Duration,
    /// Idle connections kept to one server, and for how long: shorter than a media server keeps them (2 minutes), and than
    /// proxies do (60 s).
    pub idle_max: usize,
    /// See `idle_max`.
    pub idle_for: Duration,
    /// Deletions that wait or are under way; beyond it a server's own reaper deletes the peer a minute later.
    pub deletions_max: usize,
    /// Of these, under way at once: calls of people come first.
    pub deleting_max: usize,
    /// How long a deletion is retried; then the server's own reaper has it.
    pub delete_within: Duration,
    /// How long after its actor has died a server gets a new one.
    pub restart_after: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_within: Duration::from_secs(2),
            in_flight_max: 256,
            waiting_max: 1_024,
            answer_bytes_max: 64 * 1024,
            shown_bytes_max: 512 * 1024,
            line_bytes_max: 16 * 1024,
            silent_max: Duration::from_millis(3_500),
            idle_max: 32,
            idle_for: Duration::from_secs(50),
            deletions_max: 4_096,
            deleting_max: 32,
            delete_within: Duration::from_secs(30),
            restart_after: Duration::from_millis(200),
        }
    }
}
