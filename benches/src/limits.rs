//! All limits of the generator, with their reasons. Must not know who enforces them.

use std::time::Duration;

pub use client::limits::OPEN_WITHIN;

/// The largest message a client may send (the protocol's own limit).
pub(crate) const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// Bytes that an attacker sends ahead of what the kernel takes: some messages, so that it is as fast as the node reads.
pub(crate) const ATTACKER_WAITING_MAX: usize = 256 * 1024;
/// Concurrent handshakes: enough to keep a node busy, few enough for its accept queue.
pub(crate) const OPENING_MAX: usize = 256;
/// How long a step may make no progress before it fails.
pub const STALLED_AFTER: Duration = Duration::from_secs(20);
/// How long messages in flight may take once the load has ended.
pub(crate) const DRAIN_WITHIN: Duration = Duration::from_secs(10);
/// How long it may take until a backend that was dead was told everything: another node takes over within twenty seconds, and seats of
/// a killed one are kept for some.
pub(crate) const TOLD_WITHIN: Duration = Duration::from_secs(120);
/// Connections from one source address: an address has 28 232 ports by default, some of them in use.
pub const PER_SOURCE: usize = 25_000;
/// Members that try to join full rooms: enough to check the limit, too few to cost anything.
pub(crate) const KNOCKS_MAX: usize = 20;
/// File descriptors for everything that is not a client: REST, files, the runtime.
pub(crate) const FILES_BESIDE: usize = 128;
/// Requests to the REST interface at once while rooms and accounts are made.
pub(crate) const REQUESTS_AT_ONCE: usize = 16;
/// Retries of a request that was refused with 429 or 503.
pub(crate) const RETRIES_MAX: u32 = 200;
/// Timeout of one request; a login waits in the queue for hashing.
pub(crate) const REQUEST_WITHIN: Duration = Duration::from_secs(30);
/// How long a node may take to start, and to stop.
pub const START_WITHIN: Duration = Duration::from_secs(30);
/// See [`START_WITHIN`].
pub(crate) const STOP_WITHIN: Duration = Duration::from_secs(20);
/// How long a member tries to reconnect.
pub(crate) const BACK_WITHIN: Duration = Duration::from_secs(60);
/// How often a member that has stopped reading checks whether to resume.
pub(crate) const STALL_LOOK: Duration = Duration::from_millis(20);
/// Violations kept with their details; the rest is only counted.
pub(crate) const VIOLATIONS_SHOWN: usize = 20;
