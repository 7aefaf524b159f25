//! The link's task: dials, hands operations to the connection in the order in which they were asked, and tells each what
//! became of it. What is to be done next is `link.rs`' to say.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, PoisonError, atomic::Ordering},
    task::Poll,
    time::{Duration, Instant},
};

use actors::{clock::monotonic, ledger::Failure, ports::Entropy, protocol::NodeId};
use futures_util::stream::{FuturesUnordered, StreamExt};
use redis::{ConnectionInfo, RedisError, Value, aio::MultiplexedConnection, cmd};
use tokio::{
    sync::{mpsc::Receiver, oneshot},
    time::{MissedTickBehavior, interval, sleep_until, timeout},
};

use super::{
    dial::Dial,
    handshake::{self, Session, ask, evaluate},
    link::{Act, Event, Link},
    outcome::outcome,
    shared::{Call, Order, Shared},
};

/// What an operation leaves: whether the link is to be given up.
type UnderWay = Pin<Box<dyn Future<Output = bool> + Send>>;

/// Where the link leads.
pub(super) struct Address {
    pub(super) info: ConnectionInfo,
    pub(super) dial: Dial,
    /// Spreads the pauses between attempts.
    pub(super) entropy: Box<dyn Entropy>,
}

/// Runs until the ledger is dropped.
pub(super) async fn run(shared: Arc<Shared>, address: Address, mut orders: Receiver<Order>) {
    let (mut link, mut previous) = (Link::new(), None);
    let mut event = Event::Due;
    let (mut streams, mut session, mut has_served) = (None, None, false);
    loop {
        let within = shared.limits.dial_within;
        let jitter = f64::from(address.entropy.bits() as u32) / f64::from(u32::MAX);
        event = match link.step(event, jitter) {
            Act::Dial => match timeout(within, handshake::open(&address.dial)).await {
                Ok(Ok(opened)) => {
                    streams = Some(opened);
                    Event::Dialed
                }
                failed => failure(failed.map(|opened| opened.map(|_| ()))),
            },
            Act::Greet => {
                let Some(opened) = streams.take() else { continue };
                match timeout(within, handshake::greet(&shared, &address.info, opened, previous.as_ref())).await {
                    Ok(Ok((greeted, client))) => {
                        previous = Some(client);
                        session = Some(greeted);
                        Event::Greeted
                    }
                    failed => failure(failed.map(|greeted| greeted.map(|_| ()))),
                }
            }
            Act::Subscribe => {
                let Some(greeted) = &mut session else { continue };
                match subscribe(&shared, &mut greeted.subscription).await {
                    Ok(()) => Event::Subscribed,
                    Err(why) => failure(Ok(Err(why))),
                }
            }
            Act::Serve => {
                let Some(session) = session.take() else { continue };
                shared.set_up(true);
                if has_served {
                    shared.interruptions.fetch_add(1, Ordering::SeqCst);
                    shared.meters.interruptions.increment(1);
                }
                has_served = true;
                let is_over = serve(&shared, session, &mut orders).await;
                shared.set_up(false);
                if is_over {
                    return;
                }
                Event::Failed
            }
            Act::Pause(pause) => {
                shared.subscriptions.interrupt();
                session = None;
                if refuse(&mut orders, monotonic() + pause).await {
                    return;
                }
                Event::Due
            }
            Act::Nothing => Event::Failed,
        };
    }
}

fn failure<E: std::fmt::Display>(failed: Result<Result<(), E>, tokio::time::error::Elapsed>) -> Event {
    match failed {
        Ok(Err(why)) => tracing::warn!(%why, "the ledger's Redis was not taken"),
        Ok(Ok(())) | Err(_) => tracing::warn!("the ledger's Redis did not answer in time"),
    }
    Event::Failed
}

/// Answers operations that they were not sent, until then; whether the ledger is gone.
async fn refuse(orders: &mut Receiver<Order>, until: Instant) -> bool {
    loop {
        match tokio::time::timeout_at(until.into(), orders.recv()).await {
            Err(_) => return false,
            Ok(None) => return true,
            Ok(Some(Order::Call(call))) => call.refuse(),
            Ok(Some(Order::Publish { answer, .. })) => {
                let _ = answer.send(Err(super::outcome::NOT_SENT));
            }
            // Channels are subscribed anew with each link.
            Ok(Some(Order::Subscribe(_) | Order::Unsubscribe(_))) => {}
            #[cfg(test)]
            Ok(Some(Order::Settle(_))) => {}
        }
    }
}

/// Subscribes every local node's channel and that of all, and tells the nodes so.
async fn subscribe(shared: &Shared, connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
    connection.subscribe(shared.keys.all()).await?;
    for node in shared.subscriptions.nodes() {
        connection.subscribe(shared.keys.channel(&node)).await?;
        shared.subscriptions.begin(&node);
    }
    Ok(())
}

