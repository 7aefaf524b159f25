//! Chat that waits in Redis: what the ledger has taken is there, once, in its order, until it is stored.

use actors::{
    ledger::{Broadcast, Join, Joined, Ledger, Send},
    protocol::{Attributes, Kind, LeaveReason, Message, NodeId, RoomId, SeatId, SessionId, UserId},
    settings::LedgerLimits,
};

use super::{
    super::*,
    contract::{ledger, patient},
    server::Server,
};
use crate::ledger::{Oldest, WaitingChat};

/// Two members of a room on a server of their own.
struct Stage {
    _server: Server,
    ledger: Arc<RedisLedger>,
    chat: WaitingChat,
    connection: redis::aio::MultiplexedConnection,
    node: NodeId,
    room: RoomId,
    seats: Vec<SeatId>,
}

impl Stage {
    async fn new(limits: RedisLimits) -> Self {
        let server = Server::start();
        let (ledger, connection) = ledger(&server.url(), limits).await;
        let (node, room) = (NodeId::new("a"), RoomId::from_letters([1; 10]));
        let chat = WaitingChat::new(&server.url().into(), "aldis:").expect("an address");
        let mut stage = Self { _server: server, ledger, chat, connection, node, room, seats: Vec::new() };
        for (number, name) in [(1, "Ann\nÄ"), (2, "Bob")] {
            stage.seats.push(stage.join(stage.room, number, name).await);
        }
        stage
    }

    fn at(&self, room: RoomId) -> At<'_> {
        At { room, node: &self.node, epoch: 0 }
    }

    async fn join(&self, room: RoomId, number: u128, name: &str) -> SeatId {
        let (user, session) = (UserId::from_u128(number), SessionId::from_u128(number));
        let window = Duration::from_secs(60);
        let join = Join {
            user,
            name: name.into(),
            session,
            secret: 1,
            max: 9.into(),
            window,
            revision: 1,
            attributes: Attributes::default(),
        };
        match self.ledger.join(self.at(room), join).await {
            Ok(Joined::Seated { seat, .. }) => seat,
            other => panic!("{other:?}"),
        }
    }

    async fn says(&self, room: RoomId, from: SeatId, cid: Option<u64>, kind: Kind, text: &str) -> Sent {
        let message = Message { kind, data: format!("{{\"content\":\"{text}\"}}").into() };
        let broadcast = Broadcast { from, cid, skipped: Vec::new(), message, changes: None };
        self.ledger.broadcast(self.at(room), broadcast).await.expect("the ledger answers")
    }

    async fn chats(&self, from: usize, cid: u64, text: &str) -> Sent {
        self.says(self.room, self.seats[from], Some(cid), Kind::ChatMessage, text).await
    }

    async fn waiting(&self) -> Vec<String> {
        self.oldest(10_000, usize::MAX >> 12).await.texts
    }

    async fn oldest(&self, max: usize, bytes_max: usize) -> Oldest {
        self.chat.oldest(self.room, max, bytes_max).await.expect("Redis answers")
    }

    async fn rooms(&self) -> Vec<RoomId> {
        self.chat.rooms(10).await.expect("Redis answers")
    }

    async fn stored(&self, count: usize, last: &str) {
        self.chat.stored(self.room, (count, last), 0).await.expect("Redis answers");
    }

    /// Bytes and number that are counted for the room, and bytes of its bucket.
    async fn counted(&mut self) -> (Option<String>, u64) {
        let key = &self.ledger.shared.keys.chat(self.room)[2];
        let fields = [self.room.to_string(), "all".to_owned()];
        let counted: (Option<String>, Option<u64>) =
            redis::AsyncCommands::hmget(&mut self.connection, key, &fields).await.expect("the counts");
        (counted.0, counted.1.unwrap_or(0))
    }
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(test);
}

fn usual() -> RedisLimits {
    patient(LedgerLimits::default())
}

fn line(text: &str, name: &str) -> String {
    format!("{{\"content\":\"{text}\"}}\n{name}")
}

