//! The queue of mails: bounded, off every request's path, a few at a time, each retried with back-off for some minutes.

use std::{sync::Arc, time::Duration};

use metrics::{counter, gauge};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use super::{Letter, MAILS, Mail, MailError, Mailer, WAITING};

/// Limits of the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Mails that wait or are being sent (≈ 1 kB each); further ones are dropped.
    pub waiting_max: usize,
    /// Of these, places for mails that the owner of an account asked for: sign-ups of strangers cannot take them.
    pub reserved_for_resets: usize,
    /// Connections to the mail server at once.
    pub connections_max: usize,
    /// Timeout of handing one mail to the server.
    pub send_within: Duration,
    /// How long a mail is retried, the pauses alone: a link is of no use much later.
    pub retry_within: Duration,
    /// The first pause before a retry; each further one is twice as long, at most a minute.
    pub pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            waiting_max: 256,
            reserved_for_resets: 64,
            connections_max: 4,
            send_within: Duration::from_secs(30),
            retry_within: Duration::from_secs(5 * 60),
            pause: Duration::from_secs(2),
        }
    }
}

/// The longest pause between two tries.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// See the module.
#[derive(Clone)]
pub struct MailQueue(Arc<Shared>);

struct Shared {
    mailer: Arc<dyn Mailer>,
    limits: Limits,
    places: Arc<Semaphore>,
    /// Those of them that sign-ups may take.
    for_signups: Arc<Semaphore>,
    connections: Semaphore,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// The cause of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Somebody who has forgotten a password.
    Reset,
    /// Somebody who signs up.
    Signup,
}

/// A mail's place in the queue.
struct Place {
    _permits: (OwnedSemaphorePermit, Option<OwnedSemaphorePermit>),
}

/// A place in the queue that is taken before the letter is written; given back if it is dropped.
pub struct Reserved {
    queue: Arc<Shared>,
    place: Place,
}

impl Reserved {
    /// Queues a letter and returns at once. A mail that cannot be sent is logged, without its link, and counted.
    pub fn post(self, to: &str, letter: Letter) {
        let (Self { queue, place }, mail) = (self, Mail { id: Uuid::new_v4(), to: to.to_owned(), letter });
        let shared = Arc::clone(&queue);
        queue.tasks.spawn(async move {
            let result = shared.deliver(&mail).await;
            counter!(MAILS, "result" => result).increment(1);
            drop(place);
        });
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        gauge!(WAITING).decrement(1);
    }
}

impl MailQueue {
    /// An empty queue.
    #[must_use]
    pub fn new(mailer: Arc<dyn Mailer>, limits: Limits) -> Self {
        Self(Arc::new(Shared {
            mailer,
            places: Arc::new(Semaphore::new(limits.waiting_max)),
            for_signups: Arc::new(Semaphore::new(limits.waiting_max.saturating_sub(limits.reserved_for_resets))),
            connections: Semaphore::new(limits.connections_max),
            limits,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        }))
    }

    /// Takes a place for a mail; `None` when there is none left for this cause, which is logged and counted.
    #[must_use]
    pub fn reserve(&self, cause: Cause) -> Option<Reserved> {
        let share = match cause {
            Cause::Reset => Some(None),
            Cause::Signup => Arc::clone(&self.0.for_signups).try_acquire_owned().ok().map(Some),
        };
        let all = || Arc::clone(&self.0.places).try_acquire_owned().ok();
        let Some(permits) = share.and_then(|share| Some((all()?, share))) else {
            counter!(MAILS, "result" => "dropped").increment(1);
            tracing::warn!(?cause, "a mail was dropped: the queue is full");
            return None;
        };
        gauge!(WAITING).increment(1);
        Some(Reserved { queue: Arc::clone(&self.0), place: Place { _permits: permits } })
    }

    /// Mails that wait or are being sent.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.limits.waiting_max.saturating_sub(self.0.places.available_permits())
    }

    /// Gives up retries, and waits at most `within` for the mails that are being sent; false when some still are.
    pub async fn finish(&self, within: Duration) -> bool {
        self.0.stop.cancel();
        self.0.tasks.close();
        tokio::time::timeout(within, self.0.tasks.wait()).await.is_ok()
    }
}

impl Shared {
    /// Tries until the mail is sent; the result for the metric.
    async fn deliver(&self, mail: &Mail) -> &'static str {
        let (mut pause, mut waited) = (self.limits.pause, Duration::ZERO);
        loop {
            let Err(MailError { is_final, why }) = self.attempt(mail).await else { return "sent" };
            let (kind, id) = (mail.letter.kind(), mail.id);
            if is_final || self.stop.is_cancelled() || waited + pause > self.limits.retry_within {
                tracing::warn!(kind, %id, why, is_final, "a mail could not be sent");
                return "failed";
            }
            tracing::info!(kind, %id, why, ?pause, "a mail could not be sent yet");
            tokio::select! {
                biased; // stop first: the last try below is made at once
                () = self.stop.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
            }
            waited += pause;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    async fn attempt(&self, mail: &Mail) -> Result<(), MailError> {
        let later = |why: String| MailError { is_final: false, why };
        let _connection = self.connections.acquire().await.map_err(|why| later(why.to_string()))?;
        match tokio::time::timeout(self.limits.send_within, self.mailer.send(mail)).await {
            Ok(sent) => sent,
            Err(_) => Err(later(format!("the mail server did not answer within {:?}", self.limits.send_within))),
        }
    }
}
