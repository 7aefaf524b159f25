//! Calls of peers with their keys: each key runs once, in a task of its own, and all who ask with it get that answer.
//! Must not know what a call does.

use std::sync::Arc;

use serde::Serialize;

use super::{Ask, Keyed, PeerAsk, Server, internal, now};
use crate::{
    answers::{Answer, Begin},
    engine::{Engine, Of},
    refusal::{Code, Refusal},
};

impl<E: Engine> Server<E> {
    pub(super) async fn answer(self: Arc<Self>, ask: Ask) -> Result<Answer, Refusal> {
        match ask {
            Ask::OpenRoom(room) => {
                let run = async move { self.open_room(room).await };
                tokio::spawn(run).await.map_err(|panicked| internal(&panicked))?
            }
            Ask::InEpoch(epoch, ask) => self.in_epoch(epoch, *ask).await,
            Ask::CloseRoom(room) => self.close_room(&room),
            Ask::ListRooms(after) => done(&self.rules(|rooms| rooms.list(after.as_ref()))),
            Ask::ShowRoom(room) => done(&self.rules(|rooms| rooms.show(&room))?),
            Ask::ClosePeer(of) => self.close_peer(&of),
            Ask::Peer(of, key, ask) => {
                if matches!(ask, PeerAsk::OpenTransport(_)) {
                    self.rules(|rooms| rooms.enter(&of, now()))?;
                }
                match key {
                    None => self.spawn(of, ask).await,
                    Some(key) => self.once(of, key, ask).await,
                }
            }
        }
    }

    /// Answers a call in this epoch: what is of an earlier one is closed first. A room that the call makes begins in it.
    async fn in_epoch(self: Arc<Self>, epoch: u64, ask: Ask) -> Result<Answer, Refusal> {
        if let Ask::CloseRoom(room) = &ask
            && self.rules(|rooms| rooms.is_beyond(room, epoch))
        {
            return Ok(nothing()); // it is meant for what was there before
        }
        let room = ask.room().cloned();
        let enter = || room.iter().for_each(|room| self.close(|rooms| (rooms.enter_epoch(room, epoch, now()), ())));
        enter();
        let answer = Box::pin(Arc::clone(&self).answer(ask)).await;
        enter();
        answer
    }

    async fn once(self: Arc<Self>, of: Of, Keyed { key, asked }: Keyed, ask: PeerAsk) -> Result<Answer, Refusal> {
        match self.rules(|rooms| rooms.answers(&of).map(|answers| answers.begin(&key, asked)))? {
            Begin::Repeat(answer) => Ok(answer),
            Begin::Another => Err(Refusal::bad("Idempotency-Key", "it was used for another call: take a new one")),
            Begin::Wait(mut first) => match first.wait_for(Option::is_some).await {
                Ok(answer) => answer.clone().ok_or_else(|| internal(&"an answer that is none")),
                Err(_) => Err(Refusal::new(Code::Unavailable, "The first call with this key failed: try again.")),
            },
            Begin::Run(to) => {
                let run = async move {
                    let answer = self.spawn(of, ask).await.unwrap_or_else(Answer::from);
                    to.send_replace(Some(answer.clone()));
                    answer
                };
                tokio::spawn(run).await.map_err(|panicked| internal(&panicked))
            }
        }
    }

    async fn spawn(self: Arc<Self>, of: Of, ask: PeerAsk) -> Result<Answer, Refusal> {
        tokio::spawn(async move { self.peer(of, ask).await }).await.map_err(|panicked| internal(&panicked))?
    }
}

/// An answer with this body.
pub(super) fn done(body: &impl Serialize) -> Result<Answer, Refusal> {
    let body = serde_json::to_vec(body).map_err(|error| internal(&error))?;
    Ok(Answer { status: 200, body: body.into() })
}

/// An answer that says no more than that it is done.
pub(super) fn nothing() -> Answer {
    Answer { status: 200, body: "{}".into() }
}
