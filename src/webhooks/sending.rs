//! From the outbox to the receiver: of each room one event at a time, many rooms at once. Nothing is held in memory but what is being
//! sent.

use std::{collections::HashMap, sync::Arc, time::Duration};

use actors::protocol::RoomId;
use tokio::{
    task::{Id, JoinError, JoinSet},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, trace_span};

use super::{
    Receiver, Webhooks, backoff, event, lock, metrics,
    post::{Failed, Headers},
};
use crate::{
    storage::{StoreError, Webhook},
    telemetry::traces,
};

/// Rooms whose events are sent at once.
const ROOMS_MAX: usize = 64;
/// Events of a room that are sent in a row, before other rooms have their turn.
const IN_A_ROW_MAX: usize = 32;
/// How often the outbox is looked at, when nothing wakes it: what failed is due by then.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// The longest pause while the database is away.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// How long deliveries that were begun may take once the node stops.
const END_WITHIN: Duration = Duration::from_secs(1);

/// Rooms of which something is being sent.
#[derive(Default)]
struct UnderWay {
    tasks: JoinSet<()>,
    rooms: HashMap<Id, RoomId>,
}

impl UnderWay {
    fn ended(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, ())| *id);
        self.rooms.remove(&id);
        if let Err(why) = ended {
            tracing::error!(%why, "sending a webhook ended in a panic");
        }
    }

    fn has(&self, room: RoomId) -> bool {
        self.rooms.values().any(|under_way| *under_way == room)
    }
}

impl Webhooks {
    /// Sends until `stop`, while this node holds the lease.
    pub(super) async fn send(self: &Arc<Self>, stop: &CancellationToken) {
        if self.receiver.is_none() {
            return;
        }
        let (mut under_way, mut pause) = (UnderWay::default(), LOOK_EVERY);
        while !stop.is_cancelled() {
            let begun = if self.is_holder() { self.begin(&mut under_way).await } else { Ok(()) };
            match begun {
                Ok(()) => pause = LOOK_EVERY,
                Err(why) => {
                    tracing::debug!(%why, "webhooks wait: the database does not answer");
                    pause = (2 * pause).min(PAUSE_MAX);
                }
            }
            tokio::select! {
                biased; // stop first: what waits is sent after the next start
                () = stop.cancelled() => {}
                Some(ended) = under_way.tasks.join_next_with_id() => under_way.ended(ended),
                () = self.queued.notified(), if pause == LOOK_EVERY => {}
                () = sleep(pause) => {}
            }
        }
        let rest = async { while under_way.tasks.join_next().await.is_some() {} };
        let _ = timeout(END_WITHIN, rest).await; // what is cut off is sent again
    }

    /// Begins to send to as many rooms as may be under way.
    async fn begin(self: &Arc<Self>, under_way: &mut UnderWay) -> Result<(), StoreError> {
        while let Some(ended) = under_way.tasks.try_join_next_with_id() {
            under_way.ended(ended);
        }
        let free = ROOMS_MAX - under_way.tasks.len().min(ROOMS_MAX);
        if free == 0 {
            return Ok(());
        }
        // Those under way are due, too, until they are confirmed.
        let asked = u32::try_from(free + under_way.rooms.len()).unwrap_or(u32::MAX);
        let due = self.store.due_webhooks(self.now(), asked).await?;
        let due = due.into_iter().filter(|due| !under_way.has(due.room_id)).take(free).collect::<Vec<_>>();
        for webhook in due {
            let (webhooks, room) = (Arc::clone(self), webhook.room_id);
            let task = under_way.tasks.spawn(async move {
                if let Err(why) = webhooks.send_of_room(webhook).await {
                    tracing::warn!(%why, %room, "what became of a webhook was not stored: it may be sent twice");
                }
            });
            under_way.rooms.insert(task.id(), room);
        }
        Ok(())
    }

    /// Sends a room's events, from this one on, as long as the receiver takes them.
    async fn send_of_room(&self, first: Webhook) -> Result<(), StoreError> {
        let Some(receiver) = &self.receiver else { return Ok(()) };
        let mut next = Some(first);
        for _ in 0..IN_A_ROW_MAX {
            let Some(webhook) = next.take().filter(|_| self.is_holder()) else { break };
            let span =
                trace_span!(target: traces::TARGET, "webhook", "otel.kind" = "client", attempts = webhook.attempts);
            match self.deliver(&webhook, receiver).instrument(span).await {
                Ok(()) => {
                    metrics::sent();
                    next = self.store.webhook_delivered(&webhook, self.now()).await?;
                    self.receiver_is_there(webhook.room_id).await?;
                }
                Err(why) => {
                    metrics::failed(why.reason());
                    return self.not_delivered(&webhook, receiver, &why).await;
                }
            }
        }
        Ok(())
    }

    async fn deliver(&self, webhook: &Webhook, receiver: &Receiver) -> Result<(), Failed> {
        let (id, seconds) = (event::id(webhook.room_id, webhook.life, webhook.number), self.now().as_second());
        let signatures = receiver.signer.sign(&id, seconds, &webhook.body);
        receiver.endpoint.post(&Headers { id, seconds, signatures }, &webhook.body).await
    }

    /// The event is sent again later, or given up.
    async fn not_delivered(&self, webhook: &Webhook, receiver: &Receiver, why: &Failed) -> Result<(), StoreError> {
        let (now, room) = (self.now(), webhook.room_id);
        lock(&self.outage).failed((room, webhook.attempts), why.is_absence(), now);
        let end = webhook.queued_at + receiver.give_up_after;
        if why.is_final() || now >= end {
            let id = event::id(room, webhook.life, webhook.number);
            tracing::warn!(%why, %room, id, attempts = webhook.attempts + 1, "a webhook is given up → aldis webhook list, retry");
            return self.store.webhook_given_up(webhook, &why.to_string(), now).await;
        }
        let pause = backoff::pause(webhook.attempts.saturating_add(1), rand::random());
        tracing::debug!(%why, %room, ?pause, "a webhook was not delivered");
        self.store.webhook_failed(webhook, &why.to_string(), (now + pause).min(end)).await
    }

    /// After an outage all that waits for its next attempt is due.
    async fn receiver_is_there(&self, room: RoomId) -> Result<(), StoreError> {
        let now = self.now();
        let is_back = lock(&self.outage).confirmed(room, now);
        if is_back {
            self.store.webhooks_due(now).await?;
        }
        Ok(())
    }
}
