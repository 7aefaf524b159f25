//! The routers in process: a real database file, real tokens, real layers; only the live rooms are a fake.

mod accounts;
mod api_keys;
mod clients;
mod devices;
mod documents;
mod foreign;
mod granted;
mod guests;
mod hosts;
mod keys;
mod layers;
mod malformed;
mod messages;
mod opaque;
mod operations;
mod operators;
mod recovery;
mod reports;
mod rooms;
mod signups;
#[cfg(feature = "fault-injection")]
mod tree;
mod upgrades;
mod v1;
mod web;
mod webhooks;

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicI64, Ordering},
};
use std::time::Duration;

use actors::{bytes::BufferedBytes, ledger::MemoryLedger, settings::LedgerLimits};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, Response, StatusCode, header},
};
use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;
use uuid::Uuid;

use super::{Check, Health, Rates, Settings, Site, problem, router};
use crate::{
    accounts::{Accounts, Mailing, Parts},
    auth::{
        self, ApiKeyring, Clock, Issuers, KeyRing, Sealing, Tokens,
        issuers::{self, IssuerSettings, tests::Desk},
    },
    changes::Changes,
    history::{History, Limits},
    ice::{self, Ice},
    live::told::Told,
    load::Load,
    mail::{self, MailQueue, kept::Kept},
    net::{self, rate::Limiter},
    rooms::{Hosting, Rooms, cache::MemoryCache},
    storage::{self, Store},
    webhooks::Outbox,
};

/// One pair of keys for all tests: making one takes a while.
static KEYS: LazyLock<(TempDir, Arc<KeyRing>)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = KeyRing::open(folder.path(), Timestamp::now()).expect("keys");
    (folder, Arc::new(keys))
});

struct Bench {
    _folder: TempDir,
    /// Seconds since 1970, as the site sees it.
    now: Arc<AtomicI64>,
    live: Arc<Told>,
    ledger: Arc<MemoryLedger>,
    mails: Arc<Kept>,
    store: Arc<dyn Store>,
    site: Arc<Site>,
    router: Router,
}

fn hourly(burst: u32) -> net::rate::Rate {
    net::rate::Rate { burst, per: Duration::from_secs(60 * 60) }
}

/// Above the lag of a busy test machine; it is measured only by tests.
const LAG_MAX: Duration = Duration::from_secs(1);

/// Pages of `origin` may use this API.
fn allowing(origin: &str) -> Settings {
    let allowed_origins = vec![origin.parse().expect("an origin")];
    Settings { net: Arc::new(net::Rules { allowed_origins, ..net::Rules::default() }), ..Settings::default() }
}

async fn bench() -> Bench {
    bench_with(Settings::default()).await
}

async fn bench_with(settings: Settings) -> Bench {
    bench_of(settings, auth::Settings::default()).await
}

/// A site with these settings of accounts, and hashes that cost little.
async fn bench_of(settings: Settings, auth: auth::Settings) -> Bench {
    bench_trusting(settings, auth, Vec::new(), Desk::default()).await
}

/// The same, with other issuers, whose keys are those of the desk.
async fn bench_trusting(settings: Settings, auth: auth::Settings, others: Vec<IssuerSettings>, desk: Desk) -> Bench {
    let folder = tempfile::tempdir().expect("a folder");
    let store = storage::open(None, folder.path(), &storage::Settings::default()).await.expect("a database");
    let now = Arc::new(AtomicI64::new(1_800_000_000));
    let clock = Clock::new({
        let now = Arc::clone(&now);
        move || Timestamp::from_second(now.load(Ordering::SeqCst)).expect("a time")
    });
    let cheap = auth::Settings { argon2_memory_kib: 8, argon2_passes: 1, hashing_queue_max: 4096, ..auth };
    let api_keys = Arc::new(ApiKeyring::new(Sealing::own(folder.path())));
    let issuers = Arc::new(Issuers::new(others, Arc::new(desk), issuers::Limits::default()));
    issuers.fetch_all(&clock).await;
    let tokens = Tokens::new(Arc::clone(&KEYS.1), &cheap, clock.clone()).with_api_keys(api_keys);
    let tokens = Arc::new(tokens.with_issuers(issuers));
    let live = Arc::new(Told::default());
    let revoked = Arc::clone(tokens.revoked());
    live.on_revocation(move |revocation| {
        revoked.add(revocation);
    });
    let rooms = Rooms::new(Arc::clone(&store), Arc::new(MemoryCache::new(100, Duration::from_secs(30))));
    let changes = Changes::default();
    let hosting = Hosting::new(rooms.clone(), Arc::clone(&live) as _, changes.clone(), settings.rooms.per_host_max);
    let mails = Arc::new(Kept::default());
    let mailing = Mailing {
        queue: MailQueue::new(Arc::clone(&mails) as _, mail::Limits::default()),
        site_url: "https://call.example.org".to_owned(),
        is_sent: true,
        per_recipient: Limiter::new("rate:mail", hourly(5), 100, None),
    };
    let parts = Parts {
        store: Arc::clone(&store),
        tokens,
        live: Arc::clone(&live) as _,
        hosting: hosting.clone(),
        changes,
        mailing,
        clock,
    };
    let accounts = Accounts::new(parts, cheap).expect("accounts");
    let keeping = LedgerLimits { events_max: 256, ..LedgerLimits::default() };
    let ledger = Arc::new(MemoryLedger::new(keeping, Arc::default(), Arc::new(BufferedBytes::new(1 << 20))));
    let site = Arc::new(Site {
        load: Load::new(LAG_MAX),
        cluster: Arc::new(|| Box::pin(async { None })),
        media: Arc::new(|| serde_json::json!({ "servers": [] })),
        accounts: Arc::new(accounts),
        rooms,
        history: Arc::new(History::new(Arc::clone(&store), None, Limits::default())),
        hosting,
        events: Some(Arc::clone(&ledger) as _),
        outbox: Outbox::new(Arc::clone(&store), Arc::new(Timestamp::now)),
        live: Arc::clone(&live) as _,
        ice: Arc::new(stun_and_turn()),
        health: Arc::new(Health::new("node-1".to_owned(), checks(&store))),
        rates: Rates::new(&settings.rates, None),
        settings,
    });
    Bench { _folder: folder, now, live, ledger, mails, store, router: router(Arc::clone(&site)), site }
}

