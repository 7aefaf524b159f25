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
    ledger::{Event, Push, Pushed},
    messages::{To, room},
    settings::NodeLimits,
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
    queued: Arc<Queued>,
}

/// Events that wait for the bridge, which are bounded.
#[derive(Default)]
struct Queued {
    events: AtomicUsize,
    bytes: AtomicUsize,
}

impl Queued {
    /// Counts an event; `false` if it does not fit.
    fn enter(&self, event: &Event, limits: &NodeLimits) -> bool {
        let events = self.events.fetch_add(1, Ordering::AcqRel);
        let bytes = self.bytes.fetch_add(text_bytes(event), Ordering::AcqRel);
        let fits = events < limits.pushes_max && bytes <= limits.pushes_bytes_max;
        if !fits {
            self.leave(event);
        }
        fits
    }

    fn leave(&self, event: &Event) {
        self.events.fetch_sub(1, Ordering::AcqRel);
        self.bytes.fetch_sub(text_bytes(event), Ordering::AcqRel);
    }
}

/// Bytes of text that an event holds.
fn text_bytes(event: &Event) -> usize {
    match event {
        Event::Push(Push { what: Pushed::Entry { entry, .. }, .. }) => entry.text_bytes(),
        Event::Push(_) | Event::Notice(_) | Event::Subscribed | Event::Interrupted | Event::Epoch(_) => 0,
    }
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
        let queued = Arc::<Queued>::default();
        let (entering, limits) = (Arc::clone(&queued), directory.settings.node);
        // Of a bridge that has ended, nobody counts what waits.
        let subscriber = move |event| entering.enter(&event, &limits) && me.send_message(Command::Event(event)).is_ok();
        directory.ledger().subscribe(&directory.id, Arc::new(subscriber));
        Ok(Subscription { directory, queued })
    }

    async fn handle(
        &self,
        _: ActorRef<Command>,
        command: Command,
        subscription: &mut Subscription,
    ) -> Result<(), ActorProcessingErr> {
        match command {
            Command::Event(event) => {
                subscription.queued.leave(&event);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Entry, Kind, Message, RoomId};

    #[test]
    fn a_burst_of_large_messages_is_bounded_by_its_bytes_and_a_burst_of_small_ones_by_its_number() {
        let push = |text: &str| {
            let entry = Entry::Message(Message { kind: Kind::ChatMessage, data: text.into() });
            let what = Pushed::Entry { seq: 1, entry, source: None };
            Event::Push(Push { room: RoomId::from_letters([3; 10]), to: 1, epoch: 1, what })
        };
        let limits = NodeLimits { pushes_max: 100, pushes_bytes_max: 1_000, ..NodeLimits::default() };
        let (queued, large, small) = (Queued::default(), push(&"a".repeat(600)), push("a"));
        assert_eq!([&large, &large, &large].map(|event| queued.enter(event, &limits)), [true, true, false]);
        assert!(!queued.enter(&small, &limits), "what did not fit counts no more, and the queue is full");
        queued.leave(&large);
        assert!(queued.enter(&small, &limits));
        queued.leave(&large);
        assert_eq!((0..200).filter(|_| queued.enter(&small, &limits)).count(), 99);
        assert!(!queued.enter(&Event::Subscribed, &limits));
    }
}
