//! The keys that sign access tokens: one signs, the next is published before it does, the previous ones verify until their
//! last token has expired. A key's id is its RFC 7638 thumbprint.
//!
//! `schedule` decides, a `Shelf` performs (`files`: the folder of one node; `table`: the database that nodes share), `KeyRing`
//! is what tokens see. Only the holder of the data directory's lock changes the folder; a table is changed under a lock of its
//! database.

mod api;
mod files;
mod key;
mod ring;
mod schedule;
mod seal;
mod shelf;
mod table;
#[cfg(test)]
mod tests;

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use jsonwebtoken::jwk::JwkSet;
use serde::{Deserialize, Serialize};
use tokio::{runtime::Handle, sync::Notify};

pub(in crate::auth) use api::Verifying;
pub use api::{ApiKeyId, ApiKeyring, NAME_CHARS_MAX, NewApiKey, NotAnApiKeyId, Sealing};
pub use key::Key;
pub use schedule::{JWKS_MAX_AGE, PUBLISHED_FOR, Role, Rotation};
pub use seal::KeySecret;

use crate::storage::SigningKeys;
use files::Files;
use ring::Live;
use shelf::Shelf;
use table::Table;
pub use table::describe_metrics;

/// How often a change is planned anew because another node has changed the keys meanwhile.
const TRIES: u32 = 4;
/// A key that signs from within this time on signs now: two keys never have the same millisecond.
const AT_ONCE: Duration = Duration::from_secs(1);

/// A key, as told to operators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyInfo {
    /// See `Key::kid`.
    pub kid: String,
    /// What it does now.
    pub role: Role,
    /// From when on it signs, or signed.
    pub signs_from: Timestamp,
    /// Until when it verifies, if another signs now.
    pub verifies_until: Option<Timestamp>,
}

/// The keys; they may be replaced while tokens are minted and verified.
pub struct KeyRing {
    shelf: Box<dyn Shelf>,
    live: ArcSwap<Live>,
    /// Held while the keys are changed or read: a timer and an operator may rotate at once.
    changing: Mutex<()>,
    /// Told when a token names a key that is not known here.
    unknown: Notify,
}

impl KeyRing {
    /// Reads the keys of `folder`; if there are none, creates the folder and the first key. Blocks.
    ///
    /// # Errors
    /// The folder cannot be created, or a key file cannot be read, or others than its owner and group may read it.
    pub fn open(folder: &Path, now: Timestamp) -> anyhow::Result<Self> {
        Self::open_on(Box::new(Files(folder.to_owned())), now)
    }

    /// Reads the keys of `folder`, and changes nothing. Blocks.
    ///
    /// # Errors
    /// There is none, or one cannot be read, or others than its owner and group may read it.
    pub fn read(folder: &Path, now: Timestamp) -> anyhow::Result<Self> {
        Self::read_on(Box::new(Files(folder.to_owned())), now)
    }

    /// Reads the keys that nodes share in a database; if there are none, makes the first one, whichever node is first. Blocks, as
    /// all changes do: call it, and `rotate` and `tend`, from a thread that may wait, not from a task. The database is asked on
    /// `runtime`.
    ///
    /// # Errors
    /// The database does not answer, or all keys were sealed with other secrets. Some of them are left out with a warning.
    pub fn open_shared(
        keys: Arc<dyn SigningKeys>,
        secret: KeySecret,
        runtime: Handle,
        now: Timestamp,
    ) -> anyhow::Result<Self> {
        Self::open_on(Box::new(Table::new(keys, secret, runtime)), now)
    }

    /// The same, and changes nothing.
    ///
    /// # Errors
    /// As `open_shared`, and when there is no key.
    pub fn read_shared(
        keys: Arc<dyn SigningKeys>,
        secret: KeySecret,
        runtime: Handle,
        now: Timestamp,
    ) -> anyhow::Result<Self> {
        Self::read_on(Box::new(Table::new(keys, secret, runtime)), now)
    }

    fn open_on(shelf: Box<dyn Shelf>, now: Timestamp) -> anyhow::Result<Self> {
        if shelf.read(&[])?.is_empty() {
            // If it was not done, another node has done it.
            shelf.perform(&[], &[schedule::Step::Add(schedule::in_millis(now))])?;
        }
        Self::read_on(shelf, now)
    }

    fn read_on(shelf: Box<dyn Shelf>, now: Timestamp) -> anyhow::Result<Self> {
        let live = Live::read(&*shelf, &[], now)?;
        Ok(Self { shelf, live: ArcSwap::from_pointee(live), changing: Mutex::new(()), unknown: Notify::new() })
    }

