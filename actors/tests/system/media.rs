//! Media servers that are only pretended: they make ids, remember answers, and fail as they are told.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use actors::{
    ports::{
        Later, MediaError, MediaListener, MediaServers, Placement, SeededEntropy,
        media::{Call, Json},
    },
    protocol::{RoomId, SessionId},
};

/// Media servers that all nodes of a world share.
pub(crate) struct Media {
    state: Mutex<State>,
    random: SeededEntropy,
}

#[derive(Default)]
struct State {
    is_configured: bool,
    servers: BTreeMap<&'static str, Server>,
    /// Answers that are repeated.
    answers: BTreeMap<(SessionId, u64), Json>,
    /// How many ids were made.
    made: u64,
    /// Of a thousand answers so many come late, and so many are lost although the call was done.
    late: u64,
    lost: u64,
    /// What was asked, in order.
    pub(crate) asked: Vec<String>,
}

#[derive(Default)]
struct Server {
    runs: u32,
    is_up: bool,
    is_draining: bool,
    rooms: BTreeMap<RoomId, BTreeMap<SessionId, Vec<String>>>,
}

/// What a client is told to wait.
const RETRY: Duration = Duration::from_millis(1_500);

fn unavailable(why: &str) -> MediaError {
    MediaError::Unavailable { why: why.into(), retry_after: RETRY }
}

impl Media {
    pub(crate) fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), random: SeededEntropy::new(seed) })
    }

    fn open(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics here")
    }

    /// A media server begins a new run.
    pub(crate) fn start(&self, name: &'static str) -> Placement {
        let mut state = self.open();
        state.is_configured = true;
        let server = state.servers.entry(name).or_default();
        (server.runs, server.is_up, server.is_draining) = (server.runs + 1, true, false);
        server.rooms.clear();
        let placement = Placement { server: name.into(), instance: format!("{name}-{}", server.runs).into() };
        state.answers.clear();
        placement
    }

    /// A media server dies.
    pub(crate) fn stop(&self, name: &'static str) {
        if let Some(server) = self.open().servers.get_mut(name) {
            server.is_up = false;
        }
    }

    /// A media server takes no new rooms.
    pub(crate) fn drain(&self, name: &'static str) {
        if let Some(server) = self.open().servers.get_mut(name) {
            server.is_draining = true;
        }
    }

    /// From now on a node hears them.
    pub(crate) fn tell(self: &Arc<Self>, listener: Arc<dyn MediaListener>) {
        let media = Arc::clone(self);
        tokio::spawn(async move {
            let mut heard = Vec::new();
            loop {
                let alive = media.alive();
                for lost in heard.iter().filter(|one| !alive.iter().any(|(other, _)| other == *one)) {
                    listener.lost(lost);
                }
                alive.iter().for_each(|(at, is_draining)| listener.heard(at, *is_draining));
                heard = alive.into_iter().map(|(at, _)| at).collect::<Vec<Placement>>();
                tokio::time::sleep(Duration::from_secs(1)).await; // paused
            }
        });
    }

    fn alive(&self) -> Vec<(Placement, bool)> {
        let state = self.open();
        let up = state.servers.iter().filter(|(_, server)| server.is_up);
        let at = |name: &str, runs| Placement { server: name.into(), instance: format!("{name}-{runs}").into() };
        up.map(|(name, server)| (at(name, server.runs), server.is_draining)).collect()
    }

    /// Of a thousand answers so many come late, and so many are lost.
    pub(crate) fn fails(&self, late: u64, lost: u64) {
        let mut state = self.open();
        (state.late, state.lost) = (late, lost);
    }

    /// What was asked since.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.open().asked)
    }

    /// Who is there, in whatever room.
    pub(crate) fn peers(&self, name: &'static str) -> usize {
        self.open().servers.get(name).map_or(0, |server| server.rooms.values().map(BTreeMap::len).sum())
    }

    /// Producers that are there, in whatever room.
    pub(crate) fn producers(&self, name: &'static str) -> usize {
        let state = self.open();
        let peers =
            state.servers.get(name).into_iter().flat_map(|server| server.rooms.values().flat_map(BTreeMap::values));
        peers.flatten().filter(|id| id.starts_with('p')).count()
    }

    fn answer<T: Send + 'static>(&self, answer: Result<T, MediaError>) -> Later<Result<T, MediaError>> {
        let (late, lost) = {
            let state = self.open();
            (state.late, state.lost)
        };
        let (is_late, is_lost) = (self.random.next() % 1_000 < late, self.random.next() % 1_000 < lost);
        let wait = Duration::from_millis(self.random.next() % 300);
        Box::pin(async move {
            if is_late {
                tokio::time::sleep(wait).await; // paused
            }
            tokio::task::yield_now().await;
            if is_lost { Err(unavailable("its answer was lost")) } else { answer }
        })
    }
}

