//! Deletes expired rows from the database, a few at a time.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::{accounts::Accounts, history::History, webhooks::Outbox};

/// How often expired rows are deleted.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// How many at once: the single writer is not blocked for long.
const SWEEP_MAX: u32 = 1_000;
/// How often in a row while there is as much: ten thousands of users refresh a thousand tokens a minute.
const ROUNDS_MAX: usize = 60;

/// Deletes what has expired, and chat that is no longer kept, until `stop`.
pub(super) async fn expired(accounts: Accounts, history: Arc<History>, outbox: Outbox, stop: CancellationToken) {
    let mut look = interval(SWEEP_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // Stop first: the remaining tokens are deleted after the next start.
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            _ = look.tick() => {}
        }
        for _ in 0..ROUNDS_MAX {
            match accounts.sweep(SWEEP_MAX).await {
                Ok(deleted) if deleted >= SWEEP_MAX.into() && !stop.is_cancelled() => {}
                Ok(_) => break,
                Err(why) => {
                    tracing::warn!(%why, "cannot delete expired rows; retrying in a minute");
                    break;
                }
            }
        }
        if let Err(why) = history.sweep(Timestamp::now(), SWEEP_MAX).await {
            tracing::warn!(%why, "cannot delete old chat messages; retrying in a minute");
        }
        if let Err(why) = outbox.sweep(Timestamp::now(), SWEEP_MAX).await {
            tracing::warn!(%why, "cannot delete old webhooks; retrying in a minute");
        }
    }
}
