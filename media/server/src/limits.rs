//! Every limit of a media server on one screen, with its unit and its reason.
//! Must not know where a value comes from: `config` reads those that operators set.

use std::time::Duration;

/// The limits.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a request's body. The largest real one, with two codecs and three layers, has 4 kB.
    pub body_max: usize,
    /// Transports of a peer: one to send, one to receive, and as many again while they are replaced.
    pub transports_max: usize,
    /// Producers of a peer: microphone, camera, screen with sound, and as many again while they are replaced.
    pub producers_max: usize,
    /// Consumers of a peer: two of each of 255 others.
    pub consumers_max: usize,
    /// Rooms of this server; a router has about 100 kB.
    pub rooms_max: usize,
    /// Peers of a room.
    pub peers_max: usize,
    /// Consumers of this server: what one core forwards (docs/media.md says how to measure it).
    pub capacity: usize,
    /// Answers kept for each peer, to be repeated for the same `Idempotency-Key`.
    pub answers_max: usize,
    /// Bytes of an `Idempotency-Key`: a session's id and a number of 16 digits.
    pub key_max: usize,
    /// The least time between two key frames that a consumer asks for: each costs the sender, and all who receive it, as much as
    /// many other frames.
    pub key_frame_every: Duration,
    /// How long a peer may be without a connected transport: three ICE restarts, then it goes.
    pub peer_unconnected_for: Duration,
    /// How long a room may be without peers.
    pub room_empty_for: Duration,
    /// How long a drain waits for the rooms.
    pub drain_for: Duration,
    /// How long the engine may take for one call. A caller waits two seconds; what ends later is undone.
    pub engine_within: Duration,
    /// Open event streams: one a node, and as many again while they reconnect.
    pub streams_max: usize,
    /// Events that wait for a slow stream before it is closed.
    pub events_max: usize,
    /// Connections at once.
    pub connections_max: usize,
    /// How long a connection may take for the head of a request; idle ones are closed after it, too. Longer than the
    /// idle time of callers and proxies (60 to 90 s), so that they close first.
    pub head_within: Duration,
    /// How long a request's body may take.
    pub body_within: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_max: 32 * 1024,
            transports_max: 4,
            producers_max: 8,
            consumers_max: 512,
            rooms_max: 1_000,
            peers_max: 512,
            capacity: 400,
            answers_max: 64,
            key_max: 128,
            key_frame_every: Duration::from_secs(1),
            peer_unconnected_for: Duration::from_secs(60),
            room_empty_for: Duration::from_secs(600),
            drain_for: Duration::from_secs(600),
            engine_within: Duration::from_secs(5),
            streams_max: 64,
            events_max: 4_096,
            connections_max: 1_024,
            head_within: Duration::from_secs(120),
            body_within: Duration::from_secs(5),
        }
    }
}
