//! A server of a Redis Cluster: it refuses what touches two slots (CROSSSLOT), so the contract there shows that every script keeps
//! to one bucket.

use actors::ledger::contract::{CASES, Make};
use redis::cmd;

use super::{
    super::*,
    connection,
    contract::{ledger_with, patient, stand},
    free_port,
    server::Server,
};

/// Reads the time from a key in the slot of the script's own.
const BUCKET_CLOCK: &str =
    "local function clock() return tonumber(redis.call('GET', 'clock:' .. KEYS[1]:match('{.-}'))) end\n";

/// A master of a cluster that has the slots from 0 to this one.
async fn master(last: u16) -> Server {
    let (port, bus) = (free_port().to_string(), free_port().to_string());
    let cluster = ["--cluster-enabled", "yes", "--bind", "127.0.0.1", "--port", &port, "--cluster-port", &bus];
    let server = Server::start_with(&cluster);
    let mut connection = connection(&server.url()).await;
    let assign = cmd("CLUSTER").arg("ADDSLOTSRANGE").arg(0).arg(last).take();
    let () = assign.query_async(&mut connection).await.expect("slots are assigned");
    server
}

async fn is_serving(server: &Server) {
    let mut connection = connection(&server.url()).await;
    loop {
        let info: String = cmd("CLUSTER").arg("INFO").query_async(&mut connection).await.expect("it answers");
        if info.contains("cluster_state:ok") {
            return;
        }
        tokio::task::yield_now().await;
    }
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(test);
}

#[test]
fn a_cluster_of_one_master_keeps_the_contract() {
    run(async {
        let server = master(16_383).await;
        is_serving(&server).await;
        let url = server.url();
        for case in CASES {
            let url = url.clone();
            let make: Make = Arc::new(move |limits| {
                let url = url.clone();
                Box::pin(async move {
                    let () = cmd("FLUSHALL").query_async(&mut connection(&url).await).await.expect("it is emptied");
                    let clocks: Vec<_> =
                        Keys::new("").buckets().map(|bucket| bucket.era.replacen('e', "clock", 1)).collect();
                    stand(ledger_with(&url, patient(limits), BUCKET_CLOCK, &clocks).await)
                })
            });
            eprintln!("{}", case.name);
            (case.run)(make).await;
        }
        let info: String = cmd("INFO").arg("errorstats").query_async(&mut connection(&url).await).await.expect("INFO");
        assert!(!info.contains("CROSSSLOT"), "{info}");
    });
}

#[test]
fn a_master_of_some_slots_is_refused_with_the_reason() {
    run(async {
        let server = master(8_191).await;
        let limits = RedisLimits::default();
        let refused = probe(&server.url().into(), ("aldis:", None), limits, Duration::ZERO).await;
        let why = refused.expect_err("it has half of the slots").to_string();
        assert!(why.contains("of 16384 slots") && why.contains("cluster of one master"), "{why}");
    });
}
