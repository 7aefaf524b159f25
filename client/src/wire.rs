//! Bytes: a TCP connection, plain or under TLS, that speaks RFC 6455 as a client. Must not know what a message means.
//!
//! An idle client holds no buffer: reading borrows one per thread, writing goes straight to the kernel.

mod frame;
mod handshake;
mod reader;
mod stream;
mod tls;
mod writer;

pub use frame::{BadFrame, Opcode};
pub use handshake::{Opened, Refused, Upgrade, Way, connect, open, upgrade};
pub use reader::{Ending, Listen, Reader};
pub use stream::{ReadHalf, Stream, WriteHalf};
pub use tls::{Tls, Trust};
pub use writer::{Cut, Writer, WriterClosed};
