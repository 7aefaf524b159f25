//! Attributes of the members here: kept beside the ledger, so that they can be sent again after the ledger has lost data.

use std::collections::BTreeSet;

use super::{Room, line::Outgoing, step::Step};
use crate::{
    messages::room::Number,
    protocol::{
        Attributes, UserId,
        attributes::{ATTRIBUTES_MAX, Changes},
        encode::attributes_data,
    },
};

/// Between socket and room: the tag of no message.
const NO_TAG: u64 = 0;

/// One member's attributes, as the ledger has accepted them.
#[derive(Debug, Default)]
pub(crate) struct Told {
    now: Attributes,
    /// Attributes that this session has removed: others may still have them, once the ledger has lost data.
    removed: BTreeSet<Box<str>>,
    /// The member, if others are not told of them: the room's members do not have them.
    hidden: Option<UserId>,
}

impl Told {
    /// Told from the first.
    pub(super) fn new(user: &UserId, now: Attributes) -> Self {
        let hidden = now.are_hidden().then(|| user.clone());
        Self { now, removed: BTreeSet::new(), hidden }
    }

    /// The member, if others are not told of them.
    pub(super) const fn hidden(&self) -> Option<&UserId> {
        self.hidden.as_ref()
    }

    /// All that the member tells.
    pub(super) const fn now(&self) -> &Attributes {
        &self.now
    }

    /// The ledger has taken a change.
    pub(super) fn change(&mut self, changes: &Changes) {
        let Ok(now) = self.now.changed(changes) else { return }; // the ledger, which has taken it, knows another state
        self.now = now;
        for (name, value) in changes.iter() {
            if value.is_some() {
                self.removed.remove(name);
            } else if self.removed.len() < ATTRIBUTES_MAX {
                self.removed.insert(name.into());
            }
        }
    }

    /// All of it, as a change.
    fn as_changes(&self) -> Changes {
        let now = self.now.iter().map(|(name, value)| (name.into(), Some(value.into())));
        self.removed.iter().map(|name| (name.clone(), None)).chain(now).collect()
    }
}

impl Room {
    /// The ledger has lost something: the attributes of the members here are sent again, in their queues, to everybody else.
    pub(super) fn tell_attributes_again(&mut self, step: &mut Step<'_>) {
        for place in 0..self.seats.len() {
            let seat = &self.seats[place];
            let Some(told) = seat.more_ref().and_then(|more| more.told.as_ref()) else { continue };
            // A hidden member is not among the members.
            let Some(user) = self.members.user(seat.id.order) else { continue };
            let changes = told.as_changes();
            if changes.is_empty() {
                continue;
            }
            let (number, message) = (Number { tag: NO_TAG, cid: None }, attributes_data(user, &changes));
            let outgoing = Outgoing { number, arrived: step.now, to: None, message, changes: Some(changes) };
            self.seats[place].line().queue.push_back(outgoing);
            self.advance(place, step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(all: &[(&str, Option<&str>)]) -> Changes {
        all.iter().map(|(name, value)| ((*name).into(), value.map(Into::into))).collect()
    }

    #[test]
    fn what_was_removed_is_told_again_as_removed() {
        let mut told = Told::new(&UserId::from_u128(1), Attributes::of_token(Some("m")));
        told.change(&changes(&[("hand", Some("up")), ("role", Some("chair"))]));
        told.change(&changes(&[("hand", None), ("role", None), ("never", None)]));
        told.change(&changes(&[("role", Some("guest"))]));
        let all = [("hand", None), ("metadata", Some("m")), ("never", None), ("role", Some("guest"))];
        assert_eq!(told.as_changes(), changes(&all));
    }
}
