//! CPU-bound work of milliseconds (hashing, signing), on a few background threads of the lowest priority. Logins wait
//! for it in a bounded queue.
//!
//! Pure computation only: a thread of the lowest priority that held a lock of the runtime or the database's pool would
//! stop the threads that serve calls. Not tokio's blocking pool: a thread cannot leave the lowest priority without a
//! privilege. A thread that is idle for a while ends, and with it its thread-local buffers.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::{AuthError, queue::Queue};

/// How long a thread may be idle before it ends.
const LINGER: Duration = Duration::from_secs(2);

type Job = Box<dyn FnOnce() + Send>;

/// How long a job takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// A millisecond or two: runs before all longer jobs.
    Moment,
    /// Tens of milliseconds.
    Long,
}

/// The threads and the jobs queued for them.
#[derive(Clone)]
pub struct Aside {
    shared: Arc<Shared>,
    threads_max: usize,
    queue: Arc<Queue>,
}

/// A login's permit to hash, held until the login has ended.
pub struct Place {
    aside: Aside,
    _permit: OwnedSemaphorePermit,
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
    /// Idle threads.
    idle: usize,
}

impl Aside {
    /// At most this many threads, started only when there is work, and this many queued logins.
    #[must_use]
    pub fn new(threads_max: usize, waiting_max: usize) -> Self {
        let queue = Arc::new(Queue::new(threads_max, waiting_max, Instant::now()));
        Self { shared: Arc::default(), threads_max, queue }
    }

    /// Running and queued logins.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.queue.depth()
    }

    /// Runs a job of a millisecond, before all queued logins.
    ///
    /// # Errors
    /// `Broken` when no thread can be started, or the job panicked.
    pub async fn moment<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AuthError> {
        self.run(Takes::Moment, work).await
    }

    /// A place in the queue, for one login.
    ///
    /// # Errors
    /// `Busy` at once when the queue is full.
    pub fn enter(&self) -> Result<Place, AuthError> {
        let permit = self.queue.enter(Instant::now()).map_err(|wait| AuthError::Busy { wait })?;
        Ok(Place { aside: self.clone(), _permit: permit })
    }

    async fn run<T: Send + 'static>(
        &self,
        takes: Takes,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, AuthError> {
        let (told, heard) = oneshot::channel();
        self.push(takes, Box::new(move || drop(told.send(work()))))?; // the caller may be gone
        heard.await.map_err(|_| AuthError::Broken("a background job ended early".to_owned()))
    }

    fn push(&self, takes: Takes, job: Job) -> Result<(), AuthError> {
        let mut waiting = self.shared.lock();
        let ahead = waiting.moments.len() + waiting.long.len();
        if ahead >= waiting.idle && waiting.threads < self.threads_max {
            let shared = Arc::clone(&self.shared);
            let started = std::thread::Builder::new().name("aldis-aside".to_owned()).spawn(move || shared.serve());
            started.map_err(|why| AuthError::Broken(format!("cannot start a background thread: {why}")))?;
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

impl Place {
    /// Hashes: a job of tens of milliseconds.
    ///
    /// # Errors
    /// As `Aside::moment`.
    pub async fn hash<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AuthError> {
        let queue = Arc::clone(&self.aside.queue);
        let measured = move || {
            let begun = Instant::now();
            let done = work();
            queue.took(begun.elapsed());
            done
        };
        self.aside.run(Takes::Long, measured).await
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner) // jobs run outside the lock
    }

    fn serve(&self) {
        give_way();
        while let Some(job) = self.next() {
            let _ = catch_unwind(AssertUnwindSafe(job)); // the caller notices: nothing was sent
        }
    }

    /// The next job; `None` after a while without one, and then this thread is no longer counted.
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

/// Makes this thread run only when a core has nothing else to do, on Linux by its policy (SCHED_IDLE, sched(7)): with
/// niceness alone, a waking thread would wait for the rest of the slice, some 3 ms. Where that is refused, the job
/// competes for its share.
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
