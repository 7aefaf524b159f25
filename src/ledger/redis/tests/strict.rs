//! `ledger.replicas_min`: what was accepted is on the replica that would be promoted. A master and a replica of the test's own.

use actors::{
    ledger::{Lease, Ledger, Send},
    protocol::{Kind, Message, SeatId},
};
use redis::{AsyncCommands, cmd};

use super::{
    super::*,
    connection,
    failing::{Stage, run, settled_soon},
    free_port,
    server::Server,
};

async fn master_and_replica() -> (Server, Server) {
    let port = free_port().to_string();
    let master = Server::start_with(&["--port", &port, "--bind", "127.0.0.1", "--repl-diskless-sync-delay", "0"]);
    let replica = Server::start_with(&["--replicaof", "127.0.0.1", &port]);
    let mut connection = connection(&master.url()).await;
    loop {
        let info: String = cmd("INFO").arg("replication").query_async(&mut connection).await.expect("INFO");
        if info.contains("state=online") {
            return (master, replica);
        }
        tokio::task::yield_now().await;
    }
}

fn strict() -> RedisLimits {
    RedisLimits { replicas_min: 1, answer_within: Duration::from_secs(5), ..settled_soon() }
}

/// Sends under this number.
fn send(stage: &Stage, from: SeatId, to: SeatId, cid: u64) -> Answer<Sent> {
    let message = Message { kind: Kind::Offer, data: format!("\"{cid}\"").into() };
    let (skipped, released, messages) = (Vec::new(), Vec::new(), vec![message]);
    stage.ledger.send(stage.at(), Send { from, to: to.order, cid: Some(cid), skipped, released, messages })
}

/// Sends, as a node does, until it is accepted.
async fn accepted(stage: &Stage, from: SeatId, to: SeatId, cid: u64) {
    let tried = async {
        while send(stage, from, to, cid).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), tried).await.expect("it is accepted");
}

#[test]
fn what_replicas_do_not_confirm_is_not_accepted_and_what_was_accepted_is_on_the_replica() {
    run(async {
        let (mut master, replica) = master_and_replica().await;
        let stage = Stage::on(&master, strict()).await;
        let (from, to) = (stage.join(1).await, stage.join(2).await);
        accepted(&stage, from, to, 1).await;
        replica.signal("STOP");
        let renewed = stage.ledger.renew(&stage.node, Duration::from_secs(6), stage.ledger.epoch()).await;
        assert!(matches!(renewed, Err(Failure::Unknown { .. })), "the node fences itself: {renewed:?}");
        for _ in 0..3 {
            let sent = send(&stage, from, to, 2).await;
            assert!(matches!(sent, Err(Failure::Unknown { .. })), "{sent:?}");
        }
        let several: Vec<_> = (3..40).map(|session| stage.try_join(session)).collect();
        for answer in several {
            assert!(
                matches!(answer.await, Err(Failure::Unknown { .. })),
                "nothing waits longer than its answer may take"
            );
        }
        replica.signal("CONT");
        accepted(&stage, from, to, 2).await;
        let renewed = stage.ledger.renew(&stage.node, Duration::from_secs(6), stage.ledger.epoch()).await;
        assert_eq!(renewed, Ok(Lease::Kept), "the link was not given up");
        for cid in 3..50 {
            accepted(&stage, from, to, cid).await;
        }
        replica.signal("STOP");
        assert!(send(&stage, from, to, 50).await.is_err());
        master.kill();
        replica.signal("CONT");
        let mut promoted = connection(&replica.url()).await;
        let () = cmd("REPLICAOF").arg("NO").arg("ONE").query_async(&mut promoted).await.expect("it is promoted");
        let inbox = format!("{}{}", stage.ledger.shared.keys.of_room(stage.room)[1], to.order);
        let entries: Vec<String> = promoted.lrange(inbox, 0, -1).await.expect("the inbox");
        let sent = |cid: u64| entries.iter().filter(|entry| entry.ends_with(&format!("\"{cid}\""))).count();
        assert_eq!((1..50).map(sent).collect::<Vec<_>>(), [1; 49], "each that was accepted, once");
    });
}

#[test]
fn without_a_replica_nothing_is_accepted() {
    run(async {
        let server = Server::start();
        let stage = Stage::on(&server, strict()).await;
        let joined = stage.try_join(1).await;
        assert!(matches!(joined, Err(Failure::Unknown { .. })), "{joined:?}");
    });
}

#[test]
fn operations_that_are_lost_with_the_link_count_as_unknown() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    ::metrics::with_local_recorder(&recorder, || {
        run(async {
            let mut server = Server::start();
            let stage = Stage::on(&server, settled_soon()).await;
            stage.join(1).await;
            server.signal("STOP");
            let asked = [stage.try_join(2), stage.try_join(3)];
            tokio::task::yield_now().await;
            server.kill();
            for answer in asked {
                assert!(answer.await.is_err());
            }
        });
    });
    let unknown = "aldis_ledger_operations_total{operation=\"join\",outcome=\"unknown\"} 2";
    assert!(handle.render().contains(unknown), "{}", handle.render());
}
