//! What has run out is taken off the database, a little at a time.

use std::{sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::auth::Auth;

/// How often expired refresh tokens are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// How many are taken at once: the one writer is not held up for long.
const SWEEP_MAX: u32 = 1_000;

/// Sweeps until `stop`.
pub(super) async fn expired_tokens(auth: Arc<Auth>, stop: CancellationToken) {
    let mut look = interval(SWEEP_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // Stop first: what is not swept now is swept after the next start.
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            _ = look.tick() => {}
        }
        if let Err(why) = auth.sweep(SWEEP_MAX).await {
            tracing::warn!(%why, "expired refresh tokens could not be removed; it is tried again");
        }
    }
}
