//! This node's subscription to the ledger: what others append for seats here comes in through it.
//!
//! Delivers to rooms; a room notices a hole in what it is given and has it filled from the inbox. Knows no rules.

use std::sync::Arc;

use ractor::{Actor, ActorProcessingErr, ActorRef};

use crate::{directory::Directory, ledger::Push, room};

/// The actor; its state is the directory.
pub(crate) struct BridgeActor;

/// What the bridge is told.
#[derive(Debug)]
pub(crate) enum Command {
    /// The ledger pushes.
    Push(Push),
    /// Panics, so that a test can see what that costs.
    #[cfg(feature = "fault-injection")]
    Fault,
}

impl Actor for BridgeActor {
    type Msg = Command;
    type State = Arc<Directory>;
    type Arguments = Arc<Directory>;

    async fn pre_start(
        &self,
        me: ActorRef<Command>,
        directory: Arc<Directory>,
    ) -> Result<Arc<Directory>, ActorProcessingErr> {
        let subscriber = move |push| {
            let _ = me.send_message(Command::Push(push)); // a push that is lost is a hole, and holes are filled
        };
        directory.ports.ledger.subscribe(directory.node.clone(), Arc::new(subscriber));
        Ok(directory)
    }

    async fn handle(
        &self,
        _: ActorRef<Command>,
        command: Command,
        directory: &mut Arc<Directory>,
    ) -> Result<(), ActorProcessingErr> {
        match command {
            Command::Push(push) => directory.room(push.room).tell(room::Command::Pushed(push)),
            #[cfg(feature = "fault-injection")]
            Command::Fault => panic!("a fault was injected into the bridge"),
        }
        Ok(())
    }
}
