//! A connection that is awaited message by message. It may hold a buffer: programs that open thousands use `wire` itself.
//! Must not know what a message means.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::wire::{Cut, Ending, Listen, Opcode, Reader, Upgrade, Way, Writer, WriterClosed, open};

/// An open WebSocket, its messages in the order they came.
pub struct Connection {
    reader: Reader,
    inbox: Inbox,
    /// How it has ended, once its reader has seen it.
    ended: Option<Ending>,
    /// The node's close was answered.
    is_answered: bool,
}

/// What was read and not taken.
struct Inbox {
    writer: Arc<Writer<()>>,
    /// Texts, and pings between them: a pong tells the node that everything before it was received.
    heard: VecDeque<Heard>,
}

/// A frame that waits to be taken.
enum Heard {
    Text(Box<[u8]>),
    Ping(Box<[u8]>),
}

impl Connection {
    /// Connects and upgrades.
    ///
    /// # Errors
    ///
    /// The server cannot be reached, or refuses the upgrade ([`crate::wire::Refused`]).
    pub async fn open(way: Way, asked: &Upgrade) -> anyhow::Result<Self> {
        let opened = open(way, asked).await?;
        let (read, write) = opened.stream.into_split();
        let inbox = Inbox { writer: Writer::new(write, 1, ()), heard: VecDeque::new() };
        Ok(Self { reader: Reader::new(read, opened.early), inbox, ended: None, is_answered: false })
    }

    /// Sends one text; what the kernel does not take at once is written later.
    ///
    /// # Errors
    ///
    /// The connection has ended, or the node reads too slowly.
    pub fn send(&self, text: &str) -> Result<(), WriterClosed> {
        self.inbox.writer.send(|(), out| out.push_str(text)).1
    }

    /// Sends bytes that need not be a frame, to try a server.
    ///
    /// # Errors
    ///
    /// The connection has ended, or the node reads too slowly.
    pub fn send_raw(&self, bytes: &[u8]) -> Result<(), WriterClosed> {
        self.inbox.writer.raw(bytes)
    }

    /// The next text. Cancel-safe: a text is taken only when it is returned. Pings and the node's close are answered
    /// while this is awaited.
    ///
    /// # Errors
    ///
    /// How the connection has ended; the same each time.
    pub async fn next(&mut self) -> Result<Box<[u8]>, Ending> {
        loop {
            match self.inbox.heard.pop_front() {
                Some(Heard::Text(text)) => return Ok(text),
                Some(Heard::Ping(payload)) => {
                    let _ = self.inbox.writer.control(Opcode::Pong, &payload); // the reader sees the end
                    continue;
                }
                None => {}
            }
            if let Some(ending) = self.ended.clone() {
                self.answer_close(&ending);
                return Err(ending);
            }
            self.ended = self.reader.read(&mut self.inbox).await;
        }
    }

    /// Answers the node's close, once.
    fn answer_close(&mut self, ending: &Ending) {
        if let (Ending::Closed(code), false) = (ending, std::mem::replace(&mut self.is_answered, true)) {
            let payload = code.map(u16::to_be_bytes);
            let _ = self.inbox.writer.control(Opcode::Close, payload.as_ref().map_or(&[], |code| code)); // it may have gone
        }
    }

    /// Drops the connection without a close frame; what was read before can still be taken.
    pub fn cut(&self, how: Cut) {
        self.inbox.writer.cut(how);
    }
}

impl Listen for Inbox {
    fn text(&mut self, text: &[u8]) {
        self.heard.push_back(Heard::Text(text.into()));
    }

    fn ping(&mut self, payload: &[u8]) {
        self.heard.push_back(Heard::Ping(payload.into()));
    }

    fn begin(&mut self) {}

    fn pause(&mut self) {}

    fn listens(&self) -> bool {
        self.heard.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::oneshot;

    use super::*;

    const ACCEPTED: &str = "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\
                            Sec-WebSocket-Protocol: aldis.v1\r\n\r\n";

    /// A connection to a server that upgrades it and says these bytes in the same breath, and the server's side.
    async fn connected(bytes: &[u8]) -> (Connection, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let way = Way::to(listener.local_addr().expect("an address"));
        let serving = async {
            let (mut server, _) = listener.accept().await.expect("a client");
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                server.read_buf(&mut head).await.expect("a request");
            }
            server.write_all(&[ACCEPTED.as_bytes(), bytes].concat()).await.expect("sent");
            server
        };
        let asked = Upgrade::aldis();
        let (opened, server) = tokio::join!(Connection::open(way, &asked), serving);
        (opened.expect("it is upgraded"), server)
    }

    #[tokio::test]
    async fn texts_come_in_order_pings_are_answered_and_the_close_is_told_again_and_again() {
        let said = [0x81, 1, b'a', 0x81, 1, b'b', 0x89, 1, b'p', 0x88, 2, 0x11, 0x34];
        let (mut connection, mut server) = connected(&said).await;
        assert_eq!(connection.next().await.as_deref(), Ok(&b"a"[..]));
        assert_eq!(connection.next().await.as_deref(), Ok(&b"b"[..]));
        for _ in 0..2 {
            assert_eq!(connection.next().await, Err(Ending::Closed(Some(4404))));
        }
        drop(connection);
        let mut heard = Vec::new();
        server.read_to_end(&mut heard).await.expect("an orderly end");
        let unmasked = |from: usize, length: usize| -> Vec<u8> {
            let (mask, payload) = heard[from + 2..from + 6 + length].split_at(4);
            payload.iter().zip(mask).map(|(byte, key)| byte ^ key).collect()
        };
        assert_eq!((heard[0], unmasked(0, 1)), (0x8a, b"p".to_vec()));
        assert_eq!((heard[7], unmasked(7, 2)), (0x88, 4404_u16.to_be_bytes().to_vec()));
    }

    #[tokio::test]
    async fn nothing_is_lost_when_a_wait_is_given_up_in_the_middle_of_a_frame() {
        let (mut connection, mut server) = connected(&[0x81, 2, b'x']).await;
        tokio::select! {
            biased; // it is asked first, and has nothing whole to give
            heard = connection.next() => panic!("{heard:?}"),
            () = std::future::ready(()) => {}
        }
        let (asked, is_asked) = oneshot::channel::<()>();
        let rest = async move {
            is_asked.await.expect("asked");
            server.write_all(b"y").await.expect("sent");
            server
        };
        let next = async {
            asked.send(()).expect("somebody waits");
            connection.next().await
        };
        let (heard, _server) = tokio::join!(next, rest);
        assert_eq!(heard.as_deref(), Ok(&b"xy"[..]));
    }

    #[tokio::test]
    async fn a_refusal_tells_its_status_its_body_and_when_to_come_again() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let way = Way::to(listener.local_addr().expect("an address"));
        let asked = Upgrade::aldis();
        let refusing = async {
            let (mut server, _) = listener.accept().await.expect("a client");
            let refusal = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\n";
            server.write_all(refusal).await.expect("sent");
            server.write_all(b"full").await.expect("sent");
            server
        };
        let (opened, _server) = tokio::join!(Connection::open(way, &asked), refusing);
        let refused = opened.err().expect("refused");
        let refused = refused.downcast_ref::<crate::wire::Refused>().expect("by the server");
        assert!(refused.status.contains("503") && refused.body == "full", "{refused:?}");
        assert_eq!(refused.retry_after.map(|wait| wait.as_secs()), Some(7));
    }
}
