//! Accounts over a temporary SQLite file, a manual clock, and live rooms that record what they are told.

mod api_keys;
mod ending;
mod entering;
mod following;
mod recovery;
mod sessions;

use std::sync::Arc;

use tempfile::TempDir;

use super::{Accounts, Mailing, Parts, SignedIn, SignedUp};
use crate::{
    auth::{ApiKeyring, KeyRing, Login, Sealing, Settings, Signup, Tokens, tests::Hand},
    changes::Changes,
    live::told::Told,
    mail::{self, MailQueue, kept::Kept},
    net::rate::{Limiter, Rate},
    rooms::{Hosting, NewRoom, Rooms, cache::MemoryCache},
    storage::{self, Guests, Mode, RoomId, Store},
};

/// Hashes that take no time worth mentioning.
fn cheap() -> Settings {
    Settings { argon2_memory_kib: 8, argon2_passes: 1, ..Settings::default() }
}

struct Bench {
    _folder: TempDir,
    hand: Hand,
    store: Arc<dyn Store>,
    live: Arc<Told>,
    mails: Arc<Kept>,
    queue: MailQueue,
    changes: Changes,
    rooms: Rooms,
    hosting: Hosting,
    accounts: Accounts,
}

async fn bench(settings: Settings) -> Bench {
    bench_with(settings, mail::Limits::default()).await
}

async fn bench_with(settings: Settings, mails_max: mail::Limits) -> Bench {
    let (folder, hand) = (tempfile::tempdir().expect("a folder"), Hand::new());
    let store = storage::open(None, folder.path(), &storage::Settings::default()).await.expect("a database");
    let keys = KeyRing::open(&folder.path().join("keys"), hand.clock().now()).expect("keys");
    let api_keys = Arc::new(ApiKeyring::new(Sealing::own(&folder.path().join("keys"))));
    let tokens = Arc::new(Tokens::new(Arc::new(keys), &settings, hand.clock()).with_api_keys(api_keys));
    let live = Arc::new(Told::default());
    let revoked = Arc::clone(tokens.revoked());
    live.on_revocation(move |revocation| {
        revoked.add(revocation);
    });
    let rooms = Rooms::new(Arc::clone(&store), Arc::new(MemoryCache::new(10, std::time::Duration::from_secs(30))));
    let changes = Changes::default();
    let hosting = Hosting::new(rooms.clone(), Arc::clone(&live) as _, changes.clone(), 10);
    let mails = Arc::new(Kept::default());
    let queue = MailQueue::new(Arc::clone(&mails) as _, mails_max);
    let mailing = Mailing {
        queue: queue.clone(),
        site_url: "https://call.example.org".to_owned(),
        is_sent: true,
        per_recipient: Limiter::new(
            "rate:mail",
            Rate { burst: 5, per: std::time::Duration::from_secs(60 * 60) },
            100,
            None,
        ),
    };
    let parts = Parts {
        store: Arc::clone(&store),
        tokens,
        live: Arc::clone(&live) as _,
        hosting: hosting.clone(),
        changes: changes.clone(),
        mailing,
        clock: hand.clock(),
    };
    let accounts = Accounts::new(parts, settings).expect("accounts");
    Bench { _folder: folder, hand, store, live, mails, queue, changes, rooms, hosting, accounts }
}

impl Bench {
    async fn room(&self, host: uuid::Uuid) -> RoomId {
        let new = NewRoom {
            host_id: host.into(),
            account: Some(host),
            max_participants: 4,
            seat_window_seconds: 5,
            mode: Mode::Mesh,
            name: String::new(),
            guests: Guests::No,
        };
        self.hosting.create(new, self.hand.clock().now()).await.expect("a room").room_id
    }
}

impl SignedUp {
    fn signed_in(self) -> SignedIn {
        match self {
            Self::In(session) => *session,
            Self::Mailed => panic!("a mail was sent instead"),
        }
    }
}

fn ann() -> Signup {
    Signup {
        email: "Ann@Example.org".to_owned(),
        password: "correct horse".to_owned(),
        name: "Ann".to_owned(),
        invite: None,
    }
}

fn login(email: &str, password: &str) -> Login {
    Login { email: email.to_owned(), password: password.to_owned() }
}
