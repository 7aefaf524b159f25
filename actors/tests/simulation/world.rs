//! Nodes over one ledger, each behind a link that fails, clients that talk, and what breaks meanwhile (`nemesis`).

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use actors::{
    bytes::BufferedBytes,
    clock::Clock,
    node::{NodeRef, Ports},
    ports::SeededEntropy,
    protocol::{NodeId, RoomId, UserId},
    settings::Settings,
};
use tokio::time::{Instant, sleep};

use super::{
    checker,
    client::Client,
    history::{History, Violation, What},
    plan::Plan,
    ports::{Book, NoIce, Trusting},
    store::{Link, Store},
};

/// What the simulated wall clock shows at the beginning, in milliseconds since the Unix epoch.
pub(crate) const BEGAN_MS: u64 = 1_800_000_000_000;

/// One start of a node.
pub(crate) struct Host {
    pub(crate) node: NodeRef,
    pub(crate) link: Arc<dyn Link>,
    /// The machine is gone, and with it every connection to it.
    is_dead: AtomicBool,
    /// It takes no new connections.
    pub(super) is_leaving: AtomicBool,
}

impl Host {
    pub(crate) fn is_dead(&self) -> bool {
        self.is_dead.load(Ordering::Relaxed)
    }

    pub(super) fn die(&self) {
        self.link.kill();
        self.is_dead.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_open(&self) -> bool {
        !self.is_dead() && !self.is_leaving.load(Ordering::Relaxed)
    }
}

/// One simulated world.
pub(crate) struct World {
    /// The present start of each node.
    pub(super) hosts: Mutex<Vec<Arc<Host>>>,
    pub(super) store: Box<dyn Store>,
    pub(super) book: Arc<Book>,
    clock: Arc<Clock>,
    bytes: Arc<BufferedBytes>,
    starts: AtomicU64,
    pub(super) losses: AtomicU64,
    pub(crate) history: History,
    pub(super) begun: Instant,
    /// Clients no longer act, but listen.
    pub(crate) calm: AtomicBool,
    pub(crate) over: AtomicBool,
    pub(super) rooms: Vec<RoomId>,
    overfull: Mutex<Vec<Violation>>,
    pub(super) random: SeededEntropy,
    pub(crate) plan: Plan,
}

impl World {
    /// `store` makes the ledger of all nodes.
    pub(crate) async fn new<S: Store + 'static>(
        plan: Plan,
        store: impl FnOnce(&Arc<Clock>, &Arc<BufferedBytes>) -> S,
    ) -> Arc<Self> {
        let rooms: Vec<RoomId> =
            (0..plan.rooms).map(|room| RoomId::from_letters([u8::try_from(room).expect("few"); 10])).collect();
        let (clock, bytes) = (Arc::new(Clock::simulated(BEGAN_MS)), Arc::new(BufferedBytes::new(1 << 30)));
        let world = Arc::new(Self {
            hosts: Mutex::default(),
            store: Box::new(store(&clock, &bytes)),
            book: Arc::new(Book::new(&rooms, plan.seats_max)),
            clock,
            bytes,
            starts: AtomicU64::new(0),
            losses: AtomicU64::new(0),
            history: History::default(),
            begun: Instant::now(),
            calm: AtomicBool::new(false),
            over: AtomicBool::new(false),
            rooms,
            overfull: Mutex::default(),
            random: SeededEntropy::new(plan.seed ^ 0x0dd5),
            plan,
        });
        for node in 0..plan.nodes {
            let host = world.start(node).await;
            world.hosts.lock().expect("no panic").push(host);
        }
        world
    }

