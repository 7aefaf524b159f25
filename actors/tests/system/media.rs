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
    protocol::{RoomId, SessionId, media::MediaEpoch},
};

mod state;

pub(crate) use state::Fails;
use state::State;

/// Media servers that all nodes of a world share.
pub(crate) struct Media {
    state: Mutex<State>,
    random: SeededEntropy,
    /// What the faults of a world with these servers are drawn from.
    pub(crate) seed: u64,
}

/// What a client is told to wait.
const RETRY: Duration = Duration::from_millis(1_500);

fn unavailable(why: &str) -> MediaError {
    MediaError::Unavailable { why: why.into(), retry_after: RETRY }
}

impl Media {
    pub(crate) fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), random: SeededEntropy::new(seed), seed })
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
        Placement { server: name.into(), instance: format!("{name}-{}", server.runs).into() }
    }

    /// A media server dies.
    pub(crate) fn stop(&self, name: &'static str) {
        if let Some(server) = self.open().servers.get_mut(name) {
            server.is_up = false;
        }
    }

    /// A media server that has died, or seemed so, goes on as if nothing had been.
    pub(crate) fn wake(&self, name: &'static str) {
        if let Some(server) = self.open().servers.get_mut(name) {
            server.is_up = true;
        }
    }

    /// A media server takes no new rooms.
    pub(crate) fn drain(&self, name: &'static str) {
        if let Some(server) = self.open().servers.get_mut(name) {
            server.is_draining = true;
        }
    }

    /// A media server has no place for more rooms, or has again.
    pub(crate) fn fill(&self, name: &'static str, is_full: bool) {
        if let Some(server) = self.open().servers.get_mut(name) {
            server.is_full = is_full;
        }
    }

    /// This node, in the order in which they began to hear, hears none of them any more.
    pub(crate) fn hide_from(&self, node: usize) {
        self.open().hidden_from = Some(node);
    }

    /// From now on a node hears them.
    pub(crate) fn tell(self: &Arc<Self>, listener: Arc<dyn MediaListener>) {
        let media = Arc::clone(self);
        let node = self.open().listening;
        self.open().listening += 1;
        tokio::spawn(async move {
            let mut heard = Vec::new();
            loop {
                let is_hidden = media.open().hidden_from == Some(node);
                let alive = if is_hidden { Vec::new() } else { media.alive() };
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
        self.fails_so(Fails { late, lost, ..Fails::default() });
    }

    /// From now on so much goes wrong.
    pub(crate) fn fails_so(&self, fails: Fails) {
        self.open().fails = fails;
    }

    /// What was asked since.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.open().asked)
    }

    /// Who is there, in whatever room.
    pub(crate) fn peers(&self, name: &'static str) -> usize {
        self.open().servers.get(name).map_or(0, |server| server.rooms.values().map(BTreeMap::len).sum())
    }

    /// Who has what in a room, on each server that is up.
    pub(crate) fn shown(&self, room: RoomId) -> BTreeMap<String, BTreeMap<SessionId, Vec<String>>> {
        let state = self.open();
        let up = state.servers.iter().filter(|(_, server)| server.is_up);
        let shown =
            up.filter_map(|(name, server)| Some((format!("{name}-{}", server.runs), server.rooms.get(&room)?.clone())));
        shown.filter(|(_, peers)| !peers.is_empty()).collect()
    }

    /// A server has a peer that nobody has made.
    pub(crate) fn haunt(&self, name: &'static str, room: RoomId, peer: SessionId) {
        let mut state = self.open();
        let server = state.servers.get_mut(name).expect("a server of this name");
        server.rooms.entry(room).or_default().insert(peer, vec!["t0".to_owned()]);
    }

    /// Whether a producer is paused, on whichever server it is.
    pub(crate) fn is_paused(&self, producer: &str) -> bool {
        self.open().servers.values().any(|server| server.paused.contains(producer))
    }

    /// Whether a server has a room.
    pub(crate) fn has_room(&self, name: &'static str, room: RoomId) -> bool {
        self.open().servers.get(name).is_some_and(|server| server.rooms.contains_key(&room))
    }

    /// Producers that are there, in whatever room.
    pub(crate) fn producers(&self, name: &'static str) -> usize {
        let state = self.open();
        let peers =
            state.servers.get(name).into_iter().flat_map(|server| server.rooms.values().flat_map(BTreeMap::values));
        peers.flatten().filter(|id| id.starts_with('p')).count()
    }

    /// Whether something happens that happens so often.
    fn draws(&self, of_a_thousand: u64) -> bool {
        self.random.next() % 1_000 < of_a_thousand
    }

    fn answer<T: Send + 'static>(&self, answer: Result<T, MediaError>) -> Later<Result<T, MediaError>> {
        let fails = self.open().fails;
        let (is_late, is_lost) = (self.draws(fails.late), self.draws(fails.lost));
        let wait = Duration::from_millis(self.random.next() % 300);
        Box::pin(async move {
            if is_late {
                tokio::time::sleep(wait).await; // paused
            }
            tokio::task::yield_now().await;
            if is_lost { Err(unavailable("its answer was lost")) } else { answer }
        })
    }

    /// Whether a call is refused before it is done.
    fn refuses(&self) -> bool {
        let refused = self.open().fails.refused;
        self.draws(refused)
    }

    /// Whether a deletion never arrives.
    fn forgets(&self) -> bool {
        let undeleted = self.open().fails.undeleted;
        self.draws(undeleted)
    }
}

