//! What nodes tell for operators, on the server's own clock.

use actors::ledger::Ledger;
use redis::{AsyncCommands, cmd};

use super::{
    super::*,
    connection,
    failing::{Stage, run, settled_soon},
    server::Server,
};

fn status() -> NodeStatus {
    NodeStatus {
        version: "1.2.3".into(),
        address: "[::1]:8080".into(),
        started_ms: 1_800_000_000_000,
        sockets: 7,
        rooms: 2,
    }
}

#[test]
fn nodes_are_seen_with_their_leases_and_what_they_told() {
    run(async {
        let server = Server::start();
        let stage = Stage::on(&server, settled_soon()).await;
        let (lease, other) = (Duration::from_secs(6), actors::protocol::NodeId::new("b.1"));
        stage.ledger.renew(&stage.node, lease, 1).await.expect("the ledger answers");
        stage.ledger.renew(&other, lease, 1).await.expect("the ledger answers");
        stage.ledger.release(&other).await.expect("the ledger answers");
        stage.ledger.tell_status(&stage.node, &status()).await.expect("the ledger answers");
        let seat = stage.join(1).await;
        stage.ledger.gone(stage.at(), seat, Duration::ZERO, Vec::new()).await.expect("the ledger answers");
        let seen = stage.ledger.cluster().await.expect("the ledger answers");
        let [one, two] = &seen.nodes[..] else { panic!("two nodes: {seen:?}") };
        assert_eq!((&one.id, &one.status, &two.id, &two.status), (&stage.node, &Some(status()), &other, &None));
        assert!(one.lease_until_ms > seen.now_ms && two.lease_until_ms <= seen.now_ms, "{seen:?}");
        assert_eq!(
            (seen.epochs.into_iter().collect::<Vec<_>>(), seen.rooms_due),
            (vec![(stage.ledger.epoch(), 64)], 1)
        );
    });
}

#[test]
fn members_are_seen_where_they_are_connected_and_forgotten_by_themselves() {
    run(async {
        let server = Server::start();
        let stage = Stage::on(&server, settled_soon()).await;
        let (_here, gone) = (stage.join(1).await, stage.join(2).await);
        stage.ledger.gone(stage.at(), gone, Duration::from_secs(60), Vec::new()).await.expect("the ledger answers");
        stage.ledger.tell_presence(&stage.node).await.expect("the ledger answers");
        let (room, user) = (stage.room, actors::protocol::UserId::from_u128(1));
        let mut connection = connection(&server.url()).await;
        for key in [format!("aldis:presence:{room}:{user}"), format!("aldis:user:{user}:node")] {
            let node: Option<String> = connection.get(&key).await.expect("it answers");
            let left: i64 = connection.ttl(&key).await.expect("it answers");
            assert_eq!(node, Some(stage.node.to_string()), "{key}");
            assert!((1..=30).contains(&left), "{key}: {left} s");
        }
        let nodes: Vec<(String, u64)> =
            connection.hgetall(format!("aldis:room:{room}:nodes")).await.expect("it answers");
        assert_eq!(nodes, [(stage.node.to_string(), 1)]);
        let all: Vec<String> =
            cmd("KEYS").arg("aldis:presence:*").query_async(&mut connection).await.expect("it answers");
        assert_eq!(all.len(), 1, "whose socket is lost is not present");
    });
}
