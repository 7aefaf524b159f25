//! What breaks while clients talk: nodes, links, the ledger, and what people do to each other's calls.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use actors::{
    protocol::UserId,
    settings::{Drain, LedgerLimits},
};
use tokio::time::{Instant, sleep};

use super::{
    history::What,
    plan::Losses,
    world::{Host, World},
};

/// How a simulated node drains.
const DRAIN: Drain = Drain {
    within: Duration::from_secs(10),
    spread: Duration::from_secs(2),
    batch: 2,
    pause: Duration::from_millis(50),
};

/// How much a fail-over may lose; nodes tell again what has happened within 10 s.
const LAG_MAX: Duration = Duration::from_secs(8);

impl World {
    /// Something breaks, or is done, now and then.
    pub(super) async fn strike(self: &Arc<Self>) {
        let [strike, at, long] = [self.random.next(), self.random.next(), self.random.next()];
        let Some(host) = self.some_host(at) else { return };
        let long = Duration::from_millis(100 + long % 12_000);
        let (plan, strike) = (self.plan, strike % 48);
        match strike {
            0 if plan.nemesis => {
                self.breaks(&host, long);
                host.link.cut(long);
            }
            1 if plan.nemesis => {
                self.breaks(&host, long);
                host.link.stall(long);
            }
            2 if plan.nemesis => self.kill(&host, long).await,
            3..5 if plan.nemesis => self.inject(&host),
            5..7 => self.lose(),
            7..9 if plan.upgrades => self.upgrade(host.clone()),
            9..13 if plan.host => self.interfere(&host, strike - 9),
            _ => return,
        }
        self.note("-", || format!("strike {strike} at {} for {long:?}", host.node.id()));
    }

    /// Notes that the node is without the ledger for so long.
    fn breaks(self: &Arc<Self>, host: &Host, long: Duration) {
        let (world, node) = (Arc::clone(self), host.node.id().to_string());
        self.history.record("-", What::Cut(node.clone()));
        tokio::spawn(async move {
            sleep(long).await; // paused
            world.history.record("-", What::Whole(node));
        });
    }

    /// Keeps what the ledger has stored, as a replica would that lags by a few seconds.
    pub(super) fn copy(&self) {
        if self.plan.losses != Losses::None {
            self.store.copy(LAG_MAX);
        }
    }

    /// The ledger loses its last moments, or everything.
    fn lose(self: &Arc<Self>) {
        let is_wipe = match self.plan.losses {
            Losses::None => return,
            Losses::Wipes => true,
            Losses::Rollbacks => false,
            Losses::Both => self.random.next().is_multiple_of(2),
        };
        if is_wipe {
            self.store.wipe();
        } else if !self.store.go_back(self.random.next()) {
            return;
        }
        self.history.record("-", What::LedgerLost);
        self.losses.fetch_add(1, Ordering::Relaxed);
        let (world, losses) = (Arc::clone(self), self.losses.load(Ordering::Relaxed));
        tokio::spawn(async move {
            sleep(LedgerLimits::default().settle_within).await; // paused
            if world.losses.load(Ordering::Relaxed) == losses {
                world.history.record("-", What::LedgerSettled);
            }
        });
    }

    /// The machine is gone; some time later the node is started again under the same name.
    async fn kill(self: &Arc<Self>, host: &Arc<Host>, long: Duration) {
        let is_only_one = self.hosts().iter().filter(|host| host.is_open()).count() == 1;
        if is_only_one && !self.plan.upgrades {
            return;
        }
        host.die();
        if self.plan.upgrades {
            let (world, host) = (Arc::clone(self), Arc::clone(host));
            tokio::spawn(async move {
                sleep(long).await; // paused
                world.replace(&host).await;
            });
        }
    }

    /// The node is drained, and started again under the same name.
    fn upgrade(self: &Arc<Self>, host: Arc<Host>) {
        host.is_leaving.store(true, Ordering::Relaxed);
        let world = Arc::clone(self);
        tokio::spawn(async move {
            let begun = Instant::now();
            let settled = host.node.drain(DRAIN).await;
            world.note("-", || format!("{} drained within {:?}: {settled}", host.node.id(), begun.elapsed()));
            host.die();
            world.replace(&host).await;
        });
    }

    /// Another start takes the place of this one.
    async fn replace(&self, host: &Arc<Host>) {
        let place = self.hosts().iter().position(|present| Arc::ptr_eq(present, host));
        if let Some(place) = place {
            let next = self.start(place).await;
            self.note("-", || format!("{} is started", next.node.id()));
            self.hosts.lock().expect("no panic")[place] = next;
        }
    }

    /// A host evicts somebody, or closes a room for a while.
    fn interfere(self: &Arc<Self>, host: &Arc<Host>, how: u64) {
        let room = self.rooms[(self.random.next() % self.rooms.len() as u64) as usize];
        let user = UserId::from_u128(1 + u128::from(self.random.next() % self.plan.clients as u64));
        let open_after = Duration::from_millis(self.random.next() % 8_000);
        let (world, node) = (Arc::clone(self), host.node.clone());
        tokio::spawn(async move {
            match how {
                0..=2 => node.evict(room, user),
                _ => {
                    let revision = world.book.set_active(room, false);
                    let _ = node.close_room(room, revision).await; // if the ledger is away, it is closed later
                    sleep(open_after).await; // paused
                    world.book.set_active(room, true);
                    let _ = node.settings_changed(room).await;
                }
            }
        });
    }

    #[cfg(feature = "fault-injection")]
    fn inject(&self, host: &Host) {
        use actors::node::Victim;
        let room = self.rooms[(self.random.next() % self.rooms.len() as u64) as usize];
        let user = UserId::from_u128(1 + u128::from(self.random.next() % self.plan.clients as u64));
        let victim = match self.random.next() % 7 {
            0 => Victim::Clock,
            1 => Victim::Lease,
            2 => Victim::Reaper,
            3 => Victim::Bridge,
            4 => Victim::User(user),
            5 => Victim::SocketOf(user),
            _ => {
                self.store.panics(room);
                Victim::Room(room)
            }
        };
        self.note("-", || format!("{victim:?} panics"));
        host.node.inject(victim);
    }

    #[cfg(not(feature = "fault-injection"))]
    fn inject(&self, _: &Host) {}
}
