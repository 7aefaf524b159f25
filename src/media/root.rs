//! The root of supervision of the media servers' actors: starts one for each server, and restarts those that die.

use std::sync::Arc;

use actors::ports::MediaListener;
use ractor::{Actor, ActorId, ActorProcessingErr, ActorRef, SpawnErr, SupervisionEvent};

use super::{actor::ServerActor, server::Server};

/// The actor; its state is [`Children`].
pub(super) struct RootActor;

/// A message to the root, besides supervision events.
pub(super) enum Command {
    /// Start the actor of the server at this place of the list.
    Start(usize),
}

/// Whom it starts.
pub(super) type Parts = (Vec<Arc<Server>>, Arc<dyn MediaListener>);

pub(super) struct Children {
    parts: Parts,
    /// Which server an actor is of.
    running: Vec<(usize, ActorId)>,
}

/// Starts the actors of these servers.
pub(super) async fn start(parts: Parts) -> Result<ActorRef<Command>, SpawnErr> {
    RootActor::spawn(None, RootActor, parts).await.map(|(root, _)| root)
}

impl Actor for RootActor {
    type Msg = Command;
    type State = Children;
    type Arguments = Parts;

    async fn pre_start(&self, me: ActorRef<Command>, parts: Parts) -> Result<Children, ActorProcessingErr> {
        for index in 0..parts.0.len() {
            me.send_message(Command::Start(index))?;
        }
        Ok(Children { parts, running: Vec::new() })
    }

    async fn handle(
        &self,
        me: ActorRef<Command>,
        Command::Start(index): Command,
        children: &mut Children,
    ) -> Result<(), ActorProcessingErr> {
        let (servers, listener) = &children.parts;
        let Some(server) = servers.get(index) else { return Ok(()) };
        let parts = (Arc::clone(server), Arc::clone(listener));
        match ServerActor::spawn_linked(None, ServerActor, parts, me.get_cell()).await {
            Ok((actor, _)) => children.running.push((index, actor.get_id())),
            Err(why) => {
                tracing::error!(server = %server.name, %why, "the media server's actor cannot be started; trying again");
                again(&me, server, index);
            }
        }
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        me: ActorRef<Command>,
        event: SupervisionEvent,
        children: &mut Children,
    ) -> Result<(), ActorProcessingErr> {
        let SupervisionEvent::ActorFailed(dead, why) = event else { return Ok(()) };
        let Some(place) = children.running.iter().position(|(_, id)| *id == dead.get_id()) else { return Ok(()) };
        let (index, _) = children.running.swap_remove(place);
        if let Some(server) = children.parts.0.get(index) {
            tracing::error!(server = %server.name, %why, "the media server's actor has died, and is started again");
            again(&me, server, index);
        }
        Ok(())
    }
}

fn again(me: &ActorRef<Command>, server: &Server, index: usize) {
    me.send_after(server.limits.restart_after, move || Command::Start(index));
}
