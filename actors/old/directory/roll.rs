//! Who of one kind is here, by the id of what they stand for; awake or asleep.

use std::{
    hash::Hash,
    sync::atomic::{AtomicUsize, Ordering},
};

use dashmap::{DashMap, Entry};
use foldhash::fast::RandomState;
use ractor::{ActorId, ActorRef, Message, MessagingErr};

use super::slot::{Kind, Mailbox, Place, Posted, Sleeper, Slot, Told, take_turns};

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

    fn end(&self) -> Option<M> {
        let mut next = None;
        let ended = self.0.slots.remove_if_mut(&self.1, |_, slot| {
            next = slot.next_in_line();
            next.is_none()
        });
        self.0.asleep.fetch_sub(usize::from(ended.is_some()), Ordering::Relaxed);
        next
    }
}

impl<K: Eq + Hash + Copy, M: Message, R: Sleeper<Message = M>> Roll<K, M, R> {
    /// Tells whoever stands for `key`, or one that begins with this seed if there is nobody.
    pub(super) fn tell(
        &self,
        key: K,
        mut message: M,
        seed: Option<R::Seed>,
        kind: &impl Kind<ActorRef<M>, R>,
    ) -> Told<R::Seed> {
        let (spot, mut told) = (Spot(self, key), Told::Plainly);
        loop {
            // Not a match on the look itself: the slot is let go before anything else is done.
            let posted = match self.slots.get(&key) {
                Some(slot) => slot.post(message),
                None => Posted::Nobody(message),
            };
            message = match posted {
                Posted::Done => return told,
                Posted::Turn(state, message) => {
                    let taken = take_turns(&spot, (state, message), kind);
                    return if matches!(taken, Told::Plainly) { told } else { taken };
                }
                Posted::Nobody(message) => match self.begin(key, message, seed, kind) {
                    Ok(()) => return Told::Plainly,
                    Err((message, is_successor)) => {
                        told = if is_successor { Told::Restarted } else { told };
                        message
                    }
                },
            };
        }
    }

    /// Lets one begin that can take a message, for the first time or in place of one who died.
    ///
    /// # Errors
    /// The message, for who sleeps here now, and whether that is a successor.
    fn begin(
        &self,
        key: K,
        message: M,
        seed: Option<R::Seed>,
        kind: &impl Kind<ActorRef<M>, R>,
    ) -> Result<(), (M, bool)> {
        match self.slots.entry(key) {
            Entry::Occupied(mut slot) => {
                let was_asleep = slot.get().is_asleep();
                let posted = slot.get_mut().post_or_succeed(message, kind);
                self.asleep.fetch_add(usize::from(!was_asleep && slot.get().is_asleep()), Ordering::Relaxed);
                posted
            }
            Entry::Vacant(vacant) => {
                let Some(state) = seed.and_then(|seed| kind.begin(seed)) else { return Ok(()) };
                vacant.insert(Slot::asleep(state));
                self.asleep.fetch_add(1, Ordering::Relaxed);
                Err((message, false))
            }
        }
    }

    /// Enters one that nobody has told anything yet.
    pub(super) fn enter(&self, key: K, state: Box<R>) {
        self.slots.insert(key, Slot::asleep(state));
        self.asleep.fetch_add(1, Ordering::Relaxed);
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

    /// Lets a successor of a dead actor begin, if it is on this roll and has none yet.
    pub(super) fn restart(&self, dead: ActorId, begin: impl Fn(K, R::Seed) -> Option<Box<R>>) -> Option<K> {
        let key = self.find(dead)?;
        Spot(self, key).alone(|slot| {
            if let Slot::Awake { actor, seed, .. } = slot
                && actor.get_id() == dead
            {
                *slot = Slot::asleep(begin(key, **seed)?);
                return Some(key);
            }
            None
        })?
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