impl MediaServers for Media {
    fn configured(&self) -> bool {
        self.open().is_configured
    }

    fn open(&self, room: RoomId, except: Option<Arc<str>>) -> Later<Result<Placement, MediaError>> {
        if self.refuses() {
            return self.answer(Err(unavailable("it refuses")));
        }
        let mut state = self.open();
        state.asked.push("open".to_owned());
        let is_it = |name: &str| except.as_ref().is_none_or(|except| **except != *name);
        let takes = |name: &str, server: &state::Server| server.is_up && !server.is_draining && is_it(name);
        let is_any_full = state.servers.iter().any(|(name, server)| takes(name, server) && server.is_full);
        let chosen = state.servers.iter_mut().find(|(name, server)| takes(name, server) && !server.is_full);
        let opened = chosen.map(|(name, server)| {
            server.rooms.entry(room).or_default();
            Placement { server: (*name).into(), instance: format!("{name}-{}", server.runs).into() }
        });
        drop(state);
        let none = || match is_any_full {
            true => MediaError::Full { why: "every media server that is there is full".into(), retry_after: RETRY },
            false => unavailable("no media server is there"),
        };
        self.answer(opened.ok_or_else(none))
    }

    fn capabilities(&self, room: RoomId, (at, epoch): (Placement, MediaEpoch)) -> Later<Result<Json, MediaError>> {
        let mut state = self.open();
        state.asked.push("capabilities".to_owned());
        let found = state.server(&at).map(|server| {
            server.enter(room, epoch);
            r#"{"codecs":[]}"#.into()
        });
        drop(state);
        self.answer(found)
    }

    fn call(
        &self,
        room: RoomId,
        (at, epoch): (Placement, MediaEpoch),
        peer: SessionId,
        rid: u64,
        call: Call,
    ) -> Later<Result<Json, MediaError>> {
        if self.refuses() {
            return self.answer(Err(unavailable("it refuses")));
        }
        let mut state = self.open();
        let name = format!("{call:?}");
        state.asked.push(name.split(' ').next().unwrap_or_default().to_owned());
        if let Ok(server) = state.server(&at) {
            server.enter(room, epoch);
        }
        let key = (Arc::clone(&at.instance), peer, rid);
        let before = state.answers.get(&key).cloned().filter(|_| state.server(&at).is_ok());
        let answer = before.map_or_else(|| state.call(room, &at, peer, &call), Ok);
        if let Ok(json) = &answer {
            state.answers.insert(key, Arc::clone(json));
        }
        drop(state);
        self.answer(answer)
    }

    fn rooms(&self, at: Placement) -> Later<Result<Vec<RoomId>, MediaError>> {
        let listed = self.open().server(&at).map(|server| server.rooms.keys().copied().collect());
        self.answer(listed)
    }

    fn peers(&self, room: RoomId, at: Placement) -> Later<Result<Vec<SessionId>, MediaError>> {
        let peers = |server: &mut state::Server| server.rooms.get(&room).map(|room| room.keys().copied().collect());
        let shown = self.open().server(&at).map(|server| peers(server).unwrap_or_default());
        self.answer(shown)
    }

    fn delete_peer(&self, room: RoomId, at: Placement, peer: SessionId) {
        if self.forgets() {
            return;
        }
        let mut state = self.open();
        state.asked.push("delete peer".to_owned());
        if let Some(room) = state.server(&at).ok().and_then(|server| server.rooms.get_mut(&room)) {
            room.remove(&peer);
        }
    }

    fn delete_room(&self, room: RoomId, at: Placement, epoch: Option<MediaEpoch>) {
        if self.forgets() {
            return;
        }
        let mut state = self.open();
        state.asked.push("delete room".to_owned());
        if let Ok(server) = state.server(&at)
            && !epoch.is_some_and(|epoch| server.is_beyond(room, epoch))
        {
            server.rooms.remove(&room);
        }
    }
}
