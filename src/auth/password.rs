//! argon2id beside the calls, a few at a time, the rest in a bounded queue.
//!
//! **Invariant:** no more than `hashing_at_once` hashes run, whatever becomes of those who asked: the place moves into
//! the closure, so a dropped request does not free it (`tests::a_dropped_login_frees_its_place_only_when_its_hash_is_done`).

use std::{cell::RefCell, sync::Arc, time::Instant};

use super::{
    AuthError, Settings,
    aside::{Aside, Takes},
    queue::Queue,
};
use anyhow::anyhow;
use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};

thread_local! {
    /// The memory that a hash fills, kept from one to the next: 19 MiB that come and go with each would make the
    /// node's other threads wait for the process's memory map.
    static BLOCKS: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

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
    aside: Arc<Aside>,
    queue: Arc<Queue>,
    /// The hash of a password nobody knows: what unknown addresses are compared with, so that they take as long.
    nobody: String,
}

impl Hasher {
    /// Hashes one password, for unknown addresses.
    ///
    /// # Errors
    /// When argon2 refuses the parameters.
    pub(super) fn new(settings: &Settings, aside: Arc<Aside>) -> anyhow::Result<Self> {
        let params = Params::new(settings.argon2_memory_kib, settings.argon2_passes, 1, None).map_err(|why| {
            anyhow!(
                "argon2 refuses auth.argon2_memory_kib = {} and auth.argon2_passes = {}: {why}",
                settings.argon2_memory_kib,
                settings.argon2_passes
            )
        })?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let secret: [u8; 32] = rand::random();
        let nobody = hash(&argon2, &secret)?;
        BLOCKS.take(); // this thread hashes no more
        let queue = Arc::new(Queue::new(settings.hashing_at_once(), settings.hashing_queue_max, Instant::now()));
        Ok(Self { argon2, aside, queue, nobody })
    }

    /// The PHC text of a password's hash, with a fresh salt.
    ///
    /// # Errors
    /// `Busy` at once when the queue is full; `Broken`.
    pub async fn hash(&self, password: String) -> Result<String, AuthError> {
        let argon2 = self.argon2.clone();
        self.run(move || hash(&argon2, password.as_bytes())).await?
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
            let good = known & matches(&parsed, password.as_bytes())?;
            let old = good && Params::try_from(&parsed).map_or(true, |params| !same_cost(&params, argon2.params()));
            Ok(Verdict { good, rehashed: if old { Some(hash(&argon2, password.as_bytes())?) } else { None } })
        })
        .await?
    }

    /// Asked first only to spare the database a question; the queue decides.
    ///
    /// # Errors
    /// `Busy` when the queue is full.
    pub fn has_room(&self) -> Result<(), AuthError> {
        match self.queue.is_full() {
            true => Err(AuthError::Busy { wait: self.queue.appointment(Instant::now()) }),
            false => Ok(()),
        }
    }

    /// How many hashes run or wait, for a gauge and for tests.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.queue.depth()
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AuthError> {
        let place = self.queue.enter(Instant::now()).map_err(|wait| AuthError::Busy { wait })?;
        let queue = Arc::clone(&self.queue);
        let work = move || {
            let begun = Instant::now();
            let done = work();
            queue.took(begun.elapsed());
            drop(place);
            done
        };
        self.aside.run(Takes::Long, work).await
    }
}

/// The PHC text of a password's hash, with a fresh salt.
fn hash(argon2: &Argon2<'_>, password: &[u8]) -> Result<String, AuthError> {
    let salt = Salt::generate();
    let hash = output(argon2, password, &salt)?;
    let params = ParamsString::try_from(argon2.params()).map_err(broken)?;
    let phc = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params,
        salt: Some(salt),
        hash: Some(hash),
    };
    Ok(phc.to_string())
}

/// Whether a hash, made with whatever parameters, is this password's. Compared in constant time.
fn matches(stored: &PasswordHash, password: &[u8]) -> Result<bool, AuthError> {
    let (Some(salt), Some(hash)) = (&stored.salt, &stored.hash) else {
        return Err(AuthError::Broken("a stored password hash has no salt or no hash".to_owned()));
    };
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).map_err(broken)?;
    let version = stored.version.map_or(Ok(Version::V0x13), Version::try_from).map_err(broken)?;
    let params = Params::try_from(stored).map_err(broken)?;
    Ok(output(&Argon2::new(algorithm, version, params), password, salt)? == *hash)
}

/// Fills this thread's blocks and answers their hash.
fn output(argon2: &Argon2<'_>, password: &[u8], salt: &Salt) -> Result<Output, AuthError> {
    let len = argon2.params().output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let mut output = vec![0; len];
    BLOCKS
        .with_borrow_mut(|blocks| {
            blocks.resize(argon2.params().block_count(), Block::new());
            argon2.hash_password_into_with_memory(password, salt.as_ref(), &mut output, &mut blocks[..])
        })
        .map_err(broken)?;
    Output::new(&output).map_err(broken)
}

fn broken(why: impl std::fmt::Display) -> AuthError {
    AuthError::Broken(format!("argon2 cannot hash: {why}"))
}

fn same_cost(one: &Params, other: &Params) -> bool {
    (one.m_cost(), one.t_cost(), one.p_cost()) == (other.m_cost(), other.t_cost(), other.p_cost())
}
