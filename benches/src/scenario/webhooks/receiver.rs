//! A backend that is told what happens: dead or alive, it notes each event once, and whether its room's numbers go on. Must not know
//! who comes and goes.

use std::collections::{BTreeMap, HashSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actors::protocol::UserId;
use anyhow::{Context as _, ensure};
use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::visitor::Visited;
use crate::report::{Report, Unit, float};

/// A node sends at most some kilobytes.
const REQUEST_BYTES_MAX: usize = 64 * 1_024;

/// A running one; dropped, it accepts nothing more.
pub(super) struct Receiver {
    address: SocketAddr,
    desk: Arc<Desk>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct Desk {
    is_dead: AtomicBool,
    /// Deliveries that it answered with 503.
    refused: AtomicU64,
    told: Mutex<Told>,
}

/// What it was told.
#[derive(Default)]
struct Told {
    ids: HashSet<String>,
    repeated: u64,
    /// By room and life.
    lives: BTreeMap<(String, u64), Life>,
    /// `participant.joined` of each user.
    joined: BTreeMap<UserId, u64>,
    /// Numbers that did not follow each other.
    wrong: Vec<String>,
}

/// A life of a room.
#[derive(Default)]
struct Life {
    last: u64,
    has_ended: bool,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    room_id: String,
    life: u64,
    number: u64,
    user_id: Option<UserId>,
}

impl Receiver {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, desk) = (listener.local_addr()?, Arc::<Desk>::default());
        let shared = Arc::clone(&desk);
        let accepting = tokio::spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => drop(tokio::spawn(Arc::clone(&shared).serve(stream))),
                    Err(_) => tokio::time::sleep(Duration::from_millis(10)).await, // out of files: wait for some
                }
            }
        });
        Ok(Self { address, desk, accepting })
    }

    /// What nodes are told of it.
    pub(super) fn settings(&self) -> [String; 3] {
        [
            format!("webhooks.url=http://{}/", self.address),
            "webhooks.secrets=whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=".to_owned(),
            "webhooks.allow_private=true".to_owned(),
        ]
    }

    /// From now on it answers 503, or does so no longer.
    pub(super) fn dies(&self, is_dead: bool) {
        self.desk.is_dead.store(is_dead, Relaxed);
    }

    /// Its progress.
    pub(super) fn words(&self) -> String {
        format!("{} events, {} refused", self.desk.told().ids.len(), self.desk.refused.load(Relaxed))
    }

    /// What it was not told.
    pub(super) fn missing(&self, joins: &BTreeMap<UserId, Visited>) -> Option<String> {
        let told = self.desk.told();
        let untold = |(user, visited): (&UserId, &Visited)| {
            visited.joined.saturating_sub(told.joined.get(user).copied().unwrap_or_default())
        };
        let (joins, open) =
            (joins.iter().map(untold).sum::<u64>(), told.lives.values().filter(|life| !life.has_ended).count());
        (joins + open as u64 > 0).then(|| format!("{joins} joins were not told, and the end of {open} rooms"))
    }

    pub(super) fn judge(&self, report: &mut Report) {
        let told = self.desk.told();
        report.figure(("events", Unit::Count), float(told.ids.len() as u64), "told, each once");
        report.figure(("lives", Unit::Count), float(told.lives.len() as u64), "of rooms, from a start to an end");
        report.figure(("repeated", Unit::Count), float(told.repeated), "that came again, with the same id");
        report.figure(("refused", Unit::Count), float(self.desk.refused.load(Relaxed)), "deliveries answered with 503");
        for wrong in &told.wrong {
            report.violation(wrong.clone());
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Desk {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One delivery: a node makes a connection for each. What is no request of a node is not answered.
    async fn serve(self: Arc<Self>, mut stream: TcpStream) {
        let Ok((id, body)) = request(&mut stream).await else { return };
        let answer = if self.is_dead.load(Relaxed) {
            self.refused.fetch_add(1, Relaxed);
            "503 Service Unavailable"
        } else {
            self.told().take(id, &body);
            "204 No Content"
        };
        let answer = format!("HTTP/1.1 {answer}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        let _ = stream.write_all(answer.as_bytes()).await; // a killed node sends it again
    }
}

impl Told {
    fn take(&mut self, id: String, body: &[u8]) {
        if self.ids.contains(&id) {
            self.repeated += 1;
            return;
        }
        let Ok(Event { kind, data }) = serde_json::from_slice(body) else {
            return self.wrong.push(format!("an event that is none: {}", String::from_utf8_lossy(body)));
        };
        self.ids.insert(id);
        let life = self.lives.entry((data.room_id.clone(), data.life)).or_default();
        if data.number != life.last + 1 {
            let (room, life, number, last) = (&data.room_id, data.life, data.number, life.last);
            self.wrong.push(format!("room {room}, life {life}: {kind} has the number {number}, after {last}"));
        }
        life.last = data.number;
        life.has_ended |= kind == "room.ended";
        if let Some(user) = data.user_id.filter(|_| kind == "participant.joined") {
            *self.joined.entry(user).or_default() += 1;
        }
    }
}

/// The id and the body of a request.
async fn request(stream: &mut TcpStream) -> anyhow::Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let end = loop {
        let read = stream.read_buf(&mut bytes).await?;
        ensure!(read > 0 && bytes.len() < REQUEST_BYTES_MAX, "no whole request");
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let field = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(':'));
        lines.find_map(|(field, value)| field.eq_ignore_ascii_case(name).then(|| value.trim().to_owned()))
    };
    let (id, length) = (field("webhook-id").context("no id")?, field("content-length").context("no length")?);
    let mut body = bytes.split_off(end + 4);
    let length: usize = length.parse()?;
    while body.len() < length {
        let read = stream.read_buf(&mut body).await?;
        ensure!(read > 0, "no whole body");
    }
    Ok((id, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(number: u64, kind: &str) -> String {
        format!(r#"{{"type":"{kind}","data":{{"roomId":"a","life":1,"number":{number},"userId":"ann"}}}}"#)
    }

    #[test]
    fn what_comes_again_is_counted_and_a_number_that_is_left_out_is_wrong() {
        let mut told = Told::default();
        for (id, number, kind) in
            [("1", 1, "room.started"), ("1", 1, "room.started"), ("2", 2, "participant.joined"), ("4", 4, "room.ended")]
        {
            told.take(id.to_owned(), event(number, kind).as_bytes());
        }
        assert_eq!((told.repeated, told.ids.len(), told.joined.len()), (1, 3, 1));
        assert_eq!(told.wrong, ["room a, life 1: room.ended has the number 4, after 2"]);
        assert!(told.lives.values().all(|life| life.has_ended));
    }
}
