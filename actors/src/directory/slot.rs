//! One addressee in the directory: awake it is an actor with a mailbox, asleep a small value.
//!
//! **Invariant:** nothing is lost, doubled or overtaken between falling asleep and waking. Messages are counted as they
//! are posted, under a shared lock; who wants to rest says how many it has handled, under the exclusive one, and rests
//! only if that is all of them (`tests::nothing_is_lost_between_sleeping_and_waking` tries every interleaving).

use std::sync::atomic::{AtomicU64, Ordering};

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

    fn seed(&self) -> Self::Seed;

    /// Deals with a message in its sleep, if no more than an answer is due. Runs under a lock: must not tell anybody
    /// of its own kind.
    ///
    /// # Errors
    /// It must wake: the message for its mailbox, or nothing if what is to be done is noted in the state.
    fn doze(&mut self, message: Self::Message) -> Result<(), Option<Self::Message>>;
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
pub(super) enum Told {
    /// It is dealt with or in a mailbox, or there was nobody to tell.
    Plainly,
    /// Somebody was woken for it.
    Woken,
    /// The actor had died; its successor has the message.
    Restarted,
}

pub(super) enum Slot<A, R: Sleeper> {
    Awake {
        actor: A,
        posted: AtomicU64,
        seed: Box<R::Seed>,
    },
    /// Empty only if the actor could not be started: nobody is told anything any more.
    Asleep(Option<Box<R>>),
}

impl<R: Sleeper, A: Mailbox<Message = R::Message>> Slot<A, R> {
    /// An actor that was started just now.
    pub(super) fn awake(actor: A, seed: R::Seed) -> Self {
        Self::Awake { actor, posted: AtomicU64::new(0), seed: Box::new(seed) }
    }

    /// Posts to whoever is awake; callers share the slot.
    ///
    /// # Errors
    /// The message, for [`Slot::rouse`], if nobody is.
    pub(super) fn post(&self, message: R::Message) -> Result<(), R::Message> {
        let Self::Awake { actor, posted, .. } = self else { return Err(message) };
        actor.post(message)?;
        posted.fetch_add(1, Ordering::Relaxed); // the lock orders it before whoever asks to rest
        Ok(())
    }

    /// Posts to whoever must be woken or started anew for it; the caller has the slot alone.
    pub(super) fn rouse(&mut self, message: R::Message, start: impl FnOnce(Start<R>) -> Option<A>) -> Told {
        match self {
            Self::Awake { actor, posted, seed } => {
                let Err(message) = actor.post(message) else {
                    *posted.get_mut() += 1;
                    return Told::Plainly;
                };
                let seed = **seed;
                self.begin(start(Start::Anew(seed)), seed, Some(message), Told::Restarted)
            }
            Self::Asleep(resting) => {
                let Some(mut state) = resting.take() else { return Told::Plainly };
                match state.doze(message) {
                    Ok(()) => {
                        *resting = Some(state);
                        Told::Plainly
                    }
                    Err(message) => {
                        let seed = state.seed();
                        self.begin(start(Start::Woken(state)), seed, message, Told::Woken)
                    }
                }
            }
        }
    }

    fn begin(&mut self, actor: Option<A>, seed: R::Seed, message: Option<R::Message>, told: Told) -> Told {
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
        *self = Self::Asleep(Some(state));
        Ok(())
    }

    pub(super) fn seed(&self) -> Option<R::Seed> {
        match self {
            Self::Awake { seed, .. } => Some(**seed),
            Self::Asleep(state) => state.as_ref().map(|state| state.seed()),
        }
    }
}

#[cfg(test)]
mod tests;
