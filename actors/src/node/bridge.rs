//! This node's subscription to the ledger: entries that other nodes append for seats here, and their notices.
//!
//! Forwards events to rooms and users, and never waits for one. After an interruption every seat is audited: the audit
//! fills the gaps of lost pushes. Knows no rules.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::directory::Directory;
use crate::{
    ledger::Event,
    messages::{To, room},
};

/// The actor; its state is [`Subscription`].
pub(super) struct BridgeActor;

/// A message to the bridge.
pub(super) enum Command {
    /// The ledger has an event.
    Event(Event),
    /// Panics, for tests of supervision.
    #[cfg(feature = "fault-injection")]
    Fault,
}

pub(super) struct Subscription {
    directory: Arc<Directory>,
    /// Queued events, which are bounded.
    waiting: Arc<AtomicUsize>,
}

impl Actor for BridgeActor {
    type Msg = Command;
    type State = Subscription;
    type Arguments = Arc<Directory>;

    async fn pre_start(
        &self,
        me: ActorRef<Command>,
        directory: Arc<Directory>,
    ) -> Result<Subscription, ActorProcessingErr> {
        let waiting = Arc::new(AtomicUsize::new(0));
        let (queued, max) = (Arc::clone(&waiting), directory.settings.node.pushes_max);
        let subscriber = move |event| {
            if queued.fetch_add(1, Ordering::AcqRel) >= max || me.send_message(Command::Event(event)).is_err() {
                queued.fetch_sub(1, Ordering::AcqRel);
                return false;
            }
            true
        };
        directory.ledger().subscribe(&directory.id, Arc::new(subscriber));
        Ok(Subscription { directory, waiting })
    }

    async fn handle(
        &self,
        _: ActorRef<Command>,
        command: Command,
        subscription: &mut Subscription,
    ) -> Result<(), ActorProcessingErr> {
        match command {
            Command::Event(event) => {
                subscription.waiting.fetch_sub(1, Ordering::AcqRel);
                subscription.happened(event).await;
            }
            #[cfg(feature = "fault-injection")]
            Command::Fault => panic!("a fault was injected into the bridge"),
        }
        Ok(())
    }
}

impl Subscription {
    async fn happened(&self, event: Event) {
        let directory = &self.directory;
        match event {
            Event::Push(push) => directory.deliver([To::Room(push.room, room::Message::Pushed(Box::new(push)))]),
            Event::Notice(notice) => directory.noticed(notice),
            Event::Subscribed => directory.tell_rooms(|| room::Message::Audit).await,
            Event::Interrupted => tracing::warn!("pushes of other nodes may be lost until the subscription is back"),
            Event::Epoch(epoch) => {
                if directory.note_epoch(epoch) {
                    directory.tell_rooms(|| room::Message::Epoch(epoch)).await;
                }
            }
        }
    }
}
