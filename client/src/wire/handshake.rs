//! Opening a WebSocket from a chosen source address (RFC 6455 §4.1). Must not know tokens.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use aldis_protocol::SUBPROTOCOL;
use anyhow::{Context as _, bail, ensure};
use tokio::net::{TcpSocket, TcpStream};

use super::Opcode;
use super::frame;
use super::stream::Stream;
use super::tls::{Tls, Trust};

/// The key and answer of RFC 6455 §1.3: a client of one's own servers needs no surprise here.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
/// Offered by a client that will resume, so that an overloaded node refuses it last; never selected by the node.
const RESUME: &str = "aldis.resume";
/// Bytes of an answer's head, at most.
const HEAD_BYTES_MAX: usize = 8 * 1024;
/// Bytes of a refusal's body that are kept, or a read more.
const BODY_BYTES_MAX: usize = 8 * 1024;

/// An open WebSocket.
pub struct Opened {
    /// The connection.
    pub stream: Stream,
    /// What came behind the answer's head.
    pub early: Vec<u8>,
}

/// The server refused the upgrade.
#[derive(Debug, thiserror::Error)]
#[error("the node refused the upgrade: {status}")]
pub struct Refused {
    /// Its status line.
    pub status: String,
    /// What it says beside, as far as it came.
    pub body: String,
    /// When to retry, if the response contains it.
    pub retry_after: Option<Duration>,
}

/// From where a client connects to where.
#[derive(Debug, Clone)]
pub struct Way {
    /// The server.
    pub to: SocketAddr,
    /// `None`: the kernel chooses.
    pub source: Option<IpAddr>,
    /// Bytes that the kernel may hold for a reader; `None`: as many as it likes.
    pub receive_bytes: Option<u32>,
    /// `None`: plain.
    pub trust: Option<Arc<Trust>>,
}

/// What is asked of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgrade {
    /// The path, with its query.
    pub path: String,
    /// `None`: none is asked for, and none is accepted.
    pub subprotocol: Option<&'static str>,
    /// Whether `aldis.resume` is offered beside it.
    pub resumes: bool,
}

impl Opened {
    /// Sends one text directly.
    ///
    /// # Errors
    ///
    /// The connection has ended.
    pub async fn send(&mut self, text: &str) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(text.len() + 16);
        frame::write(&mut bytes, Opcode::Text, text.as_bytes(), Some(*b"mask"));
        self.stream.write_all(&bytes).await
    }
}

impl Way {
    /// The plain way to a server, from wherever the kernel chooses.
    #[must_use]
    pub const fn to(to: SocketAddr) -> Self {
        Self { to, source: None, receive_bytes: None, trust: None }
    }
}

impl Upgrade {
    /// A browser's request to an Aldis node.
    #[must_use]
    pub fn aldis() -> Self {
        Self { path: "/ws".to_owned(), subprotocol: Some(SUBPROTOCOL), resumes: false }
    }

    /// The same, of a client that will resume.
    #[must_use]
    pub fn aldis_resume() -> Self {
        Self { resumes: true, ..Self::aldis() }
    }
}

/// Connects to a node and upgrades.
///
/// # Errors
///
/// As [`connect`] and [`upgrade`]; or the TLS handshake fails.
pub async fn open(way: Way, asked: &Upgrade) -> anyhow::Result<Opened> {
    let tcp = connect(&way).await?;
    let stream = match &way.trust {
        Some(trust) => Stream::Tls(Tls::connect(tcp, trust).await?),
        None => Stream::Plain(tcp),
    };
    upgrade(stream, way.to, asked).await
}

/// Upgrades an open connection.
///
/// # Errors
///
/// The server refuses ([`Refused`]), or its answer is none to this request.
pub async fn upgrade(stream: impl Into<Stream>, to: SocketAddr, asked: &Upgrade) -> anyhow::Result<Opened> {
    let mut stream = stream.into();
    let Upgrade { path, subprotocol, resumes } = asked;
    let beside = if *resumes { format!(", {RESUME}") } else { String::new() };
    let subprotocol_field =
        subprotocol.map(|name| format!("Sec-WebSocket-Protocol: {name}{beside}\r\n")).unwrap_or_default();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {to}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: {KEY}\r\n{subprotocol_field}\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let (head, early) = answer(&mut stream).await?;
    if !head.starts_with("HTTP/1.1 101") {
        bail!(refused(&head, early, &mut stream).await);
    }
    judge(&head, *subprotocol)?;
    Ok(Opened { stream, early })
}

/// Connects TCP only, with TCP_NODELAY.
///
/// # Errors
///
/// There is no such source address or no port left of it, or the server cannot be reached.
pub async fn connect(&Way { to, source, receive_bytes, .. }: &Way) -> anyhow::Result<TcpStream> {
    let socket = if to.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if let Some(bytes) = receive_bytes {
        socket.set_recv_buffer_size(bytes)?;
    }
    if let Some(source) = source {
        socket.bind(SocketAddr::new(source, 0)).with_context(|| {
            format!("cannot bind to {source}: it has no free port, or is no address of this machine → choose other source addresses, or fewer connections from each")
        })?;
    }
    let stream = socket.connect(to).await.with_context(|| match source {
        Some(source) => format!("cannot connect from {source} to {to}"),
        None => format!("cannot connect to {to}"),
    })?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// The answer's head as text, and what came behind it.
async fn answer(stream: &mut Stream) -> anyhow::Result<(String, Vec<u8>)> {
    let mut bytes = Vec::with_capacity(512);
    loop {
        if let Some(end) = bytes.windows(4).position(|end| end == b"\r\n\r\n") {
            let early = bytes.split_off(end + 4);
            return Ok((String::from_utf8_lossy(&bytes).into_owned(), early));
        }
        ensure!(bytes.len() < HEAD_BYTES_MAX, "the node's answer has a head of more than {HEAD_BYTES_MAX} bytes");
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof))
                .context("the node closed the connection during the handshake");
        }
    }
}

/// The server's reasons: the status line, and the body as far as it comes.
async fn refused(head: &str, mut body: Vec<u8>, stream: &mut Stream) -> Refused {
    let status = head.lines().next().unwrap_or_default().to_owned();
    let retry_after = field(head, "retry-after").and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
    let length = field(head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while body.len() < BODY_BYTES_MAX.min(length) && matches!(stream.read_buf(&mut body).await, Ok(1..)) {}
    Refused { status, body: String::from_utf8_lossy(&body).into_owned(), retry_after }
}

/// A header field's value.
fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    fields.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
}

fn judge(head: &str, subprotocol: Option<&str>) -> anyhow::Result<()> {
    ensure!(field(head, "sec-websocket-accept") == Some(ACCEPT), "the node's Sec-WebSocket-Accept is wrong");
    ensure!(
        field(head, "sec-websocket-protocol") == subprotocol,
        "the node does not speak {}",
        subprotocol.unwrap_or("WebSocket without a sub-protocol")
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_right_answer_is_taken() {
        let right = format!(
            "HTTP/1.1 101 Switching Protocols\r\nsec-websocket-accept: {ACCEPT}\r\nSec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n"
        );
        assert!(judge(&right, Some(SUBPROTOCOL)).is_ok());
        for wrong in [right.replace(ACCEPT, "x"), right.replace(SUBPROTOCOL, "aldis.v0")] {
            assert!(judge(&wrong, Some(SUBPROTOCOL)).is_err(), "{wrong}");
        }
        assert!(judge(&right, None).is_err(), "a sub-protocol that nobody asked for");
    }
}
