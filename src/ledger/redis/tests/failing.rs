//! Servers that fail: what operations are answered meanwhile, and what nodes are told. On the server's own clock.

use std::sync::Mutex;

use actors::{
    ledger::{Audited, Claim, Event, Join, Joined, Ledger},
    protocol::{Attributes, LeaveReason, NodeId, RoomId, SeatId, SessionId, UserId},
};
use redis::cmd;

use super::{super::*, connection, server::Server};

/// One node on a ledger, and what it was told.
pub(super) struct Stage {
    pub(super) ledger: RedisLedger,
    pub(super) node: NodeId,
    pub(super) room: RoomId,
    told: Arc<Mutex<Vec<Event>>>,
}

impl Stage {
    pub(super) async fn on(server: &Server, limits: RedisLimits) -> Self {
        let ledger = RedisLedger::start(&server.url().into(), "aldis:", limits).expect("an address");
        let (node, told) = (NodeId::new("a"), Arc::<Mutex<Vec<Event>>>::default());
        let into = told.clone();
        let take = move |event| {
            into.lock().expect("no panic before").push(event);
            true
        };
        ledger.subscribe(&node, Arc::new(take));
        let stage = Self { ledger, node, room: RoomId::random(), told };
        stage.until(|event| *event == Event::Subscribed).await;
        stage
    }

