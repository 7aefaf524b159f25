//! A cluster: nodes on one Redis and one PostgreSQL, all of the test's own.

use std::{fs, os::unix::fs::PermissionsExt as _, sync::Arc};

use crate::{member::Member, postgres, process::Node, redis_server};

/// Its servers and nodes; stopped when the test is done with it.
pub(super) struct Cluster {
    pub(super) nodes: Vec<Node>,
    pub(super) redis: redis_server::Server,
    pub(super) postgres: postgres::Server,
    arguments: Vec<String>,
}

impl Cluster {
    /// Starts so many nodes, with these further arguments.
    pub(super) async fn start(nodes: usize, further: &[&str]) -> Self {
        let (redis, postgres) = (redis_server::Server::start(), postgres::Server::start().await);
        let database = postgres::url(postgres.port, "postgres");
        let own = ["--redis-url".to_owned(), redis.url(), "--database-url".to_owned(), database];
        let arguments = own.into_iter().chain(further.iter().map(|&argument| argument.to_owned())).collect();
        let mut cluster = Self { nodes: Vec::new(), redis, postgres, arguments };
        for _ in 0..nodes {
            cluster.add().await;
        }
        cluster
    }

    /// Starts one more node; it signs with the first one's keys.
    pub(super) async fn add(&mut self) {
        let dir = tempfile::tempdir().expect("a temporary directory");
        if let Some(first) = self.nodes.first() {
            let keys = dir.path().join("data/keys");
            fs::create_dir_all(&keys).expect("a directory");
            for folder in [dir.path().join("data"), keys.clone()] {
                fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).expect("its owner's");
            }
            for key in fs::read_dir(first.data("keys")).expect("keys").flatten() {
                fs::copy(key.path(), keys.join(key.file_name())).expect("copied with its mode");
            }
        }
        let arguments: Vec<_> = self.arguments.iter().map(String::as_str).collect();
        self.nodes.push(Node::start_in(Arc::new(dir), &arguments).await);
    }

    /// Rooms of so many members, each of whom joins on another node than the one before.
    pub(super) async fn rooms(&self, rooms: usize, members: usize) -> Vec<Vec<Member>> {
        let first = &self.nodes[0];
        let (tokens, host) = (first.tokens(rooms * members), first.sign_up("host").await);
        let mut all = Vec::new();
        for (number, tokens) in tokens.chunks(members).enumerate() {
            let room = first.room(&host).await;
            let mut joined = Vec::new();
            for (place, token) in tokens.iter().enumerate() {
                joined.push(Member::join(&self.node(number + place).http, token, &room).await);
            }
            all.push(joined);
        }
        for member in all.iter_mut().flatten() {
            member.meets(members - 1).await;
        }
        all
    }

    /// The node that a member joined on.
    pub(super) fn node(&self, place: usize) -> &Node {
        &self.nodes[place % self.nodes.len()]
    }
}
