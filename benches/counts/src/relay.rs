//! A whole node, from the connection that a message is read on to the sink that it leaves by: decoding, both sockets, the
//! room, the ledger, and the runtime's own work between them. Only the kernel is left out.

use std::fmt::Write as _;
use std::hint::black_box;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use actors::bytes::BufferedBytes;
use actors::clock::Clock;
use actors::ledger::MemoryLedger;
use actors::messages::socket::Credential;
use actors::node::{ConnectionHandle, NodeRef, Ports};
use actors::ports::{
    CloseFrame, ConnectionGone, FrameSink, IceServers, Identity, Later, RoomSettings, Rooms, SeededEntropy, Text,
    TokenError, Unavailable, Verifier,
};
use actors::protocol::{NodeId, RoomId, RoomMode, UserId, server::IceServer};
use actors::settings::{LedgerLimits, Settings};

/// Members acknowledge as often as the web client does.
const ACK_EVERY: u64 = 8;
/// Enough turns of the runtime for everything to come to rest.
const TURNS: usize = 64;

/// Counts the texts that leave.
struct Count(Arc<AtomicU64>);

impl FrameSink for Count {
    fn send(&mut self, texts: &[Text<'_>]) -> Result<usize, ConnectionGone> {
        self.0.fetch_add(black_box(texts).len() as u64, Relaxed);
        Ok(0)
    }

    fn ping(&mut self, _: &[u8]) -> Result<usize, ConnectionGone> {
        Ok(0)
    }

    fn pong(&mut self, _: &[u8]) -> Result<usize, ConnectionGone> {
        Ok(0)
    }

    fn flush(self: Box<Self>) -> Later<Result<Box<dyn FrameSink>, ConnectionGone>> {
        Box::pin(async { Ok(self as Box<dyn FrameSink>) })
    }

    fn close(self: Box<Self>, _: CloseFrame) -> Later<()> {
        Box::pin(async {})
    }
}

/// Knows everybody and every room.
struct Everything;

impl Verifier for Everything {
    fn verify(&self, token: &str) -> Result<Identity, TokenError> {
        let user = token.parse().map_err(|_| TokenError::Invalid("no id".to_owned()))?;
        Ok(Identity { user, name: "Ann".into(), expires: u64::MAX, issued_ms: 0, login: None, grants: None })
    }
}

impl Rooms for Everything {
    fn settings(&self, _: RoomId) -> Later<Result<Option<RoomSettings>, Unavailable>> {
        let settings = RoomSettings {
            participants_max: 100,
            seat_window: Duration::from_secs(5),
            mode: RoomMode::Mesh,
            active: true,
            policy: None,
            revision: 1,
        };
        Box::pin(async move { Ok(Some(settings)) })
    }
}

impl IceServers for Everything {
    fn servers(&self, _: UserId) -> Vec<IceServer> {
        Vec::new()
    }
}

/// A member: where it is read, and how many texts it was sent.
struct Member(ConnectionHandle, Arc<AtomicU64>);

impl Member {
    async fn come(node: &NodeRef, number: u128) -> Self {
        let heard = Arc::new(AtomicU64::new(0));
        let token = UserId::from_u128(number).to_string();
        let sink = Box::new(Count(Arc::clone(&heard)));
        let handle = node.open_socket(sink, Credential::Token(token), Ipv4Addr::LOCALHOST.into());
        let mut member = Self(handle.ok().expect("the node does not drain"), heard);
        member
            .says(&format!(r#"{{"type":"join_room","data":{{"roomId":"{}"}}}}"#, RoomId::from_letters([1; 10])))
            .await;
        turns().await;
        member
    }

    async fn says(&mut self, text: &str) {
        self.0.text(text).await;
        self.0.flush_batch();
    }
}

async fn turns() {
    for _ in 0..TURNS {
        tokio::task::yield_now().await;
    }
}

/// A candidate from one of so many members to another, `together` of them read at once, so that `times` go in all.
pub(crate) fn candidates(candidate: &str, times: u64, together: u64, members: u128) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let node = node().await;
        let (mut elder, mut newer) = (Member::come(&node, 7).await, Member::come(&node, 1).await);
        elder
            .says(&format!(
                r#"{{"type":"offer","cid":1,"data":{{"targetUserId":"{}","sdp":"v=0"}}}}"#,
                UserId::from_u128(1)
            ))
            .await;
        let mut others = Vec::new();
        for number in 3..=members {
            let other = 1_000 + number;
            others.push(Member::come(&node, other).await);
            let other = UserId::from_u128(other);
            elder.says(&format!(r#"{{"type":"offer","data":{{"targetUserId":"{other}","sdp":"v=0"}}}}"#)).await;
        }
        tokio::time::sleep(Duration::from_secs(5)).await; // paused: everybody but the room rests by then
        let before = newer.1.load(Relaxed);
        let (head, tail) = candidate.split_once("\"cid\":7").expect("a number");
        let mut text = String::with_capacity(2 * candidate.len());
        for turn in 0..times / together {
            for one in 0..together {
                text.clear();
                // Writing into a String cannot fail.
                let _ = write!(text, "{head}\"cid\":{}{tail}", turn * together + one + 2);
                elder.0.text(black_box(&text)).await;
            }
            elder.0.flush_batch();
            let goal = before + (turn + 1) * together;
            while newer.1.load(Relaxed) < goal {
                tokio::task::yield_now().await; // the runtime's turn, and with it a look at its timers, is counted too
            }
            if (turn + 1).is_multiple_of(ACK_EVERY.div_ceil(together)) {
                newer.says(&format!(r#"{{"type":"ack","seq":{}}}"#, goal - before)).await;
            }
        }
    });
}

/// Its limits let everything pass, because its clock is stopped.
async fn node() -> NodeRef {
    let mut settings = Settings::default();
    settings.budget.socket_burst = u32::MAX / 100;
    let (clock, bytes) = (Arc::new(Clock::new()), Arc::new(BufferedBytes::new(1 << 30)));
    let ports = Ports {
        ledger: Arc::new(MemoryLedger::new(LedgerLimits::default(), Arc::clone(&clock), Arc::clone(&bytes))),
        verifier: Arc::new(Everything),
        revocations: Arc::new(()),
        history: Arc::new(()),
        media: Arc::new(()),
        rooms: Arc::new(Everything),
        ice: Arc::new(Everything),
        entropy: Arc::new(SeededEntropy::new(1)),
        clock,
        bytes,
    };
    NodeRef::start(NodeId::new("one"), settings, ports).await.expect("a node starts")
}
