//! A connection that sends requests as rows write them, and is opened again only when the node has said that it closes it.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::table::Row;
use crate::process::PATIENCE;

/// See the module.
pub(super) struct Connection {
    stream: TcpStream,
    address: String,
    token: String,
    /// The last row that was answered.
    last: String,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    head: String,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        let line =
            self.head.lines().filter_map(|line| line.split_once(": ")).find(|(key, _)| key.eq_ignore_ascii_case(name));
        line.map_or("", |(_, value)| value)
    }
}

impl Connection {
    pub(super) async fn to(address: &str, token: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        Self { stream, address: address.to_owned(), token: token.to_owned(), last: String::new() }
    }

    /// A request that is well formed.
    pub(super) async fn get(&mut self, path: &str) -> Answer {
        let row = Row {
            name: path.to_owned(),
            lines: vec![format!("GET {path}").into_bytes()],
            body: Vec::new(),
            expected: String::new(),
        };
        self.ask(&row).await
    }

    pub(super) async fn ask(&mut self, row: &Row) -> Answer {
        let head = self.head(row);
        if let Err(why) = self.stream.write_all(&head).await {
            panic!("{}: the connection has ended after {}: {why}", row.name, self.last);
        }
        let _ = self.stream.write_all(&row.body).await; // the node may have refused it by its length
        let answer = timeout(PATIENCE, self.answer()).await;
        let answer = match answer {
            Ok(Ok(answer)) => answer,
            Ok(Err(why)) => panic!("{}: after {}: {why}", row.name, self.last),
            Err(_) => panic!("{}: no answer", row.name),
        };
        row.name.clone_into(&mut self.last);
        let ends = answer.header("connection").split(',').any(|option| option.trim().eq_ignore_ascii_case("close"));
        if ends {
            let mut rest = Vec::new();
            let closed = timeout(PATIENCE, self.stream.read_to_end(&mut rest)).await;
            assert!(closed.is_ok() && rest.is_empty(), "{}: it is not closed", row.name);
            self.stream = TcpStream::connect(&self.address).await.expect("another connection");
        }
        answer
    }

    fn head(&self, row: &Row) -> Vec<u8> {
        let first = &row.lines[0];
        let is_post = first.starts_with(b"POST") || first.starts_with(b"PATCH");
        let mut head: Vec<u8> = first.iter().copied().filter(|byte| *byte != b'@').collect();
        head.extend(b" HTTP/1.1\r\n");
        let changed = |name: &str| {
            let name_of = |line: &Vec<u8>| String::from_utf8_lossy(&line[1..]).split(':').next().map(str::to_owned);
            row.lines[1..].iter().filter_map(name_of).any(|changed| changed.eq_ignore_ascii_case(name))
        };
        let body = !row.body.is_empty();
        for (name, value, is_sent) in [
            ("Host", self.address.clone(), true),
            ("Authorization", format!("Bearer {}", self.token), true),
            ("Content-Type", "application/json".to_owned(), body),
            ("Content-Length", row.body.len().to_string(), body || is_post),
        ] {
            if is_sent && !changed(name) {
                head.extend(format!("{name}: {value}\r\n").bytes());
            }
        }
        for line in row.lines[1..].iter().filter_map(|line| line.strip_prefix(b"+")) {
            head.extend(line);
            head.extend(b"\r\n");
        }
        head.extend(b"\r\n");
        head
    }

    async fn answer(&mut self) -> std::io::Result<Answer> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.stream.read_u8().await?);
        }
        let head = String::from_utf8(head).expect("a head in ASCII");
        let status = head.get(9..12).and_then(|status| status.parse().ok()).expect("a status");
        let mut answer = Answer { status, head, body: String::new() };
        let mut body = vec![0; answer.header("content-length").parse().unwrap_or(0)];
        self.stream.read_exact(&mut body).await?;
        answer.body = String::from_utf8(body).expect("a text");
        Ok(answer)
    }
}

/// The status of the answer to these bytes.
pub(super) async fn status(address: &str, request: &str) -> u16 {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut head = [0; 12];
    timeout(PATIENCE, stream.read_exact(&mut head)).await.expect("in time").expect("an answer");
    std::str::from_utf8(&head[9..]).ok().and_then(|status| status.parse().ok()).expect("a status")
}
