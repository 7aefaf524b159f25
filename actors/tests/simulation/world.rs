//! Nodes over one ledger, each behind a link that fails, and a nemesis that breaks more than that.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actors::{
    bytes::BufferedBytes,
    clock::Clock,
    ledger::{
        Ledger, MemoryLedger,
        faulty::{Faults, FaultyLedger, Link},
    },
    node::{NodeRef, Ports},
    ports::{IceServers, Identity, Later, RoomSettings, Rooms, SeededEntropy, TokenError, Unavailable, Verifier},
    protocol::{
        NodeId, RoomId, UserId,
        server::{IceServer, Mode},
    },
    settings::{LedgerLimits, Settings},
};
use tokio::time::sleep;

use super::{
    client::Client,
    history::{History, Violation},
    mutants::{Mutant, Mutated},
};

/// Rooms that exist.
struct Book(BTreeMap<RoomId, RoomSettings>);

impl Rooms for Book {
    fn settings(&self, room: RoomId) -> Later<Result<Option<RoomSettings>, Unavailable>> {
        let settings = self.0.get(&room).copied();
        Box::pin(async move { Ok(settings) })
    }
}

struct Trusting;

impl Verifier for Trusting {
    fn verify(&self, token: &str) -> Result<Identity, TokenError> {
        let user: UserId = token.parse().map_err(|_| TokenError::Invalid("it is not a UUID".to_owned()))?;
        Ok(Identity { user, name: format!("user {user}").into(), expires: 99_999_999_999 })
    }
}

struct NoIce;

impl IceServers for NoIce {
    fn servers(&self, _: UserId) -> Vec<IceServer> {
        Vec::new()
    }
}

/// What a run consists of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) nodes: usize,
    pub(crate) rooms: usize,
    pub(crate) clients: usize,
    pub(crate) seats_max: u32,
    pub(crate) faults: Faults,
    /// Whether nodes are killed, paused and cut off, and the ledger is wiped.
    pub(crate) nemesis: bool,
    pub(crate) wipes: bool,
    pub(crate) span: Duration,
    pub(crate) mutant: Option<Mutant>,
}

impl Plan {
    /// A plan of this seed: its size and its faults follow from it.
    pub(crate) fn of(seed: u64) -> Self {
        let random = SeededEntropy::new(seed);
        let mut some = |from: u64, to: u64| from + random.next() % (to - from);
        Self {
            seed,
            nodes: some(1, 4) as usize,
            rooms: some(1, 3) as usize,
            clients: some(2, 9) as usize,
            seats_max: some(2, 6) as u32,
            faults: if some(0, 4) == 0 { Faults::NONE } else { Faults::BAD_DAY },
            nemesis: some(0, 3) > 0,
            wipes: some(0, 3) == 0,
            span: Duration::from_secs(some(10, 40)),
            mutant: None,
        }
    }
}

/// One simulated world.
pub(crate) struct World {
    pub(crate) nodes: Vec<NodeRef>,
    links: Vec<Arc<Link>>,
    dead: Vec<AtomicBool>,
    pub(crate) ledger: Arc<MemoryLedger>,
    pub(crate) history: History,
    /// Clients no longer act, but listen.
    pub(crate) calm: AtomicBool,
    pub(crate) over: AtomicBool,
    rooms: Vec<RoomId>,
    overfull: Mutex<Vec<Violation>>,
    random: SeededEntropy,
    plan: Plan,
}

impl World {
    pub(crate) async fn new(plan: Plan) -> Arc<Self> {
        let rooms: Vec<RoomId> =
            (0..plan.rooms).map(|room| RoomId::from_letters([u8::try_from(room).expect("few"); 10])).collect();
        let settings = RoomSettings {
            participants_max: plan.seats_max,
            seat_window: Duration::from_secs(5),
            mode: Mode::Mesh,
            active: true,
        };
        let book = Arc::new(Book(rooms.iter().map(|room| (*room, settings)).collect()));
        let (clock, bytes) = (Arc::new(Clock::simulated(1_800_000_000_000)), Arc::new(BufferedBytes::new(1 << 30)));
        let ledger = Arc::new(MemoryLedger::new(LedgerLimits::default(), Arc::clone(&clock), Arc::clone(&bytes)));
        let (mut nodes, mut links) = (Vec::new(), Vec::new());
        for node in 0..plan.nodes {
            let shared: Arc<dyn Ledger> = match plan.mutant {
                Some(mutant) => Arc::new(Mutated::new(mutant, Arc::clone(&ledger))),
                None => Arc::clone(&ledger) as _,
            };
            let link = Link::new(shared, plan.faults, plan.seed.wrapping_mul(31).wrapping_add(node as u64));
            let ports = Ports {
                ledger: Arc::new(FaultyLedger(Arc::clone(&link))),
                verifier: Arc::new(Trusting),
                rooms: Arc::clone(&book) as _,
                ice: Arc::new(NoIce),
                entropy: Arc::new(SeededEntropy::new(plan.seed ^ (node as u64 + 1) << 32)),
                clock: Arc::clone(&clock),
                bytes: Arc::clone(&bytes),
            };
            let name = NodeId::new(&format!("node-{node}"));
            nodes.push(NodeRef::start(name, generous(), ports).await.expect("a node starts"));
            links.push(link);
        }
        Arc::new(Self {
            dead: nodes.iter().map(|_| AtomicBool::new(false)).collect(),
            nodes,
            links,
            ledger,
            history: History::default(),
            calm: AtomicBool::new(false),
            over: AtomicBool::new(false),
            rooms,
            overfull: Mutex::default(),
            random: SeededEntropy::new(plan.seed ^ 0x0dd5),
            plan,
        })
    }

