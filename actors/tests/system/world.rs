//! Nodes that share one ledger, with rooms and users that need no database.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use actors::{
    bytes::BufferedBytes,
    clock::Clock,
    ledger::{
        Ledger, MemoryLedger,
        faulty::{FaultyLedger, Link},
    },
    node::{NodeRef, Ports},
    ports::{
        Grants, IceServers, Identity, Later, Revocation, Revocations, RoomSettings, Rooms, SeededEntropy, TokenError,
        Unavailable, Verifier,
    },
    protocol::{LoginId, NodeId, RoomId, RoomMode, UserId, server::IceServer},
    settings::{LedgerLimits, Settings},
};
use tokio::sync::oneshot;

use super::{browser::Browser, far::FarBook, media::Media};

/// The rooms that exist.
#[derive(Default)]
pub(crate) struct Book {
    rooms: Mutex<BTreeMap<RoomId, RoomSettings>>,
    /// How many of the next lookups panic.
    panics: AtomicU32,
    /// Readings of this revision are late.
    late: AtomicU64,
    held: Mutex<Vec<oneshot::Sender<()>>>,
    /// Rooms whose copies nodes were told to forget.
    forgotten: Mutex<Vec<RoomId>>,
}

impl Book {
    fn open(&self) -> MutexGuard<'_, BTreeMap<RoomId, RoomSettings>> {
        self.rooms.lock().expect("no test panics with the book open")
    }

    /// Changes the participant limit of a room.
    pub(crate) fn limits(&self, room: RoomId, participants_max: u32) {
        let mut rooms = self.open();
        let settings = rooms.get_mut(&room).expect("it exists");
        (settings.participants_max, settings.revision) = (participants_max, settings.revision + 1);
    }

    /// Closes or opens a room; answers the revision of its settings then.
    pub(crate) fn set_active(&self, room: RoomId, active: bool) -> u64 {
        let mut rooms = self.open();
        let settings = rooms.get_mut(&room).expect("it exists");
        (settings.active, settings.revision) = (active, settings.revision + 1);
        settings.revision
    }

    /// From now on readings of this revision arrive only once they are [released](Self::release).
    pub(crate) fn hold(&self, revision: u64) {
        self.late.store(revision, Ordering::SeqCst);
    }

    /// The oldest reading that is held arrives; whether there was one.
    pub(crate) async fn release(&self) -> bool {
        let is_there = {
            let mut held = self.held.lock().expect("no test panics here");
            !held.is_empty() && held.remove(0).send(()).is_ok()
        };
        tokio::time::sleep(Duration::from_millis(50)).await; // paused: what it leads to happens
        is_there
    }

    /// How many nodes were told that a copy of this room's settings is old.
    pub(crate) fn told_of(&self, room: RoomId) -> usize {
        self.forgotten.lock().expect("no test panics here").iter().filter(|told| **told == room).count()
    }

    /// As many of the next lookups panic.
    pub(crate) fn panics(&self, times: u32) {
        self.panics.store(times, Ordering::SeqCst);
    }
}

impl Rooms for Book {
    fn settings(&self, room: RoomId) -> Later<Result<Option<RoomSettings>, Unavailable>> {
        let panics = self.panics.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        let settings = self.open().get(&room).cloned();
        let is_late = settings.as_ref().is_some_and(|settings| settings.revision == self.late.load(Ordering::SeqCst));
        let released = is_late.then(|| {
            let (release, released) = oneshot::channel();
            self.held.lock().expect("no test panics here").push(release);
            released
        });
        Box::pin(async move {
            assert!(!panics, "told to fail");
            if let Some(released) = released {
                let _ = released.await; // the test may have ended
            }
            Ok(settings)
        })
    }

    fn changed(&self, room: RoomId) {
        self.forgotten.lock().expect("no test panics here").push(room);
    }
}

