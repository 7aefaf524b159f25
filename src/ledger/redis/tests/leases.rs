//! Leases of nodes that are gone: how long they cost something, and what is known of them afterwards.

use std::time::Duration;

use actors::{
    ledger::{Join, Joined, Lease, Ledger},
    protocol::{Attributes, NodeId, RoomId, SessionId, UserId},
};
use redis::cmd;

use super::{super::*, contract, server::Server};

const LEASE: Duration = Duration::from_secs(6);

/// How often the server has read a set since it was last asked.
async fn sets_read(connection: &mut redis::aio::MultiplexedConnection) -> u64 {
    let stats: String = cmd("INFO").arg("commandstats").query_async(connection).await.expect("it answers");
    let () = cmd("CONFIG").arg("RESETSTAT").query_async(connection).await.expect("it forgets");
    let calls = |line: &str| line.strip_prefix("cmdstat_smembers:calls=")?.split(',').next()?.parse().ok();
    stats.lines().find_map(calls).unwrap_or(0)
}

#[test]
fn nodes_that_hold_nothing_any_more_cost_nothing_and_are_still_told_that_their_lease_has_lapsed() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let server = Server::start();
        let limits = contract::patient(actors::settings::LedgerLimits::default());
        let (ledger, mut connection) = contract::ledger(&server.url(), limits).await;
        let (gone, alive): (Vec<_>, _) =
            ((0..50).map(|n| NodeId::new(&format!("gone.{n}"))).collect(), NodeId::new("alive"));
        for node in &gone {
            ledger.renew(node, LEASE, 1).await.expect("the ledger answers");
        }
        let _: u64 = cmd("INCRBY").arg("clock").arg(600_000).query_async(&mut connection).await.expect("time passes");
        for _ in 0..2 {
            ledger.renew(&alive, LEASE, 1).await.expect("the ledger answers");
            let _: u64 = cmd("INCRBY").arg("clock").arg(5_000).query_async(&mut connection).await.expect("time passes");
        }
        ledger.renew(&alive, LEASE, 1).await.expect("the ledger answers");
        ledger.due(10).await.expect("the ledger answers");
        sets_read(&mut connection).await;
        assert_eq!(ledger.due(10).await.expect("the ledger answers").dead, []);
        assert_eq!(sets_read(&mut connection).await, 0, "of nodes that hold nothing");

        // One of them takes a seat before it renews its lease.
        let (room, user) = (RoomId::random(), UserId::from_u128(1));
        let (session, window) = (SessionId::from_u128(1), Duration::from_secs(60));
        let join = Join {
            user,
            name: "Ann".into(),
            session,
            secret: 1,
            max: 4.into(),
            window,
            revision: 1,
            attributes: Attributes::default(),
        };
        let joined = ledger.join(At { room, node: &gone[7], epoch: 0 }, join).await;
        assert!(matches!(joined, Ok(Joined::Seated { .. })), "{joined:?}");
        assert_eq!(ledger.due(10).await.expect("the ledger answers").dead, [gone[7].clone()]);
        assert_eq!(ledger.renew(&gone[7], LEASE, 1).await, Ok(Lease::Lapsed));
        assert_eq!(ledger.renew(&gone[8], LEASE, 1).await, Ok(Lease::Lapsed));
        assert_eq!(ledger.due(10).await.expect("the ledger answers").dead, []);
        assert_eq!(ledger.renew(&gone[7], LEASE, 1).await, Ok(Lease::Kept));
    });
}
