//! The keys that sign access tokens: one signs, the next is published before it does, the previous ones verify until their
//! last token has expired. A key's id is its RFC 7638 thumbprint.
//!
//! `schedule` decides, `files` performs, `KeyRing` is what tokens see. Only the holder of the data directory's lock changes
//! the folder.

mod files;
mod key;
mod schedule;
#[cfg(test)]
mod tests;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use jsonwebtoken::jwk::JwkSet;
use serde::{Deserialize, Serialize};

pub use key::Key;
pub use schedule::{JWKS_MAX_AGE, PUBLISHED_FOR, Role, Rotation};

use files::Stored;

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
    folder: PathBuf,
    live: ArcSwap<Live>,
    /// Held while the folder is changed or read: a timer and an operator may rotate at once.
    changing: Mutex<()>,
}

/// The keys of the folder at one instant.
struct Live {
    /// All files, by the instant from which their keys sign. Never empty.
    stored: Vec<Stored>,
    /// As tokens see them, without those whose tokens have all expired: see `KeyRing::list`.
    known: Vec<(KeyInfo, Arc<Key>)>,
}

impl KeyRing {
    /// Reads the keys of `folder`; if there are none, creates the folder and the first key. Blocks.
    ///
    /// # Errors
    /// The folder cannot be created, or a key file cannot be read, or others than its owner and group may read it.
    pub fn open(folder: &Path, now: Timestamp) -> anyhow::Result<Self> {
        if files::read(folder, &[])?.is_empty() {
            files::perform(folder, schedule::Step::Add(now))?;
        }
        Self::read(folder, now)
    }

    /// Reads the keys of `folder`, and changes nothing. Blocks.
    ///
    /// # Errors
    /// There is none, or one cannot be read, or others than its owner and group may read it.
    pub fn read(folder: &Path, now: Timestamp) -> anyhow::Result<Self> {
        let live = Live::read(folder, &[], now)?;
        Ok(Self { folder: folder.to_owned(), live: ArcSwap::from_pointee(live), changing: Mutex::new(()) })
    }

    /// Replaces the current key, as `rotation` says; returns all keys. A next key that is published already is the one.
    /// Blocks for some 100 ms.
    ///
    /// # Errors
    /// The folder cannot be written, or has as many keys as it may have. Whatever was done until then, the keys are usable.
    pub fn rotate(&self, rotation: Rotation, now: Timestamp) -> anyhow::Result<Vec<KeyInfo>> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.load(now)?;
        let steps = schedule::plan(&self.live.load().starts(), rotation, now)?;
        // At once, although it may be a millisecond ahead: the instant itself may have been another key's.
        let signs_from = steps.iter().find_map(|step| step.signs_from()).filter(|_| rotation != Rotation::Announced);
        self.perform(&steps, signs_from.map_or(now, |from| from.max(now)))?;
        Ok(self.list())
    }

    /// What time demands: the next key signs when its time has come, keys whose tokens have all expired are deleted, and
    /// with `every`, one is published before the current one has signed for that long. To be called every few seconds.
    /// Also finds what another process changed. Returns whether the keys are others than before. Blocks.
    ///
    /// # Errors
    /// As `rotate`; the keys in use stay in use.
    pub fn tend(&self, every: Option<Duration>, now: Timestamp) -> anyhow::Result<bool> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.list();
        self.load(now)?;
        let starts = self.live.load().starts();
        let steps = match every {
            Some(every) if schedule::is_due(&starts, every, now) => schedule::plan(&starts, Rotation::Announced, now)?,
            Some(_) | None => schedule::tidying(&starts, now),
        };
        self.perform(&steps, now)?;
        Ok(before != self.list())
    }

    fn perform(&self, steps: &[schedule::Step], now: Timestamp) -> anyhow::Result<()> {
        let done = steps.iter().try_for_each(|step| files::perform(&self.folder, *step));
        let loaded = if steps.is_empty() { Ok(()) } else { self.load(now) };
        done.and(loaded)
    }

    fn load(&self, now: Timestamp) -> anyhow::Result<()> {
        let live = Live::read(&self.folder, &self.live.load().stored, now)?;
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

    /// The key with this id.
    pub(super) fn find(&self, kid: &str) -> Option<Arc<Key>> {
        self.first(|key| key.kid == kid)
    }

    /// The key whose tokens have this encoded header.
    pub(super) fn with_header(&self, encoded: &str) -> Option<Arc<Key>> {
        self.first(|key| key.encoded_header == encoded)
    }

    fn first(&self, is_it: impl Fn(&Key) -> bool) -> Option<Arc<Key>> {
        self.live.load().known.iter().find(|(_, key)| is_it(key)).map(|(_, key)| Arc::clone(key))
    }
}

impl Live {
    fn read(folder: &Path, known: &[Stored], now: Timestamp) -> anyhow::Result<Self> {
        let stored = files::read(folder, known)?;
        anyhow::ensure!(
            !stored.is_empty(),
            "there is no key in {} → generate one: aldis keys generate",
            folder.display()
        );
        let starts: Vec<_> = stored.iter().map(|stored| stored.starts).collect();
        let mut known: Vec<_> = stored
            .iter()
            .enumerate()
            .map(|(place, stored)| {
                let info = KeyInfo {
                    kid: stored.key.kid.clone(),
                    role: schedule::role(&starts, place, now),
                    signs_from: stored.starts,
                    verifies_until: schedule::until(&starts, place, now),
                };
                (info, Arc::clone(&stored.key))
            })
            .collect();
        known.retain(|(info, _)| info.verifies_until.is_none_or(|until| until > now));
        known.sort_by_key(|(info, _)| match info.role {
            Role::Current => (0, 0),
            Role::Next => (1, info.signs_from.as_millisecond()),
            Role::Previous => (2, -info.signs_from.as_millisecond()),
        });
        Ok(Self { stored, known })
    }

    fn starts(&self) -> Vec<Timestamp> {
        self.stored.iter().map(|stored| stored.starts).collect()
    }
}
