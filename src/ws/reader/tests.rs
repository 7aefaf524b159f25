//! A stream from memory, and a session that records its events.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use actors::protocol::Close;
use proptest::prelude::*;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::tcp::OwnedReadHalf;

use super::super::scratch::Scratch;
use super::{Ending, Reader, Session, parser};
use crate::ws::Limits;
use crate::ws::guard::{self, Violation};

/// Gives one piece a read, with a pause before each, then ends.
struct Pieces {
    left: VecDeque<Vec<u8>>,
    paused: bool,
    notes: Notes,
}

impl AsyncRead for Pieces {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.paused = !self.paused;
        if self.paused {
            self.notes.add(Told::Waited);
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
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Closed(Ending),
    /// The session was flushed: no further message is ready.
    Paused,
    /// The reader waits for bytes.
    Waited,
}

#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<Told>>>);

impl Notes {
    fn add(&self, told: Told) {
        self.0.lock().expect("no panic before").push(told);
    }
}

impl Session for Notes {
    fn text_now(&mut self, text: &str) -> bool {
        let is_even = text.len().is_multiple_of(2);
        if is_even {
            self.add(Told::Text(text.to_owned()));
        }
        is_even
    }
    async fn text(&mut self, text: &str) {
        self.add(Told::Text(text.to_owned()));
    }
    async fn binary(&mut self, bytes: &[u8]) {
        self.add(Told::Binary(bytes.to_vec()));
    }
    async fn ping(&mut self, payload: &[u8]) {
        self.add(Told::Ping(payload.to_vec()));
    }
    async fn pong(&mut self, payload: &[u8]) {
        self.add(Told::Pong(payload.to_vec()));
    }
    fn flush_batch(&mut self) {
        self.add(Told::Paused);
    }
    async fn closed(self, ending: Ending) {
        self.add(Told::Closed(ending));
    }
}

/// Everything that happens as these bytes are read, the first `early` of which came with the request's head.
fn read(bytes: &[u8], early: usize, size: usize, way: Way, limits: guard::Limits) -> Vec<Told> {
    let (early, later) = bytes.split_at(early.min(bytes.len()));
    let notes = Notes::default();
    let left = later.chunks(size).map(<[u8]>::to_vec).collect();
    let pieces = Pieces { left, paused: false, notes: notes.clone() };
    let reader = Reader::new(pieces, early.into(), Arc::new(Limits { frames: limits, ..Limits::default() }));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    match way {
        Way::Usual => runtime.block_on(reader.run(notes.clone())),
        Way::Parser => runtime.block_on(by_the_parser(reader, notes.clone())),
    }
    let told = notes.0.lock().expect("no panic before");
    told.clone()
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Usual,
    Parser,
}

/// The reader without its short cut.
async fn by_the_parser(mut reader: Reader<Pieces>, mut session: Notes) {
    let ending = loop {
        let mut read = match reader.early.take() {
            Some(early) => *early,
            None => match Scratch::read(&mut reader.stream).await {
                Ok(read) => read,
                Err(_) => break Ending::Lost,
            },
        };
        let bytes = read.bytes().into();
        if let Some(ending) = parser::deliver(bytes, &mut reader.stream, reader.limits.frames, &mut session).await {
            break ending;
        }
        session.flush_batch();
    };
    reader.end(session, ending).await;
}

fn is_event(told: &Told) -> bool {
    !matches!(told, Told::Paused | Told::Waited)
}

/// The session's events for these bytes.
fn told(bytes: &[u8], early: usize, size: usize) -> Vec<Told> {
    let mut told = read(bytes, early, size, Way::Usual, guard::Limits::default());
    told.retain(is_event);
    told
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
fn a_clients_close_frame_is_reported_with_code_and_reason() {
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
fn a_violation_is_reported_after_the_messages_before_it() {
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

/// A message in one or more frames, with its expected event.
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

    #[test]
    fn a_session_is_flushed_when_no_message_is_ready(
        messages in prop::collection::vec(any_message(), 0..6),
        early in 0usize..300,
        size in prop_oneof![1usize..20, 100usize..3_000],
        way in prop::sample::select(vec![Way::Usual, Way::Parser]),
    ) {
        let bytes: Vec<u8> = messages.iter().flat_map(|(bytes, _)| bytes.clone()).collect();
        let happened = read(&bytes, early, size, way, guard::Limits::default());
        // The stream writes down that it has nothing before the reader hears of it: the session is told just then.
        for told in happened.split(|what| *what == Told::Paused) {
            let events = told.iter().take_while(|what| **what != Told::Waited);
            let held_back = events.filter(|what| is_event(what)).count() > 0;
            let goes_on = told.iter().skip_while(|what| **what != Told::Waited).any(is_event);
            prop_assert!(!(held_back && goes_on), "nobody said that this was all: {told:?}");
            prop_assert!(!told[told.len().min(1)..].iter().any(|what| matches!(what, Told::Closed(_))), "{told:?}");
        }
    }
}

/// Mostly sensible frames, with every kind of rule broken now and then.
fn any_frame() -> impl Strategy<Value = Vec<u8>> {
    let first = prop_oneof![
        12 => prop::sample::select(vec![0x81u8, 0x89, 0x8A]),
        4 => prop::sample::select(vec![0x01u8, 0x00, 0x80, 0x82, 0x02]),
        1 => Just(0x88u8),
        1 => any::<u8>(),
    ];
    let payload = prop_oneof![
        6 => "\\PC{0,60}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..140),
        1 => prop::collection::vec(Just(b'a'), 190..210),
    ];
    (first, payload).prop_map(|(first, payload)| frame(first, &payload))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn the_fast_path_agrees_with_the_parser_on_any_input(
        frames in prop::collection::vec(any_frame(), 1..10),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        early in 0usize..100,
        size in prop_oneof![1usize..20, 20usize..400, Just(10_000)],
        binary: bool,
    ) {
        let mut bytes = frames.concat();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] ^= byte;
        }
        let limits = guard::Limits { message_bytes_max: 200, fragments_max: 4, binary };
        let [usual, parser] = [Way::Usual, Way::Parser].map(|way| {
            let mut told = read(&bytes, early, size, way, limits);
            told.retain(is_event);
            told
        });
        prop_assert_eq!(usual, parser);
    }
}

/// The memory of every connection, even if idle; it fits into its task, beside the connection's place.
#[test]
fn an_idle_connection_is_small() {
    fn bytes<S, N, F: Future>(_: impl FnOnce(Reader<S>, N) -> F) -> usize {
        size_of::<F>()
    }
    let resting = bytes(|reader: Reader<OwnedReadHalf>, line: actors::node::ConnectionHandle| reader.run(line));
    assert!(resting <= 96, "{resting} bytes");
}