#[test]
fn chat_that_is_taken_waits_once_in_the_order_taken_and_nothing_else_does() {
    run(async {
        let stage = Stage::new(usual()).await;
        assert_eq!((stage.waiting().await, stage.rooms().await), (Vec::new(), Vec::new()));
        assert!(matches!(stage.chats(0, 1, "one").await, Sent::Appended(_)));
        assert!(matches!(stage.chats(1, 7, "two").await, Sent::Appended(_)));
        assert_eq!(stage.chats(0, 1, "said again with another time").await, Sent::Duplicate);
        let unnumbered = stage.says(stage.room, stage.seats[1], None, Kind::ChatMessage, "three").await;
        assert!(matches!(unnumbered, Sent::Appended(_)));
        let other = stage.says(stage.room, stage.seats[1], Some(8), Kind::Renegotiate, "no chat").await;
        assert!(matches!(other, Sent::Appended(_)));
        let (from, message) = (stage.seats[0], Message { kind: Kind::Offer, data: "{}".into() });
        let (skipped, released) = (Vec::new(), Vec::new());
        let send = Send { from, to: stage.seats[1].order, cid: Some(2), skipped, released, messages: vec![message] };
        assert!(matches!(stage.ledger.send(stage.at(stage.room), send).await, Ok(Sent::Appended(_))));
        let old = SeatId { fence: 9, ..stage.seats[0] };
        assert_eq!(stage.says(stage.room, old, Some(9), Kind::ChatMessage, "fenced").await, Sent::Fenced);
        assert_eq!(stage.waiting().await, [line("one", "Ann\nÄ"), line("two", "Bob"), line("three", "Bob")]);
        assert_eq!(stage.oldest(2, 1_000).await.texts.len(), 2);
        let bytes = line("one", "Ann\nÄ").len();
        assert_eq!(stage.oldest(9, bytes).await.texts.len(), 1, "bounded by bytes");
        assert_eq!(stage.oldest(9, 1).await.texts.len(), 1, "but one is always read");
        assert_eq!(stage.rooms().await, [stage.room]);
    });
}

#[test]
fn chat_of_a_member_who_is_alone_waits_and_outlives_the_room() {
    run(async {
        let stage = Stage::new(usual()).await;
        let room = RoomId::from_letters([2; 10]);
        let seat = stage.join(room, 3, "Cy").await;
        stage.says(room, seat, Some(1), Kind::ChatMessage, "alone").await;
        stage.ledger.leave(stage.at(room), seat, LeaveReason::Left).await.expect("the ledger answers");
        let waits = stage.chat.oldest(room, 9, 1_000).await.expect("Redis answers");
        assert_eq!(waits, Oldest { texts: vec![line("alone", "Cy")], dropped: 0 });
    });
}

#[test]
fn what_is_stored_is_removed_and_never_what_was_not_read() {
    run(async {
        let mut stage = Stage::new(usual()).await;
        for (cid, text) in [(1, "one"), (2, "two"), (3, "three")] {
            stage.chats(1, cid, text).await;
        }
        stage.stored(2, &line("two", "Bob")).await;
        assert_eq!(stage.waiting().await, [line("three", "Bob")]);
        // A node that has read the same as another one is late.
        stage.stored(2, &line("two", "Bob")).await;
        for (cid, text) in [(4, "four"), (5, "five")] {
            stage.chats(1, cid, text).await;
        }
        stage.stored(2, &line("two", "Bob")).await;
        assert_eq!(stage.waiting().await.len(), 3);
        assert_eq!(stage.rooms().await, [stage.room]);
        stage.stored(3, &line("five", "Bob")).await;
        assert_eq!((stage.waiting().await, stage.rooms().await), (Vec::new(), Vec::new()));
        assert_eq!(stage.counted().await, (None, 0));
        stage.chats(1, 6, "six").await;
        assert_eq!(stage.rooms().await, [stage.room], "it is listed anew");
    });
}

/// The size of a message besides its text.
const OVERHEAD: u64 = 64;

