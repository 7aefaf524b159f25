//! The cluster under test: its nodes, what they share, and the balancer before them. Must not know faults.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use anyhow::{Context as _, ensure};
use tempfile::TempDir;

use super::balancer::Balancer;
use super::servers::{Postgres, Redis};
use crate::node::{Door, Node, Which};

/// All of it; in the order in which it is dropped.
pub(in crate::scenario) struct Stage {
    pub(super) balancer: Balancer,
    pub(in crate::scenario) nodes: Vec<Node>,
    /// `None`: a server that was named.
    pub(super) redis: Option<Redis>,
    /// See `redis`.
    pub(super) postgres: Option<Postgres>,
    _secret: TempDir,
}

impl Stage {
    /// Starts so many nodes, on the named Redis and PostgreSQL, or on servers of their own, with these further settings.
    pub(in crate::scenario) async fn build(
        which: &Which,
        count: usize,
        (redis_url, database_url): (Option<&str>, Option<&str>),
        further: &[String],
    ) -> anyhow::Result<Self> {
        ensure!(which.starts_plain(), "cluster starts its nodes itself, without TLS → leave out --url and --tls");
        let redis = if redis_url.is_none() { Some(Redis::start().await?) } else { None };
        let postgres = if database_url.is_none() { Some(Postgres::start().await?) } else { None };
        let redis_url = redis.as_ref().map(Redis::url).or_else(|| redis_url.map(str::to_owned));
        let database_url = postgres.as_ref().map(Postgres::url).or_else(|| database_url.map(str::to_owned));
        let secret = tempfile::tempdir().context("cannot make a directory for the secret of the nodes' keys")?;
        let path = secret.path().join("keys.secret");
        fs::write(&path, "5e".repeat(32))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        let settings = [
            format!("ledger.redis_url={}", redis_url.unwrap_or_default()),
            format!("database.url={}", database_url.unwrap_or_default()),
            format!("auth.key_secret_file={}", path.display()),
        ];
        let settings: Vec<_> = settings.iter().chain(further).map(String::as_str).collect();
        let mut nodes = Vec::new();
        for _ in 0..count {
            nodes.push(Node::reach(which.clone(), &settings).await?);
        }
        let balancer = Balancer::start(nodes.iter().map(|node| node.address)).await?;
        Ok(Self { balancer, nodes, redis, postgres, _secret: secret })
    }

    /// Where its nodes are reached, whichever lives.
    pub(in crate::scenario) const fn entrance(&self) -> Door {
        Door { address: self.balancer.address, trust: None }
    }

    /// Stops what still runs.
    pub(in crate::scenario) async fn stop(self) -> anyhow::Result<()> {
        for node in self.nodes {
            node.stop().await?;
        }
        Ok(())
    }
}
