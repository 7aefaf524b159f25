//! The ledger in Redis as the nodes of a simulated world share it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use actors::{
    ledger::{Ledger, faulty::Faults},
    ports::{Later, SeededEntropy},
    protocol::{Member, RoomId},
};
use aldis::ledger::{RedisLedger, RedisLimits};
use tokio::time::{Instant, sleep};

use super::{
    bugs::Bug,
    link::Link,
    server::{Server, data::Data},
};
use crate::simulation::{plan::Plan, store};

/// What the names of all keys begin with.
const PREFIX: &str = "aldis:";
/// How often subscriptions are cut.
const CUT_EVERY: Duration = Duration::from_secs(1);

/// One server, and what looks into it.
pub(crate) struct Redis {
    plan: Plan,
    server: Arc<Server>,
    /// A client whose connections never fail but with the server.
    observer: RedisLedger,
    /// What the server had stored in the last moments.
    copies: Mutex<VecDeque<(Instant, Data)>>,
}

impl Redis {
    pub(crate) fn new(plan: Plan, bug: Option<&'static Bug>) -> Self {
        let server = Server::new(bug);
        let observer = ledger(&Link::new(Arc::clone(&server), Faults::NONE, 0), 0);
        Self { plan, server, observer, copies: Mutex::default() }
    }

    /// One that keeps what its server executes; and that server.
    pub(super) fn traced(plan: Plan) -> (Self, Arc<Server>) {
        let redis = Self::new(plan, None);
        redis.server.traces();
        let server = Arc::clone(&redis.server);
        (redis, server)
    }

    /// One whose subscriptions are cut each second, also after all else has healed.
    pub(crate) fn interrupted(plan: Plan) -> Self {
        let redis = Self::new(plan, None);
        let server = Arc::clone(&redis.server);
        tokio::spawn(async move {
            loop {
                sleep(CUT_EVERY).await; // paused
                server.cut_subscribers();
            }
        });
        redis
    }
}

/// The adapter over a link.
pub(super) fn ledger(link: &Arc<Link>, seed: u64) -> RedisLedger {
    let entropy = Box::new(SeededEntropy::new(seed));
    RedisLedger::dialed(link.dial(), entropy, PREFIX, RedisLimits::default()).expect("an address")
}

impl store::Store for Redis {
    fn connect(&self, seed: u64) -> (Arc<dyn Ledger>, Arc<dyn store::Link>) {
        let link = Link::new(Arc::clone(&self.server), self.plan.faults, seed);
        (Arc::new(ledger(&link, seed)), link)
    }

    fn copy(&self, lag_max: Duration) {
        let mut copies = self.copies.lock().expect("no panic");
        copies.push_back((Instant::now(), self.server.copy()));
        while copies.front().is_some_and(|(at, _)| at.elapsed() > lag_max) {
            copies.pop_front();
        }
    }

    /// A replica that lagged takes the server's place.
    fn go_back(&self, random: u64) -> bool {
        let copies = std::mem::take(&mut *self.copies.lock().expect("no panic"));
        let place = random.checked_rem(copies.len() as u64);
        let copy = place.and_then(|place| copies.into_iter().nth(place as usize));
        copy.map(|(_, data)| self.server.restart(data)).is_some()
    }

    fn wipe(&self) {
        if self.copies.lock().expect("no panic").len().is_multiple_of(2) {
            self.server.flush();
        } else {
            self.server.restart(Data::default());
        }
    }

    fn members(&self, room: RoomId) -> Later<Option<Vec<Member>>> {
        let members = self.observer.members(room);
        Box::pin(async move { members.await.ok() })
    }
}
