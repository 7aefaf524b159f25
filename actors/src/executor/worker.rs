//! Workers: supervised ractor actors that wait for cells' answers, and that continue runs whose budget is spent.

use std::{marker::PhantomData, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use ractor::{Actor, ActorId, ActorProcessingErr, ActorRef, ActorRuntime};

use super::{
    Later, Turn,
    failure::During,
    run::{finish, go},
    supervise,
    system::{Home, Rest, Run, System},
    work::{Work, WorkerRef},
};

/// The worker of one cell: its mailbox holds the awaited answers, in order.
struct Worker<S, T>(PhantomData<fn() -> (S, T)>);

struct Waiting<S: System, K> {
    system: Arc<S>,
    key: K,
    /// Answers awaited so far.
    waited: u64,
    /// Whether a [`Work::Rest`] is scheduled.
    resting: bool,
}

/// Whether this is the cell's worker, and not that of another cell of the same key.
fn is_same<T: Turn>(worker: &WorkerRef<T>, me: &WorkerRef<T>) -> bool {
    worker.get_id() == me.get_id()
}

/// Lets the cell's worker wait for an answer; starts it if necessary.
pub(crate) fn wait<S, T>(system: &Arc<S>, key: S::Key, answer: Later<T::Message>)
where
    T: Turn<Out = S::Out>,
    S: Home<T>,
{
    let waits = system.cells().with_worker(&key, |cell| {
        let waiting = cell.wait(|| start::<S, T>(system, key.clone()));
        waiting.is_some_and(|(worker, generation)| worker.send_message(Work::Await(generation, answer)).is_ok())
    });
    if waits == Some(false) {
        tracing::error!(kind = S::KIND, ?key, "no worker could be started: the node is ending");
    }
}

fn start<S, T>(system: &Arc<S>, key: S::Key) -> Option<WorkerRef<T>>
where
    T: Turn<Out = S::Out>,
    S: Home<T>,
{
    let supervisor = system.supervisor()?;
    let worker = Worker::<S, T>(PhantomData);
    let started = ActorRuntime::spawn_linked_instant(None, worker, (Arc::clone(system), key), supervisor);
    started.ok().map(|(worker, _)| worker)
}

impl<S, T> Actor for Worker<S, T>
where
    T: Turn<Out = S::Out>,
    S: Home<T>,
{
    type Msg = Work<T>;
    type State = Waiting<S, S::Key>;
    type Arguments = (Arc<S>, S::Key);

    /// Does no work: a failure here would go unnoticed.
    async fn pre_start(
        &self,
        _: ActorRef<Work<T>>,
        (system, key): (Arc<S>, S::Key),
    ) -> Result<Waiting<S, S::Key>, ActorProcessingErr> {
        Ok(Waiting { system, key, waited: 0, resting: false })
    }

    async fn handle(
        &self,
        me: ActorRef<Work<T>>,
        work: Work<T>,
        state: &mut Waiting<S, S::Key>,
    ) -> Result<(), ActorProcessingErr> {
        let after = state.system.rest_after();
        match work {
            Work::Await(generation, answer) => {
                let answer = AssertUnwindSafe(answer).catch_unwind().await;
                state.waited += 1;
                state.answered::<T>((&me, generation), answer);
                if !state.resting {
                    state.rest_later::<T>(&me, after);
                }
            }
            #[cfg(any(test, feature = "fault-injection"))]
            Work::Fault => panic!("a fault was injected into this worker"),
            Work::Rest(waited) => {
                state.resting = false;
                if waited != state.waited {
                    state.rest_later::<T>(&me, after);
                    return Ok(());
                }
                let cells = Home::<T>::cells(&*state.system);
                if cells.with_worker(&state.key, |cell| cell.rest(|worker| is_same(worker, &me))).unwrap_or(true) {
                    me.stop(None);
                }
            }
        }
        Ok(())
    }
}

impl<S: System, K> Waiting<S, K> {
    /// Posts the answer to the cell, and runs the cell here.
    fn answered<T>(
        &self,
        (me, generation): (&WorkerRef<T>, u32),
        answer: Result<T::Message, Box<dyn std::any::Any + Send>>,
    ) where
        T: Turn<Out = S::Out>,
        S: Home<T, Key = K>,
        K: Clone + Ord + std::hash::Hash,
    {
        let (system, key) = (&self.system, &self.key);
        let cells = Home::<T>::cells(&**system);
        let message = answer.unwrap_or_else(|panic| {
            supervise::report::<S, T>(system, key, During::Wait, &*panic);
            T::answer_lost()
        });
        let now = system.now();
        let mut run = Run::new(now);
        if let Some(posted) =
            cells.with(key, |cell| cell.answer((|worker: &_| is_same(worker, me), generation), message, now.at))
        {
            run.posted::<T>(key.clone(), posted);
        }
        if !go(system, &mut run) {
            relieve(system, run.rest());
        }
    }

    fn rest_later<T>(&mut self, me: &ActorRef<Work<T>>, after: Duration)
    where
        T: Turn<Out = S::Out>,
        S: Home<T, Key = K>,
    {
        self.resting = true;
        let waited = self.waited;
        me.send_after(after, move || Work::Rest(waited));
    }
}

/// An actor under the supervisor has died: if it was the worker of a cell of this kind, that cell restarts as after a
/// panic. Returns whether it was.
pub(crate) fn worker_died<S, T>(system: &Arc<S>, worker: ActorId) -> bool
where
    T: Turn<Out = S::Out>,
    S: Home<T>,
{
    let Some(key) = system.cells().of_worker(worker) else { return false };
    let now = system.now();
    let mut run = Run::new(now);
    if let Some(posted) = system.cells().with_worker(&key, |cell| cell.lose_worker(T::answer_lost(), now.at)) {
        run.posted::<T>(key, posted);
    }
    finish(system, run);
    true
}

/// Makes a cell's worker panic, if it has one.
#[cfg(any(test, feature = "fault-injection"))]
pub(crate) fn fault_worker<T: Turn, K: Ord + std::hash::Hash + Clone>(cells: &super::Registry<K, T>, key: K) {
    cells.with(&key, |cell| cell.worker().map(|worker| worker.send_message(Work::Fault).is_ok()));
}

/// The worker that continues a run whose budget is spent.
struct Relief<S>(PhantomData<fn() -> S>);

impl<S: System> Actor for Relief<S> {
    type Msg = Rest<S>;
    type State = Arc<S>;
    type Arguments = Arc<S>;

    async fn pre_start(&self, _: ActorRef<Rest<S>>, system: Arc<S>) -> Result<Arc<S>, ActorProcessingErr> {
        Ok(system)
    }

    async fn handle(
        &self,
        me: ActorRef<Rest<S>>,
        rest: Rest<S>,
        system: &mut Arc<S>,
    ) -> Result<(), ActorProcessingErr> {
        let mut run = Run::of(rest, system.now());
        loop {
            tokio::task::yield_now().await; // everybody else of this thread first
            if go(system, &mut run) {
                break;
            }
        }
        me.stop(None);
        Ok(())
    }
}

/// Continues a run on a new worker.
pub(crate) fn relieve<S: System>(system: &Arc<S>, rest: Rest<S>) {
    let Some(supervisor) = system.supervisor() else { return };
    let started = ActorRuntime::spawn_linked_instant(None, Relief::<S>(PhantomData), Arc::clone(system), supervisor);
    if !started.is_ok_and(|(worker, _)| worker.send_message(rest).is_ok()) {
        tracing::error!("no worker could be started: the node is ending");
    }
}