    pub(super) fn at(&self) -> At<'_> {
        At { room: self.room, node: &self.node, epoch: 0 }
    }

    /// Waits until the node was told such an event, and forgets all before it.
    pub(super) async fn until(&self, is_it: impl Fn(&Event) -> bool) {
        let within = Duration::from_secs(20);
        let wait = async {
            loop {
                {
                    let mut told = self.told.lock().expect("no panic before");
                    if let Some(place) = told.iter().position(&is_it) {
                        told.drain(..=place);
                        return;
                    }
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(within, wait).await.expect("the node is told");
    }

    pub(super) fn try_join(&self, session: u128) -> Answer<Joined> {
        let (user, session) = (UserId::from_u128(session), SessionId::from_u128(session));
        let window = Duration::from_secs(60);
        self.ledger.join(
            self.at(),
            Join {
                user,
                name: "Ann".into(),
                session,
                secret: 1,
                max: 100.into(),
                window,
                revision: 1,
                attributes: Attributes::default(),
            },
        )
    }

    /// A seat, however often it has to be asked for.
    pub(super) async fn join(&self, session: u128) -> SeatId {
        loop {
            match self.try_join(session).await {
                Ok(Joined::Seated { seat, .. }) => return seat,
                Ok(Joined::Full | Joined::Crowded) => panic!("there is room"),
                Err(_) => tokio::task::yield_now().await,
            }
        }
    }
}

pub(super) fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(test);
}

pub(super) fn settled_soon() -> RedisLimits {
    let mut limits = RedisLimits::default();
    limits.ledger.settle_within = Duration::from_millis(50);
    limits
}

#[test]
fn a_server_that_comes_back_empty_begins_an_epoch_and_nodes_are_told() {
    run(async {
        let mut server = Server::start();
        let stage = Stage::on(&server, settled_soon()).await;
        let before = stage.join(1).await;
        let first = stage.ledger.epoch();
        server.kill();
        stage.until(|event| *event == Event::Interrupted).await;
        let refused = stage.try_join(2).await;
        assert!(matches!(refused, Err(Failure::NotApplied { .. })), "{refused:?}");
        server.restart();
        stage.until(|event| *event == Event::Epoch(first + 1)).await;
        stage.until(|event| *event == Event::Subscribed).await;
        let after = stage.join(3).await;
        assert!(after.order > before.order);
    });
}

#[test]
fn what_a_paused_server_does_not_answer_is_unknown_and_can_be_repeated() {
    run(async {
        let server = Server::start();
        let stage =
            Stage::on(&server, RedisLimits { answer_within: Duration::from_millis(200), ..settled_soon() }).await;
        let _first = stage.join(1).await;
        server.signal("STOP");
        let (asked, later) = (stage.try_join(2), stage.try_join(3));
        for answer in [asked.await, later.await] {
            assert!(matches!(answer, Err(Failure::Unknown { .. } | Failure::NotApplied { .. })), "{answer:?}");
        }
        stage.until(|event| *event == Event::Interrupted).await;
        server.signal("CONT");
        stage.until(|event| *event == Event::Subscribed).await;
        let (second, again) = (stage.join(2).await, stage.join(2).await);
        assert_eq!(second, again);
        let members = stage.ledger.members(stage.room).await.expect("the ledger answers");
        let of = |session| members.iter().filter(|member| member.session == SessionId::from_u128(session)).count();
        assert_eq!((of(1), of(2)), (1, 1), "what was not answered counts once: {members:?}");
        assert!(of(3) <= 1, "what is not repeated may appear late: {members:?}");
    });
}

#[test]
fn a_server_with_rooms_of_another_layout_is_refused_and_left_as_it_is() {
    run(async {
        let server = Server::start();
        let era = Keys::new("aldis:").of_room(RoomId::random())[2].clone();
        let mut connection = connection(&server.url()).await;
        for layout in [None, Some("3")] {
            let mut stored = vec![("n", "7"), ("id", "of another server")];
            stored.extend(layout.map(|layout| ("v", layout)));
            let () = cmd("HSET").arg(&era).arg(&stored).query_async(&mut connection).await.expect("stored");
            let address = RedisAddress::from(server.url());
            let limits = RedisLimits::default();
            let probed = probe(&address, ("aldis:", None), limits, Duration::from_secs(1)).await;
            let why = probed.expect_err("it has another layout").to_string();
            let named = layout.unwrap_or("1");
            assert!(why.contains(&format!("layout {named}, and this version has layout 2")), "{why}");
        }
        let ledger = RedisLedger::start(&server.url().into(), "aldis:", RedisLimits::default()).expect("an address");
        let asked = ledger.members(RoomId::random()).await;
        assert!(matches!(asked, Err(Failure::NotApplied { .. })), "{asked:?}");
        let keys: Vec<String> = cmd("KEYS").arg("*").query_async(&mut connection).await.expect("an answer");
        assert_eq!(keys, [era]);
    });
}

#[test]
fn a_flushed_server_is_noticed_with_the_next_operation() {
    run(async {
        let server = Server::start();
        let stage = Stage::on(&server, settled_soon()).await;
        stage.join(1).await;
        let first = stage.ledger.epoch();
        let mut connection = connection(&server.url()).await;
        let () = cmd("FLUSHALL").query_async(&mut connection).await.expect("it is emptied");
        let wait = stage.try_join(2).await;
        assert!(matches!(wait, Err(Failure::NotApplied { .. })), "the epoch settles: {wait:?}");
        stage.until(|event| *event == Event::Epoch(first + 1)).await;
        stage.join(2).await;
    });
}

#[test]
fn a_node_that_is_the_first_on_a_flushed_server_begins_an_epoch_that_is_new_to_all() {
    run(async {
        let server = Server::start();
        let stage = Stage::on(&server, settled_soon()).await;
        stage.join(1).await;
        let before = stage.ledger.epoch();
        let mut connection = connection(&server.url()).await;
        let () = cmd("FLUSHALL").query_async(&mut connection).await.expect("it is emptied");
        let mut patient = settled_soon();
        patient.ledger.settle_within = Duration::from_secs(60);
        let fresh = Stage::on(&server, patient).await;
        stage.until(|event| matches!(event, Event::Epoch(epoch) if *epoch > before)).await;
        let wait = fresh.try_join(2).await;
        assert!(matches!(wait, Err(Failure::NotApplied { .. })), "there is somebody who may claim: {wait:?}");
    });
}

#[test]
fn a_seat_is_claimed_again_where_a_node_that_knew_of_nobody_began_the_first_epoch() {
    run(async {
        let server = Server::start();
        let stage = Stage::on(&server, settled_soon()).await;
        let seat = SeatId { order: 1_700_000_000_000, fence: 3 };
        let before = stage.ledger.epoch() - 1;
        let claim = Claim {
            seat,
            user: UserId::from_u128(1),
            name: "Ann".into(),
            session: SessionId::from_u128(1),
            secret: 1,
            window: Duration::from_secs(60),
            last_seq: 0,
            sent: Vec::new(),
            heard: Vec::new(),
            skipped: Vec::new(),
            attributes: Attributes::default(),
        };
        let at = At { epoch: before, ..stage.at() };
        let claimed = stage.ledger.claim(at, vec![claim], Vec::new()).await.expect("the ledger answers");
        assert!(matches!(claimed.seats[..], [Audited::Held(..)]), "{claimed:?}");
    });
}

#[test]
fn a_cut_subscription_is_told_and_made_again() {
    run(async {
        let server = Server::start();
        let stage = Stage::on(&server, settled_soon()).await;
        let epoch = stage.ledger.epoch();
        let mut connection = connection(&server.url()).await;
        let kill = cmd("CLIENT").arg("KILL").arg("TYPE").arg("pubsub").take();
        let _: u64 = kill.query_async(&mut connection).await.expect("it is cut");
        stage.until(|event| *event == Event::Interrupted).await;
        stage.until(|event| *event == Event::Subscribed).await;
        assert_eq!(stage.ledger.epoch(), epoch, "nothing stored was lost");
    });
}

#[test]
fn operations_go_on_while_a_subscription_is_cut_again_and_again() {
    run(async {
        let server = Server::start();
        let stage = Stage::on(&server, settled_soon()).await;
        let mut connection = connection(&server.url()).await;
        let kill = cmd("CLIENT").arg("KILL").arg("TYPE").arg("pubsub").take();
        let room = RoomId::random();
        for session in 1..=20 {
            let _: u64 = kill.query_async(&mut connection).await.expect("it is cut");
            let (node, user) = (&stage.node, UserId::from_u128(session));
            let at = At { room, node, epoch: 0 };
            let (session, window) = (SessionId::from_u128(session), Duration::from_secs(60));
            let join = Join {
                user,
                name: "Ann".into(),
                session,
                secret: 1,
                max: 100.into(),
                window,
                revision: 1,
                attributes: Attributes::default(),
            };
            let joined = stage.ledger.join(at, join).await;
            assert!(matches!(joined, Ok(Joined::Seated { .. })), "{joined:?}");
            stage.until(|event| *event == Event::Subscribed).await;
        }
        assert!(stage.ledger.interruptions() > 0, "what may be lost with them is read again");
    });
}

#[test]
fn a_full_server_refuses_joins_and_takes_leaves() {
    run(async {
        let server = Server::start();
        let stage = Stage::on(&server, settled_soon()).await;
        let seat = stage.join(1).await;
        let mut connection = connection(&server.url()).await;
        let full = cmd("CONFIG").arg("SET").arg("maxmemory").arg("1").take();
        let () = full.query_async(&mut connection).await.expect("it is full");
        let refused = stage.try_join(2).await;
        assert!(matches!(refused, Err(Failure::NotApplied { .. })), "{refused:?}");
        stage.ledger.leave(stage.at(), seat, LeaveReason::Left).await.expect("leaving gives memory back");
        assert_eq!(stage.ledger.members(stage.room).await, Ok(Vec::new()));
    });
}

#[test]
fn operations_beyond_the_bound_are_not_sent() {
    run(async {
        let server = Server::start();
        let stage = Stage::on(&server, RedisLimits { in_flight_max: 2, ..settled_soon() }).await;
        let asked: Vec<_> = (1..=3).map(|session| stage.try_join(session)).collect();
        let mut outcomes = Vec::new();
        for answer in asked {
            outcomes.push(answer.await.is_ok());
        }
        assert_eq!(outcomes, [true, true, false]);
        stage.join(3).await;
    });
}

#[test]
fn a_server_that_evicts_keys_is_not_taken() {
    run(async {
        let server = Server::start();
        let mut connection = connection(&server.url()).await;
        let evicts = cmd("CONFIG").arg("SET").arg("maxmemory-policy").arg("allkeys-lru").take();
        let () = evicts.query_async(&mut connection).await.expect("it evicts");
        let ledger = RedisLedger::start(&server.url().into(), "aldis:", settled_soon()).expect("an address");
        let (node, room) = (NodeId::new("a"), RoomId::random());
        let answer = ledger.held(At { room, node: &node, epoch: 0 }).await;
        assert!(matches!(answer, Err(Failure::NotApplied { .. })), "{answer:?}");
    });
}

#[test]
fn a_room_that_has_expired_leaves_the_indexes_when_it_is_reaped() {
    run(async {
        let server = Server::start();
        let stage = Stage::on(&server, settled_soon()).await;
        let seat = stage.join(1).await;
        stage.ledger.gone(stage.at(), seat, Duration::ZERO, Vec::new()).await.expect("the ledger answers");
        let mut connection = connection(&server.url()).await;
        let [hot, ..] = stage.ledger.shared.keys.of_room(stage.room);
        let cold = hot.replace("h:{", "r:{");
        let _: u64 = cmd("DEL").arg(&[hot, cold]).query_async(&mut connection).await.expect("it expires");
        let due = stage.ledger.due(10).await.expect("the ledger answers");
        assert_eq!(due.rooms, [stage.room]);
        stage.ledger.reap(stage.at(), &[]).await.expect("the ledger answers");
        assert_eq!(stage.ledger.due(10).await.expect("the ledger answers").rooms, []);
    });
}
