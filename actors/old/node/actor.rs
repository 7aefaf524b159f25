//! The node's heartbeat: wakes who asked to be woken, keeps the lease, lets the reaper go round.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ractor::{Actor, ActorProcessingErr, ActorRef};

use crate::{
    clock,
    directory::{Directory, SLOT},
    ports::Unavailable,
};

/// How often the reaper goes round and the gauges are set.
const ROUND: Duration = Duration::from_millis(250);

/// The actor; its state is [`Shell`].
pub(super) struct NodeActor;

/// What the node's actor is told.
pub(super) enum Command {
    Tick,
    #[cfg(feature = "fault-injection")]
    Fault,
}

pub(super) struct Shell {
    directory: Arc<Directory>,
    round_at: Instant,
    renew_at: Instant,
}

impl Actor for NodeActor {
    type Msg = Command;
    type State = Shell;
    type Arguments = Arc<Directory>;

    async fn pre_start(&self, me: ActorRef<Command>, directory: Arc<Directory>) -> Result<Shell, ActorProcessingErr> {
        me.send_interval(SLOT, || Command::Tick);
        Ok(Shell { directory, round_at: clock::now(), renew_at: clock::now() })
    }

    async fn handle(
        &self,
        _: ActorRef<Command>,
        command: Command,
        shell: &mut Shell,
    ) -> Result<(), ActorProcessingErr> {
        match command {
            Command::Tick => shell.tick().await,
            #[cfg(feature = "fault-injection")]
            Command::Fault => panic!("a fault was injected into the node"),
        }
        Ok(())
    }
}

impl Shell {
    async fn tick(&mut self) {
        let now = clock::now();
        self.directory.wake(now).await;
        if now >= self.round_at {
            self.round_at = now + ROUND;
            self.round(now).await;
        }
    }

    async fn round(&mut self, now: Instant) {
        self.directory.measure();
        if now >= self.renew_at {
            self.renew_at = now + self.directory.settings.renew_every;
            let renewed = self.directory.ports.ledger.renew(&self.directory.node, self.directory.settings.lease).await;
            if renewed == Err(Unavailable) {
                tracing::warn!("the node's lease could not be renewed; it is tried again before it runs out");
            }
        }
        if Box::pin(self.reap()).await == Err(Unavailable) {
            tracing::warn!("the reaper could not reach the ledger; it goes round again");
        }
    }

    /// Seats of dead nodes become gone, seats past their window are freed; every node may do it.
    async fn reap(&self) -> Result<(), Unavailable> {
        let ledger = &self.directory.ports.ledger;
        let mut due = ledger.due().await?;
        // Whoever reaps lives, however long it stood still.
        due.dead.retain(|node| *node != self.directory.node);
        for room in due.rooms {
            let pushes = ledger.reap(room, &due.dead, &self.directory.node).await?;
            self.directory.meters.reaped.increment(1);
            tracing::debug!(%room, dead = due.dead.len(), "seats past their window are freed");
            super::route(&self.directory, pushes);
        }
        Ok(())
    }
}
