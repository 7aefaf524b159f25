//! What operators see of the cluster: this node publishes its own state, and describes all nodes at the operators' listener. Must not
//! know how Redis keeps it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use actors::{clock::unix_millis, node::NodeRef};
use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::ledger;
use crate::{
    config::Config,
    http::DescribeCluster,
    ledger::{ClusterSeen, NodeSeen, NodeStatus, RedisLedger},
};

/// How often a node tells.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// See the module.
#[derive(Clone)]
pub(super) struct Cluster {
    node: NodeRef,
    ledger: ledger::Opened,
    address: SocketAddr,
    started_ms: u64,
    lease: Duration,
    /// Whether members' places are told, too.
    presence: bool,
}

impl Cluster {
    /// Of this node, whose clients connect at this address.
    pub(super) fn new(config: &Config, node: &NodeRef, ledger: &ledger::Opened, address: SocketAddr) -> Self {
        let (node, ledger, started_ms) = (node.clone(), ledger.clone(), unix_millis());
        Self { node, ledger, address, started_ms, lease: config.ledger.lease, presence: config.ledger.presence_keys }
    }

    /// Tells the others, until `stop`.
    pub(super) async fn tell(self, stop: CancellationToken) {
        let Some(redis) = self.ledger.shared() else { return };
        let mut tick = interval(TELL_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased; // stop first: what was told ends by itself
                () = stop.cancelled() => return,
                _ = tick.tick() => {}
            }
            let mut told = redis.tell_status(self.node.id(), &self.status()).await;
            if self.presence && told.is_ok() {
                told = redis.tell_presence(self.node.id()).await;
            }
            if let Err(why) = told {
                tracing::debug!(?why, "operators are told of this node later: Redis did not answer");
            }
        }
    }

    /// The answer of the operators' listener.
    pub(super) fn described(self) -> DescribeCluster {
        Arc::new(move || {
            let cluster = self.clone();
            Box::pin(async move { cluster.describe().await })
        })
    }

    async fn describe(&self) -> Option<Value> {
        match self.ledger.shared() {
            Some(redis) => self.of_redis(&redis).await,
            None => Some(json!({
                "ledger": "memory", "alone": true, "self": self.node.id().to_string(),
                "nodes": [described(&self.node.id().to_string(), Some(&self.status()))],
            })),
        }
    }

    async fn of_redis(&self, redis: &RedisLedger) -> Option<Value> {
        let ClusterSeen { now_ms, nodes, epochs, rooms_due } = redis.cluster().await.ok()?;
        let node = |NodeSeen { id, lease_until_ms, status }: &NodeSeen| {
            let mut one = described(&id.to_string(), status.as_ref());
            let lease_ms = u64::try_from(self.lease.as_millis()).unwrap_or(u64::MAX);
            one["isLive"] = json!(*lease_until_ms > now_ms);
            one["renewedMsAgo"] = json!((now_ms + lease_ms).saturating_sub(*lease_until_ms));
            one
        };
        let epochs: Vec<_> =
            epochs.iter().map(|(epoch, buckets)| json!({ "epoch": epoch, "buckets": buckets })).collect();
        Some(json!({
            "ledger": "redis", "alone": nodes.len() < 2, "self": self.node.id().to_string(),
            "nodes": nodes.iter().map(node).collect::<Vec<_>>(), "epochs": epochs, "roomsDue": rooms_due,
        }))
    }

    fn status(&self) -> NodeStatus {
        let population = self.node.population();
        NodeStatus {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            address: self.address.to_string(),
            started_ms: self.started_ms,
            sockets: population.sockets,
            rooms: population.rooms,
        }
    }
}

/// A node as JSON; what it has not told is null.
fn described(id: &str, status: Option<&NodeStatus>) -> Value {
    json!({
        "id": id,
        "version": status.map(|status| &status.version),
        "address": status.map(|status| &status.address),
        "startedAtMs": status.map(|status| status.started_ms),
        "sockets": status.map(|status| status.sockets),
        "rooms": status.map(|status| status.rooms),
    })
}
