//! The root of supervision: every other actor's parent. Restarts who panics, and does nothing else, so that it
//! has no reason to panic itself.

use std::sync::Arc;

use ractor::{Actor, ActorId, ActorProcessingErr, ActorRef, SpawnErr, SupervisionEvent};

use super::actor::{self, NodeActor};
use crate::{
    bridge::{self, BridgeActor},
    directory::Directory,
};

/// The actor; its state is [`Shell`].
struct RootActor;

/// What the root is told besides deaths.
pub(super) enum Command {
    /// End, with all children.
    End,
    /// Makes the node's actor panic.
    #[cfg(feature = "fault-injection")]
    FaultNode,
    /// Makes the bridge panic.
    #[cfg(feature = "fault-injection")]
    FaultBridge,
}

struct Shell {
    directory: Arc<Directory>,
    node: ActorRef<actor::Command>,
    bridge: ActorRef<bridge::Command>,
}

pub(super) async fn start(directory: Arc<Directory>) -> Result<ActorRef<Command>, SpawnErr> {
    RootActor::spawn(None, RootActor, directory).await.map(|(root, _)| root)
}

impl Actor for RootActor {
    type Msg = Command;
    type State = Shell;
    type Arguments = Arc<Directory>;

    async fn pre_start(&self, me: ActorRef<Command>, directory: Arc<Directory>) -> Result<Shell, ActorProcessingErr> {
        directory.supervised_by(me.get_cell());
        let (bridge, _) = BridgeActor::spawn_linked(None, BridgeActor, Arc::clone(&directory), me.get_cell()).await?;
        let (node, _) = NodeActor::spawn_linked(None, NodeActor, Arc::clone(&directory), me.get_cell()).await?;
        Ok(Shell { directory, node, bridge })
    }

    async fn handle(
        &self,
        me: ActorRef<Command>,
        command: Command,
        shell: &mut Shell,
    ) -> Result<(), ActorProcessingErr> {
        match command {
            Command::End => {
                shell.directory.ports.ledger.unsubscribe(&shell.directory.node);
                me.stop_children(None);
                me.stop(None);
            }
            #[cfg(feature = "fault-injection")]
            Command::FaultNode => shell.node.send_message(actor::Command::Fault)?,
            #[cfg(feature = "fault-injection")]
            Command::FaultBridge => shell.bridge.send_message(bridge::Command::Fault)?,
        }
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        me: ActorRef<Command>,
        event: SupervisionEvent,
        shell: &mut Shell,
    ) -> Result<(), ActorProcessingErr> {
        match event {
            SupervisionEvent::ActorFailed(dead, why) => {
                tracing::error!(actor = %dead.get_id(), %why, "an actor panicked and is started anew");
                shell.directory.meters.restarts.increment(1);
                shell.restart(&me, dead.get_id()).await?;
            }
            SupervisionEvent::ActorStarted(_)
            | SupervisionEvent::ActorTerminated(..)
            | SupervisionEvent::ProcessGroupChanged(_) => {}
        }
        Ok(())
    }
}

impl Shell {
    async fn restart(&mut self, me: &ActorRef<Command>, dead: ActorId) -> Result<(), SpawnErr> {
        let directory = Arc::clone(&self.directory);
        if dead == self.node.get_id() {
            (self.node, _) = NodeActor::spawn_linked(None, NodeActor, directory, me.get_cell()).await?;
        } else if dead == self.bridge.get_id() {
            (self.bridge, _) = BridgeActor::spawn_linked(None, BridgeActor, directory, me.get_cell()).await?;
        } else {
            directory.mourn(dead);
        }
        Ok(())
    }
}
