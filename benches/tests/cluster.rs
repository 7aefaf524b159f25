//! The load generator against two nodes of one cluster that it starts itself: each signal crosses from one to the other.

#[allow(dead_code, reason = "other tests need more of it")]
#[path = "../../tests/services/postgres.rs"]
mod postgres;
#[allow(dead_code, reason = "other tests need more of it")]
#[path = "../../tests/services/redis.rs"]
mod redis_server;

use tokio::process::Command;

#[tokio::test]
async fn members_of_a_room_are_spread_over_the_nodes_and_redis_is_measured() {
    let (redis, postgres) = (redis_server::Server::start(), postgres::Server::start().await);
    let (redis, database) = (redis.url(), postgres::url(postgres.port, "postgres"));
    let cluster = ["--cluster", "2", "--redis-url", &redis, "--database-url", &database];
    for (scenario, figure) in [
        (&["relay", "--pairs", "10", "--warm", "1", "--for", "1"][..], "redis_cpu_us_per_message"),
        (&["mesh", "--connections", "24", "--joins", "24"][..], "redis_cpu_us_per_pair"),
    ] {
        // Over 0, because without Redis no signal gets to the other node.
        let expected = format!("{figure}>=0.001");
        let mut bench = Command::new(env!("CARGO_BIN_EXE_aldis-bench"));
        let ran = bench.args(scenario).args(cluster).args(["--expect", &expected]).output().await.expect("it starts");
        let said = String::from_utf8_lossy(&ran.stderr) + String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success(), "{scenario:?}: {said}");
    }
}
