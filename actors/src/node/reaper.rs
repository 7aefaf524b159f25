//! The reaper: frees seats past their window, and disconnects those of dead nodes. Every node may do it.

use std::{sync::Arc, time::Duration};

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::directory::Directory;
use crate::ledger::{At, Failure};

/// The reaper's interval.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Rooms per page of due work.
const PAGE: usize = 50;

/// The actor; its state is the directory.
pub(super) struct ReaperActor;

/// A message to the actor.
pub(super) enum Command {
    Look,
    #[cfg(feature = "fault-injection")]
    Fault,
}

impl Actor for ReaperActor {
    type Msg = Command;
    type State = Arc<Directory>;
    type Arguments = Arc<Directory>;

    async fn pre_start(
        &self,
        me: ActorRef<Command>,
        directory: Arc<Directory>,
    ) -> Result<Arc<Directory>, ActorProcessingErr> {
        me.send_after(LOOK_EVERY, || Command::Look);
        Ok(directory)
    }

    async fn handle(
        &self,
        me: ActorRef<Command>,
        command: Command,
        directory: &mut Arc<Directory>,
    ) -> Result<(), ActorProcessingErr> {
        match command {
            Command::Look => {
                if let Err(why) = Box::pin(reap(directory)).await {
                    tracing::debug!(%why, "the reaper could not do all that is due; it looks again");
                }
                me.send_after(LOOK_EVERY, || Command::Look);
            }
            #[cfg(feature = "fault-injection")]
            Command::Fault => panic!("a fault was injected into the reaper"),
        }
        Ok(())
    }
}

/// Processes due work, page by page. A room that fails is left for the next look, and keeps no other one from being reaped.
async fn reap(directory: &Arc<Directory>) -> Result<(), Failure> {
    loop {
        let mut due = directory.ledger().due(PAGE).await?;
        due.dead.retain(|node| *node != directory.id); // a node never reaps itself
        let mut failed = None;
        for room in due.rooms {
            let at = At { room, node: &directory.id, epoch: 0 };
            match directory.ledger().reap(at, &due.dead).await {
                Ok(reaped) => {
                    directory.meters.reaped.increment(1);
                    tracing::debug!(%room, freed = reaped.freed.len(), "seats past their window were freed");
                    directory.tell_pushes(reaped.pushes);
                }
                Err(why) => {
                    tracing::debug!(%room, %why, "seats past their window could not be freed");
                    failed = Some(why);
                }
            }
        }
        match failed {
            Some(why) => return Err(why),
            None if !due.more => return Ok(()),
            None => tokio::task::yield_now().await,
        }
    }
}
