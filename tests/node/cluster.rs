//! A cluster: nodes on one Redis and one PostgreSQL, all of the test's own.

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf, process::Command, sync::Arc};

use crate::{member::Member, postgres, process::Node, redis_server};

/// Its servers and nodes; stopped when the test is done with it.
pub(super) struct Cluster {
    pub(super) nodes: Vec<Node>,
    pub(super) redis: redis_server::Server,
    pub(super) postgres: postgres::Server,
    arguments: Vec<String>,
    /// Who may do what in its Redis: a file for others like it.
    pub(super) rights: tempfile::NamedTempFile,
    _secret: tempfile::TempDir,
}

/// The file of the secret that seals the nodes' signing keys, in a folder that goes with it.
pub(super) fn key_secret() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = folder.path().join("keys.secret");
    fs::write(&path, "5e".repeat(32)).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its owner's");
    (folder, path)
}

/// A file of users: everybody has the rights that `config/redis/users.acl` gives to nodes, and no others; but `admin` has all.
fn rights() -> tempfile::NamedTempFile {
    let users = include_str!("../../config/redis/users.acl");
    let nodes = users.lines().find(|line| line.starts_with("user aldis on #")).expect("the user of nodes");
    let (_, rights) = nodes.split_once(" resetkeys ").expect("its rights");
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let text = format!("user default on nopass resetkeys {rights}\nuser admin on nopass ~* &* +@all\n");
    fs::write(file.path(), text).expect("written");
    file
}

impl Cluster {
    /// Starts so many nodes, with these further arguments.
    pub(super) async fn start(nodes: usize, further: &[&str]) -> Self {
        Self::start_on(&[], nodes, further).await
    }

    /// The same, on a Redis with these arguments of its own.
    pub(super) async fn start_on(redis: &[&str], nodes: usize, further: &[&str]) -> Self {
        let (rights, postgres) = (rights(), postgres::Server::start().await);
        let users = ["--aclfile", rights.path().to_str().expect("UTF-8")];
        let redis = redis_server::Server::start_with(&[redis, &users[..]].concat());
        let database = postgres::url(postgres.port, "postgres");
        let (secret, path) = key_secret();
        let mut arguments: Vec<_> = further.iter().map(|&argument| argument.to_owned()).collect();
        let sealed = ["--set".to_owned(), format!("auth.key_secret_file={}", path.display())];
        arguments.extend(["--database-url".to_owned(), database].into_iter().chain(sealed));
        let mut cluster = Self { nodes: Vec::new(), redis, postgres, arguments, rights, _secret: secret };
        let url = cluster.redis.url();
        for _ in 0..nodes {
            cluster.add(&["--redis-url", &url]).await;
        }
        cluster
    }

    /// Starts one more node with these further arguments.
    pub(super) async fn add(&mut self, further: &[&str]) {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let arguments: Vec<_> = further.iter().copied().chain(self.arguments.iter().map(String::as_str)).collect();
        self.nodes.push(Node::start_in(Arc::new(dir), &arguments).await);
    }

    /// The same; it reaches the database through this port.
    pub(super) async fn add_through(&mut self, port: u16, further: &[&str]) {
        let (direct, dir) = (postgres::url(self.postgres.port, "postgres"), tempfile::tempdir());
        let through = postgres::url(port, "postgres");
        let own = self.arguments.iter().map(|argument| if *argument == direct { &through } else { argument });
        let arguments: Vec<_> = further.iter().copied().chain(own.map(String::as_str)).collect();
        let dir = Arc::new(dir.expect("a temporary directory"));
        self.nodes.push(Node::start_in(dir, &arguments).await);
    }

    /// The logs of its nodes.
    pub(super) fn logs(&self) -> String {
        self.nodes.iter().map(Node::log).collect::<Vec<_>>().join("\n---\n")
    }

    /// The flags of its nodes, for commands.
    pub(super) fn arguments(&self) -> Vec<&str> {
        self.arguments.iter().map(String::as_str).collect()
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

    /// Sends every process of PostgreSQL a signal.
    pub(super) fn signal_postgres(&self, name: &str) {
        let (parent, signal) = (self.postgres.process.id().to_string(), format!("-{name}"));
        let _ = Command::new("pkill").args([&signal, "-P", &parent]).status(); // it may have no children
        assert!(Command::new("kill").args([&signal, &parent]).status().expect("kill runs").success());
    }

    /// The node that a member joined on.
    pub(super) fn node(&self, place: usize) -> &Node {
        &self.nodes[place % self.nodes.len()]
    }
}
