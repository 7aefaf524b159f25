//! A client's eyes: what one stay is told, in order, and the invariants that every client relies on.
//!
//! Looks only at what arrives. That it is the right thing is the model's business.

use std::collections::BTreeMap;

use actors::{
    ledger::{Address, Cursor, cursor::Step},
    protocol::{Entry, Member, SessionId, UserId, client::Seq},
};

/// What reading the inbox after a number answers.
pub(crate) type Read<'a> = &'a dyn Fn(Address, Seq) -> Option<Vec<(Seq, Entry)>>;

/// One stay, seen from its client.
pub(crate) struct Watch {
    who: Address,
    pub(crate) cursor: Cursor,
    /// Who else is there, as far as was told.
    pub(crate) view: BTreeMap<UserId, SessionId>,
    /// The newest message heard of each stay.
    heard: BTreeMap<SessionId, u64>,
    /// It was told that it is over, or it has missed what is no longer held.
    pub(crate) is_over: bool,
    pub(crate) holes_filled: u64,
}

/// The text of a message: whose it is, and that stay's own number of it, which a repeat keeps.
pub(crate) fn text(from: SessionId, id: u64) -> String {
    format!("{}|{id}|{}", from.as_u128(), "x".repeat((id % 7) as usize))
}

impl Watch {
    pub(crate) fn new(who: Address, members: &[Member]) -> Self {
        let view = members.iter().map(|member| (member.user, member.session)).collect();
        let (cursor, heard) = (Cursor::default(), BTreeMap::new());
        Self { who, cursor, view, heard, is_over: false, holes_filled: 0 }
    }

    /// A push arrived, perhaps not for the first time, perhaps after one that did not.
    pub(crate) fn deliver(&mut self, seq: Seq, entry: &Entry, read: Read<'_>) {
        match self.cursor.step(seq) {
            Step::Repeat => {}
            Step::Next => self.observe(entry),
            Step::Hole(_) => {
                self.holes_filled += 1;
                self.catch_up(read);
            }
        }
    }

    /// Reads what has not arrived; what is no longer held cannot be caught up with.
    pub(crate) fn catch_up(&mut self, read: Read<'_>) {
        let Some(entries) = read(self.who, self.cursor.seq()).filter(|_| !self.is_over) else {
            self.is_over = true;
            return;
        };
        for (seq, entry) in entries {
            assert_eq!(self.cursor.step(seq), Step::Next, "an inbox has no holes");
            self.observe(&entry);
        }
    }

    fn observe(&mut self, entry: &Entry) {
        match entry {
            Entry::Joined(member) => {
                assert_ne!(member.user, self.who.user, "nobody sees their own coming");
                let before = self.view.insert(member.user, member.session);
                assert_eq!(before, None, "nobody joins twice without leaving");
            }
            Entry::Left { user, session, .. } => {
                assert_eq!(self.view.remove(user), Some(*session), "only who is there leaves, once");
            }
            Entry::Message(message) => {
                let mut parts = message.data.rest().split('|').map(|part| part.parse::<u128>());
                let (Some(Ok(from)), Some(Ok(id))) = (parts.next(), parts.next()) else {
                    panic!("not ours: {message:?}")
                };
                let from = SessionId::from_u128(from);
                assert!(self.view.values().any(|there| *there == from), "only members are heard");
                let newest = self.heard.entry(from).or_default();
                assert!(u128::from(*newest) < id, "messages of one stay arrive in order and once");
                *newest = id as u64;
            }
        }
    }
}