    /// A node that is not dead.
    pub(crate) fn some_node(&self, random: u64) -> usize {
        let alive: Vec<usize> = (0..self.nodes.len()).filter(|node| !self.is_dead(*node)).collect();
        alive[(random % alive.len() as u64) as usize]
    }

    pub(crate) fn is_dead(&self, node: usize) -> bool {
        self.dead[node].load(Ordering::Relaxed)
    }

    /// Runs the plan; answers the violations and the history.
    pub(crate) async fn run(self: &Arc<Self>) -> Vec<Violation> {
        let mut clients = tokio::task::JoinSet::new();
        for client in 0..self.plan.clients {
            // Some users have two clients, which take the seat from each other.
            let user = UserId::from_u128(1 + (client as u128) % (1 + self.plan.clients as u128 * 3 / 4)).to_string();
            let room = self.rooms[client % self.rooms.len()].to_string();
            let seed = self.plan.seed.wrapping_mul(1_000).wrapping_add(client as u64);
            clients.spawn(Client::new(self, user, room, seed).run());
        }
        let until = tokio::time::Instant::now() + self.plan.span;
        while tokio::time::Instant::now() < until {
            sleep(Duration::from_millis(100 + self.random.next() % 900)).await;
            self.look().await;
            if self.plan.nemesis {
                self.strike();
            }
        }
        self.calm.store(true, Ordering::Relaxed);
        self.links.iter().for_each(|link| link.set(Faults::NONE));
        for _ in 0..40 {
            sleep(Duration::from_secs(2)).await;
            self.look().await;
        }
        let mut violations = super::history::check(&self.history.events(), true);
        violations.append(&mut self.overfull.lock().expect("no panic"));
        self.over.store(true, Ordering::Relaxed);
        let stuck =
            tokio::time::timeout(Duration::from_secs(120), async { while clients.join_next().await.is_some() {} });
        if stuck.await.is_err() {
            violations.push(Violation("a client is stuck for ever".to_owned()));
        }
        violations
    }

    /// Something breaks, now and then.
    fn strike(&self) {
        let node = self.some_node(self.random.next());
        let long = Duration::from_millis(100 + self.random.next() % 12_000);
        let alive = (0..self.nodes.len()).filter(|node| !self.is_dead(*node)).count();
        match self.random.next() % 40 {
            0 => self.links[node].cut(long),
            1 => self.links[node].stall(long),
            2 if alive > 1 => {
                self.links[node].kill();
                self.dead[node].store(true, Ordering::Relaxed);
            }
            3 if self.plan.wipes => drop(self.ledger.wipe()),
            4 => self.inject(node),
            _ => {}
        }
    }

    #[cfg(feature = "fault-injection")]
    fn inject(&self, node: usize) {
        use actors::node::Victim;
        let room = self.rooms[(self.random.next() % self.rooms.len() as u64) as usize];
        let user = UserId::from_u128(1 + u128::from(self.random.next() % self.plan.clients as u64));
        self.nodes[node].inject(match self.random.next() % 7 {
            0 => Victim::Clock,
            1 => Victim::Lease,
            2 => Victim::Reaper,
            3 => Victim::Bridge,
            4 => Victim::User(user),
            5 => Victim::SocketOf(user),
            _ => Victim::Room(room),
        });
    }

    #[cfg(not(feature = "fault-injection"))]
    fn inject(&self, _: usize) {}

    /// A room never has more seats than its limit.
    async fn look(&self) {
        for room in &self.rooms {
            let Ok(members) = self.ledger.members(*room).await else { continue };
            if members.len() > self.plan.seats_max as usize {
                let text = format!("{} seats in {room}, which has {}", members.len(), self.plan.seats_max);
                self.overfull.lock().expect("no panic").push(Violation(text));
            }
        }
    }
}

/// Budgets that no honest client meets: what is simulated is the ledger's failure, not a flood.
fn generous() -> Settings {
    let mut settings = Settings::default();
    settings.budget.socket_per_second = 100_000;
    settings.budget.socket_burst = 1_000_000;
    settings.budget.address_factor = 1_000;
    settings.budget.room_joins_per_second = 10_000;
    settings.budget.room_joins_burst = 10_000;
    settings
}
