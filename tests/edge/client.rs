//! A client of raw bytes, which can violate every rule; and its server.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

use aldis::ws::{Limits, Listener};
use tokio_util::sync::CancellationToken;

use crate::echo::{self, Echo};

/// The edge on a free port, in its own runtime.
#[derive(Debug)]
pub(crate) struct Edge {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

/// The production limits, with timeouts short enough for tests.
pub(crate) fn limits() -> Limits {
    let short = Duration::from_millis(200);
    Limits {
        tls_handshake_within: short,
        first_byte_within: short,
        head_within: short,
        idle_within: short * 3,
        answer_stuck_within: short,
        ..Limits::default()
    }
}

impl Edge {
    /// With these limits, plain, admitting all sockets.
    pub(crate) fn start(limits: Limits) -> Self {
        Self::start_with(limits, Echo::default(), |listener| listener)
    }

    /// With the listener changed before it serves.
    pub(crate) fn start_with(limits: Limits, echo: Echo, change: impl FnOnce(Listener) -> Listener) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = change(runtime.block_on(Listener::bind(free, limits)).expect("a free port"));
        let address = listener.local_addr().expect("its address");
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || runtime.block_on(echo::serve(listener, echo, stopped)));
        Self { address, stop, thread: Some(thread) }
    }

    /// A TCP connection with timeouts.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("a listening edge");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a socket option");
        stream.set_nodelay(true).expect("a socket option");
        stream
    }

    /// The response to a request: its status and its text, up to its end or its declared length.
    pub(crate) fn ask(&self, request: &str) -> (u16, String) {
        Self::ask_over(self.connect(), request)
    }

    /// The same, as the second request of a connection.
    #[allow(dead_code, reason = "the memory test has no second request")]
    pub(crate) fn ask_second(&self, request: &str) -> (u16, String) {
        let mut stream = self.connect();
        stream.write_all(b"GET /peer HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
        read_head(&mut stream);
        let mut body = vec![0; stream.local_addr().expect("an address").to_string().len()];
        stream.read_exact(&mut body).expect("the body");
        Self::ask_over(stream, request)
    }

    fn ask_over(mut stream: TcpStream, request: &str) -> (u16, String) {
        stream.write_all(request.as_bytes()).expect("sent");
        let head = read_head(&mut stream);
        let status = head.get(9..12).and_then(|status| status.parse().ok()).expect("a status line");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().expect("a length"))];
        stream.read_exact(&mut body).expect("the body");
        (status, head + &String::from_utf8(body).expect("a text"))
    }

    /// An open WebSocket.
    pub(crate) fn open(&self) -> TcpStream {
        let mut stream = self.connect();
        stream.write_all(upgrade("/ws", "").as_bytes()).expect("sent");
        let head = read_head(&mut stream);
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        stream
    }

    /// Stops the edge; sockets stay until their peers or [`Edge::join`] end them.
    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }

    /// Stops, and waits until every task has ended.
    pub(crate) fn join(mut self) {
        self.stop();
        self.thread.take().expect("joined once").join().expect("no panic in the edge");
    }
}

impl Drop for Edge {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A request that opens a WebSocket, with more lines (each ended by CRLF).
pub(crate) fn upgrade(target: &str, more: &str) -> String {
    format!(
        "GET {target} HTTP/1.1\r\nHost: aldis.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
    )
}

/// Bytes up to the empty line.
pub(crate) fn read_head(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a head");
        head.push(byte[0]);
    }
    String::from_utf8(head).expect("a head in ASCII")
}

/// A masked frame with its length in the shortest form.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        short @ 0..=125 => bytes.push(0x80 | short as u8),
        long @ 126..=0xFFFF => {
            bytes.push(0x80 | 126);
            bytes.extend((long as u16).to_be_bytes());
        }
        huge => {
            bytes.push(0x80 | 127);
            bytes.extend((huge as u64).to_be_bytes());
        }
    }
    let mask = [0x5A, 0x01, 0xC3, 0x7E];
    bytes.extend(mask);
    bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
    bytes
}

/// The next frame of the server: its first byte and payload. `None`: the stream ended.
pub(crate) fn read_frame(stream: &mut impl Read) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; 2];
    stream.read_exact(&mut head).ok()?;
    assert!(head[1] & 0x80 == 0, "a server's frame has no mask");
    let length = match head[1] {
        126 => {
            let mut long = [0; 2];
            stream.read_exact(&mut long).expect("a length");
            usize::from(u16::from_be_bytes(long))
        }
        127 => {
            let mut huge = [0; 8];
            stream.read_exact(&mut huge).expect("a length");
            usize::try_from(u64::from_be_bytes(huge)).expect("a length that fits")
        }
        short => usize::from(short),
    };
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).expect("the payload");
    Some((head[0], payload))
}

/// The code of the close frame, after any other frames; then the stream must end.
pub(crate) fn close_code(stream: &mut impl Read) -> Option<u16> {
    while let Some((first, payload)) = read_frame(stream) {
        if first == 0x88 {
            assert_eq!(stream.read(&mut [0]).expect("an orderly end"), 0, "nothing follows a close frame");
            return payload.first_chunk().map(|code| u16::from_be_bytes(*code));
        }
    }
    panic!("the stream ended without a close frame");
}
