//! One media server as the rest of the node sees it: requests are bounded in number, wait for their turn, have a deadline, and pass
//! a breaker.
//! Must not know rooms, nor how the server is listened to.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use actors::{
    clock::monotonic,
    ports::media::{Json, MediaError},
};
use ractor::ActorRef;
use secrecy::SecretString;
use tokio::{
    sync::{Semaphore, oneshot},
    time::timeout,
};

use super::{
    client::Client,
    limits::Limits,
    metrics::{self, Meters},
    rules::{Ask, Failure, Life, Load, Position, Told, Verdict},
};

/// Messages to the server's actor.
pub(super) enum Message {
    /// The time has come that it waits for.
    Woken,
    /// A request has failed.
    Failed(Failure),
    /// The event stream of this number has told these lines; it goes on when they are handled.
    Told(u64, Vec<Told>, oneshot::Sender<()>),
    /// The event stream of this number has ended; why.
    Ended(u64, String),
    /// A probe was answered by this run of the process, or failed.
    Probed(Result<Arc<str>, String>),
    /// Panics.
    #[cfg(test)]
    Fault,
}

/// The actor's knowledge; requests read it.
#[derive(Debug, Clone)]
pub(super) struct View {
    /// The breaker's position.
    pub(super) position: Position,
    /// When it is probed next, while the breaker is open.
    pub(super) probe_at: Option<Instant>,
    /// The run that is heard, or was last.
    pub(super) instance: Option<Arc<str>>,
    /// Its load, while it is heard.
    pub(super) load: Option<Load>,
    /// The last runs of its process, the newest last: those before it are gone for good.
    runs: VecDeque<Arc<str>>,
}

/// Runs that are remembered: a room whose placement is older is told so by the server.
const RUNS_MAX: usize = 8;

/// See the module.
pub(super) struct Server {
    /// Its name on all nodes.
    pub(super) name: Arc<str>,
    pub(super) client: Client,
    pub(super) limits: Limits,
    pub(super) meters: Meters,
    view: Mutex<View>,
    actor: Mutex<Option<ActorRef<Message>>>,
    /// Places for requests that wait or are under way.
    places: Semaphore,
    /// Turns of those under way.
    turns: Semaphore,
    /// Turns of deletions.
    pub(super) deleting: Semaphore,
    /// A failure was logged, and no good answer came since.
    has_complained: AtomicBool,
}

/// When it is worthwhile to ask a full server again.
const FULL_FOR: Duration = Duration::from_secs(5);
/// When it is worthwhile to ask again after a failure.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// The spread of retries after the next probe.
const SPREAD_MS: u64 = 500;

/// What an answer to a request was, beside what it says: which run of the process was asked.
pub(super) type Asked = Result<(Json, Arc<str>), Refused>;

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refused {
    /// As the port tells it.
    As(MediaError),
    /// The server takes no more, and another one is to be asked.
    Full,
}

impl From<Refused> for MediaError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::As(why) => why,
            Refused::Full => full("the room is on a media server that is full", FULL_FOR),
        }
    }
}

/// The error of a server that cannot be used now.
pub(super) fn unavailable(why: &str, retry_after: Duration) -> MediaError {
    MediaError::Unavailable { why: whole(why), retry_after }
}

/// The error of servers that take no more.
pub(super) fn full(why: &str, retry_after: Duration) -> MediaError {
    MediaError::Full { why: whole(why), retry_after }
}

fn whole(why: &str) -> Box<str> {
    format!("Media Server Unavailable: {why}").into()
}

