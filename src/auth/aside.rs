//! Work that takes a core for milliseconds (hashing, signing), on a few threads that give way to everything else.
//! Logins wait for it in a bounded queue.
//!
//! Not tokio's blocking pool: a thread that was told to give way cannot be told otherwise without a privilege. A thread
//! that has had nothing to do for a while ends, and what it kept for its work (thread-locals) goes with it.
//! Must not know passwords or tokens.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use super::{AuthError, queue::Queue};

/// How long a thread waits for more before it ends.
const LINGER: Duration = Duration::from_secs(2);

type Job = Box<dyn FnOnce() + Send>;

/// How long a piece of work takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// A millisecond or two: goes before all that takes long.
    Moment,
    /// Tens of milliseconds.
    Long,
}

/// The threads, and what waits for them.
pub(super) struct Aside {
    shared: Arc<Shared>,
    threads_max: usize,
    queue: Arc<Queue>,
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    more: Condvar,
}

#[derive(Default)]
struct Waiting {
    moments: VecDeque<Job>,
    long: VecDeque<Job>,
    threads: usize,
    /// Threads that wait for more.
    idle: usize,
}

impl Aside {
    /// At most so many threads, none of them started before there is work, and so many logins that wait.
    pub(super) fn new(threads_max: usize, waiting_max: usize) -> Self {
        let queue = Arc::new(Queue::new(threads_max, waiting_max, Instant::now()));
        Self { shared: Arc::default(), threads_max, queue }
    }

    /// How many logins run or wait.
    pub(super) fn depth(&self) -> usize {
        self.queue.depth()
    }

    /// A millisecond's work, before all logins that wait.
    ///
    /// # Errors
    /// `Broken` when no thread can be started, or the work panicked.
    pub(super) async fn moment<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, AuthError> {
        self.run(Takes::Moment, work).await
    }

    /// A whole login, its questions to the database too: whoever runs calls is not even woken for it.
    ///
    /// **Invariant:** no more run than there are threads, whatever becomes of those who asked: the place moves into the
    /// work, so a dropped request does not free it (`tests::a_dropped_login_frees_its_place_only_when_it_is_done`).
    ///
    /// # Errors
    /// `Busy` at once when the queue is full, else as the login says and as `moment`.
    pub(super) async fn login<T: Send + 'static>(
        &self,
        login: impl Future<Output = Result<T, AuthError>> + Send + 'static,
    ) -> Result<T, AuthError> {
        let place = self.queue.enter(Instant::now()).map_err(|wait| AuthError::Busy { wait })?;
        let (queue, runtime) = (Arc::clone(&self.queue), tokio::runtime::Handle::current());
        let work = move || {
            let begun = Instant::now();
            let done = runtime.block_on(login);
            queue.took(begun.elapsed());
            drop(place);
            done
        };
        self.run(Takes::Long, work).await?
    }

    async fn run<T: Send + 'static>(
        &self,
        takes: Takes,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, AuthError> {
        let (told, heard) = oneshot::channel();
        self.push(takes, Box::new(move || drop(told.send(work()))))?; // whoever asked may be gone
        heard.await.map_err(|_| AuthError::Broken("work beside the calls ended early".to_owned()))
    }

    fn push(&self, takes: Takes, job: Job) -> Result<(), AuthError> {
        let mut waiting = self.shared.lock();
        let ahead = waiting.moments.len() + waiting.long.len();
        if ahead >= waiting.idle && waiting.threads < self.threads_max {
            let shared = Arc::clone(&self.shared);
            let started = std::thread::Builder::new().name("aldis-aside".to_owned()).spawn(move || shared.serve());
            started.map_err(|why| AuthError::Broken(format!("a thread beside the calls cannot be started: {why}")))?;
            waiting.threads += 1;
        }
        match takes {
            Takes::Moment => waiting.moments.push_back(job),
            Takes::Long => waiting.long.push_back(job),
        }
        drop(waiting);
        self.shared.more.notify_one();
        Ok(())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner) // jobs run outside the lock
    }

    fn serve(&self) {
        give_way();
        while let Some(job) = self.next() {
            let _ = catch_unwind(AssertUnwindSafe(job)); // whoever asked hears of it: nothing was sent
        }
    }

    /// The next job; none when there was none for a while, and then this thread is counted out.
    fn next(&self) -> Option<Job> {
        let mut waiting = self.lock();
        loop {
            if let Some(job) = waiting.next() {
                return Some(job);
            }
            waiting.idle += 1;
            let (woken, waited) = self.more.wait_timeout(waiting, LINGER).unwrap_or_else(PoisonError::into_inner);
            waiting = woken;
            waiting.idle -= 1;
            if waited.timed_out() && waiting.moments.is_empty() && waiting.long.is_empty() {
                waiting.threads -= 1;
                return None;
            }
        }
    }
}

/// From here on this thread runs when a core has nothing else to do. On Linux by its policy (SCHED_IDLE, sched(7)):
/// beside a thread that is only nice, others that wake wait for the rest of its slice, some 3 ms. Where that is
/// refused, the work takes its share like anybody's.
fn give_way() {
    #[cfg(target_os = "linux")]
    {
        use thread_priority::{
            NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy,
            thread_native_id,
        };
        let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
        let _ = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle); // as said above
    }
}

impl Waiting {
    fn next(&mut self) -> Option<Job> {
        self.moments.pop_front().or_else(|| self.long.pop_front())
    }
}
