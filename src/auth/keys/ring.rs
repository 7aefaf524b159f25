//! The keys at one instant, as tokens see them. Must not know where they are stored.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    KeyInfo,
    key::Key,
    schedule::{self, Role},
    shelf::{Shelf, Stored},
};

/// The keys of a shelf at one instant.
pub(super) struct Live {
    /// All keys, by the instant from which they sign. Never empty.
    pub(super) stored: Vec<Stored>,
    /// As tokens see them, without those whose tokens have all expired: see `KeyRing::list`.
    pub(super) known: Vec<(KeyInfo, Arc<Key>)>,
}

impl Live {
    /// Reads what is stored.
    pub(super) fn read(shelf: &dyn Shelf, known: &[Stored], now: Timestamp) -> anyhow::Result<Self> {
        let stored = shelf.read(known)?;
        anyhow::ensure!(!stored.is_empty(), "there is no key in {} → generate one: aldis keys generate", shelf.place());
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

    /// The instants from which the keys sign, sorted.
    pub(super) fn starts(&self) -> Vec<Timestamp> {
        self.stored.iter().map(|stored| stored.starts).collect()
    }
}
