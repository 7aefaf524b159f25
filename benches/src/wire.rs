//! Bytes: a TCP connection, plain or under TLS, that speaks RFC 6455 as a client. Must not know what a message means.
//!
//! An idle client holds no buffer: reading borrows one per thread, writing goes straight to the kernel.

mod frame;
mod handshake;
mod reader;
mod stream;
mod tls;
mod writer;

pub(crate) use frame::Opcode;
pub(crate) use handshake::{Opened, Refused, Upgrade, Way, connect, open, upgrade};
pub(crate) use reader::{Ending, Listen, Reader};
pub(crate) use stream::WriteHalf;
pub(crate) use tls::Trust;
pub(crate) use writer::{Cut, Writer, WriterClosed};
