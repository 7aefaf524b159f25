//! The node's lease: renews it, and stops deliveries before others may declare the node dead.
//!
//! It closes no connection: the ledger may be unavailable for all nodes, and then no seat is freed. Clients are notified
//! (`degraded`) early enough to resume through another node, if there is one, before their seats are freed there.
//!
//! Counts real time, pauses of the process included: the ledger's clock does not stop with this process.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::directory::Directory;
use crate::{
    clock::{Moment, monotonic},
    ledger::Lease,
    messages::{room, socket},
};

/// How often the actor checks whether the lease is about to expire.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// If the wall clock advances by this much more than the monotonic one, the machine was suspended, or the clock was set.
const SLEPT_MIN: Duration = Duration::from_secs(1);

/// The actor; its state is [`Holding`].
pub(super) struct LeaseActor {
    /// The node starts: it serves nobody before its lease is renewed, or cannot be. Afterwards nobody waits for that.
    pub(super) starts_node: bool,
}

/// A message to the actor.
pub(super) enum Command {
    /// It may be time to renew.
    Look,
    #[cfg(feature = "fault-injection")]
    Fault,
}

pub(super) struct Holding {
    directory: Arc<Directory>,
    /// When the last successful renewal was sent; `None`: none since this actor was started.
    renewed_at: Option<Instant>,
    renew_at: Instant,
    /// The last state sent to rooms and sockets; `None`: unknown, because this actor was restarted.
    fenced: Option<bool>,
    /// The last check, on both clocks.
    looked: Moment,
}

impl Actor for LeaseActor {
    type Msg = Command;
    type State = Holding;
    type Arguments = Arc<Directory>;

    async fn pre_start(&self, me: ActorRef<Command>, directory: Arc<Directory>) -> Result<Holding, ActorProcessingErr> {
        #[cfg(feature = "fault-injection")]
        fault(&directory.lease_start_faults);
        let now = monotonic();
        let looked = moment(&directory);
        let mut holding = Holding { directory, renewed_at: None, renew_at: now, fenced: None, looked };
        if self.starts_node {
            holding.look().await;
            me.send_after(LOOK_EVERY, || Command::Look);
        } else {
            let _ = me.send_message(Command::Look); // the root would wait, with all its other children
        }
        Ok(holding)
    }

    async fn handle(
        &self,
        me: ActorRef<Command>,
        command: Command,
        holding: &mut Holding,
    ) -> Result<(), ActorProcessingErr> {
        match command {
            Command::Look => {
                holding.look().await;
                me.send_after(LOOK_EVERY, || Command::Look);
            }
            #[cfg(feature = "fault-injection")]
            Command::Fault => panic!("a fault was injected into the lease's holder"),
        }
        Ok(())
    }
}

/// Panics so often.
#[cfg(feature = "fault-injection")]
fn fault(times: &std::sync::atomic::AtomicU32) {
    let left = times.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
    assert!(left.is_err(), "a fault was injected into the start of the lease's holder");
}

impl Holding {
    async fn look(&mut self) {
        let before = std::mem::replace(&mut self.looked, moment(&self.directory));
        if let Some(slept) = slept(before, self.looked) {
            self.distrust(slept).await;
        }
        if self.renewed_at.is_some() && self.is_at_risk() {
            self.fence().await;
        }
        if monotonic() >= self.renew_at {
            self.renew().await;
        }
        if self.is_at_risk() {
            self.fence().await;
        }
    }

    /// The state of the lease is unknown: nothing is delivered until it is renewed. Clients are notified if that fails.
    async fn distrust(&mut self, slept: Duration) {
        tracing::warn!(
            ?slept,
            "the wall clock has jumped, as after a suspension: the lease is renewed before anything is delivered"
        );
        (self.renewed_at, self.renew_at) = (None, monotonic());
        if self.fenced == Some(false) {
            self.fenced = None;
            self.directory.tell_rooms(|| room::Message::Fence(true)).await;
        }
    }

    /// Whether others may soon declare this node dead.
    fn is_at_risk(&self) -> bool {
        let limits = &self.directory.settings.node;
        let kept = limits.lease.saturating_sub(limits.fence_before);
        self.renewed_at.is_none_or(|renewed_at| monotonic() >= renewed_at + kept)
    }

    async fn renew(&mut self) {
        let limits = &self.directory.settings.node;
        let (asked_at, known) = (monotonic(), self.directory.epoch());
        let renewing = self.directory.ledger().renew(&self.directory.id, limits.lease, known);
        // Never longer than until the next check of the lease.
        let renewed = tokio::time::timeout(limits.renew_every, renewing).await;
        match renewed {
            Ok(Ok(lease)) => {
                (self.renewed_at, self.renew_at) = (Some(asked_at), asked_at + limits.renew_every);
                self.renewed(lease).await;
            }
            Ok(Err(_)) | Err(_) => {
                self.renew_at = monotonic() + LOOK_EVERY;
                tracing::warn!("the node's lease could not be renewed; retrying until it runs out");
            }
        }
    }

    async fn renewed(&mut self, lease: Lease) {
        let audits = match lease {
            Lease::Kept => self.fenced != Some(false),
            Lease::Lapsed => true,
            Lease::Rebuilt(epoch) => {
                if self.directory.note_epoch(epoch) {
                    self.directory.tell_rooms(|| room::Message::Epoch(epoch)).await;
                }
                self.fenced != Some(false)
            }
        };
        if audits {
            self.directory.tell_rooms(|| room::Message::Audit).await;
        }
        let before = self.fenced.replace(false);
        self.directory.fenced.store(false, Ordering::Release);
        if before == Some(true) {
            tracing::info!("the ledger answers again: seats are audited, and delivery continues");
        }
        if before != Some(false) {
            self.directory.tell_rooms(|| room::Message::Fence(false)).await;
            self.directory.tell_sockets(|| socket::Message::Degraded(false)).await;
        }
    }

    async fn fence(&mut self) {
        if self.fenced.replace(true) == Some(true) {
            return;
        }
        self.directory.fenced.store(true, Ordering::Release);
        tracing::warn!("the node's lease is about to run out: nothing is delivered until the ledger answers");
        self.directory.tell_rooms(|| room::Message::Fence(true)).await;
        self.directory.tell_sockets(|| socket::Message::Degraded(true)).await;
    }
}

/// Both clocks now. The monotonic one stops while the machine is suspended (`CLOCK_MONOTONIC`).
fn moment(directory: &Directory) -> Moment {
    Moment { at: monotonic(), unix_ms: directory.now().unix_ms }
}

/// How much further the wall clock advanced than the monotonic one, if that is a jump.
fn slept(before: Moment, now: Moment) -> Option<Duration> {
    let wall = Duration::from_millis(now.unix_ms.saturating_sub(before.unix_ms));
    Some(wall.saturating_sub(now.at - before.at)).filter(|slept| *slept > SLEPT_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suspension_shows_in_the_wall_clock_alone() {
        let before = Moment { at: monotonic(), unix_ms: 1_000 };
        let at = |ran, unix_ms| Moment { at: before.at + Duration::from_millis(ran), unix_ms };
        assert_eq!(slept(before, at(250, 1_250)), None);
        assert_eq!(slept(before, at(10_250, 11_250)), None, "a pause that both clocks have seen");
        assert_eq!(slept(before, at(250, 31_250)), Some(Duration::from_secs(30)));
        assert_eq!(slept(before, at(250, 2_250)), None, "the clock was corrected");
        assert_eq!(slept(before, at(250, 0)), None, "the clock was put back");
    }
}
