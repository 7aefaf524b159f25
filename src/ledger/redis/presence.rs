//! What operators see of the nodes on one Redis: each node publishes its own state and where its members are, and any node reads it.
//! No decision depends on it, so it is written without waiting for replicas, and may be some seconds old.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use actors::{
    clock::monotonic,
    ledger::Failure,
    protocol::{Epoch, NodeId, RoomId},
};
use redis::{Cmd, FromRedisValue, Value, cmd};
use tokio::sync::oneshot;

use super::{
    RedisLedger,
    outcome::{NOT_SENT, UNANSWERED},
    reply,
    scripts::Script,
    shared::{Order, Run},
};

/// How long a node's description is kept after it was last told.
const NODE_TTL: Duration = Duration::from_secs(60);
/// How long members' places are kept after they were last told.
const PRESENCE_TTL: Duration = Duration::from_secs(30);
/// Commands that are sent together: operations wait behind them.
const TOGETHER_MAX: usize = 256;
/// Nodes whose lease has ended since are shown: each start of a node leaves a lease behind.
const ENDED_FOR: Duration = Duration::from_secs(60);

/// A node's published state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeStatus {
    /// The version of the program.
    pub version: String,
    /// Where its clients connect.
    pub address: String,
    /// Milliseconds since 1970.
    pub started_ms: u64,
    /// Open sockets.
    pub sockets: usize,
    /// Rooms with a member here.
    pub rooms: usize,
}

/// A node, as Redis knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeSeen {
    /// Its name, with its start.
    pub id: NodeId,
    /// Milliseconds since 1970, by Redis' clock.
    pub lease_until_ms: u64,
    /// Its state published in the last minute.
    pub status: Option<NodeStatus>,
}

/// All nodes on one Redis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterSeen {
    /// Redis' clock, in milliseconds since 1970.
    pub now_ms: u64,
    /// Those with a lease, and those whose lease has ended within a minute; by name.
    pub nodes: Vec<NodeSeen>,
    /// In which epoch how many buckets are: all in one, but while an epoch begins.
    pub epochs: BTreeMap<Epoch, usize>,
    /// Rooms with a seat past its window, or an epoch that has settled, which the reaper has not seen yet.
    pub rooms_due: u64,
}

type Field = Option<String>;

impl RedisLedger {
    /// Tells what this node is.
    ///
    /// # Errors
    /// Redis is away.
    pub async fn tell_status(&self, node: &NodeId, status: &NodeStatus) -> Result<(), Failure> {
        let NodeStatus { version, address, started_ms, sockets, rooms } = status;
        let key = self.shared.keys.node(node);
        let mut put = cmd("HSET");
        put.arg(&key).arg("version").arg(version).arg("address").arg(address).arg("started").arg(started_ms);
        put.arg("sockets").arg(sockets).arg("rooms").arg(rooms);
        let expire = cmd("EXPIRE").arg(&key).arg(NODE_TTL.as_secs()).take();
        self.together(vec![put, expire]).await.map(drop)
    }

    /// Tells where the members of this node's rooms are, as the ledger knows it.
    ///
    /// # Errors
    /// Redis is away; some of it may be told.
    pub async fn tell_presence(&self, node: &NodeId) -> Result<(), Failure> {
        let run = |bucket: super::Bucket| Run {
            keys: vec![bucket.at, bucket.hot, bucket.cold],
            arguments: vec![node.to_string()],
        };
        let rooms = self.in_buckets(Script::Present, run, |buckets| reply::present(buckets).map(Ok)).await?;
        let mut commands = Vec::new();
        for (room, present) in rooms {
            self.presence_in(room, node, &present, &mut commands);
            if commands.len() >= TOGETHER_MAX {
                self.together(std::mem::take(&mut commands)).await?;
            }
        }
        if !commands.is_empty() {
            self.together(commands).await?;
        }
        Ok(())
    }

    fn presence_in(&self, room: RoomId, node: &NodeId, present: &[(String, NodeId)], commands: &mut Vec<Cmd>) {
        let (keys, ttl) = (&self.shared.keys, PRESENCE_TTL.as_secs());
        let mut seats = BTreeMap::<&NodeId, usize>::new();
        for (user, of) in present {
            *seats.entry(of).or_default() += 1;
            if of == node {
                for key in [keys.presence(room, user), keys.place(user)] {
                    commands.push(cmd("SET").arg(key).arg(node.to_string()).arg("EX").arg(ttl).take());
                }
            }
        }
        let key = keys.nodes_of(room);
        let mut put = cmd("HSET");
        put.arg(&key);
        for (of, count) in &seats {
            put.arg(of.to_string()).arg(*count);
        }
        // As a whole: a node without a seat here tells nothing.
        commands.push(cmd("DEL").arg(&key).take());
        if !seats.is_empty() {
            commands.extend([put, cmd("EXPIRE").arg(&key).arg(ttl).take()]);
        }
    }

