//! Deletes expired rows from the database, a few at a time.

use std::{sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::auth::Auth;

/// How often expired refresh tokens are deleted.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// How many at once: the single writer is not blocked for long.
const SWEEP_MAX: u32 = 1_000;

/// Deletes expired tokens until `stop`.
pub(super) async fn expired_tokens(auth: Arc<Auth>, stop: CancellationToken) {
    let mut look = interval(SWEEP_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // Stop first: the remaining tokens are deleted after the next start.
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            _ = look.tick() => {}
        }
        if let Err(why) = auth.sweep(SWEEP_MAX).await {
            tracing::warn!(%why, "cannot delete expired refresh tokens; retrying in a minute");
        }
    }
}
