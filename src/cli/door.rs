//! The operators' listener of a running node, over its unix socket: who holds the data directory; one request, one answer.
//! Must not know routes.

use std::{
    io::{Read as _, Write},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use hyper::Method;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::config::Config;
use crate::files::{Holder, Lock, LockError, private};

/// Timeout of each step: a rotation generates a key on a machine that may be busy.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Maximum length of an answer, head included.
const ANSWER_BYTES_MAX: u64 = 1 << 20;
/// Items of one answer.
const PAGE: usize = 100;

/// Who may change what is in the data directory.
pub(super) enum Held {
    /// A running node, which is asked at this socket.
    ByNode(PathBuf),
    /// This process, as long as this is kept.
    ByUs(#[expect(dead_code, reason = "it ends when it is dropped")] Lock),
}

/// Holds the data directory for `command`, or finds the node that does.
///
/// # Errors
/// It cannot be made, or another command holds it.
pub(super) fn hold(config: &Config, command: &str) -> anyhow::Result<Held> {
    let data = &config.node.data_dir;
    private::make_folder(data).with_context(|| {
        format!("cannot create the data directory {} → choose another with --data-dir", data.display())
    })?;
    match Lock::take(data, Holder::this(command, Timestamp::now())) {
        Ok(lock) => Ok(Held::ByUs(lock)),
        Err(LockError::Held { holder: Some(holder), .. }) if holder.command == "serve" => {
            let usual = || config.admin.socket.clone().unwrap_or_else(|| data.join("admin.sock"));
            Ok(Held::ByNode(holder.socket.unwrap_or_else(usual)))
        }
        Err(why) => Err(why.into()),
    }
}

/// The socket of the node that runs on this configuration's data.
///
/// # Errors
/// None does.
pub(super) fn of_running_node(config: &Config) -> anyhow::Result<PathBuf> {
    let data = &config.node.data_dir;
    if data.is_dir()
        && let Held::ByNode(socket) = hold(config, "invite")?
    {
        return Ok(socket);
    }
    bail!("no node runs on the data directory {} → start it, or name another with --data-dir", data.display())
}

/// Sends a request, with `body` if it has one, and returns the answer's.
///
/// # Errors
/// Nobody listens there, this user may not connect, or the node refused; then the error is the problem's detail.
pub(super) fn ask(socket: &Path, method: &Method, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
    read(&exchange(socket, method, path, body)?)
}

/// The text of a resource that is no JSON.
///
/// # Errors
/// As of [`ask`].
pub(super) fn ask_text(socket: &Path, path: &str) -> anyhow::Result<String> {
    let answer = exchange(socket, &Method::GET, path, None)?;
    let (status, body) = parts(&answer)?;
    ensure!((200..300).contains(&status), "the running node refused ({status})");
    Ok(String::from_utf8_lossy(body).into_owned())
}

fn exchange(socket: &Path, method: &Method, path: &str, body: Option<&Value>) -> anyhow::Result<Vec<u8>> {
    let cannot = || {
        format!(
            "cannot reach the running node at {} → run this as the node's user or root; if it has just started, try again",
            socket.display()
        )
    };
    let mut stream = UnixStream::connect(socket).with_context(cannot)?;
    stream.set_read_timeout(Some(ANSWER_WITHIN)).and_then(|()| stream.set_write_timeout(Some(ANSWER_WITHIN)))?;
    let body = body.map(Value::to_string).unwrap_or_default();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: aldis\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut answer = Vec::new();
    stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body.as_bytes()))
        .and_then(|()| stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer))
        .context("the running node gave no answer → see its log")?;
    Ok(answer)
}

/// A text of an answer.
///
/// # Errors
/// It has none of this name.
pub(super) fn text<'a>(answer: &'a Value, field: &str) -> anyhow::Result<&'a str> {
    answer[field].as_str().with_context(|| format!("the running node's answer has no {field}"))
}

/// Prints at most `max` items of a list, a line each, however many answers they come in.
///
/// # Errors
/// As of [`ask`]; or an item is not what it should be.
pub(super) fn list(
    (socket, path, field): (&Path, &str, &str),
    max: usize,
    out: &mut dyn Write,
    line: impl Fn(&Value) -> anyhow::Result<String>,
) -> anyhow::Result<()> {
    let (mut left, mut cursor) = (max, None::<String>);
    while left > 0 {
        let limit = left.min(PAGE).to_string();
        let mut wanted = vec![("limit", limit.as_str())];
        wanted.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let answer = ask(socket, &Method::GET, &format!("{path}?{}", query(&wanted)), None)?;
        let items = answer[field].as_array().with_context(|| format!("the running node's answer lists no {field}"))?;
        for item in items {
            writeln!(out, "{}", line(item)?)?;
        }
        left -= items.len().min(left);
        match answer["nextCursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return Ok(()),
        }
    }
    Ok(writeln!(std::io::stderr(), "there are more: --max COUNT")?)
}

/// A value in a path, percent-encoded.
pub(super) fn segment(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// A query of these fields.
pub(super) fn query(fields: &[(&str, &str)]) -> String {
    let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", segment(value))).collect();
    fields.join("&")
}

/// Status and body of a whole answer.
fn parts(answer: &[u8]) -> anyhow::Result<(u16, &[u8])> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(answer) {
        Ok(httparse::Status::Complete(head)) => Ok((response.code.unwrap_or_default(), &answer[head..])),
        Ok(httparse::Status::Partial) | Err(_) => {
            bail!("the running node's answer is not HTTP → is it another program?")
        }
    }
}

/// The body of a whole answer.
fn read(answer: &[u8]) -> anyhow::Result<Value> {
    let (status, body) = parts(answer)?;
    if status == 204 {
        return Ok(Value::Null);
    }
    let body: Value = serde_json::from_slice(body)
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
        let why = ask(Path::new("no/such.sock"), &Method::GET, "/", None).expect_err("nobody").to_string();
        assert!(why.contains("no/such.sock → run this as the node's user"), "{why}");
    }
}
