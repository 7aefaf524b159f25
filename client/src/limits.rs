//! The limits of a client, with their reasons. Must not know who enforces them.

use std::time::Duration;

/// Bytes read from a socket at once; one buffer a thread, so that an idle client holds none.
pub const READ_BYTES: usize = 64 * 1024;
/// The largest frame a node may send: far above the protocol's 64 KiB, far below what would hurt.
pub const FRAME_BYTES_MAX: usize = 1024 * 1024;
/// Maximum padding of a chat message: it may have 4 000 characters, and its mark takes some.
pub const CHAT_PADDING_MAX: usize = 3_900;
/// Send-buffer limit per connection; beyond it the node is offered more than it reads.
pub const WAITING_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Unacknowledged messages that one session keeps; the same as the web client.
pub const KEPT_MAX: usize = 512;
/// How long one handshake may take.
pub const OPEN_WITHIN: Duration = Duration::from_secs(15);
