//! The actor of one media server: listens to its events, probes it, and tells the node whether it is alive or lost. The rules
//! decide.

use std::{sync::Arc, time::Instant};

use actors::{
    clock::monotonic,
    ports::{MediaListener, Placement},
};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio_util::task::AbortOnDropHandle;

use super::{
    rules::{Act, Event, Life, Told},
    server::{Message, Server},
    stream,
};

/// The actor; its state is [`Listening`].
pub(super) struct ServerActor;

/// The actor's dependencies.
pub(super) type Parts = (Arc<Server>, Arc<dyn MediaListener>);

pub(super) struct Listening {
    server: Arc<Server>,
    listener: Arc<dyn MediaListener>,
    life: Life,
    /// Streams opened so far: lines of an earlier one count no more.
    streams: u64,
    stream: Option<AbortOnDropHandle<()>>,
    probe: Option<AbortOnDropHandle<()>>,
    timer: Option<AbortOnDropHandle<()>>,
}

impl Actor for ServerActor {
    type Msg = Message;
    type State = Listening;
    type Arguments = Parts;

    async fn pre_start(
        &self,
        me: ActorRef<Message>,
        (server, listener): Parts,
    ) -> Result<Listening, ActorProcessingErr> {
        // After a panic the run that was heard is still known, so that its loss is told.
        let life = Life::new(server.limits.silent_max, server.view().instance);
        server.is_watched_by(me.clone());
        let mut state = Listening { server, listener, life, streams: 0, stream: None, probe: None, timer: None };
        state.happens(&me, Event::Begun);
        Ok(state)
    }

    async fn handle(
        &self,
        me: ActorRef<Message>,
        message: Message,
        state: &mut Listening,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            Message::Woken => state.happens(&me, Event::Woken),
            Message::Failed(failure) => state.happens(&me, Event::Failed(failure)),
            Message::Told(number, told, handled) => {
                for told in told {
                    if number == state.streams {
                        state.told(&me, told);
                    }
                }
                let _ = handled.send(()); // its reader may be gone
            }
            Message::Ended(number, why) if number == state.streams => {
                state.server.complain(&format!("its event stream has ended: {why}"));
                state.stream = None;
                state.happens(&me, Event::Ended);
            }
            Message::Ended(..) => {}
            Message::Probed(answer) => {
                if let Err(why) = &answer {
                    state.server.complain(&format!("a probe has failed: {why}"));
                }
                state.probe = None;
                state.happens(&me, Event::Probed(answer.ok()));
            }
            #[cfg(test)]
            Message::Fault => panic!("a fault was injected into this actor"),
        }
        Ok(())
    }
}

impl Listening {
    fn told(&mut self, me: &ActorRef<Message>, told: Told) {
        match told {
            Told::Hello(instance) => {
                tracing::info!(server = %self.server.name, %instance, "the media server is heard");
                self.server.is_heard();
                self.happens(me, Event::Hello(instance));
            }
            Told::Load(load) => self.happens(me, Event::Load(load)),
            Told::Other => self.happens(me, Event::Alive),
            Told::Happened(room, event) => {
                self.happens(me, Event::Alive);
                if let Some(at) = self.life.instance().map(|instance| self.at(instance)) {
                    self.listener.happened(&at, room, event);
                }
            }
        }
    }

    fn at(&self, instance: &Arc<str>) -> Placement {
        Placement { server: Arc::clone(&self.server.name), instance: Arc::clone(instance) }
    }

    /// Lets the rules decide, does what they say, and sets the timer for what is due next.
    fn happens(&mut self, me: &ActorRef<Message>, event: Event) {
        let before = self.life.position();
        let acts = self.life.handle(event, monotonic());
        let now = self.life.position();
        if now != before {
            tracing::info!(server = %self.server.name, breaker = ?now, "the media server's breaker");
        }
        self.server.learn(&self.life);
        for act in acts {
            self.does(me, act);
        }
        self.wake(me, self.life.wake_at());
    }

    fn does(&mut self, me: &ActorRef<Message>, act: Act) {
        match act {
            Act::Open(after) => {
                self.streams += 1;
                let (number, server, actor) = (self.streams, Arc::clone(&self.server), me.clone());
                let reading = tokio::spawn(stream::read(server, me.clone(), number, after));
                // However it ends, by a panic too, the actor is told.
                self.stream = Some(AbortOnDropHandle::new(tokio::spawn(async move {
                    let why = AbortOnDropHandle::new(reading).await;
                    let why = why.unwrap_or_else(|why| format!("its reader ended: {why}"));
                    let _ = actor.send_message(Message::Ended(number, why)); // fails when the actor has ended
                })));
            }
            Act::Close => {
                self.streams += 1;
                self.stream = None;
                self.server.complain("its event stream is silent");
            }
            Act::Probe => {
                let (server, actor) = (Arc::clone(&self.server), me.clone());
                let probing = tokio::spawn(async move { server.probe().await });
                self.probe = Some(AbortOnDropHandle::new(tokio::spawn(async move {
                    let answer = AbortOnDropHandle::new(probing).await;
                    let answer = answer.unwrap_or_else(|why| Err(format!("the probe ended: {why}")));
                    let _ = actor.send_message(Message::Probed(answer)); // as above
                })));
            }
            Act::Heard { instance, is_draining } => self.listener.heard(&self.at(&instance), is_draining),
            Act::Lost(instance) => {
                tracing::warn!(server = %self.server.name, %instance, "the media server is lost");
                self.listener.lost(&self.at(&instance));
            }
        }
    }

    fn wake(&mut self, me: &ActorRef<Message>, at: Option<Instant>) {
        self.timer = at.map(|at| {
            let actor = me.clone();
            AbortOnDropHandle::new(tokio::spawn(async move {
                tokio::time::sleep_until(at.into()).await;
                let _ = actor.send_message(Message::Woken); // as above
            }))
        });
    }
}