impl State {
    fn server(&mut self, at: &Placement) -> Result<&mut Server, MediaError> {
        let server = self.servers.iter_mut().find(|(name, _)| ***name == *at.server).map(|(_, server)| server);
        let server = server.filter(|server| server.is_up).ok_or_else(|| unavailable("it does not answer"))?;
        if format!("{}-{}", at.server, server.runs) == *at.instance {
            Ok(server)
        } else {
            Err(MediaError::OtherInstance)
        }
    }

    fn id(&mut self, letter: char) -> String {
        self.made += 1;
        format!("{letter}{}", self.made)
    }

    fn call(&mut self, room: RoomId, at: &Placement, peer: SessionId, call: &Call) -> Result<Json, MediaError> {
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
            let id = state.id(letter);
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
            Call::Produce { transport, rtp_parameters, .. } => {
                has(self, transport)?;
                if rtp_parameters.contains("bad") {
                    return Err(MediaError::Rejected("no such codec".into()));
                }
                Ok(format!(r#"{{"id":"{}"}}"#, add(self, 'p')?).into())
            }
            Call::PauseProducer { producer, .. } => has(self, producer).map(|()| "{}".into()),
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

impl MediaServers for Media {
    fn configured(&self) -> bool {
        self.open().is_configured
    }

    fn open(&self, room: RoomId, except: Option<Arc<str>>) -> Later<Result<Placement, MediaError>> {
        let mut state = self.state.lock().expect("no test panics here");
        state.asked.push("open".to_owned());
        let is_it = |name: &str| except.as_ref().is_none_or(|except| **except != *name);
        let chosen = state.servers.iter_mut().find(|(name, server)| server.is_up && !server.is_draining && is_it(name));
        let opened = chosen.map(|(name, server)| {
            server.rooms.entry(room).or_default();
            Placement { server: (*name).into(), instance: format!("{name}-{}", server.runs).into() }
        });
        drop(state);
        self.answer(opened.ok_or_else(|| unavailable("no media server is there")))
    }

    fn capabilities(&self, room: RoomId, at: Placement) -> Later<Result<Json, MediaError>> {
        let mut state = self.state.lock().expect("no test panics here");
        state.asked.push("capabilities".to_owned());
        let found = state.server(&at).map(|server| {
            server.rooms.entry(room).or_default();
            r#"{"codecs":[]}"#.into()
        });
        drop(state);
        self.answer(found)
    }

    fn call(
        &self,
        room: RoomId,
        at: Placement,
        peer: SessionId,
        rid: u64,
        call: Call,
    ) -> Later<Result<Json, MediaError>> {
        let mut state = self.state.lock().expect("no test panics here");
        let name = format!("{call:?}");
        state.asked.push(name.split(' ').next().unwrap_or_default().to_owned());
        let before = state.answers.get(&(peer, rid)).cloned().filter(|_| state.server(&at).is_ok());
        let answer = before.map_or_else(|| state.call(room, &at, peer, &call), Ok);
        if let Ok(json) = &answer {
            state.answers.insert((peer, rid), Arc::clone(json));
        }
        drop(state);
        self.answer(answer)
    }

    fn delete_peer(&self, room: RoomId, at: Placement, peer: SessionId) {
        let mut state = self.state.lock().expect("no test panics here");
        state.asked.push("delete peer".to_owned());
        if let Some(room) = state.server(&at).ok().and_then(|server| server.rooms.get_mut(&room)) {
            room.remove(&peer);
        }
    }

    fn delete_room(&self, room: RoomId, at: Placement) {
        let mut state = self.state.lock().expect("no test panics here");
        state.asked.push("delete room".to_owned());
        if let Ok(server) = state.server(&at) {
            server.rooms.remove(&room);
        }
    }
}
