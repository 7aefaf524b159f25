//! When the keys of another issuer are fetched: at start, every few minutes, and soon after a token named an unknown one; one
//! request at a time for each issuer. While it is away, or its answer is no key set, the keys that are known stay in use.

use std::{sync::Arc, time::Duration};

use metrics::{counter, gauge};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{FETCHES, FetchError, Issuer, Issuers, KEYS, KeySet, KeysError, Known, Limits};
use crate::auth::Clock;

/// Why the keys of an issuer could not be had.
#[derive(Debug, thiserror::Error)]
pub enum NoKeys {
    /// They could not be fetched.
    #[error("{0}")]
    Fetch(#[from] FetchError),
    /// The answer is no key set.
    #[error("{0}")]
    Read(#[from] KeysError),
}

impl NoKeys {
    const fn label(&self) -> &'static str {
        match self {
            Self::Fetch(why) => why.label(),
            Self::Read(_) => "no_key_set",
        }
    }
}

impl Issuers {
    /// Until `stop`: keeps the keys of all issuers up to date.
    pub async fn follow(self: Arc<Self>, clock: Clock, stop: CancellationToken) {
        futures_util::future::join_all(self.all.iter().map(|issuer| self.follow_one(issuer, &clock, &stop))).await;
    }

    /// Fetches the keys of all issuers once, for commands that run once.
    pub async fn fetch_all(&self, clock: &Clock) -> Vec<(Arc<str>, Result<(), NoKeys>)> {
        futures_util::future::join_all(self.all.iter().map(|issuer| self.fetch_one(issuer, clock))).await
    }

    async fn fetch_one(&self, issuer: &Issuer, clock: &Clock) -> (Arc<str>, Result<(), NoKeys>) {
        let fetched = self.refresh(issuer, clock).await;
        (Arc::clone(&issuer.settings.issuer), fetched)
    }

    async fn follow_one(&self, issuer: &Issuer, clock: &Clock, stop: &CancellationToken) {
        let (mut failures, name) = (0, &*issuer.settings.issuer);
        loop {
            let fetched = tokio::select! {
                biased; // stop first: nobody verifies tokens any more
                () = stop.cancelled() => return,
                fetched = self.refresh(issuer, clock) => fetched,
            };
            match fetched {
                Ok(()) => failures = 0,
                Err(why) => {
                    failures += 1;
                    if failures == 1 {
                        let kept = issuer.known.load().as_ref().map_or(0, |known| known.keys.len());
                        tracing::warn!(issuer = name, %why, kept, "cannot get the keys of an issuer; those that are known stay in use");
                    } else {
                        tracing::debug!(issuer = name, %why, failures, "still cannot get the keys of an issuer");
                    }
                }
            }
            let (least, more) = pauses(&self.limits, failures);
            tokio::select! {
                biased; // as above
                () = stop.cancelled() => return,
                () = sleep(least) => {}
            }
            tokio::select! {
                biased; // as above
                () = stop.cancelled() => return,
                () = issuer.wanted.notified() => {}
                () = sleep(more) => {}
            }
        }
    }

    async fn refresh(&self, issuer: &Issuer, clock: &Clock) -> Result<(), NoKeys> {
        let (asked_at, settings) = (clock.now(), &issuer.settings);
        let fetched = self.source.fetch(&settings.jwks_url).await.map_err(NoKeys::from);
        let read = fetched.and_then(|text| Ok(KeySet::read(&text, &settings.algorithms, self.limits.keys_max)?));
        let result = read.as_ref().map_or_else(|why| why.label(), |_| "ok");
        counter!(FETCHES, "issuer" => settings.issuer.to_string(), "result" => result).increment(1);
        issuer.learn(read?, asked_at);
        Ok(())
    }
}

impl Issuer {
    /// From now on these keys verify, and no others: an issuer that withdraws one has its reasons.
    fn learn(&self, keys: KeySet, asked_at: jiff::Timestamp) {
        let (name, former) = (&*self.settings.issuer, self.known.load());
        let changed = former.as_ref().is_none_or(|former| former.keys.kids() != keys.kids());
        if changed {
            tracing::info!(issuer = name, keys = keys.len(), kids = ?keys.kids(), "the keys of an issuer are known");
        }
        if former.as_ref().map_or(&[][..], |former| former.keys.unusable()) != keys.unusable() {
            for left_out in keys.unusable() {
                tracing::warn!(
                    issuer = name,
                    key = left_out.key,
                    why = left_out.why,
                    "a key of an issuer cannot be used"
                );
            }
        }
        if keys.is_empty() && changed {
            tracing::warn!(issuer = name, "an issuer has no key that can be used: its tokens are refused");
        }
        #[expect(clippy::cast_precision_loss, reason = "64 keys")]
        gauge!(KEYS, "issuer" => name.to_owned()).set(keys.len() as f64);
        self.known.store(Some(Arc::new(Known { keys, asked_at })));
    }
}

/// How long to wait for sure, and how long thereafter unless a token names an unknown key. A failure is repeated soon, further
/// ones less often, and never by all nodes at once.
fn pauses(limits: &Limits, failures: u32) -> (Duration, Duration) {
    let (least, every) = (limits.again_after, limits.every);
    let usual = match failures {
        0 => every,
        _ => least.saturating_mul(1 << (failures - 1).min(16)).min(every),
    };
    let jitter = usual.mul_f64(rand::random_range(0.0..0.1));
    (least, usual.saturating_sub(least) + jitter)
}
