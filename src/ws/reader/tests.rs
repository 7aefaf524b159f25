//! A stream from memory, a session that writes down what it is told.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use actors::protocol::Close;
use proptest::prelude::*;
use tokio::io::{AsyncRead, ReadBuf};

use super::{Ending, Reader, Session};
use crate::ws::Limits;
use crate::ws::guard::Violation;

/// Gives one piece a read, with a pause before each, then ends.
struct Pieces {
    left: VecDeque<Vec<u8>>,
    paused: bool,
}

impl AsyncRead for Pieces {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.paused = !self.paused;
        if self.paused {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if let Some(mut piece) = self.left.pop_front() {
            let later = piece.split_off(piece.len().min(buf.remaining()));
            buf.put_slice(&piece);
            if !later.is_empty() {
                self.left.push_front(later);
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    Text(String),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Closed(Ending),
}

#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<Told>>>);

impl Notes {
    fn add(&self, told: Told) {
        self.0.lock().expect("no panic before").push(told);
    }
}

impl Session for Notes {
    async fn text(&mut self, text: &str) {
        self.add(Told::Text(text.to_owned()));
    }
    async fn ping(&mut self, payload: &[u8]) {
        self.add(Told::Ping(payload.to_vec()));
    }
    async fn pong(&mut self, payload: &[u8]) {
        self.add(Told::Pong(payload.to_vec()));
    }
    async fn closed(self, ending: Ending) {
        self.add(Told::Closed(ending));
    }
}

/// What a session is told of these bytes, the first `early` of which came with the request's head.
fn told(bytes: &[u8], early: usize, size: usize) -> Vec<Told> {
    let (early, later) = bytes.split_at(early.min(bytes.len()));
    let pieces = Pieces { left: later.chunks(size).map(<[u8]>::to_vec).collect(), paused: false };
    let notes = Notes::default();
    let reader = Reader::new(pieces, early.into(), Arc::new(Limits::default()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(reader.run(notes.clone()));
    let told = notes.0.lock().expect("no panic before");
    told.clone()
}

/// A masked frame.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [9, 8, 7, 6];
    let mut bytes = vec![first];
    match payload.len() {
        short @ 0..=125 => bytes.push(0x80 | short as u8),
        long => {
            bytes.push(0x80 | 126);
            bytes.extend((long as u16).to_be_bytes());
        }
    }
    bytes.extend(mask);
    bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
    bytes
}

#[test]
fn a_clients_close_frame_is_told_with_code_and_reason() {
    let bytes = [frame(0x81, b"last words"), frame(0x88, b"\x0F\xA0bye"), frame(0x81, b"never read")].concat();
    let ending = Ending::Closed { code: Some(4000), reason: "bye".to_owned() };
    for size in [1, 7, 1000] {
        let expected = [Told::Text("last words".to_owned()), Told::Closed(ending.clone())];
        assert_eq!(told(&bytes, 0, size), expected, "in pieces of {size}");
    }
    let empty = Ending::Closed { code: None, reason: String::new() };
    assert_eq!(told(&frame(0x88, b""), 0, 9), [Told::Closed(empty)]);
}

#[test]
fn a_violation_is_told_after_the_messages_before_it() {
    let bytes = [frame(0x81, b"one"), frame(0x82, b"binary")].concat();
    let violation = Violation { close: Close::Binary, why: "binary message; this protocol is text only" };
    let expected = [Told::Text("one".to_owned()), Told::Closed(Ending::Violated(violation))];
    assert_eq!(told(&bytes, 0, 4), expected);
    assert_eq!(told(&bytes, bytes.len(), 4), expected);
}

#[test]
fn a_stream_that_ends_in_the_middle_is_lost() {
    let bytes = frame(0x81, b"unfinished");
    for end in 0..bytes.len() {
        assert_eq!(told(&bytes[..end], 0, 3), [Told::Closed(Ending::Lost)], "after {end} bytes");
    }
}

/// A message in one or more frames, with the event that it must become.
fn any_message() -> impl Strategy<Value = (Vec<u8>, Told)> {
    let text = (prop_oneof![1 => Just(String::new()), 8 => "\\PC{0,60}", 1 => "[a-z]{9000,20000}"], 1usize..60);
    let text = text.prop_map(|(text, cuts)| {
        let size = text.len().div_ceil(cuts).max(1);
        let mut pieces: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
        if pieces.is_empty() {
            pieces.push(b"");
        }
        let last = pieces.len() - 1;
        let frames = pieces.iter().enumerate().map(|(at, piece)| {
            let first = if at == 0 { 1 } else { 0 } | if at == last { 0x80 } else { 0 };
            frame(first, piece)
        });
        (frames.collect::<Vec<_>>().concat(), Told::Text(text))
    });
    let payload = || prop::collection::vec(any::<u8>(), 0..126);
    let ping = payload().prop_map(|payload| (frame(0x89, &payload), Told::Ping(payload)));
    let pong = payload().prop_map(|payload| (frame(0x8A, &payload), Told::Pong(payload)));
    prop_oneof![4 => text, 1 => ping, 1 => pong]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_message_arrives_once_and_in_order_however_it_is_split(
        messages in prop::collection::vec(any_message(), 0..12),
        early in 0usize..300,
        size in prop_oneof![1usize..20, 100usize..30_000],
    ) {
        let bytes: Vec<u8> = messages.iter().flat_map(|(bytes, _)| bytes.clone()).collect();
        let mut expected: Vec<Told> = messages.into_iter().map(|(_, told)| told).collect();
        expected.push(Told::Closed(Ending::Lost));
        prop_assert_eq!(told(&bytes, early, size), expected);
    }
}
