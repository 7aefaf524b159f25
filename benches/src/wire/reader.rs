//! The read side of one client: whole frames to whoever listens, until the connection is over.
//! Holds no buffer while nothing comes. Must not know what a message means.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Poll, ready};

use tokio::io::{AsyncRead as _, ReadBuf};
use tokio::net::tcp::OwnedReadHalf;

use super::frame::{BadFrame, Frames, Opcode};
use crate::limits::READ_BYTES;

/// Who is told what a node sends.
pub(crate) trait Listen {
    fn text(&mut self, text: &[u8]);
    fn ping(&mut self, payload: &[u8]);
}

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The node's close frame.
    Closed(Option<u16>),
    /// The stream ended, or failed, without one.
    Lost,
    /// The node's bytes are no frames.
    Bad(BadFrame),
}

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

/// Reads to the end.
pub(crate) async fn read(mut half: OwnedReadHalf, early: Vec<u8>, listener: &mut impl Listen) -> Ending {
    let mut frames = Frames::default();
    if let Some(ending) = feed(&mut frames, &early, listener) {
        return ending;
    }
    drop(early);
    poll_fn(|cx| {
        SCRATCH.with_borrow_mut(|scratch| {
            loop {
                let mut buffer = ReadBuf::new(scratch);
                let read = ready!(Pin::new(&mut half).poll_read(cx, &mut buffer));
                if read.is_err() || buffer.filled().is_empty() {
                    return Poll::Ready(Ending::Lost);
                }
                if let Some(ending) = feed(&mut frames, buffer.filled(), listener) {
                    return Poll::Ready(ending);
                }
            }
        })
    })
    .await
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