fn stun_and_turn() -> Ice {
    let turn = ice::Settings {
        stun_urls: vec!["stun:stun.example.org".to_owned()],
        turn_urls: vec!["turn:turn.example.org".to_owned()],
        ..ice::Settings::default()
    };
    Ice::new(turn, vec!["north".into()])
}

fn checks(store: &Arc<dyn Store>) -> Vec<Check> {
    let pinged = Arc::clone(store);
    let database = Check::vital("database", move || {
        let store = Arc::clone(&pinged);
        async move { store.ping().await.map_err(|why| why.to_string()) }
    });
    vec![database, Check::own("taking_sockets", async || Ok(()))]
}

/// An answer, read.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    async fn of(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 24).await.expect("a body");
        Self { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|why| panic!("{why}: {self:?}"))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// The value of a cookie that this answer sets, and the rest of its line.
    fn cookie(&self, name: &str) -> Option<(String, String)> {
        let lines = self.headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().expect("text"));
        let line = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix('=')).next()?;
        let (value, flags) = line.split_once("; ").expect("flags");
        Some((value.to_owned(), flags.to_owned()))
    }

    /// That this is a problem of this kind, complete and consistent.
    #[track_caller]
    fn is_problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.header("content-type"), problem::MEDIA_TYPE, "{self:?}");
        let body = self.json();
        assert_eq!((self.status.as_u16(), body["code"].as_str()), (status, Some(code)), "{}", self.text);
        assert_eq!(body["status"], status);
        assert_eq!(body["type"], format!("urn:aldis:problem:{code}"));
        assert_eq!(body["requestId"], self.header("x-request-id"));
        assert!(
            !self.header("x-request-id").is_empty() && body["title"].is_string() && body["detail"].is_string(),
            "{}",
            self.text
        );
        body
    }
}

/// A request under construction: `Ask::post("/api/rooms").bearer(token).json(…)`.
struct Ask {
    request: axum::http::request::Builder,
    body: Body,
}

impl Ask {
    fn new(method: &str, path: &str) -> Self {
        Self { request: Request::builder().method(method).uri(path).header("host", "a.org"), body: Body::empty() }
    }
    fn get(path: &str) -> Self {
        Self::new("GET", path)
    }
    fn post(path: &str) -> Self {
        Self::new("POST", path)
    }
    fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }
    fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }
    fn text(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self.header("content-type", "application/json")
    }
    fn json(self, body: Value) -> Self {
        self.text(body.to_string())
    }
    async fn send(self, router: &Router) -> Answer {
        let request = self.request.body(self.body).expect("a request");
        Answer::of(router.clone().oneshot(request).await.expect("infallible")).await
    }
}

impl Bench {
    async fn signup(&self, name: &str) -> (String, Uuid) {
        let body =
            serde_json::json!({ "email": format!("{name}@example.org"), "password": "correct horse", "name": name });
        let answer = Ask::post("/api/auth/signup").json(body).send(&self.router).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let body = answer.json();
        let id = body["user"]["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        (body["accessToken"].as_str().expect("a token").to_owned(), id)
    }

    async fn room(&self, token: &str) -> String {
        let answer = Ask::post("/api/rooms").bearer(token).send(&self.router).await;
        answer.json()["roomId"].as_str().expect("a room id").to_owned()
    }
}
