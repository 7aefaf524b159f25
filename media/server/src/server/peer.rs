//! Calls of peers: a place is reserved, the engine is asked, the place is filled or given back.
//! Must not know which engine it is.

use std::sync::Arc;

use serde_json::json;

use super::{
    PeerAsk, Server, now,
    repeat::{done, nothing},
};
use crate::{
    answers::Answer,
    checks,
    engine::{ConsumerAsk, Direction, Engine, Of, Produce},
    id::Id,
    refusal::Refusal,
    rules::{Closed, Made, Ticket},
};
use mediasoup_types::{data_structures::DtlsParameters, rtp_parameters::RtpCapabilities};

impl<E: Engine> Server<E> {
    pub(super) async fn peer(self: Arc<Self>, of: Of, ask: PeerAsk) -> Result<Answer, Refusal> {
        match ask {
            PeerAsk::OpenTransport(direction) => self.open_transport(of, direction).await,
            PeerAsk::Connect(transport, dtls) => self.connect(of, transport, dtls).await,
            PeerAsk::Restart(transport) => self.restart(of, transport).await,
            PeerAsk::Produce(transport, produce) => self.produce(of, transport, *produce).await,
            PeerAsk::Consume(transport, producer, capabilities) => {
                self.consume(of, transport, producer, *capabilities).await
            }
            PeerAsk::Pause(producer, pause) => self.pause(of, producer, pause).await,
            PeerAsk::Tell(consumer, ConsumerAsk::KeyFrame) => self.key_frame(of, consumer).await,
            PeerAsk::Tell(consumer, ask) => self.tell_consumer(of, consumer, ask).await,
            PeerAsk::CloseTransport(id) => self.closed(|rooms| rooms.close_transport(&of, &id, now())),
            PeerAsk::CloseProducer(id) => self.closed(|rooms| rooms.close_producer(&of, &id)),
            PeerAsk::CloseConsumer(id) => self.closed(|rooms| rooms.close_consumer(&of, &id)),
        }
    }

    async fn open_transport(self: Arc<Self>, of: Of, direction: Direction) -> Result<Answer, Refusal> {
        let router = self.rules(|rooms| rooms.router(&of.room)).ok_or_else(Refusal::not_found)?;
        let ticket = self.rules(|rooms| rooms.reserve_transport(&of))?;
        let server = Arc::clone(&self);
        let made = self
            .wait(async move {
                let hear = server.hear();
                server.engine.open_transport(&router, of, hear).await
            })
            .await;
        let (handle, answer) = self.or_release(&ticket, made)?;
        self.fill(&ticket, Made::Transport(answer.id.clone(), handle, direction))?;
        done(&answer)
    }

    async fn connect(self: Arc<Self>, of: Of, transport: Id, dtls: DtlsParameters) -> Result<Answer, Refusal> {
        checks::dtls(&dtls)?;
        let handle = self.rules(|rooms| rooms.begin_connect(&of, &transport))?;
        let server = Arc::clone(&self);
        let connected = self.wait(async move { server.engine.connect(&handle, dtls).await }).await;
        if connected.is_err() {
            self.rules(|rooms| rooms.connect_failed(&of, &transport));
        }
        connected.map(|()| nothing())
    }

    async fn restart(self: Arc<Self>, of: Of, transport: Id) -> Result<Answer, Refusal> {
        let handle = self.rules(|rooms| rooms.transport(&of, &transport))?;
        let server = Arc::clone(&self);
        let parameters = self.wait(async move { server.engine.restart(&handle).await }).await?;
        done(&json!({ "iceParameters": parameters }))
    }

