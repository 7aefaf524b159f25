//! The operators' door of a running node, over its unix socket: one request, one answer. Must not know routes.

use std::{
    io::{Read as _, Write as _},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

use anyhow::{Context as _, bail};
use serde_json::Value;

/// Timeout of each step: a rotation generates a key on a machine that may be busy.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Maximum length of an answer, head included.
const ANSWER_BYTES_MAX: u64 = 1 << 20;

/// Posts `body` and returns the answer's.
///
/// # Errors
/// Nobody listens there, this user may not connect, or the node refused; then the error is the problem's detail.
pub(super) fn post(socket: &Path, path: &str, body: &Value) -> anyhow::Result<Value> {
    let cannot = || {
        format!(
            "cannot reach the running node at {} → run this as the node's user or root; if it has just started, try again",
            socket.display()
        )
    };
    let mut stream = UnixStream::connect(socket).with_context(cannot)?;
    stream.set_read_timeout(Some(ANSWER_WITHIN)).and_then(|()| stream.set_write_timeout(Some(ANSWER_WITHIN)))?;
    let body = body.to_string();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: aldis\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut answer = Vec::new();
    stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body.as_bytes()))
        .and_then(|()| stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer))
        .context("the running node gave no answer → see its log")?;
    read(&answer)
}

/// The body of a whole answer.
fn read(answer: &[u8]) -> anyhow::Result<Value> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let head = match response.parse(answer) {
        Ok(httparse::Status::Complete(head)) => head,
        Ok(httparse::Status::Partial) | Err(_) => {
            bail!("the running node's answer is not HTTP → is it another program?")
        }
    };
    let status = response.code.unwrap_or_default();
    let body: Value = serde_json::from_slice(&answer[head..])
        .with_context(|| format!("the running node answered {status} without JSON → is it of another version?"))?;
    if (200..300).contains(&status) {
        return Ok(body);
    }
    bail!("the running node refused ({status}): {}", body["detail"].as_str().unwrap_or("without a reason"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_its_body_and_a_refusal_its_detail() {
        let good = read(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{\"keys\":[]}").expect("an answer");
        assert_eq!(good["keys"], serde_json::json!([]));
        for (answer, expected) in [
            (&b"HTTP/1.1 503 Service Unavailable\r\n\r\n{\"detail\":\"Why.\"}"[..], "refused (503): Why."),
            (b"HTTP/1.1 404 Not Found\r\n\r\n<html>", "answered 404 without JSON"),
            (b"HTTP/1.1 200 OK\r\n", "is not HTTP"),
            (b"SSH-2.0-OpenSSH_9\r\n", "is not HTTP"),
            (b"", "is not HTTP"),
        ] {
            let why = format!("{:#}", read(answer).expect_err(expected));
            assert!(why.contains(expected), "{why}");
        }
    }

    #[test]
    fn a_socket_where_nobody_listens_is_named() {
        let why = post(Path::new("no/such.sock"), "/", &Value::Null).expect_err("nobody").to_string();
        assert!(why.contains("no/such.sock → run this as the node's user"), "{why}");
    }
}
