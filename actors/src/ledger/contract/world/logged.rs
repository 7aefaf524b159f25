//! The log of events, as text.

use super::World;
use crate::{
    ledger::{Happened, RoomEvent, RoomNote},
    protocol::{NodeId, RoomId, UserId},
};

impl World {
    /// Everything that is kept of the room, as text.
    pub(in crate::ledger::contract) async fn timeline(&self) -> Vec<String> {
        let events = self.ask(self.stand.events.timeline(self.room)).await;
        assert!(events.is_sorted_by_key(|event| event.at_ms), "events are in the order of time");
        self.told(&events)
    }

    /// The lives of the events that are kept, each once.
    pub(in crate::ledger::contract) async fn lives(&self) -> Vec<u64> {
        let events = self.ask(self.stand.events.timeline(self.room)).await;
        let mut lives: Vec<u64> = events.iter().map(|event| event.life).collect();
        assert!(lives.is_sorted(), "a later life has the greater name");
        lives.dedup();
        lives
    }

    /// The oldest events that nobody has stored, as text, and the place of the newest of them.
    pub(in crate::ledger::contract) async fn news(&self, max: usize) -> (Vec<String>, Option<(u64, u64)>) {
        let events = self.ask(self.stand.events.news(self.room, max)).await;
        (self.told(&events), events.last().map(|event| (event.life, event.number)))
    }

    /// Events up to this one are stored.
    pub(in crate::ledger::contract) async fn stored(&self, (life, number): (u64, u64)) {
        self.ask(self.stand.events.stored(self.room, life, number)).await;
    }

    /// Whether the room has events that nobody has stored.
    pub(in crate::ledger::contract) async fn has_news(&self) -> bool {
        let rooms: Vec<RoomId> = self.ask(self.stand.events.rooms_with_news(100_000)).await;
        rooms.contains(&self.room)
    }

    /// Adds notes.
    pub(in crate::ledger::contract) async fn note(&self, notes: Vec<RoomNote>) {
        self.ask(self.stand.events.note(self.room, notes)).await;
    }

    /// The notes that are kept.
    pub(in crate::ledger::contract) async fn notes(&self) -> Vec<RoomNote> {
        self.ask(self.stand.events.notes(self.room)).await
    }

    fn told(&self, events: &[RoomEvent]) -> Vec<String> {
        let who =
            |user: &UserId| self.users.iter().find(|(_, known)| *known == user).map_or("somebody", |(name, _)| *name);
        let on = |node: &NodeId| {
            let name = node.to_string();
            name.split('-').next().unwrap_or_default().to_owned()
        };
        let text = |RoomEvent { number, happened, .. }: &RoomEvent| match happened {
            Happened::Started { recovered: false } => format!("{number} started"),
            Happened::Started { recovered: true } => format!("{number} recovered"),
            Happened::Joined { user, node, name, .. } => {
                assert_eq!(who(user), &**name);
                format!("{number} joined {name} on {}", on(node))
            }
            Happened::Left { user, reason, .. } => {
                format!("{number} left {} {}", who(user), format!("{reason:?}").to_lowercase())
            }
            Happened::Disconnected { user, node, .. } => format!("{number} disconnected {} on {}", who(user), on(node)),
            Happened::Resumed { user, node, .. } => format!("{number} resumed {} on {}", who(user), on(node)),
            Happened::Ended => format!("{number} ended"),
        };
        events.iter().map(text).collect()
    }
}
