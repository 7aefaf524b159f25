//! The root of supervision: the parent of every actor of the node, workers included. Restarts its five children when they
//! panic, again and again if they panic while they start, and does nothing else, so that it has no reason to panic itself.

use std::{sync::Arc, time::Duration};

use ractor::{Actor, ActorCell, ActorId, ActorProcessingErr, ActorRef, SpawnErr, SupervisionEvent};

use super::{
    bridge::BridgeActor, clock::ClockActor, directory::Directory, lease::LeaseActor, media::MediaActor,
    reaper::ReaperActor,
};
use crate::executor::{During, Failure, System};

/// How long after a child has failed to start it is started again.
const START_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// The actor; its state is [`Children`].
struct RootActor;

/// A message to the root, besides supervision events.
pub(super) enum Command {
    /// End, with all children.
    End,
    /// Start a child again, which has failed to start.
    Start(Child),
    /// Makes a child panic.
    #[cfg(feature = "fault-injection")]
    Fault(Child),
    /// Makes the lease's holder panic, and its next starts as often as that.
    #[cfg(feature = "fault-injection")]
    FaultLeaseStarts(u32),
}

/// One of the root's own children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Child {
    Clock,
    Lease,
    Reaper,
    Bridge,
    Media,
}

impl Child {
    const fn name(self) -> &'static str {
        match self {
            Self::Clock => "clock",
            Self::Lease => "lease",
            Self::Reaper => "reaper",
            Self::Bridge => "bridge",
            Self::Media => "media",
        }
    }
}

struct Children {
    directory: Arc<Directory>,
    running: [(Child, ActorCell); 5],
}

pub(super) async fn start(directory: Arc<Directory>) -> Result<ActorRef<Command>, SpawnErr> {
    RootActor::spawn(None, RootActor, directory).await.map(|(root, _)| root)
}

async fn start_child(
    (child, starts_node): (Child, bool),
    directory: &Arc<Directory>,
    root: ActorCell,
) -> Result<ActorCell, SpawnErr> {
    let directory = Arc::clone(directory);
    Ok(match child {
        Child::Clock => ClockActor::spawn_linked(None, ClockActor, directory, root).await?.0.get_cell(),
        Child::Lease => LeaseActor::spawn_linked(None, LeaseActor { starts_node }, directory, root).await?.0.get_cell(),
        Child::Reaper => ReaperActor::spawn_linked(None, ReaperActor, directory, root).await?.0.get_cell(),
        Child::Bridge => BridgeActor::spawn_linked(None, BridgeActor, directory, root).await?.0.get_cell(),
        Child::Media => MediaActor::spawn_linked(None, MediaActor, directory, root).await?.0.get_cell(),
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
        let start = async |child| start_child((child, true), &directory, me.get_cell()).await.map(|cell| (child, cell));
        // The bridge first: pushes of other nodes are missed until it has subscribed.
        let running = [
            start(Child::Bridge).await?,
            start(Child::Lease).await?,
            start(Child::Clock).await?,
            start(Child::Reaper).await?,
            start(Child::Media).await?,
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
            Command::Start(child) => children.start(&me, child).await,
            #[cfg(feature = "fault-injection")]
            Command::Fault(child) => children.fault(child),
            #[cfg(feature = "fault-injection")]
            Command::FaultLeaseStarts(times) => {
                children.directory.lease_start_faults.store(times, std::sync::atomic::Ordering::SeqCst);
                children.fault(Child::Lease);
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
        match event {
            SupervisionEvent::ActorFailed(dead, why) => {
                children.restart(&me, dead.get_id(), why.to_string()).await;
            }
            SupervisionEvent::ActorStarted(_)
            | SupervisionEvent::ActorTerminated(..)
            | SupervisionEvent::ProcessGroupChanged(_) => {}
        }
        Ok(())
    }
}

impl Children {
    /// Starts a child again that has panicked; a worker's cell ends.
    async fn restart(&mut self, me: &ActorRef<Command>, dead: ActorId, reason: String) {
        let child = self.running.iter().find(|(_, cell)| cell.get_id() == dead).map(|(child, _)| *child);
        self.report(child.map_or("worker", Child::name), dead, (During::Work, reason));
        match child {
            Some(child) => self.start(me, child).await,
            None => self.directory.worker_died(dead),
        }
    }

    /// Starts a child in the place of one that has ended; later again if that fails.
    async fn start(&mut self, me: &ActorRef<Command>, child: Child) {
        match start_child((child, false), &self.directory, me.get_cell()).await {
            Ok(cell) => self.running.iter_mut().filter(|(other, _)| *other == child).for_each(|it| it.1 = cell.clone()),
            Err(why) => {
                self.report(child.name(), me.get_id(), (During::Start, why.to_string()));
                me.send_after(START_AGAIN_AFTER, move || Command::Start(child));
            }
        }
    }

    fn report(&self, kind: &'static str, actor: ActorId, (during, reason): (During, String)) {
        let (key, at) = (actor.to_string(), self.directory.now().at);
        self.directory.failed(Failure { kind, key, during, reason, at });
    }

    #[cfg(feature = "fault-injection")]
    fn fault(&self, child: Child) {
        use super::{bridge, clock, lease, media, reaper};
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
                Child::Media => ActorRef::<media::Command>::from(cell).send_message(media::Command::Fault).is_ok(),
            };
        }
    }
}