    /// Replaces the current key, as `rotation` says; returns all keys. A next key that is published already is the one.
    /// Where nodes share the keys, `Now` means in a minute, when all of them know the key. Blocks for some 100 ms.
    ///
    /// # Errors
    /// The keys cannot be written, some cannot be opened, or there are as many as there may be. Whatever was done until then, the keys are usable.
    pub fn rotate(&self, rotation: Rotation, now: Timestamp) -> anyhow::Result<Vec<KeyInfo>> {
        let lead = self.shelf.known_before();
        self.change(now, |starts| match self.shelf.unreadable() {
            0 => Ok(schedule::plan(starts, rotation, lead, now)?),
            more => anyhow::bail!(
                "{more} of the signing keys were sealed with a secret that is not known here, so none is changed → add it to \
                 auth.key_secret_file as another line, or ask a node that has it"
            ),
        })?;
        Ok(self.list())
    }

    /// What time demands: the next key signs when its time has come, keys whose tokens have all expired are deleted, and
    /// with `every`, one is published before the current one has signed for that long. To be called every few seconds.
    /// Also finds what another process changed. Returns whether the keys are others than before. Blocks.
    ///
    /// # Errors
    /// As `rotate`; the keys in use stay in use.
    pub fn tend(&self, every: Option<Duration>, now: Timestamp) -> anyhow::Result<bool> {
        let (before, lead) = (self.list(), self.shelf.known_before());
        self.change(now, |starts| match every {
            // Nodes that know all keys do.
            _ if self.shelf.unreadable() > 0 => Ok(Vec::new()),
            Some(every) if schedule::is_due(starts, every, now) => {
                Ok(schedule::plan(starts, Rotation::Announced, lead, now)?)
            }
            Some(_) | None => Ok(schedule::tidying(starts, now)),
        })?;
        Ok(before != self.list())
    }

    /// Waits until a token has named a key that is not known here; one that came since the last call counts. Then the keys should
    /// be read (`tend`), but not more often than once a second: anybody can make up the name of a key.
    pub async fn met_unknown(&self) {
        self.unknown.notified().await;
    }

    /// Plans, performs, and plans anew when other keys are found than planned for.
    fn change(
        &self,
        now: Timestamp,
        plan: impl Fn(&[Timestamp]) -> anyhow::Result<Vec<schedule::Step>>,
    ) -> anyhow::Result<()> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..TRIES {
            self.load(now)?;
            let starts = self.live.load().starts();
            let steps = plan(&starts)?;
            if steps.is_empty() {
                return Ok(());
            }
            let done = self.shelf.perform(&starts, &steps);
            // At once, although a key may be a millisecond ahead: the instant itself may have been another key's.
            let at_once =
                steps.iter().find_map(|step| step.signs_from()).filter(|from| schedule::is_within(*from, now, AT_ONCE));
            let loaded = self.load(at_once.map_or(now, |from| from.max(now)));
            if done? {
                return loaded;
            }
        }
        anyhow::bail!("other nodes change the signing keys all the time: try again")
    }

    fn load(&self, now: Timestamp) -> anyhow::Result<()> {
        let live = Live::read(&*self.shelf, &self.live.load().stored, now)?;
        self.live.store(Arc::new(live));
        Ok(())
    }

    /// The keys: the one that signs, the next ones, the previous ones from the latest on.
    #[must_use]
    pub fn list(&self) -> Vec<KeyInfo> {
        self.live.load().known.iter().map(|(info, _)| info.clone()).collect()
    }

    /// The public halves, for `/.well-known/jwks.json` (RFC 7517).
    #[must_use]
    pub fn jwks(&self) -> JwkSet {
        JwkSet { keys: self.live.load().known.iter().map(|(_, key)| key.jwk.clone()).collect() }
    }

    /// The key that signs.
    pub(super) fn signer(&self) -> Option<Arc<Key>> {
        self.live.load().known.first().map(|(_, key)| Arc::clone(key))
    }

    /// The key with this id; that there is none is told to `met_unknown`.
    pub(super) fn find(&self, kid: &str) -> Option<Arc<Key>> {
        let found = self.first(|key| key.kid == kid);
        if found.is_none() {
            self.unknown.notify_one();
        }
        found
    }

    /// The key whose tokens have this encoded header.
    pub(super) fn with_header(&self, encoded: &str) -> Option<Arc<Key>> {
        self.first(|key| key.encoded_header == encoded)
    }

    fn first(&self, is_it: impl Fn(&Key) -> bool) -> Option<Arc<Key>> {
        self.live.load().known.iter().find(|(_, key)| is_it(key)).map(|(_, key)| Arc::clone(key))
    }
}
