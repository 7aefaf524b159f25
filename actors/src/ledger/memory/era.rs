//! The epoch that the ledger is in, and until when it settles.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use crate::protocol::Epoch;

/// The present epoch. Locked only where a room is not stored, and for a lease.
#[derive(Debug)]
pub(super) struct Era(Mutex<Now>);

#[derive(Debug, Clone, Copy)]
struct Now {
    epoch: Epoch,
    /// Until then live seats may be claimed and joins wait.
    settles: Option<Instant>,
}

impl Era {
    /// This epoch, in which nothing has to be claimed.
    pub(super) fn new(epoch: Epoch) -> Self {
        Self(Mutex::new(Now { epoch, settles: None }))
    }

    /// The epoch's number.
    pub(super) fn epoch(&self) -> Epoch {
        self.lock().epoch
    }

    /// The epoch's number, and until when it settles if that is still to come.
    pub(super) fn settling(&self, now: Instant) -> (Epoch, Option<Instant>) {
        let Now { epoch, settles } = *self.lock();
        (epoch, settles.filter(|settles| now < *settles))
    }

    /// A new epoch begins.
    pub(super) fn begin(&self, epoch: Epoch, settles: Instant) {
        *self.lock() = Now { epoch, settles: Some(settles) };
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
