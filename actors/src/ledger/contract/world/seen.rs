//! The nodes: each subscribes when it is named for the first time, and keeps what it is told until it is asked for.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use super::World;
use crate::{
    ledger::{Ended, Event, Notice, Push, Pushed, Source},
    protocol::{Attributes, Entry, JoinOrder, Member, NodeId, SessionId, client::Seq},
};

/// One node.
pub(super) struct Node {
    id: NodeId,
    events: Arc<Mutex<Vec<Event>>>,
    /// It takes no events.
    is_full: Arc<AtomicBool>,
}

impl World {
    /// A node's id; a node that is named for the first time subscribes.
    pub(in crate::ledger::contract) fn node(&mut self, name: &'static str) -> NodeId {
        let node = self.nodes.entry(name).or_insert_with(|| {
            let id = NodeId::new(&format!("{name}-{}", SessionId::random()));
            let node = Node { id, events: Arc::default(), is_full: Arc::default() };
            let (events, is_full) = (node.events.clone(), node.is_full.clone());
            let take = move |event| {
                let takes = !is_full.load(Ordering::SeqCst);
                if takes {
                    events.lock().unwrap_or_else(PoisonError::into_inner).push(event);
                }
                takes
            };
            self.stand.ledger.subscribe(&node.id, Arc::new(take));
            node
        });
        node.id.clone()
    }

    /// The node is told nothing any more.
    pub(in crate::ledger::contract) fn unsubscribe(&mut self, name: &'static str) {
        let node = self.node(name);
        self.stand.ledger.unsubscribe(&node);
    }

    /// The node's queue is full, or takes events again.
    pub(in crate::ledger::contract) fn set_full(&mut self, name: &'static str, is_full: bool) {
        self.node(name);
        self.nodes[name].is_full.store(is_full, Ordering::SeqCst);
    }

    /// The node delivers what came with an answer.
    pub(in crate::ledger::contract) fn keep(&mut self, node: &'static str, pushes: Vec<Push>) {
        self.node(node);
        let events = &self.nodes[node].events;
        events.lock().unwrap_or_else(PoisonError::into_inner).extend(pushes.into_iter().map(Event::Push));
    }

    /// What the node was told since this was last asked.
    async fn take_events(&mut self, node: &'static str) -> Vec<Event> {
        self.node(node);
        self.stand.time.settle().await;
        std::mem::take(&mut *self.nodes[node].events.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the node was told of seats since this was last asked, as text, seat by seat.
    pub(in crate::ledger::contract) async fn pushed(&mut self, node: &'static str) -> Vec<String> {
        let mut pushes = self.pushes(node).await;
        pushes.sort_by_key(|push| self.orders.get(&push.to).copied());
        pushes.iter().map(|push| self.push_text(push)).collect()
    }

    /// The same as it is.
    pub(in crate::ledger::contract) async fn pushes(&mut self, node: &'static str) -> Vec<Push> {
        let push = |event| match event {
            Event::Push(push) => Some(push),
            Event::Notice(_) | Event::Subscribed | Event::Interrupted | Event::Epoch(_) => None,
        };
        self.take_events(node).await.into_iter().filter_map(push).collect()
    }

    /// The sources of the messages that the node was told of.
    pub(in crate::ledger::contract) async fn sources(&mut self, node: &'static str) -> Vec<Option<Source>> {
        let source = |push: Push| match push.what {
            Pushed::Entry { source, .. } => Some(source),
            Pushed::Ended(..) | Pushed::Unhosted(..) => None,
        };
        self.pushes(node).await.into_iter().filter_map(source).collect()
    }

    /// Everything that the node was told since this was last asked, as text, in order.
    pub(in crate::ledger::contract) async fn events(&mut self, node: &'static str) -> Vec<String> {
        let events = self.take_events(node).await;
        let text = |event: &Event| match event {
            Event::Push(push) => self.push_text(push),
            Event::Notice(Notice::Move { .. }) => "move".to_owned(),
            Event::Notice(Notice::Revoked(revocation)) => format!("revoked {:?}", revocation.scope),
            Event::Notice(Notice::SettingsChanged(_)) => "settings changed".to_owned(),
            Event::Notice(Notice::RoomClosed(_)) => "room closed".to_owned(),
            Event::Notice(Notice::MediaServerLost(host)) => format!("lost {}", host.server),
            Event::Subscribed => "subscribed".to_owned(),
            Event::Interrupted => "interrupted".to_owned(),
            Event::Epoch(_) => "epoch".to_owned(),
        };
        events.iter().map(text).collect()
    }

    fn push_text(&self, push: &Push) -> String {
        assert_eq!(push.room, self.room, "a push names its room");
        let name = self.orders.get(&push.to).copied().unwrap_or("the room");
        match &push.what {
            Pushed::Entry { seq, entry, .. } => format!("{name} {}", self.numbered(*seq, entry)),
            Pushed::Ended(fence, Ended::Moved) => format!("{name} {fence} moved"),
            Pushed::Ended(fence, Ended::Freed(reason)) => format!("{name} {fence} ended {reason:?}").to_lowercase(),
            Pushed::Unhosted(host, peer) => {
                format!("delete {} at {}", if peer.is_some() { name } else { "the room" }, host.instance)
            }
        }
    }

    /// An entry as text.
    pub(super) fn numbered(&self, seq: Seq, entry: &Entry) -> String {
        let name = |order: &JoinOrder| self.orders.get(order).copied().unwrap_or("somebody");
        match entry {
            Entry::Joined(member) => format!("{seq} joined {}{}", member.name, Self::tells(&member.attributes)),
            Entry::Left { order, reason, .. } => {
                format!("{seq} left {} {}", name(order), format!("{reason:?}").to_lowercase())
            }
            Entry::Message(message) => format!("{seq} {}", message.data),
            Entry::Media(news) => format!("{seq} {}", super::media::text(news)),
        }
    }

    /// Members as text.
    pub(super) fn listed(members: &[Member]) -> Vec<String> {
        let absent = |member: &Member| if member.connected { "" } else { " (disconnected)" };
        let text = |member: &Member| format!("{}{}{}", member.name, absent(member), Self::tells(&member.attributes));
        members.iter().map(text).collect()
    }

    /// A member's attributes, as text; empty if there are none.
    pub(in crate::ledger::contract) fn tells(attributes: &Attributes) -> String {
        attributes.iter().map(|(name, value)| format!(" {name}={value}")).collect()
    }
}