    /// Starts a node, perhaps not for the first time.
    pub(super) async fn start(&self, node: usize) -> Arc<Host> {
        let (plan, start) = (self.plan, self.starts.fetch_add(1, Ordering::Relaxed));
        let (ledger, link) = self.store.connect(plan.seed.wrapping_mul(31).wrapping_add(start));
        if self.calm.load(Ordering::Relaxed) {
            link.calm();
        }
        let ports = Ports {
            ledger,
            verifier: Arc::new(Trusting),
            revocations: Arc::new(()),
            history: Arc::new(()),
            media: Arc::new(()),
            rooms: Arc::clone(&self.book) as _,
            ice: Arc::new(NoIce),
            entropy: Arc::new(SeededEntropy::new(plan.seed ^ (start + 1) << 32)),
            clock: Arc::clone(&self.clock),
            bytes: Arc::clone(&self.bytes),
        };
        let node = NodeRef::start(NodeId::new(&format!("node-{node}")), generous(), ports).await;
        let (is_dead, is_leaving) = (AtomicBool::new(false), AtomicBool::new(false));
        Arc::new(Host { node: node.expect("a node starts"), link, is_dead, is_leaving })
    }

    /// The nodes as they are now.
    pub(super) fn hosts(&self) -> Vec<Arc<Host>> {
        self.hosts.lock().expect("no panic").clone()
    }

    /// A node that takes connections, if there is one.
    pub(crate) fn some_host(&self, random: u64) -> Option<Arc<Host>> {
        let open: Vec<Arc<Host>> = self.hosts().into_iter().filter(|host| host.is_open()).collect();
        let place = random.checked_rem(open.len() as u64)?;
        open.get(place as usize).cloned()
    }

    /// Notes something for a reader of the history.
    pub(crate) fn note(&self, session: &str, what: impl FnOnce() -> String) {
        if History::is_printed() {
            self.history.record(session, What::Noted(format!("{:?} {}", Instant::now() - self.begun, what())));
        }
    }

    /// Runs the plan; answers what was broken.
    pub(crate) async fn run(self: &Arc<Self>) -> Vec<Violation> {
        let mut clients = tokio::task::JoinSet::new();
        for client in 0..self.plan.clients {
            // Some users have two clients, which take the seat from each other.
            let user = UserId::from_u128(1 + (client as u128) % (1 + self.plan.clients as u128 * 3 / 4)).to_string();
            let room = self.rooms[client % self.rooms.len()].to_string();
            let seed = self.plan.seed.wrapping_mul(1_000).wrapping_add(client as u64);
            clients.spawn(Client::new(self, user, room, seed).run());
        }
        let until = Instant::now() + self.plan.span;
        while Instant::now() < until {
            sleep(Duration::from_millis(100 + self.random.next() % 900)).await; // paused
            self.look().await;
            self.copy();
            self.strike().await;
        }
        self.calm_down().await;
        for _ in 0..40 {
            sleep(Duration::from_secs(2)).await; // paused
            self.look().await;
        }
        let mut violations = checker::check(&self.history.events(), true);
        violations.append(&mut self.overfull.lock().expect("no panic"));
        self.over.store(true, Ordering::Relaxed);
        let all_end = async { while clients.join_next().await.is_some() {} };
        if tokio::time::timeout(Duration::from_secs(120), all_end).await.is_err() {
            violations.push(Violation("a client is stuck forever".to_owned()));
        }
        violations
    }

    /// Nothing fails any more, every room is open, and clients only listen.
    async fn calm_down(&self) {
        self.calm.store(true, Ordering::Relaxed);
        self.hosts().iter().for_each(|host| host.link.calm());
        for room in &self.rooms {
            self.book.set_active(*room, true);
            if let Some(host) = self.some_host(0) {
                let _ = host.node.settings_changed(*room).await; // else they hold from the room's next opening
            }
        }
    }

    /// A room never has more seats than its limit. Seats of those who left do not count in the moments after the ledger
    /// went back to before they did.
    async fn look(&self) {
        let ended = self.history.ended_if_lost();
        for room in &self.rooms {
            let Some(members) = self.store.members(*room).await else { continue };
            let seats = members.iter().filter(|member| !ended.contains(&member.session.to_string())).count();
            if seats > self.plan.seats_max as usize {
                let text = format!("{seats} seats in {room}, which has {}", self.plan.seats_max);
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
    settings.socket.outbox_bytes_max = 8 * 1024; // a slow reader meets it
    settings
}
