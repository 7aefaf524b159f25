//! One addressee in the directory: awake it is an actor with a mailbox, asleep a small value.
//!
//! A sleeper deals with a message in its sleep, on the thread of whoever tells it, as long as deciding takes no waiting
//! and what is decided is light; else the message wakes it. Either way it deals with one message after the other.
//!
//! **Invariant:** nothing is lost, doubled or overtaken between falling asleep and waking. Messages are counted as they
//! are posted, under a shared lock; who wants to rest says how many it has handled, under the exclusive one, and rests
//! only if that is all of them (`tests::nothing_is_lost_between_sleeping_and_waking` tries every interleaving).

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Where an actor that is awake gets its messages.
pub(super) trait Mailbox {
    type Message;

    /// Puts a message in.
    ///
    /// # Errors
    /// The message, if the actor has died.
    fn post(&self, message: Self::Message) -> Result<(), Self::Message>;

    /// Whether both are the same actor's.
    fn is(&self, other: &Self) -> bool;
}

/// What is left of an actor that rests: its rules' state, and what wakes with it.
pub(crate) trait Sleeper: Sized {
    type Message;
    /// What it takes to start the actor's like anew, should it die.
    type Seed: Copy;
    /// What a sleeper wants others to be told; done by whoever told it, once the sleeper is let go.
    type Errand: Default;

    fn seed(&self) -> Self::Seed;

    /// Deals with a message in its sleep, if that takes no waiting. Runs under a lock: must tell nobody anything.
    fn doze(&mut self, message: Self::Message) -> Dozed<Self>;
}

/// What came of a message that met a sleeper.
pub(crate) enum Dozed<R: Sleeper> {
    /// It is dealt with, but for this.
    Through(R::Errand),
    /// It must wake: the message is for its mailbox, or nothing is if what is to be done is noted in the state.
    Wakes(Option<R::Message>),
}

/// How an actor is started.
pub(crate) enum Start<R: Sleeper> {
    /// For the first time, or in place of one that died.
    Anew(R::Seed),
    /// With the state it went to sleep with.
    Woken(Box<R>),
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told<S> {
    /// It is dealt with or in a mailbox, or there was nobody to tell.
    Plainly,
    /// Somebody was woken for it.
    Woken,
    /// The actor had died; its successor has the message.
    Restarted,
    /// A sleeper panicked over it and is no more; this is what it took to start it.
    Died(S),
}

/// What came of posting under the shared lock.
pub(super) enum Posted<R: Sleeper> {
    /// Dealt with or in a mailbox.
    Done(R::Errand),
    /// For [`Slot::rouse`]: somebody must be woken, or started anew, for this.
    Rouse(Option<R::Message>),
    /// The sleeper panicked.
    Died(R::Seed),
}

pub(super) enum Slot<A, R: Sleeper> {
    Awake {
        actor: A,
        posted: AtomicU64,
        seed: Box<R::Seed>,
    },
    /// Empty only if the actor could not be started, or the sleeper panicked: nobody is told anything any more.
    Asleep(Mutex<Option<Box<R>>>),
}

impl<R: Sleeper, A: Mailbox<Message = R::Message>> Slot<A, R> {
    /// An actor that was started just now.
    pub(super) fn awake(actor: A, seed: R::Seed) -> Self {
        Self::Awake { actor, posted: AtomicU64::new(0), seed: Box::new(seed) }
    }

    /// Somebody who sleeps.
    pub(super) fn asleep(state: Box<R>) -> Self {
        Self::Asleep(Mutex::new(Some(state)))
    }

    /// Posts to whoever is awake, or lets the sleeper deal with it; callers share the slot.
    pub(super) fn post(&self, message: R::Message) -> Posted<R> {
        match self {
            Self::Awake { actor, posted, .. } => match actor.post(message) {
                Ok(()) => {
                    posted.fetch_add(1, Ordering::Relaxed); // the lock orders it before whoever asks to rest
                    Posted::Done(R::Errand::default())
                }
                Err(message) => Posted::Rouse(Some(message)),
            },
            Self::Asleep(resting) => {
                let mut resting = resting.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(state) = &mut *resting else { return Posted::Done(R::Errand::default()) };
                // A panic here costs the sleeper what it costs an actor: its life, and nobody else's.
                match catch_unwind(AssertUnwindSafe(|| state.doze(message))) {
                    Ok(Dozed::Through(errand)) => Posted::Done(errand),
                    Ok(Dozed::Wakes(message)) => Posted::Rouse(message),
                    Err(_) => {
                        let seed = state.seed();
                        *resting = None;
                        Posted::Died(seed)
                    }
                }
            }
        }
    }

    /// Posts to whoever must be woken or started anew for it; the caller has the slot alone.
    pub(super) fn rouse(
        &mut self,
        message: Option<R::Message>,
        start: impl FnOnce(Start<R>) -> Option<A>,
    ) -> Told<R::Seed> {
        match self {
            Self::Awake { actor, posted, seed } => {
                let Some(message) = message else { return Told::Plainly };
                let Err(message) = actor.post(message) else {
                    *posted.get_mut() += 1;
                    return Told::Plainly;
                };
                let seed = **seed;
                self.begin(start(Start::Anew(seed)), seed, Some(message), Told::Restarted)
            }
            Self::Asleep(resting) => {
                let resting = resting.get_mut().unwrap_or_else(PoisonError::into_inner).take();
                let Some(state) = resting else { return Told::Plainly };
                let seed = state.seed();
                self.begin(start(Start::Woken(state)), seed, message, Told::Woken)
            }
        }
    }

    fn begin(
        &mut self,
        actor: Option<A>,
        seed: R::Seed,
        message: Option<R::Message>,
        told: Told<R::Seed>,
    ) -> Told<R::Seed> {
        let Some(actor) = actor else { return Told::Plainly };
        *self = Self::awake(actor, seed);
        if let Some(message) = message {
            let _ = self.post(message); // it was started just now
        }
        told
    }

    /// Whether this actor is awake here and has handled all that was posted.
    pub(super) fn has_done_all(&self, me: &A, handled: u64) -> bool {
        match self {
            Self::Awake { actor, posted, .. } => actor.is(me) && posted.load(Ordering::Relaxed) == handled,
            Self::Asleep(_) => false,
        }
    }

    /// Goes to sleep.
    ///
    /// # Errors
    /// The state, if something was posted that `handled` does not count, or another actor stands here by now.
    pub(super) fn rest(&mut self, me: &A, handled: u64, state: Box<R>) -> Result<(), Box<R>> {
        if !self.has_done_all(me, handled) {
            return Err(state);
        }
        *self = Self::asleep(state);
        Ok(())
    }

    pub(super) fn seed(&self) -> Option<R::Seed> {
        match self {
            Self::Awake { seed, .. } => Some(**seed),
            Self::Asleep(resting) => {
                let resting = resting.lock().unwrap_or_else(PoisonError::into_inner);
                resting.as_ref().map(|state| state.seed())
            }
        }
    }
}

#[cfg(test)]
mod tests;
