//! Every case of the contract, on a server of its own whose clock the test moves: the scripts are those of production, except
//! that they read the time from a key.

use std::sync::Mutex;

use actors::{
    ledger::contract::{Case, Loss, Make, Stand, Time},
    ports::Later,
};
use redis::{AsyncCommands, aio::MultiplexedConnection, cmd};

use super::{super::*, connection, server::Server};

actors::ledger_contract!(on_redis);

/// Reads the time from a key.
pub(super) const KEY_CLOCK: &str = "local function clock() return tonumber(redis.call('GET', 'clock')) end\n";
/// When it begins.
pub(super) const START_MS: u64 = 1_800_000_000_000;

/// The clock that is a key, or a key in each bucket.
struct KeyClock(Arc<RedisLedger>, MultiplexedConnection);

/// The keys of the clock.
async fn clocks(connection: &mut MultiplexedConnection) -> Vec<String> {
    connection.keys("clock*").await.expect("the keys")
}

impl Time for KeyClock {
    fn pass(&self, time: Duration) -> Later<()> {
        let mut connection = self.1.clone();
        Box::pin(async move {
            for clock in clocks(&mut connection).await {
                let _: u64 = connection.incr(clock, time.as_millis() as u64).await.expect("the clock moves");
            }
        })
    }

    fn settle(&self) -> Later<()> {
        let ledger = self.0.clone();
        Box::pin(async move { ledger.settle().await })
    }
}

/// Loses what the server has stored, but not the time; keeps the copy.
struct Losses(Arc<RedisLedger>, MultiplexedConnection, Arc<Mutex<Vec<Dumped>>>);

/// A key, its content and what is left of its lifetime.
pub(super) type Dumped = (String, Vec<u8>, i64);

/// Everything that the server stores.
pub(super) async fn dump(mut connection: MultiplexedConnection) -> Vec<Dumped> {
    let mut dumped = Vec::new();
    let keys: Vec<String> = connection.keys("*").await.expect("the keys");
    for key in keys {
        let content = cmd("DUMP").arg(&key).query_async(&mut connection).await.expect("its content");
        let left = connection.pttl(&key).await.expect("its lifetime");
        dumped.push((key, content, left));
    }
    dumped
}

/// Everything becomes as it was dumped, except the time, and a new epoch begins.
pub(super) async fn replace(ledger: &RedisLedger, mut connection: MultiplexedConnection, dumped: Vec<Dumped>) {
    let clocks = clocks(&mut connection).await;
    let now: u64 = connection.get(&clocks[0]).await.expect("the time");
    let () = cmd("FLUSHALL").query_async(&mut connection).await.expect("it is emptied");
    for clock in &clocks {
        let () = connection.set(clock, now).await.expect("the time goes on");
    }
    for (key, content, left) in dumped.into_iter().filter(|(key, ..)| !clocks.contains(key)) {
        let restore = cmd("RESTORE").arg(key).arg(left.max(0)).arg(content).take();
        let () = restore.query_async(&mut connection).await.expect("a key is restored");
    }
    epoch::begin_epoch(&ledger.shared, &mut connection, "another", true).await.expect("an epoch begins");
    ledger.settle().await;
}

impl Loss for Losses {
    fn wipe(&self) -> Later<()> {
        let (ledger, connection) = (self.0.clone(), self.1.clone());
        Box::pin(async move { replace(&ledger, connection, Vec::new()).await })
    }

    fn copy(&self) -> Later<()> {
        let (connection, copy) = (self.1.clone(), self.2.clone());
        Box::pin(async move {
            let dumped = dump(connection).await;
            *copy.lock().expect("no panic before") = dumped;
        })
    }

    fn go_back(&self) -> Later<()> {
        let (ledger, connection) = (self.0.clone(), self.1.clone());
        let copy = self.2.lock().expect("no panic before").clone();
        Box::pin(async move { replace(&ledger, connection, copy).await })
    }
}

/// A ledger on this server whose time is a key.
pub(super) async fn ledger(url: &str, limits: RedisLimits) -> (Arc<RedisLedger>, MultiplexedConnection) {
    ledger_with(url, limits, KEY_CLOCK, &["clock".to_owned()]).await
}

/// A ledger on this server whose time is in these keys, as this clock reads it.
pub(super) async fn ledger_with(
    url: &str,
    limits: RedisLimits,
    clock: &str,
    keys: &[String],
) -> (Arc<RedisLedger>, MultiplexedConnection) {
    let mut connection = connection(url).await;
    for key in keys {
        let () = connection.set_nx(key, START_MS).await.expect("the time begins");
    }
    let ledger = RedisLedger::start_on(&url.to_owned().into(), "aldis:", limits, clock).expect("an address");
    while !ledger.is_up() {
        tokio::task::yield_now().await;
    }
    (Arc::new(ledger), connection)
}

/// What a case of the contract is tried on.
pub(super) fn stand((ledger, connection): (Arc<RedisLedger>, MultiplexedConnection)) -> Stand {
    let time = Arc::new(KeyClock(ledger.clone(), connection.clone()));
    let loss = Arc::new(Losses(ledger.clone(), connection, Arc::default()));
    Stand { events: ledger.clone(), ledger, time, loss }
}

/// Slow machines answer late; what is late is not what is tried here.
pub(super) fn patient(ledger: actors::settings::LedgerLimits) -> RedisLimits {
    let answer_within = Duration::from_secs(10);
    RedisLimits {
        ledger,
        first_epoch: Some(1), // as in memory
        answer_within,
        late_max: answer_within,
        dial_within: Duration::from_secs(20),
        ..RedisLimits::default()
    }
}

fn on_redis(case: Case) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let servers = Arc::new(Mutex::new(Vec::new()));
        let of_case = servers.clone();
        let make: Make = Arc::new(move |limits| {
            let server = Server::start();
            let url = server.url();
            of_case.lock().expect("no panic before").push(server);
            Box::pin(async move { stand(ledger(&url, patient(limits)).await) })
        });
        (case.run)(make).await;
        drop(servers);
    });
}
