//! What the ledger pushes for seats on this node: delivered in order, once, and learnt from.

use super::*;

impl Room {
    pub(super) fn pushes(&mut self, pushes: Vec<Push>) -> Effects {
        let mut effects = Vec::with_capacity(pushes.len() + 1);
        for push in pushes {
            self.push(push, &mut effects);
        }
        effects
    }

    pub(super) fn pushed(&mut self, push: Push) -> Effects {
        let mut effects = Vec::new();
        self.push(push, &mut effects);
        effects
    }

    fn push(&mut self, push: Push, effects: &mut Effects) {
        let Some(local) = self.local.get_mut(&push.to) else { return };
        match push.what {
            Pushed::Entry(seq, entry) => match local.cursor.step(seq) {
                Step::Next => self.deliver(push.to, (seq, entry), effects),
                Step::Repeat => {}
                Step::Hole(after) => {
                    effects.push(Effect::Ask(Ask::Read(Address { user: local.user, session: push.to }, after)));
                }
            },
            Pushed::Ended(reason) => effects.extend(self.end(push.to, reason)),
        }
    }

    /// A hole in what was pushed has been read from the inbox.
    pub(super) fn filled(
        &mut self,
        session: SessionId,
        answer: Result<Option<Vec<(Seq, Entry)>>, Unavailable>,
    ) -> Effects {
        let Ok(held) = answer else { return Vec::new() }; // the next push, or a resume, meets the same hole
        let Some(entries) = held else { return self.end(session, LeaveReason::Lost) };
        let mut effects = Vec::with_capacity(entries.len());
        for (seq, entry) in entries {
            if self.local.get_mut(&session).is_some_and(|local| local.cursor.step(seq) == Step::Next) {
                self.deliver(session, (seq, entry), &mut effects);
            }
        }
        effects
    }

    fn deliver(&mut self, session: SessionId, (seq, entry): (Seq, Entry), effects: &mut Effects) {
        effects.extend(self.learn(&entry));
        if let Some(local) = self.local.get(&session) {
            effects.push(Effect::Tell(local.socket, RoomToSocket::Deliver(session, seq, entry)));
        }
    }

    /// What a member hears about others, the room learns too.
    pub(super) fn learn(&mut self, entry: &Entry) -> Effects {
        match entry {
            Entry::Joined(member) => {
                self.enrol(std::slice::from_ref(member));
                Vec::new()
            }
            Entry::Left { user, session, .. } => {
                if self.roster.get(user).is_some_and(|place| place.session == *session) {
                    self.roster.remove(user);
                }
                let stranded = self.candidates.forget(*session);
                self.stranded(stranded)
            }
            Entry::Message(_) => Vec::new(),
        }
    }
}
