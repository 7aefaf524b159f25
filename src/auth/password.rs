//! argon2id on threads of its own that give way to everything else, a few at a time, the rest in a bounded queue.
//! Not the blocking pool: a thread that was made nicer cannot be made less so again without a privilege.
//!
//! **Invariant:** no more than `hashing_at_once` hashes run, whatever becomes of those who asked: the permit moves into
//! the closure, so a dropped request does not free it (`tests::a_dropped_login_frees_its_place_only_when_its_hash_is_done`).

use std::sync::Arc;

use anyhow::anyhow;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::{AuthError, Settings};

/// How much nicer than the node's other threads a hash is (nice(2), by thread on Linux): calls go before logins.
const NICER: i32 = 19;

/// What came of comparing a password with a hash.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it is the password.
    pub good: bool,
    /// Its hash with today's parameters, when the stored one was made with others.
    pub rehashed: Option<String>,
}

/// Hashes passwords without letting them take the machine.
pub struct Hasher {
    argon2: Argon2<'static>,
    /// Permits to hash.
    running: Arc<Semaphore>,
    /// Permits to hash or wait.
    admitted: Arc<Semaphore>,
    /// The hash of a password nobody knows: what unknown addresses are compared with, so that they take as long.
    nobody: String,
}

impl Hasher {
    /// Hashes one password, for unknown addresses.
    ///
    /// # Errors
    /// When argon2 refuses the parameters.
    pub fn new(settings: &Settings) -> anyhow::Result<Self> {
        let params = Params::new(settings.argon2_memory_kib, settings.argon2_passes, 1, None).map_err(|why| {
            anyhow!(
                "argon2 refuses auth.argon2_memory_kib = {} and auth.argon2_passes = {}: {why}",
                settings.argon2_memory_kib,
                settings.argon2_passes
            )
        })?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let secret: [u8; 32] = rand::random();
        let nobody = argon2.hash_password(&secret).map_err(|why| anyhow!("argon2 cannot hash: {why}"))?.to_string();
        let at_once = settings.hashing_at_once();
        Ok(Self {
            argon2,
            running: Arc::new(Semaphore::new(at_once)),
            admitted: Arc::new(Semaphore::new(at_once + settings.hashing_queue_max)),
            nobody,
        })
    }

    /// The PHC text of a password's hash, with a fresh salt.
    ///
    /// # Errors
    /// `Busy` at once when the queue is full; `Broken`.
    pub async fn hash(&self, password: String) -> Result<String, AuthError> {
        let argon2 = self.argon2.clone();
        self.run(move || hash(&argon2, &password)).await?
    }

    /// Compares a password with a hash; without one, with nobody's, so that it takes as long.
    ///
    /// # Errors
    /// `Busy` at once when the queue is full; `Broken` when the stored hash cannot be read.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<Verdict, AuthError> {
        let (argon2, known) = (self.argon2.clone(), stored.is_some());
        let stored = stored.unwrap_or_else(|| self.nobody.clone());
        self.run(move || {
            let parsed = PasswordHash::new(&stored)
                .map_err(|why| AuthError::Broken(format!("a stored password hash cannot be read: {why}")))?;
            let good = known & argon2.verify_password(password.as_bytes(), &parsed).is_ok();
            let old = good && Params::try_from(&parsed).map_or(true, |params| !same_cost(&params, argon2.params()));
            Ok(Verdict { good, rehashed: if old { Some(hash(&argon2, &password)?) } else { None } })
        })
        .await?
    }

    /// How many hashes run or wait, for a gauge and for tests.
    #[must_use]
    pub fn depth(&self, settings: &Settings) -> usize {
        (settings.hashing_at_once() + settings.hashing_queue_max).saturating_sub(self.admitted.available_permits())
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AuthError> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| AuthError::Busy)?;
        let closed = |_| AuthError::Broken("the hashing queue is closed".to_owned());
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(closed)?;
        let permits: [OwnedSemaphorePermit; 2] = [admitted, running];
        let (told, heard) = oneshot::channel();
        let thread = std::thread::Builder::new().name("aldis-hash".to_owned()).spawn(move || {
            let _ = rustix::process::nice(NICER); // refused: the hash takes its share like anybody
            let done = work();
            drop(permits);
            let _ = told.send(done); // whoever asked may be gone
        });
        thread.map_err(|why| AuthError::Broken(format!("a hashing thread cannot be started: {why}")))?;
        heard.await.map_err(|_| AuthError::Broken("a hashing thread ended early".to_owned()))
    }
}

fn hash(argon2: &Argon2<'_>, password: &str) -> Result<String, AuthError> {
    let hash = argon2
        .hash_password(password.as_bytes())
        .map_err(|why| AuthError::Broken(format!("argon2 cannot hash: {why}")))?;
    Ok(hash.to_string())
}

fn same_cost(one: &Params, other: &Params) -> bool {
    (one.m_cost(), one.t_cost(), one.p_cost()) == (other.m_cost(), other.t_cost(), other.p_cost())
}
