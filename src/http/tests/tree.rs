//! What `GET /internal/tree` shows of a running node whose cells and actors have panicked.

use std::{net::Ipv4Addr, sync::Arc};

use actors::{
    bytes::BufferedBytes,
    clock::Clock,
    ledger::MemoryLedger,
    messages::socket::Credential,
    node::{NodeRef, Ports, Victim},
    ports::{
        CloseFrame, ConnectionGone, FrameSink, IceServers, Identity, Later, RoomSettings, Rooms, SeededEntropy, Text,
        TokenError, Unavailable, Verifier,
    },
    protocol::{NodeId, RoomId, UserId, server::IceServer},
    settings::{LedgerLimits, Settings},
};
use serde_json::Value;

use crate::live::LiveRooms;

/// Everybody is this user.
const USER: UserId = UserId::from_u128(1);

/// Knows one user and no room.
struct Outside;

impl Verifier for Outside {
    fn verify(&self, _: &str) -> Result<Identity, TokenError> {
        Ok(Identity { user: USER, name: "Ann".into(), expires: u64::MAX, issued_ms: 0, login: None, grants: None })
    }
}

impl Rooms for Outside {
    fn settings(&self, _: RoomId) -> Later<Result<Option<RoomSettings>, Unavailable>> {
        Box::pin(async { Ok(None) })
    }
}

impl IceServers for Outside {
    fn servers(&self, _: UserId) -> Vec<IceServer> {
        Vec::new()
    }
}

/// Writes nothing.
struct Sink;

impl FrameSink for Sink {
    fn send(&mut self, _: &[Text<'_>]) -> Result<usize, ConnectionGone> {
        Ok(0)
    }
    fn ping(&mut self, _: &[u8]) -> Result<usize, ConnectionGone> {
        Ok(0)
    }
    fn pong(&mut self, _: &[u8]) -> Result<usize, ConnectionGone> {
        Ok(0)
    }
    fn flush(self: Box<Self>) -> Later<Result<Box<dyn FrameSink>, ConnectionGone>> {
        Box::pin(async move { Ok(self as _) })
    }
    fn close(self: Box<Self>, _: CloseFrame) -> Later<()> {
        Box::pin(async {})
    }
}

async fn node() -> NodeRef {
    let (clock, bytes) = (Arc::new(Clock::new()), Arc::new(BufferedBytes::new(1 << 20)));
    let ports = Ports {
        ledger: Arc::new(MemoryLedger::new(LedgerLimits::default(), Arc::clone(&clock), Arc::clone(&bytes))),
        verifier: Arc::new(Outside),
        revocations: Arc::new(()),
        history: Arc::new(()),
        media: Arc::new(()),
        rooms: Arc::new(Outside),
        ice: Arc::new(Outside),
        entropy: Arc::new(SeededEntropy::new(1)),
        clock,
        bytes,
    };
    NodeRef::start(NodeId::new("node-1"), Settings::default(), ports).await.expect("a node starts")
}

/// The tree once it shows so many restarts.
async fn tree(node: &NodeRef, restarts: u64) -> Value {
    loop {
        let tree = LiveRooms::tree(node);
        if tree["restarts"].as_u64() >= Some(restarts) {
            return tree;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_tree_shows_passive_cells_and_every_panic_with_its_reason() {
    let node = node().await;
    let token = Credential::Token("t".to_owned());
    let _connection = node.open_socket(Box::new(Sink), token, Ipv4Addr::LOCALHOST.into());
    let before = tree(&node, 0).await;
    assert_eq!(before["kinds"][1]["kind"], "socket");
    for (kind, cells) in [(0, 0), (1, 1), (2, 1)] {
        let kind = &before["kinds"][kind];
        assert_eq!((&kind["cells"], &kind["active"], &kind["passive"]), (&cells.into(), &0.into(), &cells.into()));
    }
    let victims = [
        (Victim::Clock, "clock", "work"),
        (Victim::Lease, "lease", "work"),
        (Victim::Reaper, "reaper", "work"),
        (Victim::Bridge, "bridge", "work"),
        (Victim::Media, "media", "work"),
        (Victim::User(USER), "user", "turn"),
        (Victim::SocketOf(USER), "socket", "turn"),
    ];
    for (number, (victim, kind, during)) in (1..).zip(victims) {
        node.inject(victim);
        let tree = tree(&node, number).await;
        let last = tree["lastRestarts"].as_array().and_then(|all| all.last()).expect("one").clone();
        assert_eq!((last["kind"].as_str(), last["during"].as_str()), (Some(kind), Some(during)), "{last}");
        assert!(last["reason"].as_str().is_some_and(|reason| reason.contains("a fault was injected")), "{last}");
    }
}