/// Hands operations on until the link fails (`false`) or the ledger is dropped (`true`). What is under way then has an
/// unknown outcome: its answer's sender is dropped.
///
/// A link has failed once it answers nothing for a while. An answer that merely waits for its turn behind others is not lost: to
/// reconnect for its sake would make a server that is slow do all of it again.
async fn serve(shared: &Arc<Shared>, session: Session, orders: &mut Receiver<Order>) -> bool {
    let Session { commands, subscription, mut drivers } = session;
    let (mut under_way, mut beside) = (FuturesUnordered::new(), FuturesUnordered::new());
    let mut pings = interval(shared.limits.ping_each);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut progress = tokio::time::Instant::now();
    loop {
        tokio::select! {
            // A lost connection first; then answers, which make room; then what is new.
            biased;
            () = drivers.ended() => return false,
            Some(ends_link) = under_way.next(), if !under_way.is_empty() => {
                if ends_link {
                    return false;
                }
                progress = tokio::time::Instant::now();
            }
            Some(ends_link) = beside.next(), if !beside.is_empty() => {
                if ends_link {
                    return false;
                }
            }
            () = sleep_until(progress + shared.limits.answer_within), if !under_way.is_empty() => {
                tracing::warn!(under_way = under_way.len(), "the ledger's Redis answers nothing: the connection is given up");
                return false;
            }
            order = orders.recv() => match order {
                None => return true,
                Some(Order::Subscribe(node)) => {
                    let mut subscription = subscription.clone();
                    if let Err(why) = subscription.subscribe(shared.keys.channel(&node)).await {
                        tracing::warn!(%why, "a node's channel could not be subscribed");
                        return false;
                    }
                    shared.subscriptions.begin(&node);
                }
                Some(Order::Unsubscribe(node)) => {
                    begin(&mut beside, unsubscribe(shared.clone(), subscription.clone(), node)).await;
                }
                #[cfg(test)]
                Some(Order::Settle(answer)) => {
                    let ping = ping(subscription.clone(), shared.limits.late_max);
                    begin(&mut beside, Box::pin(async move { ping.await || answer.send(()).is_err() })).await;
                }
                Some(Order::Call(call)) => {
                    progress = since(&under_way, progress);
                    begin(&mut under_way, Box::pin(evaluated(shared.clone(), commands.clone(), call))).await;
                }
                Some(Order::Publish { channel, payload, answer, booked }) => {
                    progress = since(&under_way, progress);
                    let (mut commands, publish) = (commands.clone(), cmd("PUBLISH").arg(channel).arg(payload).take());
                    let published = async move {
                        let _booked = booked;
                        tell(ask(&mut commands, &publish).await, answer).1
                    };
                    begin(&mut under_way, Box::pin(published)).await;
                }
            },
            _ = pings.tick() => {
                #[expect(clippy::cast_precision_loss, reason = "thousands at most")]
                shared.meters.in_flight.set(shared.in_flight() as f64);
                progress = since(&under_way, progress);
                begin(&mut under_way, ping(commands.clone(), shared.limits.late_max)).await;
                begin(&mut beside, ping(subscription.clone(), shared.limits.answer_within)).await;
            }
        }
    }
}

/// Polls it once, which enqueues its command behind those before it, and keeps it for later.
async fn begin(under_way: &mut FuturesUnordered<UnderWay>, mut operation: UnderWay) {
    let is_done = std::future::poll_fn(|cx| Poll::Ready(operation.as_mut().poll(cx).is_ready())).await;
    if !is_done {
        under_way.push(operation);
    }
}

/// Since when nothing was answered, as soon as something more is asked.
fn since(under_way: &FuturesUnordered<UnderWay>, progress: tokio::time::Instant) -> tokio::time::Instant {
    if under_way.is_empty() { tokio::time::Instant::now() } else { progress }
}

fn ping(mut connection: MultiplexedConnection, within: Duration) -> UnderWay {
    Box::pin(async move { !matches!(timeout(within, ask(&mut connection, &cmd("PING"))).await, Ok(Ok(_))) })
}

fn unsubscribe(shared: Arc<Shared>, mut subscription: MultiplexedConnection, node: NodeId) -> UnderWay {
    Box::pin(async move { subscription.unsubscribe(shared.keys.channel(&node)).await.is_err() })
}

/// Runs a script. A server that knows no epoch has lost everything: a new one begins, and the script runs again.
async fn evaluated(shared: Arc<Shared>, mut commands: MultiplexedConnection, call: Call) -> bool {
    if monotonic() - call.asked > shared.limits.answer_within {
        call.refuse();
        return false;
    }
    let command = evaluate(shared.scripts.hash(call.script), &call.keys, &call.arguments);
    let begun = monotonic();
    let mut result = ask(&mut commands, &command).await;
    if matches!(&result, Ok(Value::Array(parts)) if is_lost(parts)) {
        let server = shared.server.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let epoch = handshake::begin_epoch(&shared, &mut commands, &server, false).await;
        if let Err(why) = epoch {
            tracing::warn!(%why, "a new epoch of the ledger could not begin");
            call.refuse();
            return true;
        }
        result = ask(&mut commands, &command).await;
    }
    drop(call.booked);
    let (failure, ends_link) = tell(result, call.answer);
    shared.meters.ended(call.script, monotonic() - begun, failure);
    ends_link
}

fn is_lost(parts: &[Value]) -> bool {
    matches!(parts, [Value::BulkString(word)] if word == b"lost")
}

/// Tells whoever asked what became of it: why it failed, and whether the link is to be given up.
fn tell(result: Result<Value, RedisError>, answer: oneshot::Sender<Result<Value, Failure>>) -> (Option<Failure>, bool) {
    let (result, ends_link) = match result {
        Ok(value) => (Ok(value), false),
        Err(error) => {
            let became = outcome(&error);
            tracing::debug!(%error, ?became, "an operation on the ledger failed");
            (Err(became.failure), became.ends_link)
        }
    };
    let failure = result.as_ref().err().copied();
    let _ = answer.send(result);
    (failure, ends_link)
}
