//! One addressee in the directory: awake it is an actor with a mailbox, asleep a small value.
//!
//! A sleeper takes turns in its sleep, on the thread of whoever tells it, as long as nothing has to be waited for; else
//! the message wakes it. It takes one turn after the other: its state is away while a turn is taken, and what it is told
//! meanwhile stands in line for whoever takes it. No lock is held during a turn.
//!
//! **Invariant:** nothing is lost, doubled or overtaken between falling asleep and waking. Messages are counted as they
//! are posted, under a shared lock; who wants to rest says how many it has handled, under the exclusive one, and rests
//! only if that is all of them. A state is given back only when nothing is in line, under the lock of the line
//! (`tests::nothing_is_lost_between_sleeping_and_waking` tries every interleaving).

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Turns one teller takes for a sleeper at a stretch: who is told more meanwhile is better awake, with a mailbox.
const TURNS_MAX: usize = 64;

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
    /// What it takes to begin, and to begin again after a death.
    type Seed: Copy;

    fn seed(&self) -> Self::Seed;

    /// Takes a turn in its sleep, if that takes no waiting. May tell others; what they answer stands in line.
    fn doze(&mut self, message: Self::Message) -> Dozed<Self::Message>;
}

/// What came of a message that met a sleeper.
pub(crate) enum Dozed<M> {
    /// It is dealt with.
    Through,
    /// It is dealt with, and nobody needs the sleeper any more.
    Ends,
    /// It must wake: the message is for its mailbox, or nothing is if what is to be done is noted in the state.
    Wakes(Option<M>),
}

/// How those of one kind begin and wake.
pub(super) trait Kind<A, R: Sleeper> {
    /// One that begins, or begins again because it died; `None` where the dead stay dead.
    fn begin(&self, seed: R::Seed) -> Option<Box<R>>;

    /// Starts an actor with this state.
    fn wake(&self, state: Box<R>) -> Option<A>;
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told<S> {
    /// It is dealt with, in line or in a mailbox, or there was nobody to tell.
    Plainly,
    /// The actor had died; its successor has the message.
    Restarted,
    /// The sleeper died over it; its successor has what came after.
    Revived,
    /// The sleeper died over it, and has no successor; this is what it took to begin it.
    Died(S),
}

/// What came of posting under the shared lock.
pub(super) enum Posted<R: Sleeper> {
    /// In line or in a mailbox.
    Done,
    /// For [`take_turns`]: the teller takes a turn with it.
    Turn(Box<R>, R::Message),
    /// Nobody is here for it.
    Nobody(R::Message),
}

pub(super) enum Slot<A, R: Sleeper> {
    Awake { actor: A, posted: AtomicU64, seed: Box<R::Seed> },
    Asleep(Mutex<Nap<R>>),
}

/// One who sleeps.
pub(super) struct Nap<R: Sleeper> {
    /// Away while a turn is taken; for good if an actor could not be started, or the sleeper died without a successor.
    state: Option<Box<R>>,
    line: Option<Box<Line<R::Message>>>,
}

/// What stands in line: seldom more than one.
struct Line<M> {
    first: M,
    others: VecDeque<M>,
}

impl<R: Sleeper> Nap<R> {
    fn queue(&mut self, message: R::Message) {
        match &mut self.line {
            Some(line) => line.others.push_back(message),
            None => self.line = Some(Box::new(Line { first: message, others: VecDeque::new() })),
        }
    }

    fn next_in_line(&mut self) -> Option<R::Message> {
        let mut line = self.line.take()?;
        let Some(second) = line.others.pop_front() else { return Some(line.first) };
        let first = std::mem::replace(&mut line.first, second);
        self.line = Some(line);
        Some(first)
    }
}

/// Where a slot stands, as who tells it gets there.
pub(super) trait Place<A, R: Sleeper> {
    /// Looks at the slot beside others, if it still stands.
    fn shared<T>(&self, look: impl FnOnce(&Slot<A, R>) -> T) -> Option<T>;

    /// Changes the slot, alone, if it still stands.
    fn alone<T>(&self, change: impl FnOnce(&mut Slot<A, R>) -> T) -> Option<T>;

