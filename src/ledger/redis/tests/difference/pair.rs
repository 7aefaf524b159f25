//! Both ledgers, on clocks that move together: each operation is asked of both, and the answers must be equal.

use std::{collections::BTreeMap, fmt::Debug, future::Future, pin::Pin, sync::Mutex};

use super::*;

/// What the operations are asked of.
type Asked<T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + core::marker::Send>>;
type Events = Arc<Mutex<BTreeMap<NodeId, Vec<Event>>>>;

/// Both ledgers.
pub(super) struct Pair {
    memory: Arc<MemoryLedger>,
    redis: Arc<RedisLedger>,
    connection: MultiplexedConnection,
    /// Time is paused in here.
    paused: Runtime,
    running: Runtime,
    told: [Events; 2],
    /// With the time of its making.
    copy: Option<(Snapshot, Vec<contract::Dumped>, u64)>,
    now: u64,
    trace: Vec<String>,
    _server: Server,
}

/// The nodes.
pub(super) const NODES: [&str; 3] = ["a", "b", "c"];

impl Pair {
    pub(super) fn new(events_max: usize) -> Self {
        let ledger = LedgerLimits {
            inbox_entries_max: 9,
            inbox_bytes_max: 90,
            settle_within: Duration::from_millis(600),
            events_max,
            ..LedgerLimits::default()
        };
        let server = Server::start();
        let paused = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let running = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let (paused, running) = (paused.expect("a runtime"), running.expect("a runtime"));
        let memory = paused.block_on(async {
            let clock = Arc::new(Clock::simulated(contract::START_MS));
            Arc::new(MemoryLedger::new(ledger, clock, Arc::new(BufferedBytes::new(1 << 40))))
        });
        let (redis, connection) = running.block_on(contract::ledger(&server.url(), contract::patient(ledger)));
        let told = <[Events; 2]>::default();
        for (events, ledger) in told.iter().zip([memory.clone() as Arc<dyn Ledger>, redis.clone()]) {
            for node in NODES.map(NodeId::new) {
                let (events, of) = (events.clone(), node.clone());
                let take = move |event| {
                    events.lock().expect("no panic before").entry(of.clone()).or_default().push(event);
                    true
                };
                paused.block_on(async { ledger.subscribe(&node, Arc::new(take)) });
            }
        }
        Self {
            memory,
            redis,
            connection,
            paused,
            running,
            told,
            copy: None,
            now: 0,
            trace: Vec::new(),
            _server: server,
        }
    }

    /// Lets so many milliseconds pass for both.
    pub(super) fn pass(&mut self, ms: u64) {
        self.now += ms;
        self.paused.block_on(tokio::time::advance(Duration::from_millis(ms)));
        let mut connection = self.connection.clone();
        let _: u64 = self.running.block_on(connection.incr("clock", ms)).expect("the clock moves");
    }

    /// Asks both, and answers what both have answered.
    pub(super) fn ask<T: Debug + PartialEq>(
        &mut self,
        what: String,
        ask: impl Fn(&dyn Ledger) -> Asked<T>,
    ) -> Result<T, Failure> {
        let memory = self.paused.block_on(async { ask(&*self.memory).await });
        let redis = self.running.block_on(async { ask(&*self.redis).await });
        self.trace.push(format!("{what}\n    = {memory:?}"));
        if memory != redis {
            let last = self.trace.len().saturating_sub(60);
            panic!("{}\n\nmemory {memory:?}\nredis  {redis:?}", self.trace[last..].join("\n"));
        }
        memory
    }

    /// Compares what nodes were told.
    pub(super) fn compare_events(&mut self) {
        self.running.block_on(self.redis.settle());
        let [memory, redis] = &self.told;
        let take = |events: &Events| std::mem::take(&mut *events.lock().expect("no panic before"));
        let (memory, redis) = (take(memory), take(redis));
        if memory != redis {
            let last = self.trace.len().saturating_sub(60);
            panic!("{}\n\nmemory {memory:#?}\nredis  {redis:#?}", self.trace[last..].join("\n"));
        }
    }

