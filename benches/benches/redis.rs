//! What one operation costs Redis: CPU of its main thread, 64 operations in flight over three connections, on a server of its own.
//! `cargo bench --bench redis`.

#![expect(clippy::print_stdout, reason = "a table for people")]

use std::process::Command;

use actors::ledger::{Answer, At, Audit, Audited, Broadcast, Join, Joined, Ledger as _, Resume, Send, Sent};
use actors::protocol::{Attributes, Kind, LeaveReason, Message, NodeId, RoomId, SeatId, SessionId, UserId};
use actors::settings::LedgerLimits;
use aldis::ledger::{RedisLedger, RedisLimits};
use futures_util::{StreamExt as _, stream};
use server::Server;

#[expect(dead_code, reason = "tests kill it, too")]
#[path = "../../tests/services/redis.rs"]
mod server;

const ROOMS: u128 = 200;
const SEATS: u128 = 4;
const IN_FLIGHT: usize = 64;

/// Connections, as of so many nodes.
const CONNECTIONS: usize = 3;

/// The ledger, over each connection, its server, and the two nodes between which members are dealt.
struct Stand {
    ledgers: Vec<RedisLedger>,
    server: Server,
    nodes: [NodeId; 2],
}

fn room(n: u128) -> RoomId {
    let [.., a, b] = n.to_be_bytes();
    RoomId::from_letters([a / 26, a % 26, b / 26, b % 26, 0, 0, 0, 0, 0, 0])
}

