//! The heartbeats of all members: one timer, with the heartbeats spread over the interval announced in `welcome`. Must
//! not know whether a member still reads.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use crate::member::{Outbox, Play};

/// Slots of the interval; in each, the same number of members send a heartbeat.
const SHARES: u32 = 300;
/// How often to check whether any member has received welcome.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Sends heartbeats until dropped.
pub(super) struct Heartbeats(JoinHandle<()>);

impl Heartbeats {
    pub(super) fn begin(outboxes: Arc<Vec<Outbox>>, play: Arc<Play>) -> Self {
        Self(tokio::spawn(async move {
            let (mut shares, mut due) = ((0..SHARES as usize).cycle(), Instant::now());
            loop {
                let every = Duration::from_secs(play.heartbeat_seconds.load(Relaxed)) / SHARES;
                due += if every.is_zero() { LOOK_EVERY } else { every };
                sleep_until(due).await;
                if let Some(share) = shares.next().filter(|_| !every.is_zero()) {
                    outboxes.iter().skip(share).step_by(SHARES as usize).for_each(Outbox::heartbeat);
                }
            }
        }))
    }
}

impl Drop for Heartbeats {
    fn drop(&mut self) {
        self.0.abort();
    }
}
