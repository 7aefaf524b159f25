//! The link's task: dials, hands operations to the connection in the order in which they were requested, and reports each one's
//! outcome. `link.rs` decides what is done next.

use std::{sync::Arc, time::Instant};

use actors::clock::monotonic;
use futures_util::stream::{FuturesUnordered, StreamExt};
use redis::{Value, aio::MultiplexedConnection, cmd};
use tokio::{
    sync::{mpsc::Receiver, watch},
    time::{MissedTickBehavior, interval, sleep_until, timeout},
};

use super::{
    epoch::{ask, ask_all},
    handshake::{self, Address, Session},
    link::{Act, Event, Link},
    listening::{Listening, subscribe},
    outcome::outcome,
    running::{Confirmation, UnderWay, begin, confirm, evaluated, ping, tell},
    shared::{Order, Shared},
};

/// Runs until the ledger is dropped.
pub(super) async fn run(shared: Arc<Shared>, address: Address, mut orders: Receiver<Order>) {
    let address = Arc::new(address);
    let (mut link, mut previous) = (Link::new(), None);
    let mut event = Event::Due;
    let (mut streams, mut session, mut has_served) = (None, None, false);
    loop {
        let within = shared.limits.dial_within;
        event = match link.step(event, address.jitter()) {
            Act::Dial => match timeout(within, handshake::open(&address.dial)).await {
                Ok(Ok(opened)) => {
                    streams = Some(opened);
                    Event::Dialed
                }
                failed => failure(failed.map(|opened| opened.map(|_| ()))),
            },
            Act::Greet => {
                let Some(opened) = streams.take() else { continue };
                match timeout(within, handshake::greet(&shared, &address.login, opened, previous.as_ref())).await {
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
                match subscribe(&shared, &mut greeted.listener.connection).await {
                    Ok(()) => Event::Subscribed,
                    Err(why) => failure(Ok(Err(why))),
                }
            }
            Act::Serve => {
                let Some(session) = session.take() else { continue };
                shared.set_up(true);
                if has_served {
                    shared.interrupted();
                }
                has_served = true;
                let is_over = serve(&shared, &address, session, &mut orders).await;
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
            Ok(Some(Order::Publish { answer, .. } | Order::Together { answer, .. })) => {
                let _ = answer.send(Err(super::outcome::NOT_SENT));
            }
            // Channels are subscribed anew with each link.
            Ok(Some(Order::Subscribe(_) | Order::Unsubscribe(_))) => {}
            #[cfg(test)]
            Ok(Some(Order::Settle(_))) => {}
        }
    }
}

/// Operations in flight on one pair of connections.
struct Flight {
    shared: Arc<Shared>,
    commands: MultiplexedConnection,
    /// Operations on `commands`.
    under_way: FuturesUnordered<UnderWay>,
    /// When one of them was answered, or the first of them begun.
    answered: Instant,
    /// Replicas are asked to confirm what was sent; nothing else is sent meanwhile, for it would wait behind that question.
    confirming: Option<Confirmation>,
    listening: Listening,
}

/// Hands operations on until the link fails (`false`) or the ledger is dropped (`true`). What is under way then has an
/// unknown outcome: its answer's sender is dropped.
///
/// A link has failed once it answers nothing for a while. An answer that merely waits for its turn behind others is not lost: to
/// reconnect for its sake would make a server that is slow do all of it again.
///
/// A subscription that is lost is made anew beside them: no operation waits for it, and none has to be repeated.
async fn serve(shared: &Arc<Shared>, address: &Arc<Address>, session: Session, orders: &mut Receiver<Order>) -> bool {
    let Session { commands, mut driver, listener } = session;
    let mut flight = Flight::new(shared, commands, Listening::new(shared, address, listener));
    let mut pings = interval(shared.limits.ping_each);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            // A lost connection first; then answers, which make room; then what is new.
            biased;
            _ = &mut driver => return false,
            Some(ends_link) = flight.under_way.next(), if !flight.under_way.is_empty() => {
                if ends_link {
                    return false;
                }
                flight.answered = monotonic();
            }
            is_heard = flight.listening.turn() => {
                if !is_heard {
                    return false;
                }
            }
            () = sleep_until((flight.answered + shared.limits.answer_within).into()), if !flight.under_way.is_empty() => {
                tracing::warn!(operations = flight.under_way.len(), "the ledger's Redis answers nothing: the connection is given up");
                return false;
            }
            () = known(&mut flight.confirming), if flight.confirming.is_some() => flight.confirming = None,
            order = orders.recv(), if flight.confirming.is_none() => {
                let Some(order) = order else { return true };
                if !flight.send(order, orders).await {
                    return false;
                }
            }
            _ = pings.tick() => {
                #[expect(clippy::cast_precision_loss, reason = "thousands at most")]
                shared.meters.in_flight.set(shared.in_flight() as f64);
                flight.begin(ping(flight.commands.clone(), shared.limits.late_max)).await;
                flight.listening.ping().await;
            }
        }
    }
}

