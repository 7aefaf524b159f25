//! The heartbeats of all members: one timer for everybody, their beats spread over the interval as in real life.
//! Must not know whether a member still listens.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::member::Mouth;

/// How often a member beats: the protocol's default, told in `welcome`.
const BEAT_EVERY: Duration = Duration::from_secs(15);
/// Shares of the interval; in each, as many members beat.
const SHARES: usize = 300;

/// Beats while it is held.
pub(super) struct Heart(JoinHandle<()>);

impl Heart {
    pub(super) fn begin(mouths: Arc<Vec<Mouth>>) -> Self {
        let every = BEAT_EVERY / u32::try_from(SHARES).unwrap_or(1);
        Self(tokio::spawn(async move {
            let mut beat = interval(every);
            beat.set_missed_tick_behavior(MissedTickBehavior::Burst);
            for share in (0..SHARES).cycle() {
                beat.tick().await;
                mouths.iter().skip(share).step_by(SHARES).for_each(Mouth::heartbeat);
            }
        }))
    }
}

impl Drop for Heart {
    fn drop(&mut self) {
        self.0.abort();
    }
}
