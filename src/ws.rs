//! The socket's edge: from a TCP connection to whole messages, and back.
//!
//! `listener` accepts, `guest` takes a connection to its first request, `upgrade` answers one that opens a socket and
//! `http1` every other, `handshake` validates the upgrade, `guard` every frame, `reader` turns bytes into a
//! [`Session`]'s events, `wire` turns messages into bytes. It must not know what a message means, who a token belongs
//! to, or that rooms exist.

mod caps;
mod connection;
mod entrance;
mod frame;
pub mod guard;
mod guarded;
mod guest;
pub mod handshake;
mod http1;
mod limits;
mod listener;
mod lobby;
mod metrics;
mod pace;
mod reader;
mod scratch;
mod tls;
mod upgrade;
mod wire;

pub use connection::{Arrival, Busy, Lobby};
pub use limits::Limits;
pub use listener::{BindError, Listener};
pub use lobby::{Gate, NoSockets};
pub use metrics::describe as describe_metrics;
pub use reader::{Ending, Reader, Session};
pub use tls::{Certificates, TlsError};
pub use wire::Outlet;
