//! What changes under a running node: keys by the clock and by operators, keys and certificates by other programs. Looked at
//! every few seconds, and on SIGHUP at once. Each failure is logged once, and what is in use stays in use.
//! Must not know signals.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::{auth::KeyRing, ws::Certificates};

/// How often: cert-manager and certbot send no signal.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(10);

/// How often at most because of unknown keys: anybody can name one.
const UNKNOWN_EVERY: Duration = Duration::from_secs(1);

/// Keys and certificates in use.
pub(super) struct Reload {
    keys: Arc<KeyRing>,
    /// How long a key signs; `None`: until an operator replaces it.
    rotate_every: Option<Duration>,
    certificates: Option<Arc<Certificates>>,
    /// Why the keys could not be read or rotated the last time; empty if they could.
    last: Mutex<String>,
}

impl Reload {
    pub(super) fn new(
        keys: Arc<KeyRing>,
        rotate_every: Duration,
        certificates: Option<Arc<Certificates>>,
    ) -> Arc<Self> {
        let rotate_every = Some(rotate_every).filter(|every| !every.is_zero());
        Arc::new(Self { keys, rotate_every, certificates, last: Mutex::default() })
    }

    /// Looks at all of it on a thread that may block.
    pub(super) async fn look(self: &Arc<Self>) {
        let looking = Arc::clone(self);
        let looked = tokio::task::spawn_blocking(move || {
            looking.keys();
            looking.certificates();
        });
        if let Err(error) = looked.await {
            tracing::error!(%error, "looking at keys and certificates panicked");
        }
    }

    /// Until `stop`: reads the keys at once when a token names one that is not known here, at most once a second.
    pub(super) async fn meet_unknown_keys(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                biased; // stop first: a token that is refused now is refused by a node that stops
                () = stop.cancelled() => return,
                () = self.keys.met_unknown() => {}
            }
            let looking = Arc::clone(&self);
            if let Err(error) = tokio::task::spawn_blocking(move || looking.keys()).await {
                tracing::error!(%error, "looking at the keys panicked");
            }
            tokio::select! {
                biased; // as above
                () = stop.cancelled() => return,
                () = tokio::time::sleep(UNKNOWN_EVERY) => {}
            }
        }
    }

    fn keys(&self) {
        let tended = self.keys.tend(self.rotate_every, Timestamp::now());
        let why = tended.as_ref().err().map(|why| format!("{why:#}")).unwrap_or_default();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != why && !why.is_empty() {
            tracing::warn!(why, "cannot read or rotate the signing keys; those in use stay in use");
        }
        *last = why;
        if let Ok(true) = tended {
            let keys: Vec<_> = self.keys.list().into_iter().map(|key| format!("{} {:?}", key.kid, key.role)).collect();
            tracing::info!(?keys, "signing keys changed");
        }
    }

    fn certificates(&self) {
        match self.certificates.as_ref().and_then(|certificates| certificates.reload_changed()) {
            None => {}
            Some(Ok(())) => tracing::info!("certificates reloaded"),
            Some(Err(why)) => tracing::warn!(%why, "cannot reload the certificates; those in use stay in use"),
        }
    }
}
