//! The lease: one node collects and sends, so that events of a room are not sent by two at a time. When it is killed, another one
//! takes its place after [`LEASE`]. A node that could not renew it stops before others may take it.

use std::time::Duration;

use actors::clock::monotonic;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use super::{Webhooks, lock, metrics};

/// How long it lasts without being renewed: longer than a delivery takes, so that what the last holder has begun has ended.
const LEASE: Duration = Duration::from_secs(15);
/// How long before its end the holder begins nothing any more: the longest delivery.
const BEGIN_BEFORE: Duration = Duration::from_secs(11);
/// How often it is renewed.
const RENEW_EVERY: Duration = Duration::from_secs(1);
/// What the last step of a node may take.
const LET_GO_WITHIN: Duration = Duration::from_millis(500);
/// How often what waits is counted.
const COUNT_EVERY: Duration = Duration::from_secs(10);

impl Webhooks {
    /// Takes and renews the lease until `stop`.
    pub(super) async fn hold(&self, stop: &CancellationToken) {
        let Some(holder) = &self.holder else { return };
        let mut renew = interval(RENEW_EVERY);
        renew.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let lease_ms = u32::try_from(LEASE.as_millis()).unwrap_or(u32::MAX);
        loop {
            tokio::select! {
                biased; // stop first: the next node takes it
                () = stop.cancelled() => return,
                _ = renew.tick() => {}
            }
            let asked = monotonic();
            match self.store.hold_webhooks(holder, lease_ms).await {
                Ok(true) => *lock(&self.held_until) = Some(asked + LEASE),
                Ok(false) => *lock(&self.held_until) = None,
                Err(why) => tracing::debug!(%why, "the lease of webhooks was not renewed"),
            }
        }
    }

    /// Whether this node may begin to collect or to send something.
    pub(super) fn is_holder(&self) -> bool {
        self.holder.is_none() || lock(&self.held_until).is_some_and(|until| monotonic() + BEGIN_BEFORE < until)
    }

    /// Another node need not wait for the lease's end.
    pub(super) async fn let_go(&self) {
        let is_held = lock(&self.held_until).take().is_some();
        if let Some(holder) = self.holder.as_ref().filter(|_| is_held) {
            let _ = timeout(LET_GO_WITHIN, self.store.hold_webhooks(holder, 0)).await; // else it ends by itself
        }
    }

    /// Counts what waits, for metrics, until `stop`. Only the holder: the outbox is everybody's.
    pub(super) async fn count(&self, stop: &CancellationToken) {
        if self.receiver.is_none() {
            return; // nothing waits
        }
        let mut count = interval(COUNT_EVERY);
        count.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased; // stop first: nobody scrapes any more
                () = stop.cancelled() => return,
                _ = count.tick() => {}
            }
            let counts = if self.is_holder() { self.store.count_webhooks().await } else { Ok(Default::default()) };
            if let Ok(counts) = counts {
                metrics::counted(counts);
            }
        }
    }
}
