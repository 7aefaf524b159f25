//! One operation in flight: its script runs, replicas confirm its writes where they must, and the caller is told the outcome.
//! Must not know the life of the link.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, PoisonError},
    task::Poll,
    time::{Duration, Instant},
};

use actors::{clock::monotonic, ledger::Failure};
use futures_util::stream::FuturesUnordered;
use redis::{RedisError, Value, aio::MultiplexedConnection, cmd};
use tokio::{
    sync::{oneshot, watch},
    time::timeout,
};

use super::{
    epoch::{ask, ask_all, begin_epoch, evaluate},
    outcome::{NOT_SENT, Outcome, UNANSWERED, outcome},
    scripts::Script,
    shared::{Call, Shared},
};

/// The result of an operation: whether the link is to be given up.
pub(super) type UnderWay = Pin<Box<dyn Future<Output = bool> + Send>>;

/// Whether replicas have confirmed what was sent before; nothing until that is known.
pub(super) type Confirmation = watch::Receiver<Option<bool>>;

/// Runs of one operation that are sent together. Redis executes what it has received of one connection before it serves others: a
/// message should not wait for all 64 buckets, nor an operation on all of them for too many round trips.
const TOGETHER: usize = 16;

/// How long replicas have to confirm. The commands behind wait as long, so it is well below `answer_within`.
const CONFIRM_WITHIN: Duration = Duration::from_millis(100);

/// Counts an operation that was sent. Dropped without an end, its outcome is unknown: the link was lost.
struct Tally {
    shared: Arc<Shared>,
    script: Script,
    begun: Instant,
    has_ended: bool,
}

impl Tally {
    fn end(mut self, failure: Option<Failure>) {
        self.has_ended = true;
        self.shared.meters.ended(self.script, monotonic() - self.begun, failure);
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        if !self.has_ended {
            self.shared.meters.ended(self.script, monotonic() - self.begun, Some(UNANSWERED));
        }
    }
}

/// Runs a script. A server that knows no epoch has lost everything: a new one begins, and the script runs again.
/// `confirmation`: the answer is held until replicas have confirmed it.
pub(super) async fn evaluated(
    shared: Arc<Shared>,
    mut commands: MultiplexedConnection,
    call: Call,
    confirmation: Option<Confirmation>,
) -> bool {
    if monotonic() - call.asked > shared.limits.answer_within {
        call.refuse();
        return false;
    }
    let Some(call) = call.of_epoch(shared.epoch()) else { return false };
    let tally = Tally { shared: shared.clone(), script: call.script, begun: monotonic(), has_ended: false };
    let mut result = run(&shared, &mut commands, &call).await;
    let mut confirmed = None;
    if result.as_ref().is_ok_and(is_lost) {
        let server = shared.server.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Err(why) = begin_epoch(&shared, &mut commands, &server, false).await {
            tracing::warn!(%why, "a new epoch of the ledger could not begin");
            call.refuse();
            tally.end(Some(NOT_SENT));
            return true;
        }
        result = run(&shared, &mut commands, &call).await;
        if confirmation.is_some() && result.is_ok() {
            confirmed = Some(replicas_have_it(&shared, &mut commands).await);
        }
    }
    let mut became = result.map_err(|error| {
        tracing::debug!(%error, "an operation on the ledger failed");
        outcome(&error)
    });
    if became.is_ok() && !is_confirmed(confirmed, confirmation).await {
        shared.meters.unconfirmed.increment(1);
        became = Err(Outcome { failure: UNANSWERED, ends_link: false });
    }
    drop(call.booked);
    let (failure, ends_link) = tell(became, call.answer);
    tally.end(failure);
    ends_link
}

/// Runs a script as often as it is called for: the answer of one run, or an array of them.
async fn run(shared: &Shared, commands: &mut MultiplexedConnection, call: &Call) -> Result<Value, RedisError> {
    let hash = shared.scripts.hash(call.script);
    if let [run] = &call.runs[..] {
        return ask(commands, &evaluate(hash, run)).await;
    }
    let mut answers = Vec::with_capacity(call.runs.len());
    for runs in call.runs.chunks(TOGETHER) {
        let together: Vec<_> = runs.iter().map(|run| evaluate(hash, run)).collect();
        answers.append(&mut ask_all(commands, &together).await?);
    }
    Ok(Value::Array(answers))
}

/// Whether the server knows no epoch, be it in one bucket.
fn is_lost(answer: &Value) -> bool {
    let Value::Array(parts) = answer else { return false };
    match &parts[..] {
        [Value::BulkString(word)] => word == b"lost",
        parts => parts.iter().any(|part| matches!(part, Value::Array(_)) && is_lost(part)),
    }
}

async fn is_confirmed(known: Option<Result<bool, RedisError>>, confirmation: Option<Confirmation>) -> bool {
    match (known, confirmation) {
        (Some(known), _) => known.unwrap_or(false),
        (None, None) => true,
        (None, Some(mut confirmation)) => {
            // It is dropped when the link is lost.
            confirmation.wait_for(Option::is_some).await.is_ok_and(|known| *known == Some(true))
        }
    }
}

/// Asks whether enough replicas have what was written before on this connection.
async fn replicas_have_it(shared: &Shared, commands: &mut MultiplexedConnection) -> Result<bool, RedisError> {
    let wanted = shared.limits.replicas_min;
    let wait = cmd("WAIT").arg(wanted).arg(CONFIRM_WITHIN.as_millis().to_string()).take();
    let Value::Int(replicas) = ask(commands, &wait).await? else { return Ok(false) };
    let are_enough = usize::try_from(replicas).is_ok_and(|replicas| replicas >= wanted);
    shared.confirmed(are_enough);
    Ok(are_enough)
}

/// Tells all that was sent before whether replicas have confirmed it.
pub(super) async fn confirm(
    shared: Arc<Shared>,
    mut commands: MultiplexedConnection,
    told: watch::Sender<Option<bool>>,
) -> bool {
    let confirmed = replicas_have_it(&shared, &mut commands).await;
    let ends_link = confirmed.as_ref().is_err_and(|why| outcome(why).ends_link);
    if let Err(why) = &confirmed {
        tracing::warn!(%why, "Redis does not tell what its replicas have");
    }
    told.send_replace(Some(confirmed.unwrap_or(false)));
    ends_link
}

/// Tells the caller the outcome: why it failed, and whether the link is to be given up.
pub(super) fn tell(
    became: Result<Value, Outcome>,
    answer: oneshot::Sender<Result<Value, Failure>>,
) -> (Option<Failure>, bool) {
    let failed = became.as_ref().err().copied();
    let _ = answer.send(became.map_err(|became| became.failure));
    (failed.map(|became| became.failure), failed.is_some_and(|became| became.ends_link))
}

/// Polls it once, which enqueues its command behind those before it, and keeps it for later.
pub(super) async fn begin(under_way: &mut FuturesUnordered<UnderWay>, mut operation: UnderWay) {
    let is_done = std::future::poll_fn(|cx| Poll::Ready(operation.as_mut().poll(cx).is_ready())).await;
    if !is_done {
        under_way.push(operation);
    }
}

/// Asks whether the server is there; an answer that does not come in time is none.
pub(super) fn ping(mut connection: MultiplexedConnection, within: Duration) -> UnderWay {
    Box::pin(async move { !matches!(timeout(within, ask(&mut connection, &cmd("PING"))).await, Ok(Ok(_))) })
}
