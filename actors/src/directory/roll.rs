//! Who of one kind is here, by the id of what they stand for; awake or asleep.

use std::{
    hash::Hash,
    sync::atomic::{AtomicUsize, Ordering},
};

use dashmap::{DashMap, Entry};
use foldhash::fast::RandomState;
use ractor::{ActorId, ActorRef, Message, MessagingErr};

use super::slot::{Mailbox, Place, Posted, Sleeper, Slot, Start, Told, take_turns};

/// Locks that share one kind's slots: whoever comes or goes waits for a turn that is taken behind the same one.
const SHARDS: usize = 64;

/// Everybody of one kind.
pub(super) struct Roll<K, M, R: Sleeper> {
    slots: DashMap<K, Slot<ActorRef<M>, R>, RandomState>,
    asleep: AtomicUsize,
}

impl<M: Message> Mailbox for ActorRef<M> {
    type Message = M;

    fn post(&self, message: M) -> Result<(), M> {
        match self.send_message(message) {
            Err(MessagingErr::SendErr(message)) => Err(message),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn is(&self, other: &Self) -> bool {
        self.get_id() == other.get_id()
    }
}

impl<K: Eq + Hash, M, R: Sleeper> Default for Roll<K, M, R> {
    fn default() -> Self {
        let slots = DashMap::with_hasher_and_shard_amount(RandomState::default(), SHARDS);
        Self { slots, asleep: AtomicUsize::new(0) }
    }
}

/// One place on a roll.
struct Spot<'a, K, M, R: Sleeper>(&'a Roll<K, M, R>, K);

impl<K: Eq + Hash + Copy, M: Message, R: Sleeper<Message = M>> Place<ActorRef<M>, R> for Spot<'_, K, M, R> {
    fn shared<T>(&self, look: impl FnOnce(&Slot<ActorRef<M>, R>) -> T) -> Option<T> {
        self.0.slots.get(&self.1).map(|slot| look(slot.value()))
    }

    fn alone<T>(&self, change: impl FnOnce(&mut Slot<ActorRef<M>, R>) -> T) -> Option<T> {
        let mut slot = self.0.slots.get_mut(&self.1)?;
        let before = slot.is_asleep();
        let changed = change(&mut slot);
        match (before, slot.is_asleep()) {
            (true, false) => self.0.asleep.fetch_sub(1, Ordering::Relaxed),
            (false, true) => self.0.asleep.fetch_add(1, Ordering::Relaxed),
            (true, true) | (false, false) => 0,
        };
        Some(changed)
    }
}

impl<K: Eq + Hash + Copy, M: Message, R: Sleeper<Message = M>> Roll<K, M, R> {
    /// Tells whoever stands for `key`: takes a sleeper's turn, starts an actor if there is none and a seed is given, and
    /// one in place of a dead one.
    pub(super) fn tell(
        &self,
        key: K,
        mut message: M,
        seed: Option<R::Seed>,
        start: impl Fn(Start<R>) -> Option<ActorRef<M>>,
    ) -> Told<R::Seed> {
        loop {
            let spot = Spot(self, key);
            // Not a match on the look itself: the slot is let go before anything else is done.
            let posted = match self.slots.get(&key) {
                Some(slot) => slot.post(message),
                None => Posted::Nobody(message),
            };
            message = match posted {
                Posted::Done => return Told::Plainly,
                Posted::Turn(state, message) => return take_turns(&spot, (state, message), start),
                Posted::Nobody(message) => match self.begin(key, message, seed, &start) {
                    Ok(told) => return told,
                    Err(message) => message,
                },
            };
        }
    }

    /// Starts an actor for a message, for the first time or in place of a dead one.
    ///
    /// # Errors
    /// The message, if somebody sleeps here by now.
    fn begin(
        &self,
        key: K,
        message: M,
        seed: Option<R::Seed>,
        start: impl Fn(Start<R>) -> Option<ActorRef<M>>,
    ) -> Result<Told<R::Seed>, M> {
        match self.slots.entry(key) {
            Entry::Occupied(mut slot) => slot.get_mut().replace(message, start),
            Entry::Vacant(vacant) => {
                if let Some((seed, actor)) = seed.and_then(|seed| Some((seed, start(Start::Anew(seed))?))) {
                    let slot = Slot::awake(actor, seed);
                    drop(slot.post(message)); // it was started just now
                    vacant.insert(slot);
                }
                Ok(Told::Plainly)
            }
        }
    }