/// Returns once it is known whether replicas have confirmed.
async fn known(confirming: &mut Option<Confirmation>) {
    if let Some(confirmation) = confirming {
        let _ = confirmation.wait_for(Option::is_some).await; // or the question was dropped
    }
}

impl Flight {
    fn new(shared: &Arc<Shared>, commands: MultiplexedConnection, listening: Listening) -> Self {
        let (shared, answered) = (shared.clone(), monotonic());
        Self { shared, commands, under_way: FuturesUnordered::new(), answered, confirming: None, listening }
    }

    /// Sends this, and in strict mode all that waits, and then the question whether replicas have it. Answers whether the link
    /// is to go on.
    async fn send(&mut self, first: Order, orders: &mut Receiver<Order>) -> bool {
        if self.shared.limits.replicas_min == 0 {
            return self.hand_on(first, None).await;
        }
        let (told, confirmation) = watch::channel(None);
        let mut next = Some(first);
        while let Some(order) = next {
            if !self.hand_on(order, Some(confirmation.clone())).await {
                return false;
            }
            next = orders.try_recv().ok();
        }
        self.begin(Box::pin(confirm(self.shared.clone(), self.commands.clone(), told))).await;
        self.confirming = Some(confirmation);
        true
    }

    async fn hand_on(&mut self, order: Order, confirmation: Option<Confirmation>) -> bool {
        let (shared, mut commands) = (self.shared.clone(), self.commands.clone());
        let operation: UnderWay = match order {
            Order::Call(call) => Box::pin(evaluated(shared, commands, call, confirmation)),
            Order::Publish { channel, payload, answer, booked } => Box::pin(async move {
                let _booked = booked;
                let published = ask(&mut commands, cmd("PUBLISH").arg(channel).arg(payload)).await;
                tell(published.map_err(|why| outcome(&why)), answer).1
            }),
            Order::Together { commands: all, asked, answer, booked } => Box::pin(async move {
                let _booked = booked;
                if monotonic() - asked > shared.limits.answer_within {
                    let _ = answer.send(Err(super::outcome::NOT_SENT));
                    return false;
                }
                let answers = ask_all(&mut commands, &all).await;
                tell(answers.map(Value::Array).map_err(|why| outcome(&why)), answer).1
            }),
            // Awaited before anything newer is sent.
            Order::Subscribe(node) => return self.listening.add(node).await,
            Order::Unsubscribe(node) => {
                self.listening.remove(&node).await;
                return true;
            }
            #[cfg(test)]
            Order::Settle(answer) => {
                self.listening.settle(answer).await;
                return true;
            }
        };
        self.begin(operation).await;
        true
    }

    async fn begin(&mut self, operation: UnderWay) {
        if self.under_way.is_empty() {
            self.answered = monotonic();
        }
        begin(&mut self.under_way, operation).await;
    }
}
