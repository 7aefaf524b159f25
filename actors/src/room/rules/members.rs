//! Everybody in the room, on whichever node: who they are, and when they joined.

use crate::protocol::{JoinOrder, UserId, client::Cid};

/// A member as a room remembers them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) user: UserId,
    pub(crate) order: JoinOrder,
}

/// The members, sorted by user; a user has one seat.
#[derive(Debug, Default)]
pub(crate) struct Members {
    places: Vec<Place>,
    /// The last broadcast received from each member on another node, by join order, ascending. All seats of a node
    /// receive each broadcast, so it is the room's.
    heard: Vec<(JoinOrder, Cid)>,
}

impl Members {
    pub(crate) const fn new() -> Self {
        Self { places: Vec::new(), heard: Vec::new() }
    }

    /// The member with this user's seat.
    pub(crate) fn find(&self, user: &UserId) -> Option<&Place> {
        self.search(user).ok().map(|place| &self.places[place])
    }

    fn search(&self, user: &UserId) -> Result<usize, usize> {
        self.places.binary_search_by(|place| place.user.cmp(user))
    }

    /// The user of a seat; looks at every member.
    pub(crate) fn user(&self, order: JoinOrder) -> Option<&UserId> {
        self.places.iter().find(|place| place.order == order).map(|place| &place.user)
    }

    /// Notes a member, unless a newer seat of the same user is known; answers the older seat that it takes the place of.
    pub(crate) fn insert(&mut self, user: UserId, order: JoinOrder) -> Option<JoinOrder> {
        match self.search(&user) {
            Ok(place) if self.places[place].order < order => {
                Some(std::mem::replace(&mut self.places[place].order, order))
            }
            Ok(_) => None,
            Err(place) => {
                self.places.insert(place, Place { user, order });
                None
            }
        }
    }

    /// Forgets a user's seat, if it is this one; whether it was.
    pub(crate) fn remove(&mut self, user: &UserId, order: JoinOrder) -> bool {
        self.unhear(order);
        let found = self.search(user);
        let Some(place) = found.ok().filter(|place| self.places[*place].order == order) else { return false };
        self.places.remove(place);
        true
    }

    /// A broadcast of a member on another node was received.
    pub(crate) fn hear(&mut self, from: JoinOrder, cid: Cid) {
        match self.heard.binary_search_by_key(&from, |(order, _)| *order) {
            Ok(place) => self.heard[place].1 = self.heard[place].1.max(cid),
            Err(place) => self.heard.insert(place, (from, cid)),
        }
    }

    /// What was received from this member is known from their own seat.
    pub(crate) fn unhear(&mut self, from: JoinOrder) {
        self.heard.retain(|(order, _)| *order != from);
    }

    pub(crate) fn heard(&self) -> &[(JoinOrder, Cid)] {
        &self.heard
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Place> {
        self.places.iter()
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    #[cfg(test)]
    pub(crate) fn heap_bytes(&self) -> usize {
        self.places.capacity() * size_of::<Place>() + self.heard.capacity() * 16
    }

    pub(crate) fn compact(&mut self) {
        self.places.shrink_to_fit();
        self.heard.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(number: u128) -> UserId {
        UserId::from_u128(number)
    }

    // C15
    #[test]
    fn older_news_never_replace_newer_ones() {
        let mut members = Members::default();
        assert_eq!(members.insert(user(1), 5), None);
        assert_eq!(members.insert(user(1), 9), Some(5));
        assert_eq!(members.insert(user(1), 5), None);
        assert_eq!(members.find(&user(1)), Some(&Place { user: user(1), order: 9 }));
        assert!(!members.remove(&user(1), 5), "the seat that left is not the one that is known");
        assert!(members.remove(&user(1), 9) && members.find(&user(1)).is_none());
    }
}