    /// Compares what was written down of a room.
    pub(super) fn compare_logs(&mut self, room: RoomId) {
        let read = |events: &dyn EventLog| -> Asked<_> {
            let (timeline, news) = (events.timeline(room), events.news(room, 5));
            Box::pin(async move { Ok((timeline.await?, news.await?)) })
        };
        let memory = self.paused.block_on(async { read(&*self.memory).await });
        let redis = self.running.block_on(async { read(&*self.redis).await });
        if memory != redis {
            let last = self.trace.len().saturating_sub(60);
            panic!("{}\n\nmemory {memory:#?}\nredis  {redis:#?}", self.trace[last..].join("\n"));
        }
        let Some(through) = memory.ok().and_then(|(_, news)| news.last().cloned()) else { return };
        let store = |events: &dyn EventLog| events.stored(room, through.life, through.number);
        self.paused.block_on(async { store(&*self.memory).await }).expect("memory answers");
        self.running.block_on(async { store(&*self.redis).await }).expect("Redis answers");
    }

    /// Keeps a copy of everything.
    pub(super) fn copy(&mut self) {
        self.trace.push("copy".to_owned());
        let snapshot = self.paused.block_on(async { self.memory.snapshot() });
        let dumped = self.running.block_on(contract::dump(self.connection.clone()));
        self.copy = Some((snapshot, dumped, self.now));
    }

    /// Both lose what they have stored, or go back to the copy.
    pub(super) fn lose(&mut self, is_back: bool) {
        self.trace.push(format!("lose, back: {is_back}"));
        let (snapshot, dumped, copied) = match self.copy.clone().filter(|_| is_back) {
            Some((snapshot, dumped, copied)) => (Some(snapshot), dumped, copied),
            None => (None, Vec::new(), self.now),
        };
        self.paused.block_on(async {
            match snapshot {
                Some(snapshot) => self.memory.restore(snapshot),
                None => self.memory.wipe(),
            }
        });
        self.running.block_on(contract::replace(&self.redis, self.connection.clone(), dumped));
        self.running.block_on(lengthen(self.connection.clone(), self.now - copied));
    }

    /// Whether the room is in the index of those with a socket on this node.
    pub(super) fn is_indexed(&mut self, room: RoomId, node: &NodeId) -> bool {
        let [hot, ..] = self.redis.shared.keys.of_room(room);
        let index = hot.replacen("h:{", "at:{", 1).replace(&room.to_string(), &node.to_string());
        let mut connection = self.connection.clone();
        self.running.block_on(connection.sismember(index, room.to_string())).expect("the index")
    }

    /// Keys that belong to rooms.
    pub(super) fn keys_of_rooms(&mut self) -> Vec<String> {
        let mut connection = self.connection.clone();
        let keys: Vec<String> = self.running.block_on(connection.keys("*")).expect("the keys");
        // Chat and events stay until they are stored.
        let staying = ["e", "leases", "marks", "hosts", "chat", "chats", "chat-bytes", "ev", "news"];
        let staying: Vec<_> = staying.iter().map(|name| format!("aldis:{name}:")).chain(["clock".to_owned()]).collect();
        let stays = |key: &String| staying.iter().any(|name| key.starts_with(name.as_str()));
        keys.into_iter().filter(|key| !stays(key)).collect()
    }
}

/// In memory the time between a copy and a loss does not count for windows; in Redis it does. So windows grow by it here.
async fn lengthen(mut connection: MultiplexedConnection, ms: u64) {
    let rooms: Vec<String> = connection.keys("aldis:h:*").await.expect("the keys");
    for room in rooms {
        let fields: Vec<(String, String)> = connection.hgetall(&room).await.expect("its fields");
        for (seat, record) in fields.iter().filter(|(name, _)| name.parse::<u64>().is_ok()) {
            let mut parts: Vec<_> = record.split('|').map(str::to_owned).collect();
            if let Ok(until) = parts[3].parse::<u64>() {
                parts[3] = (until + ms).to_string();
                let _: u64 = connection.hset(&room, seat, parts.join("|")).await.expect("a deadline");
            }
        }
    }
}
