//! Which actors of one kind are here, by the id of what they stand for.

use std::hash::Hash;

use dashmap::{DashMap, Entry};
use ractor::{ActorId, ActorRef, Message, MessagingErr};

/// Actors by id, each with what it takes to start its like again.
pub(super) struct Roll<K, M, S> {
    entries: DashMap<K, (ActorRef<M>, S)>,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// It is in a mailbox, or there was nobody to tell.
    Plainly,
    /// The actor had died; its successor has the message.
    Restarted,
}

impl Told {
    pub(super) fn is_restarted(self) -> bool {
        self == Self::Restarted
    }
}

impl<K: Eq + Hash, M, S> Default for Roll<K, M, S> {
    fn default() -> Self {
        Self { entries: DashMap::new() }
    }
}

impl<K: Eq + Hash + Copy, M: Message, S: Copy> Roll<K, M, S> {
    /// Tells the actor of `key`; starts one if there is none and a seed is given, and in place of a dead one.
    pub(super) fn tell(&self, key: K, message: M, seed: Option<S>, start: impl Fn(S) -> Option<ActorRef<M>>) -> Told {
        let message = match self.entries.get(&key) {
            Some(entry) => match entry.0.send_message(message) {
                Err(MessagingErr::SendErr(message)) => message,
                Ok(()) | Err(_) => return Told::Plainly,
            },
            None => message,
        };
        match self.entries.entry(key) {
            Entry::Occupied(mut entry) => {
                let Err(MessagingErr::SendErr(message)) = entry.get().0.send_message(message) else {
                    return Told::Plainly;
                };
                let seed = entry.get().1;
                let Some(actor) = start(seed) else { return Told::Plainly };
                let _ = actor.send_message(message); // it was started just now
                entry.insert((actor, seed));
                Told::Restarted
            }
            Entry::Vacant(entry) => {
                if let Some((seed, actor)) = seed.and_then(|seed| Some((seed, start(seed)?))) {
                    let _ = actor.send_message(message); // it was started just now
                    entry.insert((actor, seed));
                }
                Told::Plainly
            }
        }
    }

    /// Tells the actor of `key` if there is a live one.
    pub(super) fn tell_if_open(&self, key: K, message: M) {
        if let Some(entry) = self.entries.get(&key) {
            let _ = entry.0.send_message(message); // a dead one is being mourned by the node
        }
    }

    /// Takes an actor off the roll; `false` if another stands there by now.
    pub(super) fn retire(&self, key: K, me: &ActorRef<M>) -> bool {
        self.entries.remove_if(&key, |_, (actor, _)| actor.get_id() == me.get_id()).is_some()
    }

    /// Starts a successor of a dead actor, if it is on this roll and has none yet.
    pub(super) fn restart(&self, dead: ActorId, start: impl Fn(K, S) -> Option<ActorRef<M>>) -> Option<K> {
        let key = self.entries.iter().find(|entry| entry.0.get_id() == dead).map(|entry| *entry.key())?;
        let mut entry = self.entries.get_mut(&key).filter(|entry| entry.0.get_id() == dead)?;
        entry.0 = start(key, entry.1)?;
        Some(key)
    }

    /// Tells every actor something of its own, and answers what came with each.
    pub(super) fn tell_all<T>(&self, say: impl Fn() -> (M, T)) -> Vec<T> {
        let told = self.entries.iter().map(|entry| {
            let (message, with) = say();
            let _ = entry.0.send_message(message); // one that is ending drops it, and who waits learns that
            with
        });
        told.collect()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Lets every actor empty its mailbox and end.
    pub(super) fn drain(&self) {
        for entry in &self.entries {
            let _ = entry.0.drain(); // one that has ended needs none
        }
        self.entries.clear();
    }
}
