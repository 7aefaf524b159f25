//! The slow path: partial frames, fragmented messages, close frames and violations. A guarded frame parser reads them,
//! and is dropped as soon as every byte belongs to a delivered message.

use std::convert::Infallible;
use std::future::{Future, poll_fn, ready};
use std::pin::pin;

use actors::protocol::Close;
use fastwebsockets::{FragmentCollectorRead, Frame, OpCode, Role, WebSocketError, after_handshake_split};
use tokio::io::AsyncRead;

use super::{Ending, Session};
use crate::ws::guard::{Guard, Limits, Violation};
use crate::ws::guarded::{Guarded, Shared};

/// Delivers the messages of these bytes and the stream, until every byte read belongs to a delivered message (`None`)
/// or the connection has ended. It must not be dropped before: the parser would lose its position.
pub(super) async fn deliver<S: AsyncRead + Unpin, N: Session>(
    bytes: Box<[u8]>,
    stream: &mut S,
    limits: Limits,
    session: &mut N,
) -> Option<Ending> {
    let guard = Shared::new(Guard::new(limits));
    let source = Guarded::new(&bytes, stream, &guard);
    let (mut read, _) = after_handshake_split(source, tokio::io::empty(), Role::Server);
    read.set_auto_close(false);
    read.set_auto_pong(false);
    read.set_max_message_size(usize::try_from(limits.message_bytes_max).unwrap_or(usize::MAX).saturating_add(1));
    let mut frames = FragmentCollectorRead::new(read);
    let mut delivered = 0;
    loop {
        // With automatic responses off the parser never sends.
        let mut silent = |_: Frame<'_>| ready(Ok::<(), Infallible>(()));
        let frame = {
            let mut next = pin!(frames.read_frame(&mut silent));
            poll_fn(|cx| {
                let polled = next.as_mut().poll(cx);
                if polled.is_pending() {
                    session.flush_batch();
                }
                polled
            })
            .await
        };
        let frame = match frame {
            Ok(frame) => frame,
            Err(error) => return Some(ending(&guard, &error)),
        };
        delivered += 1;
        if let Some(ending) = tell(frame, session).await {
            return Some(ending);
        }
        if guard.look(|guard| guard.at_rest() && !guard.is_over() && guard.delivered() == delivered) {
            return None;
        }
    }
}

/// Why there is no further frame.
fn ending(guard: &Shared, error: &WebSocketError) -> Ending {
    match guard.look(|guard| guard.violation()) {
        Some(violation) => Ending::Violated(violation),
        None if matches!(error, WebSocketError::UnexpectedEOF | WebSocketError::IoError(_)) => Ending::Lost,
        None => Ending::Violated(Violation { close: Close::Protocol, why: "frame that cannot be parsed" }),
    }
}

async fn tell<N: Session>(frame: Frame<'_>, session: &mut N) -> Option<Ending> {
    let payload = &frame.payload[..];
    match frame.opcode {
        OpCode::Text => match std::str::from_utf8(payload) {
            Ok(text) if session.text_now(text) => {}
            Ok(text) => session.text(text).await,
            Err(_) => {
                return Some(Ending::Violated(Violation { close: Close::NotUtf8, why: "text that is not UTF-8" }));
            }
        },
        OpCode::Binary | OpCode::Continuation => session.binary(payload).await,
        OpCode::Ping => session.ping(payload).await,
        OpCode::Pong => session.pong(payload).await,
        OpCode::Close => {
            let code = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
            let reason = String::from_utf8_lossy(payload.get(2..).unwrap_or_default()).into_owned();
            return Some(Ending::Closed { code, reason });
        }
    }
    None
}
