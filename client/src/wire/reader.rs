//! The read side of one client: delivers whole frames until the connection ends. Holds no buffer while idle. Must not
//! know what a message means.

use std::cell::RefCell;
use std::fmt;
use std::future::poll_fn;
use std::task::{Poll, ready};

use tokio::io::ReadBuf;

use super::frame::{BadFrame, Frames, Opcode};
use super::stream::ReadHalf;
use crate::limits::READ_BYTES;

/// The receiver of a node's messages.
pub trait Listen {
    /// A whole message.
    fn text(&mut self, text: &[u8]);
    /// A ping, to be answered.
    fn ping(&mut self, payload: &[u8]);
    /// What was read at once is told next.
    fn begin(&mut self);
    /// All that was read at once has been told.
    fn pause(&mut self);
    /// Whether to read on; if not, data stays in the kernel (back-pressure).
    fn listens(&self) -> bool;
}

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The node's close frame.
    Closed(Option<u16>),
    /// The stream ended, or failed, without one.
    Lost,
    /// The node's bytes are not valid frames.
    Bad(BadFrame),
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(Some(code)) => write!(f, "closed by the node with {code}"),
            Self::Closed(None) => f.write_str("closed by the node"),
            Self::Lost => f.write_str("lost without a close frame"),
            Self::Bad(why) => why.fmt(f),
        }
    }
}

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

/// One connection's incoming side.
pub struct Reader {
    half: ReadHalf,
    /// What came with the handshake's answer; read first.
    early: Vec<u8>,
    frames: Frames,
}

impl Reader {
    /// A reader of this connection, whose first bytes came with the handshake's answer.
    #[must_use]
    pub fn new(half: ReadHalf, early: Vec<u8>) -> Self {
        Self { half, early, frames: Frames::default() }
    }

    /// Reads to the end; `None`: the listener wants no more for now, and may be read to again later.
    pub async fn read(&mut self, listener: &mut impl Listen) -> Option<Ending> {
        let early = std::mem::take(&mut self.early);
        if let Some(ending) = feed(&mut self.frames, &early, listener) {
            return Some(ending);
        }
        drop(early);
        poll_fn(|cx| {
            SCRATCH.with_borrow_mut(|scratch| {
                while listener.listens() {
                    let mut buffer = ReadBuf::new(scratch);
                    let read = ready!(self.half.poll_read(cx, &mut buffer));
                    if read.is_err() || buffer.filled().is_empty() {
                        return Poll::Ready(Some(Ending::Lost));
                    }
                    listener.begin();
                    let ending = feed(&mut self.frames, buffer.filled(), listener);
                    listener.pause();
                    if let Some(ending) = ending {
                        return Poll::Ready(Some(ending));
                    }
                }
                Poll::Ready(None)
            })
        })
        .await
    }
}

fn feed(frames: &mut Frames, bytes: &[u8], listener: &mut impl Listen) -> Option<Ending> {
    let mut ending = None;
    let fed = frames.feed(bytes, |opcode, payload| {
        match opcode {
            Opcode::Text => listener.text(payload),
            Opcode::Ping => listener.ping(payload),
            Opcode::Pong => {}
            Opcode::Binary => {
                ending = Some(Ending::Bad(BadFrame::Binary));
                return false;
            }
            Opcode::Close => {
                ending = Some(Ending::Closed(payload.first_chunk().map(|code| u16::from_be_bytes(*code))));
                return false;
            }
        }
        true
    });
    fed.err().map(Ending::Bad).or(ending)
}