    /// Starts one that nobody has told anything yet; it stands here before it handles anything.
    pub(super) fn enter(&self, key: K, seed: R::Seed, start: impl FnOnce() -> Option<ActorRef<M>>) -> Option<()> {
        // Holding the entry makes the actor's first look at the directory wait until it stands there.
        let vacant = self.slots.entry(key);
        vacant.insert(Slot::awake(start()?, seed));
        Some(())
    }

    /// Lets an actor that has handled so many messages sleep.
    ///
    /// # Errors
    /// The state, if there is more to do.
    pub(super) fn rest(&self, key: K, (me, handled): (&ActorRef<M>, u64), state: Box<R>) -> Result<(), Box<R>> {
        let mut state = Some(state);
        let rested = Spot(self, key).alone(|slot| state.take().map_or(Ok(()), |state| slot.rest(me, handled, state)));
        rested.unwrap_or_else(|| state.map_or(Ok(()), Err))
    }

    /// Takes an actor that has handled so many messages off the roll; `false` if there is more to do.
    pub(super) fn retire(&self, key: K, (me, handled): (&ActorRef<M>, u64)) -> bool {
        self.slots.remove_if(&key, |_, slot| slot.has_done_all(me, handled)).is_some()
    }

    /// Takes whoever it is off the roll.
    pub(super) fn remove(&self, key: K) -> Option<R::Seed> {
        let (_, slot) = self.slots.remove(&key)?;
        if slot.is_asleep() {
            self.asleep.fetch_sub(1, Ordering::Relaxed);
        }
        slot.seed()
    }

    /// Notes what it takes to start one anew.
    pub(super) fn note(&self, key: K, new: R::Seed) {
        if let Some(mut slot) = self.slots.get_mut(&key)
            && let Slot::Awake { seed, .. } = &mut *slot
        {
            **seed = new;
        }
    }

    /// Whose actor this was, if nobody has taken its place yet.
    pub(super) fn find(&self, dead: ActorId) -> Option<K> {
        let was = |slot: &Slot<ActorRef<M>, R>| matches!(slot, Slot::Awake { actor, .. } if actor.get_id() == dead);
        self.slots.iter().find(|slot| was(slot.value())).map(|slot| *slot.key())
    }

    /// Starts a successor of a dead actor, if it is on this roll and has none yet.
    pub(super) fn restart(&self, dead: ActorId, start: impl Fn(K, R::Seed) -> Option<ActorRef<M>>) -> Option<K> {
        let key = self.find(dead)?;
        let mut slot = self.slots.get_mut(&key)?;
        let seed = match &*slot {
            Slot::Awake { actor, seed, .. } if actor.get_id() == dead => **seed,
            Slot::Awake { .. } | Slot::Asleep(_) => return None,
        };
        *slot = Slot::awake(start(key, seed)?, seed);
        Some(key)
    }

    /// Tells everybody who may be at work something of its own, and answers what came with each.
    pub(super) fn tell_all<T>(&self, say: impl Fn() -> (M, T)) -> Vec<T> {
        let told = self.slots.iter().map(|slot| {
            let (message, with) = say();
            slot.post_if_busy(message); // one that sleeps or is ending drops it, and who waits learns that
            with
        });
        told.collect()
    }

    pub(super) fn keys(&self) -> Vec<K> {
        self.slots.iter().map(|slot| *slot.key()).collect()
    }

    /// Those whose seed is such, and those who cannot be asked because they take a turn.
    pub(super) fn keys_where(&self, is: impl Fn(R::Seed) -> bool) -> Vec<K> {
        let such = self.slots.iter().filter(|slot| slot.seed().is_none_or(&is));
        such.map(|slot| *slot.key()).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn asleep(&self) -> usize {
        self.asleep.load(Ordering::Relaxed)
    }

    /// Lets every actor empty its mailbox and end.
    pub(super) fn drain(&self) {
        for slot in &self.slots {
            if let Slot::Awake { actor, .. } = slot.value() {
                let _ = actor.drain(); // one that has ended needs none
            }
        }
        self.slots.clear();
        self.asleep.store(0, Ordering::Relaxed);
    }
}
