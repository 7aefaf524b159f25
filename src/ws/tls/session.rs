//! One TLS session without a socket: records in, plain bytes out, and back. Unbuffered: an idle session has no buffer,
//! and the caller lends scratch space.
//!
//! It must not know the source of records. rustls holds the state, the keys and the rules (RFC 8446); its buffered
//! connections would hold a read buffer of 4 KiB for their lifetime, most of the memory of an idle socket.

use std::io;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::{ServerConnectionData, UnbufferedServerConnection};
use rustls::unbuffered::{ConnectionState, EncodeError, UnbufferedStatus, WriteTraffic};
use tokio::io::ReadBuf;

/// Maximum plain bytes in one record (RFC 8446 §5.1).
pub(super) const PLAIN_BYTES_MAX: usize = 16 * 1024;
/// Overhead of a record (§5.2: a header of 5 bytes, 256 of protection), and a queued key update before it.
const SEAL_BYTES_MAX: usize = 1024;
/// Space for one sealed record.
pub(super) const RECORD_BYTES_MAX: usize = PLAIN_BYTES_MAX + SEAL_BYTES_MAX;
/// Maximum bytes of an incomplete message: a client hello may be long, but not longer.
const BEGUN_BYTES_MAX: usize = 64 * 1024;

/// The server's end of a session.
pub(super) struct Session {
    tls: UnbufferedServerConnection,
    /// The partial record or message received so far; mostly empty.
    begun: Vec<u8>,
    /// Plain bytes that did not fit into the reader's buffer; mostly empty.
    unread: Vec<u8>,
    /// Records that the socket has not accepted; mostly empty.
    unsent: Vec<u8>,
    /// Whether the client has sent `close_notify`.
    closed: bool,
    /// Whether the client violated the protocol: rustls is not called again, because it would count bytes that are
    /// gone.
    broken: bool,
}

