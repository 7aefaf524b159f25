//! What the pretended media servers have. Must not know how they are asked.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use actors::{
    ports::{
        MediaError, Placement,
        media::{Call, Json},
    },
    protocol::{RoomId, SessionId, media::MediaEpoch},
};

use super::unavailable;

#[derive(Default)]
pub(super) struct State {
    pub(super) is_configured: bool,
    pub(super) servers: BTreeMap<&'static str, Server>,
    /// Answers that are repeated, by run of the server.
    pub(super) answers: BTreeMap<(Arc<str>, SessionId, u64), Json>,
    /// How many nodes have begun to hear, and which of them hears nothing any more.
    pub(super) listening: usize,
    pub(super) hidden_from: Option<usize>,
    /// How many ids were made.
    made: u64,
    pub(super) fails: Fails,
    /// What was asked, in order.
    pub(super) asked: Vec<String>,
}

/// Of a thousand so many go wrong.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Fails {
    /// Answers that come late.
    pub(crate) late: u64,
    /// Answers that are lost although the call was done.
    pub(crate) lost: u64,
    /// Calls that are refused and not done.
    pub(crate) refused: u64,
    /// Deletions that never arrive.
    pub(crate) undeleted: u64,
}

#[derive(Default)]
pub(super) struct Server {
    pub(super) runs: u32,
    pub(super) is_up: bool,
    pub(super) is_draining: bool,
    pub(super) is_full: bool,
    pub(super) rooms: BTreeMap<RoomId, BTreeMap<SessionId, Vec<String>>>,
    /// Producers that are paused.
    pub(super) paused: BTreeSet<String>,
    /// The newest epoch of each room.
    epochs: BTreeMap<RoomId, MediaEpoch>,
}

impl Server {
    fn pause(&mut self, producer: &str, is_paused: bool) {
        if is_paused {
            self.paused.insert(producer.to_owned());
        } else {
            self.paused.remove(producer);
        }
    }

    /// Whether the room is in a later epoch there.
    pub(super) fn is_beyond(&self, room: RoomId, epoch: MediaEpoch) -> bool {
        self.epochs.get(&room).is_some_and(|known| *known > epoch)
    }

    /// The room, without what is of an earlier epoch.
    pub(super) fn enter(&mut self, room: RoomId, epoch: MediaEpoch) {
        let peers = self.rooms.entry(room).or_default();
        let known = self.epochs.entry(room).or_default();
        if *known < epoch {
            *known = epoch;
            peers.clear();
        }
    }
}

impl State {
    pub(super) fn server(&mut self, at: &Placement) -> Result<&mut Server, MediaError> {
        let server = self.servers.iter_mut().find(|(name, _)| ***name == *at.server).map(|(_, server)| server);
        let server = server.filter(|server| server.is_up).ok_or_else(|| unavailable("it does not answer"))?;
        if format!("{}-{}", at.server, server.runs) == *at.instance {
            Ok(server)
        } else {
            Err(MediaError::OtherInstance)
        }
    }

    /// A new id, which tells where it was made.
    fn id(&mut self, letter: char, at: &Placement) -> String {
        self.made += 1;
        format!("{letter}{}.{}", self.made, at.instance)
    }

    pub(super) fn call(
        &mut self,
        room: RoomId,
        at: &Placement,
        peer: SessionId,
        call: &Call,
    ) -> Result<Json, MediaError> {
        self.server(at)?;
        let has = |state: &mut Self, id: &str| {
            let server = state.server(at)?;
            let is_own = server
                .rooms
                .get(&room)
                .and_then(|room| room.get(&peer))
                .is_some_and(|own| own.iter().any(|it| it == id));
            if is_own { Ok(()) } else { Err(MediaError::NotFound) }
        };
        let add = |state: &mut Self, letter| {
            let id = state.id(letter, at);
            let server = state.server(at)?;
            server.rooms.entry(room).or_default().entry(peer).or_default().push(id.clone());
            Ok::<_, MediaError>(id)
        };
        let remove = |state: &mut Self, id: &str| {
            has(state, id)?;
            let server = state.server(at)?;
            if let Some(own) = server.rooms.get_mut(&room).and_then(|room| room.get_mut(&peer)) {
                own.retain(|it| it != id);
            }
            Ok::<_, MediaError>("{}".into())
        };
        match call {
            Call::CreateTransport { .. } => Ok(format!(r#"{{"id":"{}","iceCandidates":[]}}"#, add(self, 't')?).into()),
            Call::ConnectTransport { transport, .. } => has(self, transport).map(|()| "{}".into()),
            Call::RestartIce { transport } => has(self, transport).map(|()| r#"{"iceParameters":{}}"#.into()),
            Call::CloseTransport { transport } => remove(self, transport),
            Call::Produce { transport, rtp_parameters, paused, .. } => {
                has(self, transport)?;
                if rtp_parameters.contains("bad") {
                    return Err(MediaError::Rejected("no such codec".into()));
                }
                let id = add(self, 'p')?;
                self.server(at)?.pause(&id, *paused);
                Ok(format!(r#"{{"id":"{id}"}}"#).into())
            }
            Call::PauseProducer { producer, paused } => {
                has(self, producer)?;
                self.server(at)?.pause(producer, *paused);
                Ok("{}".into())
            }
            Call::CloseProducer { producer } => remove(self, producer),
            Call::Consume { transport, producer, .. } => {
                has(self, transport)?;
                let id = add(self, 'c')?;
                Ok(format!(r#"{{"id":"{id}","producerId":"{producer}","kind":"audio"}}"#).into())
            }
            Call::PauseConsumer { consumer, .. }
            | Call::RequestKeyFrame { consumer }
            | Call::SetPreferredLayers { consumer, .. } => has(self, consumer).map(|()| "{}".into()),
            Call::CloseConsumer { consumer } => remove(self, consumer),
        }
    }
}
