//! The run loop: which cell runs, for how long, and which cells follow.
//!
//! A run posts its messages first, then runs the claimed cells one after the other, each until its mailbox is empty:
//! messages that were sent together are handled together. A turn's output is posted before the cell is released, so that
//! nothing overtakes it, and run afterwards, never while a turn is on the stack. Once the budget is spent, the remaining
//! cells continue on a worker.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use super::{
    Moment, Next, Out, Turn,
    cell::{Cell, Mailbox},
    failure::During,
    registry::Claimed,
    supervise,
    system::{Home, Run, System},
};

/// Posts these messages, and runs their cells on this thread. Must be called on the node's runtime.
pub(crate) fn deliver<S: System>(system: &Arc<S>, told: impl IntoIterator<Item = S::Out>) {
    let mut run = system.buffers();
    run.told.extend(told);
    finish(system, run);
}

/// Runs the cells of a run on this thread; those that exceed the budget continue on a worker.
pub(crate) fn finish<S: System>(system: &Arc<S>, mut run: Run<S>) {
    if go(system, &mut run) {
        system.keep_buffers(run);
    } else {
        system.relieve(run.rest());
    }
}

/// Runs until nothing is left, or the budget is spent; returns whether nothing is left.
pub(crate) fn go<S: System>(system: &Arc<S>, run: &mut Run<S>) -> bool {
    run.begin(system);
    run.post_caught(system);
    while let Some(ready) = run.ready.pop_front() {
        system.execute(ready, run);
        if run.is_spent() && !run.ready.is_empty() {
            return false;
        }
    }
    true
}

/// Messages taken out of a cell's mailbox, to be run next.
type Taken<T> = Option<Box<Mailbox<<T as Turn>::Message>>>;

/// What a thread has taken out of a cell: it must be run, given back, or ended.
struct Held<T: Turn> {
    state: Option<Box<T>>,
    taken: Taken<T>,
    /// The next message, while the output of the turn before is posted.
    next: Option<T::Message>,
}

/// Runs one cell until its mailbox is empty, or the budget is spent. A panic outside its turns (while its output is posted)
/// leaves it as it is after its last turn.
pub(crate) fn execute<S, T>(system: &Arc<S>, claimed: Claimed<S::Key, T>, run: &mut Run<S>)
where
    T: Turn<Out = S::Out>,
    S: Home<T>,
{
    let Claimed { key, state, message } = claimed;
    let mut held = Held { state: Some(state), taken: None, next: None };
    let ran = catch_unwind(AssertUnwindSafe(|| run_cell(system, &key, (&mut held, message), run)));
    let Err(panic) = ran else { return };
    supervise::report::<S, T>(system, &key, During::Delivery, &*panic);
    run.post_caught(system);
    let Some(state) = held.state else { return };
    if let Some(message) = held.next {
        return run.ready.push_back(S::ready(Claimed { key, state, message }));
    }
    let given_back = system.cells().with(&key, |cell| {
        held.taken.into_iter().for_each(|taken| cell.put_back(taken));
        cell.give_back(state)
    });
    if let Some(Err((state, message))) = given_back {
        run.read_clock(system);
        run.ready.push_back(S::ready(Claimed { key, state, message }));
    }
}

fn run_cell<S, T>(system: &Arc<S>, key: &S::Key, (held, mut message): (&mut Held<T>, T::Message), run: &mut Run<S>)
where
    T: Turn<Out = S::Out>,
    S: Home<T>,
{
    let mut out = Out { told: std::mem::take(&mut run.told), waits: Vec::new() };
    loop {
        let turned = attempt(system, key, held, (&mut out, run.now), |state, now, out| state.turn(message, now, out));
        let Some(after) = turned else { break };
        run.took_step(system);
        if let Some(next) = next_of(system, key, &mut held.taken, run) {
            message = next;
            if run.is_spent() {
                if let Some(rest) = held.taken.take() {
                    system.cells().with(key, |cell| cell.put_back(rest));
                }
                held.next = Some(message);
                run.post_told(system, &mut out.told);
                let (Some(state), Some(message)) = (held.state.take(), held.next.take()) else { break };
                run.ready.push_back(S::ready(Claimed { key: key.clone(), state, message }));
                break;
            }
            continue;
        }
        let settled = attempt(system, key, held, (&mut out, run.now), |state, now, out| state.settle(now, out));
        let Some(then) = settled else { break };
        run.took_step(system);
        run.post_told(system, &mut out.told);
        let Some(state) = held.state.take() else { break };
        let over = if after == Next::Stop || then == Next::Stop {
            system.cells().end(key).map_or(Ok(()), |message| Err((state, message)))
        } else {
            system.cells().with(key, |cell| cell.give_back(state)).unwrap_or(Ok(()))
        };
        let Err((state, queued)) = over else { break };
        run.read_clock(system);
        (held.state, message) = (Some(state), queued);
    }
    // Messages are left only if the cell has ended.
    supervise::refuse::<S, T>(system, key, held.taken.take().into_iter().flatten(), &mut out.told);
    run.post_told(system, &mut out.told);
    run.told = out.told;
}

/// The next message of a cell: a taken one, else a queued one.
fn next_of<S, T>(system: &Arc<S>, key: &S::Key, taken: &mut Taken<T>, run: &mut Run<S>) -> Option<T::Message>
where
    T: Turn<Out = S::Out>,
    S: Home<T>,
{
    if let Some(next) = taken.as_mut().and_then(|taken| taken.next()) {
        return Some(next);
    }
    *taken = system.cells().with(key, Cell::take).flatten();
    let next = taken.as_mut()?.next();
    run.read_clock(system);
    next
}

/// One turn. A panic restarts or ends this cell only; `None`: the cell has ended.
fn attempt<S, T>(
    system: &Arc<S>,
    key: &S::Key,
    held: &mut Held<T>,
    (out, now): (&mut Out<T::Out, T::Message>, Moment),
    turn: impl FnOnce(&mut T, Moment, &mut Out<T::Out, T::Message>) -> Next,
) -> Option<Next>
where
    T: Turn<Out = S::Out>,
    S: Home<T>,
{
    let told = out.told.len();
    let state = held.state.as_mut()?;
    match catch_unwind(AssertUnwindSafe(|| turn(state, now, out))) {
        Ok(next) => {
            if !out.waits.is_empty() {
                out.waits.drain(..).for_each(|answer| system.wait(key.clone(), answer));
            }
            Some(next)
        }
        Err(panic) => {
            out.told.truncate(told); // a turn that was not completed has told nobody anything
            out.waits.clear();
            held.state = supervise::restart::<S, T>(system, key, (held.state.take()?, panic), &mut out.told);
            held.state.is_some().then_some(Next::Done)
        }
    }
}