/// Accepts a UUID as a token of that user; `@` and the expiry in seconds, `!` and the number of a login, issued a second
/// after another, and `#` and what [`grants`] reads, may follow. Refuses `expired`, and what was revoked.
#[derive(Default)]
pub(crate) struct Trusting {
    revoked: Mutex<Vec<Revocation>>,
    /// Called once, after the next token was verified.
    then: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Trusting {
    /// Calls this once, after the next token was verified, before its owner is attached.
    pub(crate) fn after_the_next(&self, then: impl FnOnce() + Send + 'static) {
        *self.then.lock().expect("no test panics here") = Some(Box::new(then));
    }

    /// What was revoked, in order.
    pub(crate) fn revoked(&self) -> Vec<Revocation> {
        self.revoked.lock().expect("no test panics here").clone()
    }
}

impl Revocations for Trusting {
    fn revoked(&self, revocation: &Revocation) {
        self.revoked.lock().expect("no test panics here").push(revocation.clone());
    }
}

impl Verifier for Trusting {
    fn verify(&self, token: &str) -> Result<Identity, TokenError> {
        if token == "expired" {
            return Err(TokenError::Expired);
        }
        let (token, claim) = token.split_once('#').map_or((token, None), |(token, claim)| (token, Some(claim)));
        let (token, login) = token.split_once('!').map_or((token, None), |(token, login)| (token, Some(login)));
        let (user, expires) = token.split_once('@').unwrap_or((token, "99999999999"));
        let user: UserId = user.parse().map_err(|_| TokenError::Invalid("it is no user id".to_owned()))?;
        let login: Option<u64> = login.map(|login| login.parse().expect("a number after the !"));
        let identity = Identity {
            user: user.clone(),
            name: format!("user {user}").into(),
            expires: expires.parse().expect("a number after the @"),
            issued_ms: login.unwrap_or(0) * 1_000,
            login: login.map(|login| LoginId::from_u128(login.into())),
            grants: claim.map(|claim| Arc::new(grants(claim))),
        };
        if self.revoked().iter().any(|revoked| revoked.user == user && revoked.scope.includes(&identity)) {
            return Err(TokenError::Invalid("it was revoked".to_owned()));
        }
        if let Some(then) = self.then.lock().expect("no test panics here").take() {
            then();
        }
        Ok(identity)
    }

    fn token_for(&self, identity: &Identity, room: RoomId) -> Option<String> {
        let grants = identity.grants.as_deref().filter(|grants| grants.room.is_some_and(|only| only != room))?;
        Some(format!("{}#{}{room}", identity.user, if grants.hidden { "hidden+" } else { "" }))
    }
}

/// The grants of a token that is for joining: `hidden`, and the only room, with a plus in between.
fn grants(claim: &str) -> Grants {
    let room = claim.split('+').find_map(|word| word.parse().ok());
    Grants { room, join: true, hidden: claim.starts_with("hidden"), ..Grants::default() }
}

struct NoIce;

impl IceServers for NoIce {
    fn servers(&self, _: UserId) -> Vec<IceServer> {
        vec![IceServer { urls: vec!["stun:localhost".to_owned()], username: None, credential: None }]
    }
}

/// Nodes and their shared ledger.
pub(crate) struct World {
    pub(crate) nodes: Vec<NodeRef>,
    /// Each node's link to the ledger, if it can be interrupted.
    pub(crate) links: Vec<Arc<Link>>,
    pub(crate) ledger: Arc<MemoryLedger>,
    pub(crate) book: Arc<Book>,
    /// Each node's verifier.
    pub(crate) tokens: Vec<Arc<Trusting>>,
    /// Media servers; none are there at first.
    pub(crate) media: Arc<Media>,
}

impl World {
    /// Nodes with these settings.
    pub(crate) async fn of(nodes: usize, settings: Settings) -> Self {
        Self::made(nodes, settings, crate::FAR).await
    }

    /// Nodes, each with a link to the ledger that can be interrupted.
    pub(crate) async fn linked(nodes: usize) -> Self {
        Self::made(nodes, Settings::default(), true).await
    }

    async fn made(nodes: usize, settings: Settings, is_linked: bool) -> Self {
        Self::made_with(nodes, settings, (is_linked, Media::new(1))).await
    }

