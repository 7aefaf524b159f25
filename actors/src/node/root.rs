//! The root of supervision: the parent of every actor of the node, workers included. Restarts its four children when they
//! panic, and does nothing else, so that it has no reason to panic itself.

use std::sync::Arc;

use ractor::{Actor, ActorCell, ActorId, ActorProcessingErr, ActorRef, SpawnErr, SupervisionEvent};

use super::{bridge::BridgeActor, clock::ClockActor, directory::Directory, lease::LeaseActor, reaper::ReaperActor};

/// The actor; its state is [`Children`].
struct RootActor;

/// A message to the root, besides supervision events.
pub(super) enum Command {
    /// End, with all children.
    End,
    /// Makes a child panic.
    #[cfg(feature = "fault-injection")]
    Fault(Child),
}

/// One of the root's own children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Child {
    Clock,
    Lease,
    Reaper,
    Bridge,
}

struct Children {
    directory: Arc<Directory>,
    running: [(Child, ActorCell); 4],
}

pub(super) async fn start(directory: Arc<Directory>) -> Result<ActorRef<Command>, SpawnErr> {
    RootActor::spawn(None, RootActor, directory).await.map(|(root, _)| root)
}

async fn start_child(child: Child, directory: &Arc<Directory>, root: ActorCell) -> Result<ActorCell, SpawnErr> {
    let directory = Arc::clone(directory);
    Ok(match child {
        Child::Clock => ClockActor::spawn_linked(None, ClockActor, directory, root).await?.0.get_cell(),
        Child::Lease => LeaseActor::spawn_linked(None, LeaseActor, directory, root).await?.0.get_cell(),
        Child::Reaper => ReaperActor::spawn_linked(None, ReaperActor, directory, root).await?.0.get_cell(),
        Child::Bridge => BridgeActor::spawn_linked(None, BridgeActor, directory, root).await?.0.get_cell(),
    })
}

impl Actor for RootActor {
    type Msg = Command;
    type State = Children;
    type Arguments = Arc<Directory>;

    async fn pre_start(
        &self,
        me: ActorRef<Command>,
        directory: Arc<Directory>,
    ) -> Result<Children, ActorProcessingErr> {
        directory.supervised_by(me.get_cell());
        let start = async |child| start_child(child, &directory, me.get_cell()).await.map(|cell| (child, cell));
        // The bridge first: pushes of other nodes are missed until it has subscribed.
        let running = [
            start(Child::Bridge).await?,
            start(Child::Lease).await?,
            start(Child::Clock).await?,
            start(Child::Reaper).await?,
        ];
        Ok(Children { directory, running })
    }

    async fn handle(
        &self,
        me: ActorRef<Command>,
        command: Command,
        children: &mut Children,
    ) -> Result<(), ActorProcessingErr> {
        match command {
            Command::End => {
                children.directory.ledger().unsubscribe(&children.directory.id);
                me.stop_children(None);
                me.stop(None);
            }
            #[cfg(feature = "fault-injection")]
            Command::Fault(child) => children.fault(child),
        }
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        me: ActorRef<Command>,
        event: SupervisionEvent,
        children: &mut Children,
    ) -> Result<(), ActorProcessingErr> {
        match event {
            SupervisionEvent::ActorFailed(dead, why) => {
                tracing::error!(actor = %dead.get_id(), %why, "an actor has panicked and is restarted");
                children.directory.meters.restarts.increment(1);
                children.restart(&me, dead.get_id()).await?;
            }
            SupervisionEvent::ActorStarted(_)
            | SupervisionEvent::ActorTerminated(..)
            | SupervisionEvent::ProcessGroupChanged(_) => {}
        }
        Ok(())
    }
}

impl Children {
    async fn restart(&mut self, me: &ActorRef<Command>, dead: ActorId) -> Result<(), SpawnErr> {
        let Some((child, cell)) = self.running.iter_mut().find(|(_, cell)| cell.get_id() == dead) else {
            self.directory.worker_died(dead);
            return Ok(());
        };
        *cell = start_child(*child, &self.directory, me.get_cell()).await?;
        Ok(())
    }

    #[cfg(feature = "fault-injection")]
    fn fault(&self, child: Child) {
        use super::{bridge, clock, lease, reaper};
        for (running, cell) in &self.running {
            if *running != child {
                continue;
            }
            let cell = cell.clone();
            let _ = match child {
                // fails if the child has ended
                Child::Clock => ActorRef::<clock::Command>::from(cell).send_message(clock::Command::Fault).is_ok(),
                Child::Lease => ActorRef::<lease::Command>::from(cell).send_message(lease::Command::Fault).is_ok(),
                Child::Reaper => ActorRef::<reaper::Command>::from(cell).send_message(reaper::Command::Fault).is_ok(),
                Child::Bridge => ActorRef::<bridge::Command>::from(cell).send_message(bridge::Command::Fault).is_ok(),
            };
        }
    }
}
