//! What other nodes have revoked, although the ledger's notice of it was lost: each node reads the table `revocations` from where
//! it read last, every few seconds, and at once when it is told that notices may have been lost.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::{
    sync::Notify,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use super::{Accounts, Shared, revoking::revocation};
use crate::storage::StoreError;

/// How often the table is read.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// How far back before the last reading each one goes: a revocation carries the time of its node's clock, which may be a minute
/// behind (`auth::token`), and is seen only once it is committed, some seconds later.
const OVERLAP: SignedDuration = SignedDuration::from_secs(120);

/// That notices may have been lost.
#[derive(Default)]
pub(super) struct Following {
    lost: Notify,
}

impl Accounts {
    /// Until `stop`: refuses tokens and closes sockets that other nodes have revoked, ten seconds after at the latest, if the
    /// database answers. Only nodes that share a database need it.
    pub async fn follow_revocations(self, stop: CancellationToken) {
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let clock = self.clock();
        // What is older was read at the start.
        let (mut since, mut is_away) = (before(clock.now()), false);
        loop {
            tokio::select! {
                biased; // stop first: at the next start the table is read
                () = stop.cancelled() => return,
                () = self.0.following.lost.notified() => {}
                _ = look.tick() => {}
            }
            let now = clock.now();
            // A clock that was ahead skips nothing.
            match self.0.apply_revocations(since.min(before(now)), now).await {
                Ok(()) => (since, is_away) = (before(now), false),
                Err(why) if is_away => tracing::debug!(%why, "still cannot read what was revoked"),
                Err(why) => {
                    tracing::warn!(%why, "cannot read what other nodes have revoked; the ledger still tells of it");
                    is_away = true;
                }
            }
        }
    }

    /// Notices may have been lost: the table is read at once.
    pub fn notices_may_be_lost(&self) {
        self.0.following.lost.notify_one();
    }
}

impl Shared {
    /// Applies on this node what was revoked since then and is new to it.
    async fn apply_revocations(&self, since: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        for known in self.store().revocations_since(since, now).await? {
            let revocation = revocation(&known);
            if self.parts.tokens.revoked().add(&revocation) {
                self.parts.live.revoke_here(revocation);
            }
        }
        Ok(())
    }
}

/// From when on the next reading asks, after one at this time.
fn before(now: Timestamp) -> Timestamp {
    now.checked_sub(OVERLAP).unwrap_or(Timestamp::MIN)
}
