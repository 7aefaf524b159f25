//! Keys that nodes share in a PostgreSQL: made once, rotated once, seen by all.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::{SignedDuration, Timestamp};
use tokio::{runtime::Handle, task::spawn_blocking};
use uuid::Uuid;

use super::super::{KeyRing, KeySecret, PUBLISHED_FOR, Role, Rotation};
use crate::{
    auth::{Clock, Settings, Subject, TokenError, Tokens, tests::Hand},
    storage::{self, Postgres, Store as _, contract::server},
};

const MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Until the next key signs, in seconds.
const LEAD: i64 = PUBLISHED_FOR.as_secs().cast_signed();

/// The content of a secret's file, in a folder that goes with it.
fn secret(secrets: &[[u8; 32]]) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secret");
    let lines: Vec<_> = secrets.iter().map(|secret| BASE64_STANDARD.encode(secret)).collect();
    crate::files::private::write(&path, lines.join("\n").as_bytes()).expect("written");
    (folder, path)
}

/// Nodes of one cluster, each with connections of its own.
struct Cluster {
    database: server::Database,
    hand: Hand,
}

impl Cluster {
    async fn new() -> Self {
        Self { database: server::database().await, hand: Hand::new() }
    }

    async fn try_node(&self, bytes: [u8; 32]) -> anyhow::Result<Node> {
        self.try_node_with(&[bytes]).await
    }

    async fn try_node_with(&self, secrets: &[[u8; 32]]) -> anyhow::Result<Node> {
        let store = self.database.open(&storage::Settings::default()).await;
        let (_folder, path) = secret(secrets);
        let (secret, now) = (KeySecret::read(&path).expect("a secret"), self.hand.clock().now());
        let (keys, runtime) = (Arc::clone(&store) as _, Handle::current());
        let keys = spawn_blocking(move || KeyRing::open_shared(keys, secret, runtime, now)).await.expect("no panic")?;
        let keys = Arc::new(keys);
        let tokens = Tokens::new(Arc::clone(&keys), &Settings::default(), self.hand.clock());
        Ok(Node { store, keys, tokens, clock: self.hand.clock() })
    }

    async fn node(&self) -> Node {
        self.try_node([7; 32]).await.expect("keys")
    }
}

struct Node {
    store: Arc<Postgres>,
    keys: Arc<KeyRing>,
    tokens: Tokens,
    clock: Clock,
}