fn message(bytes: usize) -> Message {
    Message { kind: Kind::IceCandidate, data: format!(r#"{{"candidate":"{}"}}"#, "x".repeat(bytes - 16)).into() }
}

impl Stand {
    /// With logs of so many events a room; 0: none.
    async fn start(events_max: usize) -> Self {
        let server = Server::start();
        let limits = RedisLimits::default();
        let limits = RedisLimits { ledger: LedgerLimits { events_max, ..limits.ledger }, ..limits };
        let mut ledgers = Vec::new();
        for _ in 0..CONNECTIONS {
            let ledger = RedisLedger::start(&server.url().into(), "aldis:", limits).expect("an address");
            while !ledger.is_up() {
                tokio::task::yield_now().await;
            }
            ledgers.push(ledger);
        }
        Self { ledgers, server, nodes: ["one", "two"].map(NodeId::new) }
    }

    /// That of a room: its operations keep their order on one connection.
    fn ledger(&self, n: u128) -> &RedisLedger {
        &self.ledgers[usize::try_from(n).unwrap_or(0) % CONNECTIONS]
    }

    /// Microseconds of the server's main thread.
    fn cpu(&self) -> f64 {
        let socket = self.server.url();
        let socket = socket.trim_start_matches("redis+unix://");
        let asked = Command::new("redis-cli").args(["-s", socket, "info", "cpu"]).output().expect("redis-cli runs");
        let text = String::from_utf8(asked.stdout).expect("text");
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
        let (user, system) = (field("used_cpu_user_main_thread:"), field("used_cpu_sys_main_thread:"));
        1e6 * (user.expect("Redis 7") + system.expect("Redis 7"))
    }

    fn at(&self, n: u128, place: usize) -> At<'_> {
        At { room: room(n), node: &self.nodes[place % 2], epoch: 0 }
    }

    /// Prints what each of these costs, and answers what they were answered.
    async fn measure<T: Unpin, O>(
        &self,
        what: &str,
        all: impl Iterator<Item = O>,
        ask: impl Fn(O) -> Answer<T>,
    ) -> Vec<T> {
        let before = self.cpu();
        let answers: Vec<_> = stream::iter(all.map(ask)).buffered(IN_FLIGHT).collect().await;
        let each = (self.cpu() - before) / answers.len() as f64;
        println!("{what:40} {each:8.1} {:10.0}", 1e6 / each);
        answers.into_iter().map(|answer| answer.expect("Redis answers")).collect()
    }

    /// The receiver is connected to the second node.
    fn send(&self, n: u128, (from, to): (SeatId, SeatId), cid: u64, (bytes, place): (usize, usize)) -> Answer<Sent> {
        let (skipped, released, messages) = (Vec::new(), Vec::new(), vec![message(bytes)]);
        let send = Send { from, to: to.order, cid: Some(cid), skipped, released, messages };
        self.ledger(n).send(self.at(n, place), send)
    }

    async fn join(&self, seats: &mut [Vec<SeatId>], place: u128) {
        let what = format!("join as number {}", place + 1);
        let joined = self.measure(&what, 0..ROOMS, |n| {
            let who = n * SEATS + place + 1;
            let (user, session) = (UserId::from_u128(who), SessionId::from_u128(who));
            let window = std::time::Duration::from_secs(5);
            let join = Join {
                user,
                name: "Ann Example".into(),
                session,
                secret: 7,
                max: 4.into(),
                window,
                revision: 1,
                attributes: Attributes::default(),
            };
            self.ledger(n).join(self.at(n, usize::try_from(place).unwrap_or(0)), join)
        });
        for (room, joined) in seats.iter_mut().zip(joined.await) {
            let Joined::Seated { seat, .. } = joined else { panic!("there is room") };
            room.push(seat);
        }
    }

    /// Everything that holders have seen is acknowledged. Answers what they know then, seat by seat.
    async fn audit(&self, what: &str, known: Vec<(u128, SeatId, u64)>) -> Vec<(u128, SeatId, u64)> {
        let asked = known.iter().copied();
        let answers = self.measure(what, asked, |(n, seat, last_seq)| {
            let audit = Audit { seat, last_seq, acked: last_seq };
            self.ledger(n).audit(self.at(n, 0), vec![audit])
        });
        let newest = |(before, answers): ((u128, SeatId, u64), Vec<Audited>)| {
            let [Audited::Held(entries, _)] = &answers[..] else { panic!("the seat is held: {answers:?}") };
            (before.0, before.1, entries.last().map_or(before.2, |(seq, _)| *seq))
        };
        known.iter().copied().zip(answers.await).map(newest).collect()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for (title, events_max) in [("operation, in rooms of four", 0), ("the same, with timelines", 256)] {
        println!("{title:40} {:>8} {:>10}", "µs", "a second");
        operations(&Stand::start(events_max).await).await;
    }
}

async fn operations(stand: &Stand) {
    let mut seats: Vec<Vec<SeatId>> = vec![Vec::new(); usize::try_from(ROOMS).unwrap_or(0)];
    for place in 0..SEATS {
        stand.join(&mut seats, place).await;
    }
    let mut cid = 0;
    // Each seventh message has the first size: a description and six candidates, over and over.
    let sends = [
        ("send, the first of a pair", 1, [255, 255], 0),
        ("send, 255 bytes", 42, [255, 255], 0),
        ("send, of a call: 2.5 kB and 6 of 250 bytes", 42, [2_500, 250], 0),
        ("send, 1.5 kB", 14, [1_500, 1_500], 0),
        ("send, 255 bytes, on the receiver's node", 42, [255, 255], 1),
    ];
    for (what, times, [first_bytes, bytes], place) in sends {
        let first = cid + 1;
        cid += times;
        let all = (first..=cid).flat_map(|cid| (0..ROOMS).map(move |n| (n, cid)));
        let pair = |n: u128| (seats[usize::try_from(n).unwrap_or(0)][0], seats[usize::try_from(n).unwrap_or(0)][1]);
        let bytes = |cid: u64| if cid.is_multiple_of(7) { first_bytes } else { bytes };
        stand.measure(what, all, |(n, cid)| stand.send(n, pair(n), cid, (bytes(cid), place))).await;
    }
    let all = seats.iter().enumerate().flat_map(|(n, room)| room.iter().map(move |seat| (n as u128, *seat, 0)));
    let known = stand.audit("audit of a seat that has missed all", all.collect()).await;
    let known = stand.audit("audit of a seat that acknowledges", known).await;
    stand.audit("audit of a seat at rest", known).await;
    stand
        .measure("broadcast of chat, which is kept, too", 0..ROOMS, |n| {
            let from = seats[usize::try_from(n).unwrap_or(0)][2];
            let message = Message { kind: Kind::ChatMessage, ..message(255) };
            stand.ledger(n).broadcast(
                stand.at(n, 0),
                Broadcast { from, cid: Some(1), skipped: Vec::new(), message, changes: None },
            )
        })
        .await;
    stand
        .measure("resume on another node", 0..ROOMS, |n| {
            let (order, who) = (seats[usize::try_from(n).unwrap_or(0)][3].order, n * SEATS + SEATS);
            let (user, session) = (UserId::from_u128(who), SessionId::from_u128(who));
            let resume = Resume { user, order, session, secret: 7, last_seq: 0, reclaims: None };
            stand.ledger(n).resume(stand.at(n, 0), resume)
        })
        .await;
    call(stand, &seats).await;
    stand
        .measure("leave", 0..ROOMS, |n| {
            stand.ledger(n).leave(stand.at(n, 0), seats[usize::try_from(n).unwrap_or(0)][0], LeaveReason::Left)
        })
        .await;
}

/// A call that is set up: to each of three others an offer of 1.5 kB and ten candidates of 255 bytes.
async fn call(stand: &Stand, seats: &[Vec<SeatId>]) {
    let sends = (0..ROOMS).flat_map(|n| (0..3).flat_map(move |from| (0..4).map(move |to| (n, from, to))));
    let sends = sends.filter(|(_, from, to)| from != to);
    let all = (200..211).flat_map(|cid| sends.clone().map(move |(n, from, to)| (n, from, to, cid)));
    stand
        .measure("send, of a call that is set up", all, |(n, from, to, cid)| {
            let room = &seats[usize::try_from(n).unwrap_or(0)];
            stand.send(n, (room[from], room[to]), cid, (if cid == 200 { 1_500 } else { 255 }, 0))
        })
        .await;
}
