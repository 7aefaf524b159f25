//! Real loopback connections: the fast path, the slow path, and the end.

use std::time::Duration;

use actors::ports::{CloseFrame, FrameSink, Text};
use actors::protocol::Close;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::{Outlet, Pipe};
use crate::ws::tls::tests as tls;

/// An outlet over TCP and its peer; `reader` stands for the reader's task, which holds the read half.
async fn pair(reader: JoinHandle<()>) -> (Outlet, TcpStream, OwnedReadHalf) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    let (peer, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    let (read, write) = accepted.expect("accepted").0.into_split();
    (Outlet::new(Pipe::Plain(write), reader, Duration::from_millis(200)), peer.expect("connected"), read)
}

fn whole(text: &str) -> Text<'_> {
    [text, "", ""]
}

async fn take(peer: &mut (impl AsyncRead + Unpin), length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    peer.read_exact(&mut bytes).await.expect("the bytes in time");
    bytes
}

#[tokio::test]
async fn the_pieces_of_a_message_leave_as_one_frame() {
    let (mut outlet, mut peer, _read) = pair(tokio::spawn(async {})).await;
    assert_eq!(outlet.send(&[["{\"type\":", "\"ack\"", "}"]]), Ok(0));
    assert_eq!(take(&mut peer, 16).await, b"\x81\x0E{\"type\":\"ack\"}");
    assert_eq!(outlet.send(&[[""; 3]]), Ok(0));
    assert_eq!(take(&mut peer, 2).await, b"\x81\0");
    assert_eq!((outlet.ping(b"?"), outlet.pong(b"!"), outlet.send_binary(b"\0")), (Ok(0), Ok(0), Ok(0)));
    assert_eq!(take(&mut peer, 9).await, b"\x89\x01?\x8A\x01!\x82\x01\0");
}

#[tokio::test]
async fn texts_that_are_sent_together_leave_in_order_a_frame_each() {
    let (mut outlet, mut peer, _read) = pair(tokio::spawn(async {})).await;
    assert_eq!(outlet.send(&[]), Ok(0), "nothing is nothing");
    let numbers: Vec<String> = (10..50).map(|number| number.to_string()).collect();
    let texts: Vec<Text<'_>> = numbers.iter().map(|number| ["n", number, ""]).collect();
    assert_eq!(outlet.send(&texts), Ok(0));
    let expected = numbers.iter().map(|number| format!("\u{1}\u{3}n{number}"));
    let mut bytes = take(&mut peer, 5 * numbers.len()).await;
    bytes.iter_mut().step_by(5).for_each(|first| *first ^= 0x80);
    assert_eq!(bytes, expected.collect::<String>().into_bytes());
}

#[tokio::test]
async fn frames_for_a_slow_peer_are_buffered_in_order() {
    let (mut outlet, mut peer, _read) = pair(tokio::spawn(async {})).await;
    let text = "x".repeat(60_000);
    let mut frames = 1;
    while outlet.send(&[whole(&text)]).expect("connected") == 0 {
        frames += 1;
    }
    let waiting = outlet.pong(b"late").expect("connected");
    assert!(waiting > 6, "the pong waits behind the rest: {waiting}");
    let reading = tokio::spawn(async move {
        let mut bytes = take(&mut peer, frames * 60_004).await;
        bytes.extend(take(&mut peer, 6 + 6).await);
        bytes
    });
    let mut wire = Box::new(outlet).flush().await.expect("connected");
    assert_eq!(wire.send(&[whole("next")]), Ok(0));
    let bytes = reading.await.expect("read to the end");
    for frame in bytes[..frames * 60_004].chunks(60_004) {
        assert_eq!(frame[..4], [0x81, 126, 0xEA, 0x60]);
        assert!(frame[4..].iter().all(|byte| *byte == b'x'));
    }
    assert_eq!(bytes[frames * 60_004..], *b"\x8A\x04late\x81\x04next");
}

/// An outlet over TLS, its client, and the read half.
async fn tls_pair() -> (Outlet, tls::Client, impl Sized) {
    let (stream, peer) = tls::pair(None).await;
    let reader = tokio::spawn(async {});
    (Outlet::new(Pipe::Tls(stream.share()), reader, Duration::from_millis(200)), peer, stream)
}

#[tokio::test]
async fn nothing_is_lost_or_held_back_under_tls() {
    let (mut outlet, mut peer, _read) = tls_pair().await;
    assert_eq!(outlet.send(&[["a", "b", ""]]), Ok(0));
    assert_eq!(take(&mut peer, 4).await, b"\x81\x02ab", "no flush was needed");
    let text = "x".repeat(60_000);
    let mut frames = 1;
    while outlet.send(&[whole(&text)]).expect("connected") == 0 {
        frames += 1;
    }
    let reading = tokio::spawn(async move {
        let bytes = take(&mut peer, frames * 60_004 + 6).await;
        (bytes, take(&mut peer, 12).await, peer.read(&mut [0]).await.expect("an orderly end"))
    });
    let mut wire = Box::new(outlet).flush().await.expect("connected");
    assert_eq!(wire.send(&[whole("next")]), Ok(0));
    wire.close(Close::Replaced.into()).await;
    let (bytes, close, rest) = reading.await.expect("read to the end");
    assert!(bytes.ends_with(b"x\x81\x04next"));
    assert_eq!((&close[..], rest), (&b"\x88\x0A\x11\x39replaced"[..], 0));
}

#[tokio::test]
async fn a_close_sends_its_code_then_ends_the_stream_in_time() {
    let reader = tokio::spawn(std::future::pending());
    let ended = reader.abort_handle();
    let (outlet, mut peer, _read) = pair(reader).await;
    let close = tokio::spawn(Box::new(outlet).close(Close::Replaced.into()));
    assert_eq!(take(&mut peer, 12).await, b"\x88\x0A\x11\x39replaced");
    assert_eq!(peer.read(&mut [0; 1]).await.expect("an orderly end"), 0);
    close.await.expect("closed although the peer never hung up");
    while !ended.is_finished() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_long_reason_is_cut_between_characters() {
    let (outlet, mut peer, _read) = pair(tokio::spawn(async {})).await;
    let reason = "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü";
    Box::new(outlet).close(CloseFrame { code: Some(1000), reason }).await;
    let bytes = take(&mut peer, 126).await;
    assert_eq!(bytes[..4], [0x88, 124, 0x03, 0xE8]);
    assert_eq!(std::str::from_utf8(&bytes[4..]).expect("whole characters"), "ü".repeat(61));
}

#[tokio::test]
async fn a_broken_connection_is_detected() {
    let (mut outlet, peer, _read) = pair(tokio::spawn(async {})).await;
    peer.set_zero_linger().expect("a socket option");
    drop(peer);
    while outlet.send(&[whole("anybody there?")]).is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(outlet.flushed().await.is_err() || outlet.ping(b"").is_err());
}

#[tokio::test]
async fn a_dropped_outlet_ends_its_reader() {
    let reader = tokio::spawn(std::future::pending());
    let ended = reader.abort_handle();
    let (outlet, _peer, _read) = pair(reader).await;
    drop(outlet);
    while !ended.is_finished() {
        tokio::task::yield_now().await;
    }
}