    async fn produce(self: Arc<Self>, of: Of, transport: Id, produce: Produce) -> Result<Answer, Refusal> {
        checks::produce(&produce)?;
        let router = self.rules(|rooms| rooms.router(&of.room)).ok_or_else(Refusal::not_found)?;
        let handle = self.rules(|rooms| rooms.transport(&of, &transport))?;
        let ticket = self.rules(|rooms| rooms.reserve_producer(&of, &transport))?;
        let server = Arc::clone(&self);
        let made = self.wait(async move { server.engine.produce(&router, &handle, produce).await }).await;
        let (handle, id) = self.or_release(&ticket, made)?;
        self.fill(&ticket, Made::Producer(id.clone(), handle, transport))?;
        done(&json!({ "id": id }))
    }

    async fn consume(
        self: Arc<Self>,
        of: Of,
        transport: Id,
        producer: Id,
        capabilities: RtpCapabilities,
    ) -> Result<Answer, Refusal> {
        checks::capabilities(&capabilities)?;
        let handle = self.rules(|rooms| rooms.transport(&of, &transport))?;
        let ticket = self.rules(|rooms| rooms.reserve_consumer(&of, &transport, &producer))?;
        let produced = self.rules(|rooms| rooms.producer_in(&of.room, &producer));
        let produced = self.or_release(&ticket, produced)?;
        let server = Arc::clone(&self);
        let made = self
            .wait(async move {
                let hear = server.hear();
                server.engine.consume(&handle, &produced, capabilities, (of, hear)).await
            })
            .await;
        let (handle, answer) = self.or_release(&ticket, made)?;
        self.fill(&ticket, Made::Consumer(answer.id.clone(), handle, transport, producer))?;
        done(&answer)
    }

    async fn pause(self: Arc<Self>, of: Of, producer: Id, pause: bool) -> Result<Answer, Refusal> {
        let handle = self.rules(|rooms| rooms.producer(&of, &producer))?;
        let server = Arc::clone(&self);
        self.wait(async move { server.engine.pause(&handle, pause).await }).await?;
        if pause {
            self.rules(|rooms| {
                if let Some(silent) = rooms.falls_silent(&of.room, &producer) {
                    self.tell(&silent);
                }
            });
        }
        Ok(nothing())
    }

    async fn tell_consumer(self: Arc<Self>, of: Of, consumer: Id, ask: ConsumerAsk) -> Result<Answer, Refusal> {
        let handle = self.rules(|rooms| rooms.consumer(&of, &consumer))?;
        let server = Arc::clone(&self);
        self.wait(async move { server.engine.tell(&handle, ask).await }).await?;
        Ok(nothing())
    }

    /// Asks for a key frame, or does not: the last one that this consumer has asked for is on its way.
    async fn key_frame(self: Arc<Self>, of: Of, consumer: Id) -> Result<Answer, Refusal> {
        let Some(handle) = self.rules(|rooms| rooms.grant_key_frame(&of, &consumer, now()))? else {
            return Ok(nothing());
        };
        let server = Arc::clone(&self);
        let told = self.wait(async move { server.engine.tell(&handle, ConsumerAsk::KeyFrame).await }).await;
        if told.is_err() {
            self.rules(|rooms| rooms.key_frame_failed(&of, &consumer));
        }
        told.map(|()| nothing())
    }

    fn closed(&self, rules: impl FnOnce(&mut crate::rules::Rooms<E>) -> Closed<E>) -> Result<Answer, Refusal> {
        let any = self.close(|rooms| {
            let closed = rules(rooms);
            let any = closed.any();
            (closed, any)
        });
        if any { Ok(nothing()) } else { Err(Refusal::not_found()) }
    }

    fn or_release<T>(&self, ticket: &Ticket, made: Result<T, Refusal>) -> Result<T, Refusal> {
        if made.is_err() {
            self.rules(|rooms| rooms.release(ticket));
        }
        made
    }

    fn fill(&self, ticket: &Ticket, made: Made<E>) -> Result<(), Refusal> {
        let filled = self.rules(|rooms| rooms.fill(ticket, made));
        // What was made for somebody who has left is closed here, after the lock.
        filled.map_err(|_orphan| Refusal::not_found())
    }
}
