//! What one operation costs Redis: CPU of its main thread, 64 operations in flight over three connections, on a server of its own. And
//! what it costs a node: CPU of the thread that asks, on which the adapter runs, less that of the loop that makes the operations.
//! `cargo bench --bench redis`.

#![expect(clippy::print_stdout, reason = "a table for people")]

use std::cell::Cell;
use std::process::Command;

use actors::ledger::{
    Answer, At, Audit, Audited, Broadcast, Claim, Claimed, Join, Joined, Lease, Ledger as _, Resume, Send, Sent,
    Sequence, Source,
};
use actors::protocol::{Attributes, Epoch, Kind, LeaveReason, Message, NodeId, RoomId, SeatId, SessionId, UserId};
use actors::settings::LedgerLimits;
use aldis::ledger::{RedisLedger, RedisLimits};
use futures_util::{StreamExt as _, stream};
use rustix::time::{ClockId, clock_gettime};
use server::Server;

#[expect(dead_code, reason = "tests kill it, too")]
#[path = "../../tests/services/redis.rs"]
mod server;

const ROOMS: u128 = 200;
const SEATS: u128 = 4;
const IN_FLIGHT: usize = 64;

/// Connections, as of so many nodes.
const CONNECTIONS: usize = 3;

/// The send that is judged is measured so often; the median counts.
const ROUNDS: u64 = 7;

/// Operations that are only made, so that their part is known.
const READY: u128 = 20_000;

/// What an operation may cost a node, beside what relaying the message costs anyway, in microseconds.
const NODE_AIM: f64 = 8.0;

/// The operation that is most frequent by far, as a node asks for it.
const ONE_CONNECTION: &str = "send, 255 bytes, over one connection";

/// The ledger, over each connection, its server, and the two nodes between which members are dealt.
struct Stand {
    ledgers: Vec<RedisLedger>,
    server: Server,
    nodes: [NodeId; 2],
    /// What the last operation has cost the node, in microseconds; the loop's own part is in it.
    node: Cell<f64>,
}

/// Microseconds of this thread, on which all of the adapter runs.
fn own_cpu() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}

fn room(n: u128) -> RoomId {
    let [.., a, b] = n.to_be_bytes();
    RoomId::from_letters([a / 26, a % 26, b / 26, b % 26, 0, 0, 0, 0, 0, 0])
}

fn message(bytes: usize) -> Message {
    Message { kind: Kind::IceCandidate, data: format!(r#"{{"candidate":"{}"}}"#, "x".repeat(bytes - 16)).into() }
}

/// The first two seats of a room.
fn pair(seats: &[Vec<SeatId>], n: u128) -> (SeatId, SeatId) {
    let room = &seats[usize::try_from(n).unwrap_or(0)];
    (room[0], room[1])
}

fn send((from, to): (SeatId, SeatId), cid: u64, bytes: usize) -> Send {
    let (skipped, released, messages) = (Vec::new(), Vec::new(), vec![message(bytes)]);
    Send { from, to: to.order, cid: Some(cid), skipped, released, messages }
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
        Self { ledgers, server, nodes: ["one", "two"].map(NodeId::new), node: Cell::new(0.0) }
    }

    /// That of a room: its operations keep their order on one connection.
    fn ledger(&self, n: u128) -> &RedisLedger {
        &self.ledgers[usize::try_from(n).unwrap_or(0) % CONNECTIONS]
    }

    /// Microseconds of the server's main thread.
    fn cpu(&self) -> f64 {
        let text = self.redis(&["info", "cpu"]);
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
        let (user, system) = (field("used_cpu_user_main_thread:"), field("used_cpu_sys_main_thread:"));
        1e6 * (user.expect("Redis 7") + system.expect("Redis 7"))
    }

    /// It loses everything, and another epoch begins; the epoch before.
    async fn lose(&self) -> Epoch {
        let (node, ttl) = (&self.nodes[0], std::time::Duration::from_secs(6));
        let Ok(Lease::Rebuilt(before)) = self.ledgers[0].renew(node, ttl, 0).await else {
            panic!("it tells the epoch")
        };
        self.redis(&["flushall"]);
        for ledger in &self.ledgers {
            while !matches!(ledger.renew(node, ttl, 0).await, Ok(Lease::Rebuilt(now)) if now > before) {
                tokio::task::yield_now().await;
            }
        }
        before
    }

    fn redis(&self, words: &[&str]) -> String {
        let socket = self.server.url();
        let socket = socket.trim_start_matches("redis+unix://");
        let asked = Command::new("redis-cli").args(["-s", socket]).args(words).output().expect("redis-cli runs");
        String::from_utf8(asked.stdout).expect("text")
    }

    fn at(&self, n: u128, place: usize) -> At<'_> {
        At { room: room(n), node: &self.nodes[place % 2], epoch: self.ledger(n).epoch() }
    }

    /// Prints what each of these costs, and answers what they were answered.
    async fn measure<T: Unpin, O>(
        &self,
        what: &str,
        all: impl Iterator<Item = O>,
        ask: impl Fn(O) -> Answer<T>,
    ) -> Vec<T> {
        let (before, own_before) = (self.cpu(), own_cpu());
        let answers: Vec<_> = stream::iter(all.map(ask)).buffered(IN_FLIGHT).collect().await;
        let own = own_cpu() - own_before;
        let count = answers.len() as f64;
        let each = (self.cpu() - before) / count;
        self.node.set(own / count);
        println!("{what:40} {each:8.1} {:10.0} {:10.1}", 1e6 / each, own / count);
        answers.into_iter().map(|answer| answer.expect("Redis answers")).collect()
    }

    /// The receiver is connected to the second node.
    fn send(&self, n: u128, (from, to): (SeatId, SeatId), cid: u64, (bytes, place): (usize, usize)) -> Answer<Sent> {
        self.ledger(n).send(self.at(n, place), send((from, to), cid, bytes))
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
        println!("{title:40} {:>8} {:>10} {:>10}", "Redis µs", "a second", "node µs");
        let node = operations(&Stand::start(events_max).await).await;
        let reached = if node <= NODE_AIM { "reached" } else { "missed" };
        println!("node CPU of a ledger operation ({ONE_CONNECTION}): {node:.1} µs, aim {NODE_AIM} µs: {reached}\n");
    }
}