impl Session {
    pub(super) fn new(config: Arc<ServerConfig>) -> Result<Self, rustls::Error> {
        let (begun, unread, unsent) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { tls: UnbufferedServerConnection::new(config)?, begun, unread, unsent, closed: false, broken: false })
    }

    pub(super) fn is_handshaking(&self) -> bool {
        self.tls.is_handshaking()
    }

    /// Whether the client has closed its side in order, and everything before that was read.
    pub(super) fn is_over(&self) -> bool {
        self.closed && self.unread.is_empty()
    }

    /// Prepares `scratch` with the partial record and space for `more` bytes; returns where those start.
    ///
    /// # Errors
    /// The incomplete message is too long.
    pub(super) fn room(&self, scratch: &mut Vec<u8>, more: usize) -> io::Result<usize> {
        let begun = self.begun.len();
        if begun > BEGUN_BYTES_MAX {
            return Err(invalid(rustls::Error::General("a message without an end".to_owned())));
        }
        if scratch.len() < begun + more {
            scratch.resize(begun + more, 0);
        }
        scratch[..begun].copy_from_slice(&self.begun);
        Ok(begun)
    }

    /// Processes records: the partial one that [`room`](Self::room) put first, and those received. Plain bytes go to
    /// `plain` as far as it has space; responses go to [`unsent`](Self::unsent).
    ///
    /// # Errors
    /// The client violated the protocol: nothing else can be read or written.
    pub(super) fn hear(&mut self, came: &mut [u8], plain: &mut ReadBuf<'_>) -> io::Result<()> {
        if self.broken {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let taken = self.take(came, plain);
        self.broken = taken.is_err();
        taken
    }

    fn take(&mut self, came: &mut [u8], plain: &mut ReadBuf<'_>) -> io::Result<()> {
        let mut at = 0;
        loop {
            let UnbufferedStatus { discard, state } = self.tls.process_tls_records(&mut came[at..]);
            let mut is_done = false;
            match state {
                Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                    while let Some(record) = traffic.next_record() {
                        let record = record.map_err(invalid)?;
                        at += record.discard;
                        hand_over(record.payload, plain, &mut self.unread);
                    }
                }
                Ok(ConnectionState::EncodeTlsData(mut data)) => {
                    append(&mut self.unsent, |room| data.encode(room)).map_err(invalid)?;
                }
                // It is in `unsent`, before everything that follows.
                Ok(ConnectionState::TransmitTlsData(data)) => data.done(),
                Ok(ConnectionState::PeerClosed) => self.closed = true,
                Ok(ConnectionState::BlockedHandshake | ConnectionState::WriteTraffic(_) | ConnectionState::Closed) => {
                    is_done = true;
                }
                Ok(_) => return Err(invalid(rustls::Error::General("early data, which is not offered".to_owned()))),
                Err(error) => return Err(invalid(error)),
            }
            at += discard;
            if is_done {
                break;
            }
        }
        // Nothing follows the client's `close_notify`.
        self.begun = if self.closed { Vec::new() } else { came[at..].into() };
        Ok(())
    }

    /// Reads plain bytes that did not fit before; returns whether there were any.
    pub(super) fn take_unread(&mut self, plain: &mut ReadBuf<'_>) -> bool {
        if self.unread.is_empty() {
            return false;
        }
        let now = self.unread.len().min(plain.remaining());
        plain.put_slice(&self.unread[..now]);
        self.unread.drain(..now);
        if self.unread.is_empty() {
            self.unread = Vec::new();
        }
        true
    }

    /// Seals at most [`PLAIN_BYTES_MAX`] bytes into `record`, which has space for [`RECORD_BYTES_MAX`]; returns the
    /// record's length.
    ///
    /// # Errors
    /// The session has ended: an alert was sent, or the keys may seal no more.
    pub(super) fn seal(&mut self, plain: &[u8], record: &mut [u8]) -> io::Result<usize> {
        self.speak(|mut traffic| traffic.encrypt(plain, record).map_err(invalid))?
    }

    /// Queues `close_notify`. Idempotent.
    pub(super) fn close(&mut self) {
        let mut record = [0; SEAL_BYTES_MAX];
        // Without established keys there is nothing to send.
        if let Ok(Ok(length)) = self.speak(|mut traffic| traffic.queue_close_notify(&mut record)) {
            self.unsent.extend_from_slice(&record[..length]);
        }
    }

    /// Records that are sent before all others.
    pub(super) fn unsent(&mut self) -> &mut Vec<u8> {
        &mut self.unsent
    }

    fn speak<T>(&mut self, words: impl FnOnce(WriteTraffic<'_, ServerConnectionData>) -> T) -> io::Result<T> {
        if self.broken {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        loop {
            // Including the partial record, because rustls counts from its start.
            match self.tls.process_tls_records(&mut self.begun).state {
                Ok(ConnectionState::WriteTraffic(traffic)) => return Ok(words(traffic)),
                Ok(ConnectionState::EncodeTlsData(mut data)) => {
                    append(&mut self.unsent, |room| data.encode(room)).map_err(invalid)?;
                }
                Ok(ConnectionState::TransmitTlsData(data)) => data.done(),
                Ok(_) => return Err(io::ErrorKind::BrokenPipe.into()),
                Err(error) => return Err(invalid(error)),
            }
        }
    }
}

/// Copies to `plain` what fits, and appends the rest to the bytes kept before.
fn hand_over(bytes: &[u8], plain: &mut ReadBuf<'_>, unread: &mut Vec<u8>) {
    let now = if unread.is_empty() { bytes.len().min(plain.remaining()) } else { 0 };
    plain.put_slice(&bytes[..now]);
    unread.extend_from_slice(&bytes[now..]);
}

/// Appends what rustls encodes, however long it is.
fn append(
    unsent: &mut Vec<u8>,
    mut encode: impl FnMut(&mut [u8]) -> Result<usize, EncodeError>,
) -> Result<(), EncodeError> {
    let before = unsent.len();
    let mut room = SEAL_BYTES_MAX;
    loop {
        unsent.resize(before + room, 0);
        match encode(&mut unsent[before..]) {
            Ok(length) => {
                unsent.truncate(before + length);
                return Ok(());
            }
            Err(EncodeError::InsufficientSize(size)) if size.required_size > room => room = size.required_size,
            Err(error) => {
                unsent.truncate(before);
                return Err(error);
            }
        }
    }
}

fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