#[test]
fn chat_that_nobody_stores_is_bounded_and_what_is_dropped_is_counted() {
    run(async {
        let mut stage = Stage::new(RedisLimits { chat_max: 3, ..usual() }).await;
        for cid in 1..=5 {
            stage.chats(1, cid, &cid.to_string()).await;
        }
        let kept = [3, 4, 5].map(|cid| line(&cid.to_string(), "Bob")).to_vec();
        let each = kept[0].len() as u64 + OVERHEAD;
        assert_eq!(stage.oldest(9, 1_000).await, Oldest { texts: kept, dropped: 2 }, "the oldest are dropped");
        assert_eq!(stage.counted().await, (Some(format!("{} 3", 3 * each)), 3 * each));
        let key = stage.ledger.shared.keys.chat(stage.room)[0].clone();
        let left: i64 = redis::AsyncCommands::ttl(&mut stage.connection, &key).await.expect("its lifetime");
        assert!((86_000..=86_400).contains(&left), "{left}");
        let last = line("4", "Bob");
        stage.chat.stored(stage.room, (2, &last), 1).await.expect("Redis answers");
        assert_eq!(stage.oldest(9, 1_000).await.dropped, 2, "another one was dropped since");
        stage.chat.stored(stage.room, (0, ""), 2).await.expect("Redis answers");
        assert_eq!((stage.oldest(9, 1_000).await.dropped, stage.waiting().await.len()), (0, 1), "it is noted");
        let _: u64 = redis::AsyncCommands::del(&mut stage.connection, &key).await.expect("it expires");
        let expired = Oldest { texts: Vec::new(), dropped: 1 };
        assert_eq!((stage.oldest(9, 1_000).await, stage.rooms().await), (expired, Vec::new()), "the index follows");
        assert_eq!(stage.counted().await, (None, 0));
    });
}

#[test]
fn chat_is_bounded_in_bytes_of_a_room_and_of_its_bucket() {
    run(async {
        let each = line("1", "Bob").len() as u64 + OVERHEAD;
        let fits = usize::try_from(3 * each).expect("small");
        for limits in
            [RedisLimits { chat_bytes_max: fits, ..usual() }, RedisLimits { chat_bytes_all_max: 64 * fits, ..usual() }]
        {
            let mut stage = Stage::new(limits).await;
            for cid in 1..=5 {
                stage.chats(1, cid, &cid.to_string()).await;
            }
            let kept = [3, 4, 5].map(|cid| line(&cid.to_string(), "Bob")).to_vec();
            assert_eq!(stage.oldest(9, 1_000).await, Oldest { texts: kept, dropped: 2 });
            assert!(
                matches!(stage.chats(1, 6, &"x".repeat(fits)).await, Sent::Appended(_)),
                "it is heard all the same"
            );
            assert_eq!(stage.oldest(9, 1_000).await, Oldest { texts: Vec::new(), dropped: 6 });
            assert_eq!(stage.counted().await, (Some("0 0".to_owned()), 0));
        }
    });
}

#[test]
fn chat_of_a_version_that_counts_no_bytes_is_stored_and_counted_anew() {
    run(async {
        let mut stage = Stage::new(usual()).await;
        stage.chats(1, 1, "one").await;
        let key = stage.ledger.shared.keys.chat(stage.room)[0].clone();
        let other = line("two", "Cy");
        let _: u64 = redis::AsyncCommands::rpush(&mut stage.connection, &key, &other).await.expect("appended");
        assert_eq!(stage.waiting().await, [line("one", "Bob"), other.clone()]);
        stage.stored(1, &line("one", "Bob")).await;
        assert_eq!(stage.counted().await, (Some("0 0".to_owned()), 0));
        stage.stored(1, &other).await;
        assert_eq!((stage.waiting().await, stage.counted().await), (Vec::new(), (None, 0)));
        stage.chats(1, 2, "three").await;
        let _: u64 =
            redis::AsyncCommands::del(&mut stage.connection, &key).await.expect("the other version has stored it");
        stage.chats(1, 3, "four").await;
        let bytes = line("four", "Bob").len() as u64 + OVERHEAD;
        assert_eq!(stage.counted().await, (Some(format!("{bytes} 1")), bytes));
    });
}