    /// Nodes with these settings and media servers, linked or not.
    pub(super) async fn made_with(nodes: usize, settings: Settings, (is_linked, media): (bool, Arc<Media>)) -> Self {
        let mut settings = settings;
        settings.node.turn_budget = crate::TURN_BUDGET;
        let (clock, bytes) = (Arc::new(Clock::new()), Arc::new(BufferedBytes::new(1 << 30)));
        let ledger = MemoryLedger::new(LedgerLimits::default(), Arc::clone(&clock), Arc::clone(&bytes));
        let ledger = Arc::new(ledger);
        let (nodes_of, links, book, tokens) = (Vec::new(), Vec::new(), Arc::default(), Vec::new());
        let mut world = Self { nodes: nodes_of, links, ledger, book, tokens, media };
        for number in 0..nodes {
            let shared = Arc::clone(&world.ledger) as Arc<dyn Ledger>;
            let seed = (world.media.seed - 1) * 1_000 + u64::try_from(number).expect("few nodes");
            let ledger = if is_linked {
                world.links.push(Link::new(shared, crate::FAULTS, seed));
                Arc::new(FaultyLedger(Arc::clone(&world.links[number])))
            } else {
                shared
            };
            let tokens = Arc::<Trusting>::default();
            world.tokens.push(Arc::clone(&tokens));
            let ports = Ports {
                ledger,
                verifier: Arc::clone(&tokens) as _,
                revocations: tokens,
                history: Arc::new(()),
                media: Arc::clone(&world.media) as _,
                rooms: if crate::FAR {
                    Arc::new(FarBook(Arc::clone(&world.book)))
                } else {
                    Arc::clone(&world.book) as Arc<dyn Rooms>
                },
                ice: Arc::new(NoIce),
                entropy: Arc::new(SeededEntropy::new(seed)),
                clock: Arc::clone(&clock),
                bytes: Arc::clone(&bytes),
            };
            let name = NodeId::new(&format!("node-{number}"));
            let node = NodeRef::start(name, settings, ports).await.expect("a node starts");
            world.media.tell(node.media_listener());
            world.nodes.push(node);
        }
        world
    }

    /// One node with the default settings.
    pub(crate) async fn single() -> Self {
        Self::of(1, Settings::default()).await
    }

    /// A new room with this limit.
    pub(crate) fn room(&self, participants_max: u32) -> RoomId {
        self.room_of(participants_max, RoomMode::Mesh)
    }

    /// A new room with this limit and mode.
    pub(crate) fn room_of(&self, participants_max: u32, mode: RoomMode) -> RoomId {
        let mut rooms = self.book.open();
        let id = RoomId::from_letters([u8::try_from(rooms.len() % 26).expect("26 fits"); 10]);
        let settings = RoomSettings {
            participants_max,
            seat_window: Duration::from_secs(5),
            mode,
            active: true,
            policy: None,
            revision: 1,
        };
        rooms.insert(id, settings);
        id
    }

    /// A browser of user number `user` that has sent hello to node number `node`.
    pub(crate) async fn browser(&self, node: usize, user: u128) -> Browser {
        let mut browser = Browser::connect(&self.nodes[node], None);
        browser.says(&format!(r#"{{"type":"hello","data":{{"token":"{}"}}}}"#, name(user)));
        browser.hears("welcome").await;
        browser.user = name(user);
        browser
    }

    /// The same, in a room.
    pub(crate) async fn member(&self, node: usize, user: u128, room: RoomId) -> Browser {
        let mut browser = self.browser(node, user).await;
        browser.joins(room).await;
        browser
    }

    /// Members of one room, each notified of all later ones; on alternating nodes.
    pub(crate) async fn members(&self, count: u128, room: RoomId) -> Vec<Browser> {
        let mut members: Vec<Browser> = Vec::new();
        for user in 1..=count {
            let node = usize::try_from(user).expect("few users") % self.nodes.len();
            let newcomer = self.member(node, user, room).await;
            for member in &mut members {
                assert_eq!(member.hears("user_joined").await["userId"], name(user));
            }
            members.push(newcomer);
        }
        members
    }
}

/// The id of user number `user`.
pub(crate) fn name(user: u128) -> String {
    UserId::from_u128(user).to_string()
}