    /// The published state of all nodes.
    ///
    /// # Errors
    /// Redis is away, or its answer cannot be read.
    pub async fn cluster(&self) -> Result<ClusterSeen, Failure> {
        let now_ms = millis(read(self.together(vec![cmd("TIME")]).await?.pop())?);
        let buckets: Vec<_> = self.shared.keys.buckets().collect();
        let mut asked = Vec::new();
        if let Some(bucket) = buckets.first() {
            let since = now_ms.saturating_sub(u64::try_from(ENDED_FOR.as_millis()).unwrap_or(u64::MAX));
            let leases =
                cmd("ZRANGE").arg(&bucket.leases).arg(since).arg("+inf").arg("BYSCORE").arg("WITHSCORES").take();
            asked.push(leases); // each bucket has all leases
        }
        asked.extend(buckets.iter().map(|bucket| cmd("HMGET").arg(&bucket.era).arg("n").take()));
        asked.extend(buckets.iter().map(|bucket| cmd("ZCOUNT").arg(&bucket.due).arg("-inf").arg(now_ms).take()));
        let mut answers = self.together(asked).await?.into_iter();
        let leases: Vec<(String, f64)> = read(answers.next())?;
        let mut epochs = BTreeMap::new();
        for answer in answers.by_ref().take(buckets.len()) {
            let [epoch] = read::<[Option<Epoch>; 1]>(Some(answer))?;
            *epochs.entry(epoch.unwrap_or(0)).or_default() += 1;
        }
        let mut rooms_due = 0;
        for answer in answers {
            rooms_due += read::<u64>(Some(answer))?;
        }
        Ok(ClusterSeen { now_ms, nodes: self.nodes(leases).await?, epochs, rooms_due })
    }

    async fn nodes(&self, leases: Vec<(String, f64)>) -> Result<Vec<NodeSeen>, Failure> {
        let all: BTreeSet<(NodeId, u64)> =
            leases.iter().map(|(name, until)| (NodeId::new(name), whole(*until))).collect();
        let fields = ["version", "address", "started", "sockets", "rooms"];
        let asked = all.iter().map(|(id, _)| cmd("HMGET").arg(self.shared.keys.node(id)).arg(&fields).take()).collect();
        let told = if all.is_empty() { Vec::new() } else { self.together(asked).await? };
        let seen = |((id, lease_until_ms), told)| {
            let [version, address, started, sockets, rooms] = read::<[Field; 5]>(Some(told))?;
            let number = |field: Field| field.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
            let count = |field| usize::try_from(number(field)).unwrap_or(usize::MAX);
            let status = version.zip(address).map(|(version, address)| NodeStatus {
                version,
                address,
                started_ms: number(started),
                sockets: count(sockets),
                rooms: count(rooms),
            });
            Ok(NodeSeen { id, lease_until_ms, status })
        };
        all.into_iter().zip(told).map(seen).collect()
    }

    /// Sends commands together; their answers.
    async fn together(&self, commands: Vec<Cmd>) -> Result<Vec<Value>, Failure> {
        let bytes = commands.iter().map(|command| command.get_packed_command().len()).sum();
        let booked = self.shared.book(bytes).ok_or(NOT_SENT)?;
        let (answer, answered) = oneshot::channel();
        let order = Order::Together { commands, asked: monotonic(), answer, booked };
        self.orders.try_send(order).map_err(|_| NOT_SENT)?;
        let answers = answered.await.unwrap_or(Err(UNANSWERED))?;
        if let Value::Array(answers) = answers { Ok(answers) } else { Err(UNANSWERED) }
    }
}

fn read<T: FromRedisValue>(answer: Option<Value>) -> Result<T, Failure> {
    redis::from_redis_value(answer.unwrap_or(Value::Nil)).map_err(|why| {
        tracing::error!(%why, "what nodes have told in Redis cannot be read");
        UNANSWERED
    })
}

fn millis((seconds, micros): (u64, u64)) -> u64 {
    seconds * 1_000 + micros / 1_000
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds since 1970")]
fn whole(score: f64) -> u64 {
    score as u64
}