impl Node {
    /// Runs what blocks, as the node does.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce(&KeyRing, Timestamp) -> T + Send + 'static) -> T {
        let (keys, now) = (Arc::clone(&self.keys), self.clock.now());
        spawn_blocking(move || work(&keys, now)).await.expect("no panic")
    }

    async fn tend(&self) -> bool {
        self.run(|keys, now| keys.tend(Some(MONTH), now)).await.expect("looked")
    }

    fn token(&self) -> String {
        self.tokens.mint(Subject { user: Uuid::new_v4().into(), name: "Ann", session: None }).expect("a token")
    }

    fn roles(&self) -> Vec<Role> {
        self.keys.list().into_iter().map(|key| key.role).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
async fn nodes_that_start_at_once_make_one_key_and_know_each_others_tokens() {
    let cluster = Cluster::new().await;
    let nodes = futures_util::future::join_all((0..4).map(|_| cluster.node())).await;
    for node in &nodes {
        assert_eq!(node.keys.list(), nodes[0].keys.list());
        nodes[0].tokens.verify(&node.token()).expect("signed by the same key");
    }
    assert_eq!(nodes[0].roles(), [Role::Current]);
    let sealed = cluster.database.text("SELECT encode(sealed, 'escape') FROM signing_keys").await;
    assert!(!sealed.contains("PRIVATE KEY") && sealed.len() > 1_000, "{sealed}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
async fn timers_of_several_nodes_publish_one_next_key_which_all_sign_with_in_time() {
    let cluster = Cluster::new().await;
    let nodes = futures_util::future::join_all((0..4).map(|_| cluster.node())).await;
    cluster.hand.turn(30 * 24 * 60 * 60 - LEAD);
    let old = nodes[0].token();
    futures_util::future::join_all(nodes.iter().map(Node::tend)).await;
    for node in &nodes {
        node.tend().await;
        assert_eq!(node.roles(), [Role::Current, Role::Next]);
        assert_eq!(node.keys.list(), nodes[0].keys.list());
    }
    cluster.hand.turn(LEAD);
    // The one that looks first signs with it; the others know it already.
    assert!(nodes[0].tend().await);
    let new = nodes[0].token();
    for node in &nodes {
        node.tokens.verify(&new).expect("published before it signed");
        node.tokens.verify(&old).expect("rotating signs nobody out");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
async fn a_key_that_is_to_sign_now_signs_once_every_node_can_know_it() {
    let cluster = Cluster::new().await;
    let (one, two) = (cluster.node().await, cluster.node().await);
    let keys = one.run(|keys, now| keys.rotate(Rotation::Now, now)).await.expect("rotated");
    assert_eq!(keys[1].signs_from, cluster.hand.clock().now() + SignedDuration::from_secs(60));
    let again = two.run(|keys, now| keys.rotate(Rotation::Now, now)).await.expect("rotated");
    assert_eq!(again, keys, "another operator's request at the same time is the same");
    cluster.hand.turn(60);
    assert!(one.tend().await && one.roles() == [Role::Current, Role::Previous]);
    two.tokens.verify(&one.token()).expect("known already");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
async fn an_unknown_key_makes_a_node_look_and_leaked_keys_are_given_up_by_all() {
    let cluster = Cluster::new().await;
    let (one, two) = (cluster.node().await, cluster.node().await);
    let old = two.token();
    cluster.hand.turn(1);
    one.run(|keys, now| keys.rotate(Rotation::Leaked, now)).await.expect("rotated");
    let new = one.token();
    assert_eq!(one.tokens.verify(&old), Err(TokenError::UnknownKey));
    two.tokens.verify(&old).expect("until it looks");
    assert_eq!(two.tokens.verify(&new), Err(TokenError::UnknownKey), "refused, without a database on the path");
    two.keys.met_unknown().await;
    assert!(two.tend().await);
    two.tokens.verify(&new).expect("known");
    assert_eq!(two.tokens.verify(&old), Err(TokenError::UnknownKey));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
async fn known_keys_stay_in_use_while_the_database_is_away() {
    let cluster = Cluster::new().await;
    let node = cluster.node().await;
    let before = node.keys.list();
    node.store.close().await;
    let why = node.run(|keys, now| keys.tend(Some(MONTH), now)).await.expect_err("it is away");
    assert!(format!("{why:#}").contains("cannot read the signing keys in the database"), "{why:#}");
    assert_eq!(node.keys.list(), before);
    node.tokens.verify(&node.token()).expect("signed and verified");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
async fn a_node_with_another_secret_does_not_start_and_makes_no_key() {
    let cluster = Cluster::new().await;
    let node = cluster.node().await;
    let why = cluster.try_node([8; 32]).await.err().expect("refused");
    assert!(format!("{why:#}").contains("another secret → give all nodes the same"), "{why:#}");
    assert!(!node.tend().await, "nothing changed");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
async fn a_key_that_was_sealed_with_an_unknown_secret_is_left_out_until_the_secret_is_known() {
    let cluster = Cluster::new().await;
    let (old, new) = ([7; 32], [8; 32]);
    let behind = cluster.node().await;
    // Another node has the new secret in the first line already, and rotates.
    let ahead = cluster.try_node_with(&[new, old]).await.expect("it opens both");
    cluster.hand.turn(30 * 24 * 60 * 60 - LEAD);
    assert!(ahead.tend().await);
    assert!(!behind.tend().await, "it goes on with what it can open, and does not fail");
    assert_eq!((behind.roles(), ahead.roles()), (vec![Role::Current], vec![Role::Current, Role::Next]));
    let why = behind.run(|keys, now| keys.rotate(Rotation::Now, now)).await.expect_err("it knows not all of them");
    assert!(format!("{why:#}").contains("add it to auth.key_secret_file"), "{why:#}");
    cluster.hand.turn(LEAD);
    assert!(ahead.tend().await);
    ahead.tokens.verify(&behind.token()).expect("signed with the former key");
    assert_eq!(behind.tokens.verify(&ahead.token()), Err(TokenError::UnknownKey));
    let restarted = cluster.try_node_with(&[old]).await.expect("it starts with the keys that it can open");
    assert_eq!(restarted.roles(), [Role::Current]);
    // In the right order nothing is left out: first both secrets on every node, then the new one first.
    let both = cluster.try_node_with(&[old, new]).await.expect("keys");
    both.tokens.verify(&ahead.token()).expect("opened by the second line");
    assert_eq!(both.keys.list(), ahead.keys.list());
}