/// Prints all operations; answers what a send costs the node.
async fn operations(stand: &Stand) -> f64 {
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
        let bytes = |cid: u64| if cid.is_multiple_of(7) { first_bytes } else { bytes };
        stand.measure(what, all, |(n, cid)| stand.send(n, pair(&seats, n), cid, (bytes(cid), place))).await;
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
    let node = send_over_one(stand, &seats).await;
    stand
        .measure("leave", 0..ROOMS, |n| {
            stand.ledger(n).leave(stand.at(n, 0), seats[usize::try_from(n).unwrap_or(0)][0], LeaveReason::Left)
        })
        .await;
    claims(stand, &seats).await;
    node
}

/// What a send costs a node, which has one connection for its operations: without the loop that makes the operations, the median of
/// several times.
async fn send_over_one(stand: &Stand, seats: &[Vec<SeatId>]) -> f64 {
    let mut costs = Vec::new();
    for round in 0..ROUNDS {
        let all = (301 + 126 * round..301 + 126 * (round + 1))
            .flat_map(|cid| (0..ROOMS).step_by(CONNECTIONS).map(move |n| (n, cid)));
        stand.measure(ONE_CONNECTION, all, |(n, cid)| stand.send(n, pair(seats, n), cid, (255, 0))).await;
        costs.push(stand.node.get());
    }
    costs.sort_by(f64::total_cmp);
    let ready = |cid| {
        std::hint::black_box((stand.at(cid, 0), send(pair(seats, 0), 1, 255)));
        Answer::Now(Ok(()))
    };
    let before = own_cpu();
    let answers: Vec<_> = stream::iter((0..READY).map(ready)).buffered(IN_FLIGHT).collect().await;
    costs[costs.len() / 2] - (own_cpu() - before) / answers.len() as f64
}

/// Redis has lost everything, and each of the two nodes claims its two seats of every room.
async fn claims(stand: &Stand, seats: &[Vec<SeatId>]) {
    let known = stand.lose().await;
    let claim = |(n, place): (u128, usize)| {
        let room = &seats[usize::try_from(n).unwrap_or(0)];
        let claims = [place, place + 2].map(|place| {
            let others = room.iter().filter(|seat| **seat != room[place]);
            let who = n * SEATS + place as u128 + 1;
            Claim {
                seat: room[place],
                user: UserId::from_u128(who),
                name: "Ann Example".into(),
                session: SessionId::from_u128(who),
                secret: 7,
                window: std::time::Duration::from_secs(5),
                last_seq: 40,
                sent: others.clone().map(|to| Sequence { to: Some(to.order), cid: 211, described: true }).collect(),
                heard: others.map(|from| Source { from: from.order, cid: 211, broadcast: false }).collect(),
                skipped: Vec::new(),
                attributes: Attributes::default(),
            }
        });
        stand.ledger(n).claim(At { epoch: known, ..stand.at(n, place) }, claims.into(), Vec::new())
    };
    let all = (0..ROOMS).flat_map(|n| [(n, 0), (n, 1)]);
    let claimed = stand.measure("claim of two seats, after a loss", all, claim).await;
    let is_held = |claimed: &Claimed| claimed.seats.iter().all(|seat| matches!(seat, Audited::Held(..)));
    assert!(claimed.iter().all(is_held), "all seats are claimed");
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
