//! Deletes expired rows from the database, a few at a time.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::accounts::Accounts;

/// How often expired rows are deleted.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// How many at once: the single writer is not blocked for long.
const SWEEP_MAX: u32 = 1_000;

/// Deletes what has expired until `stop`.
pub(super) async fn expired(accounts: Accounts, stop: CancellationToken) {
    let mut look = interval(SWEEP_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // Stop first: the remaining tokens are deleted after the next start.
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            _ = look.tick() => {}
        }
        if let Err(why) = accounts.sweep(SWEEP_MAX).await {
            tracing::warn!(%why, "cannot delete expired rows; retrying in a minute");
        }
    }
}
