//! A connection that is awaited message by message. It may hold a buffer: whoever opens thousands uses `wire` itself.
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
}

/// What was read and not taken.
struct Inbox {
    writer: Arc<Writer<()>>,
    texts: VecDeque<Box<[u8]>>,
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
        let inbox = Inbox { writer: Writer::new(write, 1, ()), texts: VecDeque::new() };
        Ok(Self { reader: Reader::new(read, opened.early), inbox, ended: None })
    }

    /// Sends one text; what the kernel does not take at once is written later.
    ///
    /// # Errors
    ///
    /// The connection has ended, or the node reads too slowly.
    pub fn send(&self, text: &str) -> Result<(), WriterClosed> {
        self.inbox.writer.send(|(), out| out.push_str(text)).1
    }

    /// The next text. Cancel-safe: a text is taken only when it is returned. Pings and the node's close are answered
    /// while this is awaited.
    ///
    /// # Errors
    ///
    /// How the connection has ended; the same each time.
    pub async fn next(&mut self) -> Result<Box<[u8]>, Ending> {
        loop {
            if let Some(text) = self.inbox.texts.pop_front() {
                return Ok(text);
            }
            if let Some(ending) = &self.ended {
                return Err(ending.clone());
            }
            self.ended = self.reader.read(&mut self.inbox).await;
            if let Some(Ending::Closed(code)) = self.ended {
                let payload = code.map(u16::to_be_bytes);
                let payload = payload.as_ref().map_or(&[][..], |code| code);
                let _ = self.inbox.writer.control(Opcode::Close, payload); // the node may have gone
            }
        }
    }

    /// Drops the connection without a close frame; what was read before can still be taken.
    pub fn cut(&self, how: Cut) {
        self.inbox.writer.cut(how);
    }
}

impl Listen for Inbox {
    fn text(&mut self, text: &[u8]) {
        self.texts.push_back(text.into());
    }

    fn ping(&mut self, payload: &[u8]) {
        let _ = self.writer.control(Opcode::Pong, payload); // the reader sees the end
    }

    fn begin(&mut self) {}

    fn pause(&mut self) {}

    fn listens(&self) -> bool {
        self.texts.is_empty()
    }
}