    /// Removes the slot, unless something stands in line: then it goes on with that.
    fn end(&self) -> Option<R::Message>;
}

/// Takes a sleeper's turns until nothing stands in line.
pub(super) fn take_turns<R: Sleeper, A: Mailbox<Message = R::Message>>(
    place: &impl Place<A, R>,
    (mut state, mut message): (Box<R>, R::Message),
    kind: &impl Kind<A, R>,
) -> Told<R::Seed> {
    let mut told = Told::Plainly;
    for _ in 0..TURNS_MAX {
        // A panic here costs the sleeper what it costs an actor: its life, and nobody else's.
        let next = match catch_unwind(AssertUnwindSafe(|| state.doze(message))) {
            Ok(Dozed::Through) => place.shared(|slot| slot.give_back(state)).flatten(),
            Ok(Dozed::Ends) => place.end().map(|next| (state, next)),
            Ok(Dozed::Wakes(message)) => {
                place.alone(|slot| slot.wake(state, message, kind));
                return told;
            }
            Err(_) => {
                let seed = state.seed();
                let Some(successor) = kind.begin(seed) else { return Told::Died(seed) };
                told = Told::Revived;
                place.shared(|slot| slot.give_back(successor)).flatten()
            }
        };
        let Some(next) = next else { return told };
        (state, message) = next;
    }
    place.alone(|slot| slot.wake(state, Some(message), kind));
    told
}

impl<R: Sleeper, A: Mailbox<Message = R::Message>> Slot<A, R> {
    /// Somebody who sleeps.
    pub(super) const fn asleep(state: Box<R>) -> Self {
        Self::Asleep(Mutex::new(Nap { state: Some(state), line: None }))
    }

    pub(super) const fn is_asleep(&self) -> bool {
        matches!(self, Self::Asleep(_))
    }

    /// Posts to whoever is awake, or begins a sleeper's turn; callers share the slot.
    pub(super) fn post(&self, message: R::Message) -> Posted<R> {
        match self {
            Self::Awake { actor, posted, .. } => match actor.post(message) {
                Ok(()) => {
                    posted.fetch_add(1, Ordering::Relaxed); // the lock orders it before whoever asks to rest
                    Posted::Done
                }
                Err(message) => Posted::Nobody(message),
            },
            Self::Asleep(nap) => {
                let mut nap = lock(nap);
                if let Some(state) = nap.state.take() {
                    return Posted::Turn(state, message);
                }
                nap.queue(message);
                Posted::Done
            }
        }
    }

    /// As [`post`](Self::post), but who sleeps and has nothing in hand is left alone.
    pub(super) fn post_if_busy(&self, message: R::Message) {
        match self {
            Self::Awake { .. } => drop(self.post(message)),
            Self::Asleep(nap) => {
                let mut nap = lock(nap);
                if nap.state.is_none() {
                    nap.queue(message);
                }
            }
        }
    }

    /// A turn is over: answers the next, or lets the sleeper be.
    fn give_back(&self, state: Box<R>) -> Option<(Box<R>, R::Message)> {
        let Self::Asleep(nap) = self else { return None }; // only who took the turn wakes it
        let mut nap = lock(nap);
        if let Some(next) = nap.next_in_line() {
            return Some((state, next));
        }
        nap.state = Some(state);
        None
    }

    /// What stands in line behind a turn that was taken.
    pub(super) fn next_in_line(&mut self) -> Option<R::Message> {
        match self {
            Self::Asleep(nap) => nap.get_mut().unwrap_or_else(PoisonError::into_inner).next_in_line(),
            Self::Awake { .. } => None,
        }
    }

    /// Wakes the sleeper, for this message and what stands in line.
    fn wake(&mut self, state: Box<R>, message: Option<R::Message>, kind: &impl Kind<A, R>) {
        let seed = state.seed();
        let Some(actor) = kind.wake(state) else { return };
        let mut before =
            std::mem::replace(self, Self::Awake { actor, posted: AtomicU64::new(0), seed: Box::new(seed) });
        for message in message.into_iter().chain(std::iter::from_fn(|| before.next_in_line())) {
            drop(self.post(message)); // it was started just now
        }
    }

    /// Posts to whoever is awake; one who died has a successor from now on.
    ///
    /// # Errors
    /// The message, for who sleeps here, and whether that is a successor.
    pub(super) fn post_or_succeed(
        &mut self,
        message: R::Message,
        kind: &impl Kind<A, R>,
    ) -> Result<(), (R::Message, bool)> {
        let Self::Awake { actor, posted, seed } = self else { return Err((message, false)) };
        let Err(message) = actor.post(message) else {
            *posted.get_mut() += 1;
            return Ok(());
        };
        let Some(successor) = kind.begin(**seed) else { return Ok(()) }; // it is being mourned
        *self = Self::asleep(successor);
        Err((message, true))
    }

    /// Whether this actor is awake here and has handled all that was posted.
    fn has_done_all(&self, me: &A, handled: u64) -> bool {
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

    /// What it takes to begin again; unknown while a sleeper takes a turn.
    pub(super) fn seed(&self) -> Option<R::Seed> {
        match self {
            Self::Awake { seed, .. } => Some(**seed),
            Self::Asleep(nap) => lock(nap).state.as_ref().map(|state| state.seed()),
        }
    }
}

fn lock<R: Sleeper>(nap: &Mutex<Nap<R>>) -> MutexGuard<'_, Nap<R>> {
    nap.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
