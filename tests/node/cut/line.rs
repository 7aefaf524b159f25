//! One HTTP request over a connection of its own, which is cut.

use std::time::Duration;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{Instant, timeout_at},
};

/// When a connection is cut.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cut {
    /// After so many bytes in both directions.
    Bytes(usize),
    /// So long after the request was sent.
    After(Duration),
}

/// What the client knows.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// Whether the whole request was sent.
    pub(super) is_sent: bool,
    /// The status, if the whole response came.
    pub(super) status: Option<u16>,
    /// Its body.
    pub(super) body: Value,
}

/// How long a response may take that is cut by its bytes: the client never waits longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends a request until the cut; reads the response until it.
pub(super) async fn send(address: &str, request: &[u8], cut: Cut) -> Answer {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let (mut left, until) = match cut {
        Cut::Bytes(bytes) => (bytes, Instant::now() + PATIENCE),
        Cut::After(span) => (usize::MAX, Instant::now() + span),
    };
    let sent = request.len().min(left);
    left -= sent;
    stream.write_all(&request[..sent]).await.expect("sent");
    let mut answer = Answer { is_sent: sent == request.len(), ..Answer::default() };
    let (mut heard, mut buffer) = (Vec::new(), [0; 4096]);
    while answer.is_sent && left > 0 && answer.status.is_none() {
        let room = buffer.len().min(left);
        let Ok(Ok(read @ 1..)) = timeout_at(until, stream.read(&mut buffer[..room])).await else { break };
        left -= read;
        heard.extend_from_slice(&buffer[..read]);
        (answer.status, answer.body) = whole(&heard).map_or((None, Value::Null), |(status, body)| (Some(status), body));
    }
    // A reset, as when a cable is cut and the peer's next packet finds nobody.
    let _ = stream.set_zero_linger(); // or it is closed with FIN
    answer
}

/// Status and body of a response, once it is whole.
fn whole(heard: &[u8]) -> Option<(u16, Value)> {
    let text = std::str::from_utf8(heard).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let status = head.get(9..12)?.parse().ok()?;
    if body.len() < length.unwrap_or(0) {
        return None;
    }
    Some((status, serde_json::from_str(body).unwrap_or_default()))
}
