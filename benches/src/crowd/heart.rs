//! The heartbeats of all members: one timer for everybody, their beats spread over the interval that `welcome` told.
//! Must not know whether a member still listens.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use crate::member::{Mouth, Play};

/// Shares of the interval; in each, as many members beat.
const SHARES: u32 = 300;
/// How often to look whether anybody has been welcomed.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Beats while it is held.
pub(super) struct Heart(JoinHandle<()>);

impl Heart {
    pub(super) fn begin(mouths: Arc<Vec<Mouth>>, play: Arc<Play>) -> Self {
        Self(tokio::spawn(async move {
            let (mut shares, mut due) = ((0..SHARES as usize).cycle(), Instant::now());
            loop {
                let every = Duration::from_secs(play.heartbeat_seconds.load(Relaxed)) / SHARES;
                due += if every.is_zero() { LOOK_EVERY } else { every };
                sleep_until(due).await;
                if let Some(share) = shares.next().filter(|_| !every.is_zero()) {
                    mouths.iter().skip(share).step_by(SHARES as usize).for_each(Mouth::heartbeat);
                }
            }
        }))
    }
}

impl Drop for Heart {
    fn drop(&mut self) {
        self.0.abort();
    }
}
