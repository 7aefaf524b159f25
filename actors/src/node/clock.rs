//! The node's time: sends ticks to cells, and accounts for time that the process did not run. Never waits for a cell.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::directory::Directory;
use crate::executor::SLOT;

/// How often the gauges are set.
const MEASURE_EVERY: Duration = Duration::from_millis(250);

/// The actor; its state is [`Running`].
pub(super) struct ClockActor;

/// A message to the clock.
pub(super) enum Command {
    Tick,
    #[cfg(feature = "fault-injection")]
    Fault,
}

pub(super) struct Running {
    directory: Arc<Directory>,
    measure_at: Instant,
}

impl Actor for ClockActor {
    type Msg = Command;
    type State = Running;
    type Arguments = Arc<Directory>;

    async fn pre_start(&self, me: ActorRef<Command>, directory: Arc<Directory>) -> Result<Running, ActorProcessingErr> {
        me.send_after(SLOT, || Command::Tick);
        Ok(Running { measure_at: directory.now().at, directory })
    }

    async fn handle(
        &self,
        me: ActorRef<Command>,
        command: Command,
        running: &mut Running,
    ) -> Result<(), ActorProcessingErr> {
        match command {
            Command::Tick => {
                running.tick().await;
                me.send_after(SLOT, || Command::Tick); // never two: ticks do not queue up behind a late one
            }
            #[cfg(feature = "fault-injection")]
            Command::Fault => panic!("a fault was injected into the clock"),
        }
        Ok(())
    }
}

impl Running {
    async fn tick(&mut self) {
        let directory = &self.directory;
        if let Some(pause) = directory.ports.clock.tick() {
            tracing::warn!(?pause, "the process did not run for a while: every deadline moves by that");
            // Messages sent meanwhile are in the kernel's buffers: they are read before any timeout fires.
            tokio::time::sleep(AFTER_PAUSE).await;
            directory.ports.clock.tick();
        }
        let now = directory.now().at;
        directory.send_ticks(now).await;
        if now >= self.measure_at {
            self.measure_at = now + MEASURE_EVERY;
            directory.measure();
        }
    }
}

/// How long after a pause of the process no cell gets a tick.
const AFTER_PAUSE: Duration = Duration::from_millis(500);