impl Server {
    /// A server that nobody listens to yet.
    ///
    /// # Errors
    /// No connections can be made with this secret or these certificates.
    pub(super) fn new(name: &str, base: &str, secret: &SecretString, limits: Limits) -> anyhow::Result<Self> {
        let name: Arc<str> = name.into();
        let view =
            View { position: Position::Closed, probe_at: None, instance: None, load: None, runs: VecDeque::new() };
        Ok(Self {
            client: Client::new(base, secret, &limits)?,
            meters: Meters::new(&name),
            name,
            view: Mutex::new(view),
            actor: Mutex::default(),
            places: Semaphore::new(limits.in_flight_max + limits.waiting_max),
            turns: Semaphore::new(limits.in_flight_max),
            deleting: Semaphore::new(limits.deleting_max),
            has_complained: AtomicBool::new(false),
            limits,
        })
    }

    /// Its known state.
    pub(super) fn view(&self) -> View {
        self.view.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its actor has learnt something.
    pub(super) fn learn(&self, life: &Life) {
        let (position, load) = (life.position(), life.load());
        self.meters.stands(load, position);
        let mut view = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        (view.position, view.probe_at, view.load) = (position, life.probe_at(), load);
        view.instance = life.instance().cloned();
        if let Some(run) = life.instance().filter(|run| view.runs.back() != Some(*run)) {
            view.runs.retain(|known| known != run);
            view.runs.push_back(Arc::clone(run));
            if view.runs.len() > RUNS_MAX {
                view.runs.pop_front();
            }
        }
    }

    /// Its actor, which is told of failures.
    pub(super) fn is_watched_by(&self, actor: ActorRef<Message>) {
        *self.actor.lock().unwrap_or_else(PoisonError::into_inner) = Some(actor);
    }

    /// Its actor.
    pub(super) fn actor(&self) -> Option<ActorRef<Message>> {
        self.actor.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Requests that wait or are under way.
    pub(super) fn in_flight(&self) -> usize {
        (self.limits.in_flight_max + self.limits.waiting_max).saturating_sub(self.places.available_permits())
    }

    /// Asks, until `deadline`. `expected`: the run of the process that must answer.
    pub(super) async fn ask(&self, ask: &Ask, expected: Option<&str>, deadline: Instant) -> Asked {
        let not_sent = |why: MediaError| {
            metrics::ended(ask.event, "not_sent", None);
            Refused::As(why)
        };
        self.admits(expected).map_err(not_sent)?;
        let busy = || not_sent(unavailable("too many requests wait for the media server", AGAIN_AFTER));
        let _place = self.places.try_acquire().map_err(|_| busy())?;
        self.meters.inflight.increment(1);
        let _counted = Counted(self);
        let turn = timeout(left(deadline), self.turns.acquire()).await;
        let Ok(Ok(_turn)) = turn else { return Err(busy()) };
        self.admits(expected).map_err(not_sent)?; // it may have opened meanwhile
        let begun = monotonic();
        let sent = timeout(left(deadline), self.client.send(ask)).await;
        let took = monotonic().saturating_duration_since(begun);
        let (result, outcome) = match sent {
            Err(_) => {
                // One that got little time says nothing about the server.
                if took * 2 >= self.limits.request_within {
                    self.failed(Failure::Timeout, "no answer in time");
                }
                ("timeout", Err(Refused::As(unavailable("it does not answer in time", AGAIN_AFTER))))
            }
            Ok(Err(why)) => ("broken", Err(self.broken(&why.to_string()))),
            Ok(Ok(answer)) => {
                let instance = || answer.instance.as_deref().unwrap_or_default().into();
                let (result, told) = self.judged(answer.verdict(expected, ask.gives_id));
                (result, told.map(|json| (json, instance())))
            }
        };
        metrics::ended(ask.event, result, Some(took));
        outcome
    }

    /// What an answer comes to, and its name in metrics.
    fn judged(&self, verdict: Verdict) -> (&'static str, Result<Json, Refused>) {
        let refused = |why| ("refused", Err(Refused::As(why)));
        let is_well = !matches!(verdict, Verdict::Broken(_) | Verdict::Unauthorized | Verdict::OtherInstance);
        if is_well && self.has_complained.swap(false, Ordering::Relaxed) {
            tracing::info!(server = %self.name, "the media server answers again");
        }
        match verdict {
            Verdict::Done(json) => ("done", Ok(json)),
            Verdict::NotFound => refused(MediaError::NotFound),
            Verdict::Rejected(why) => refused(MediaError::Rejected(why)),
            Verdict::Limit(why) => refused(MediaError::Limit(why)),
            Verdict::Full => ("full", Err(Refused::Full)),
            Verdict::OtherInstance => ("other_instance", Err(Refused::As(MediaError::OtherInstance))),
            Verdict::Unauthorized => ("unauthorized", Err(self.broken(UNAUTHORIZED))),
            Verdict::Broken(why) => ("broken", Err(self.broken(&why))),
        }
    }

    fn broken(&self, why: &str) -> Refused {
        self.failed(Failure::Broken, why);
        Refused::As(unavailable("it does not answer as it should", AGAIN_AFTER))
    }

    /// Logs the first failure of several, and tells the actor, which counts them.
    fn failed(&self, failure: Failure, why: &str) {
        self.complain(why);
        if let Some(actor) = self.actor() {
            let _ = actor.send_message(Message::Failed(failure)); // fails while it is started again: one less is counted
        }
    }

    /// Logs the first failure since the last good answer.
    pub(super) fn complain(&self, why: &str) {
        if !self.has_complained.swap(true, Ordering::Relaxed) {
            tracing::warn!(server = %self.name, why, "the media server cannot be used as it should; further failures are counted only");
        }
    }

    /// Whether a request may leave now, to this run of the process.
    fn admits(&self, expected: Option<&str>) -> Result<(), MediaError> {
        let view = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        let former = view.runs.len().saturating_sub(1);
        if expected.is_some_and(|expected| view.runs.iter().take(former).any(|run| **run == *expected)) {
            return Err(MediaError::OtherInstance);
        }
        if view.position == Position::Closed {
            return Ok(());
        }
        let until_probe = view.probe_at.map_or(Duration::ZERO, |at| at.saturating_duration_since(monotonic()));
        let spread = Duration::from_millis(rand::random_range(0..SPREAD_MS));
        Err(unavailable("it does not answer; the node looks for it", until_probe.max(AGAIN_AFTER / 2) + spread))
    }

    /// It is heard again: the next failure is worth a line.
    pub(super) fn is_heard(&self) {
        self.has_complained.store(false, Ordering::Relaxed);
    }

    /// Asks whether it is well; the run of the process that says so.
    pub(super) async fn probe(&self) -> Result<Arc<str>, String> {
        let begun = monotonic();
        let answer = match timeout(self.limits.request_within, self.client.send(&Ask::health())).await {
            Err(_) => Err(format!("no answer within {:?}", self.limits.request_within)),
            Ok(Err(why)) => Err(why.to_string()),
            Ok(Ok(answer)) => match answer.verdict(None, false) {
                Verdict::Done(_) => Ok(answer.instance.unwrap_or_default().into()),
                Verdict::Unauthorized => Err(UNAUTHORIZED.to_owned()),
                Verdict::Broken(why) => Err(why),
                Verdict::NotFound
                | Verdict::Rejected(_)
                | Verdict::Limit(_)
                | Verdict::Full
                | Verdict::OtherInstance => Err("it refuses to say whether it is well".to_owned()),
            },
        };
        let result = if answer.is_ok() { "done" } else { "broken" };
        metrics::ended("probe", result, Some(monotonic().saturating_duration_since(begun)));
        answer
    }
}

/// What to do about a secret that is not accepted.
pub(super) const UNAUTHORIZED: &str =
    "it does not accept the secret of this node: media.secret_file here, --secret-file there";

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(monotonic())
}

/// A request that is counted as long as it is there.
struct Counted<'a>(&'a Server);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.meters.inflight.decrement(1);
    }
}
