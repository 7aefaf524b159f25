//! Passwords, tokens, keys and logins, over a temporary SQLite file and a manual clock.

mod aside;
mod door;
mod keys;
mod tokens;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;
use tempfile::TempDir;

use super::{Auth, Clock, KeyRing, Login, Settings, Signup};
use crate::storage;

/// A clock that only moves when it is set.
#[derive(Clone)]
struct Hand(Arc<AtomicI64>);

impl Hand {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_800_000_000)))
    }

    fn turn(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    fn clock(&self) -> Clock {
        let seconds = Arc::clone(&self.0);
        Clock::new(move || Timestamp::from_second(seconds.load(Ordering::SeqCst)).expect("a time"))
    }
}

/// Hashes that take no time worth mentioning.
fn cheap() -> Settings {
    Settings { argon2_memory_kib: 8, argon2_passes: 1, ..Settings::default() }
}

struct Bench {
    folder: TempDir,
    hand: Hand,
    auth: Arc<Auth>,
}

async fn bench(settings: Settings) -> Bench {
    let (folder, hand) = (tempfile::tempdir().expect("a folder"), Hand::new());
    let store = storage::open(None, folder.path(), &storage::Settings::default()).await.expect("a database");
    let keys = KeyRing::open(&folder.path().join("keys"), hand.clock().now()).expect("keys");
    let auth = Auth::new(store, Arc::new(keys), settings, hand.clock()).expect("auth");
    Bench { folder, hand, auth: Arc::new(auth) }
}

fn ann() -> Signup {
    Signup { email: "Ann@Example.org".to_owned(), password: "correct horse".to_owned(), name: "Ann".to_owned() }
}

fn login(email: &str, password: &str) -> Login {
    Login { email: email.to_owned(), password: password.to_owned() }
}
