//! A simulated Redis 7: connections, scripts, publishing, and what is lost. The commands on data are `data`'s.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use mlua::Function;
use sha1::{Digest as _, Sha1};
use tokio::{sync::mpsc::UnboundedSender, time::Instant};

use super::{
    bugs::Bug,
    lua::Scripts,
    resp::Reply,
    trace::{Step, Trace},
};
use crate::simulation::world::BEGAN_MS;
use data::Data;

pub(super) mod data;

/// The server.
pub(super) struct Server {
    lua: Mutex<Scripts>,
    state: Arc<Mutex<State>>,
    bug: Option<&'static Bug>,
}

struct State {
    /// When its clock showed [`BEGAN_MS`].
    begun: Instant,
    data: Data,
    connections: BTreeMap<u64, Connection>,
    made: u64,
    /// How often it was started: a run has a name of its own.
    runs: u64,
    /// By hash. A restart forgets them.
    scripts: BTreeMap<String, Function>,
    /// All that it executes, if that is of interest.
    trace: Option<Trace>,
}

struct Connection {
    outgoing: UnboundedSender<Vec<u8>>,
    channels: BTreeSet<Vec<u8>>,
}

impl Server {
    /// An empty server. `bug`: what is wrong with its scripts.
    pub(super) fn new(bug: Option<&'static Bug>) -> Arc<Self> {
        let state = Arc::new(Mutex::new(State {
            begun: Instant::now(),
            data: Data::default(),
            connections: BTreeMap::new(),
            made: 0,
            runs: 0,
            scripts: BTreeMap::new(),
            trace: None,
        }));
        let commands = Arc::clone(&state);
        let lua = Scripts::new(move |command| lock(&commands).command(command)).expect("Lua starts");
        Arc::new(Self { lua: Mutex::new(lua), state, bug })
    }

    /// Keeps what it executes from now on.
    pub(super) fn traces(&self) {
        lock(&self.state).trace = Some(Trace::default());
    }

    /// What it has executed since, and what is stored now.
    pub(super) fn trace(&self) -> Option<(Trace, Data)> {
        let mut state = lock(&self.state);
        let data = state.data.clone();
        state.trace.take().map(|trace| (trace, data))
    }

    /// A client has connected.
    pub(super) fn enter(&self, outgoing: UnboundedSender<Vec<u8>>) -> u64 {
        let mut state = lock(&self.state);
        state.made += 1;
        let id = state.made;
        state.connections.insert(id, Connection { outgoing, channels: BTreeSet::new() });
        id
    }

    /// A connection has ended.
    pub(super) fn exit(&self, id: u64) {
        lock(&self.state).connections.remove(&id);
    }

    /// Sends replies, unless the connection has ended meanwhile.
    pub(super) fn answer(&self, id: u64, replies: &[Reply]) {
        lock(&self.state).send(id, replies);
    }

    /// Executes a command of this connection.
    pub(super) fn execute(&self, id: u64, command: &[Vec<u8>]) -> Vec<Reply> {
        let [name, arguments @ ..] = command else { return Vec::new() };
        let name = String::from_utf8_lossy(name).to_uppercase();
        if !lock(&self.state).connections.contains_key(&id) {
            return Vec::new(); // it was killed: what had come in is not executed
        }
        let reply = match name.as_str() {
            "SCRIPT" => self.load(&arguments[1]),
            "EVALSHA" => self.evaluate(arguments),
            "SUBSCRIBE" | "UNSUBSCRIBE" => return lock(&self.state).subscribe(id, &name, arguments),
            _ => lock(&self.state).connected(id, &name, command),
        };
        lock(&self.state).note(|now| Step::Executed { now, command: command.to_vec(), reply: reply.clone() });
        vec![reply]
    }

    fn load(&self, text: &[u8]) -> Reply {
        let hash: String = Sha1::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        let text = String::from_utf8_lossy(text);
        let text = self.bug.map_or_else(|| text.to_string(), |bug| bug.spoil(&text));
        match lock(&self.lua).compile(&text) {
            Ok(script) => {
                lock(&self.state).scripts.insert(hash.clone(), script);
                Reply::text(hash)
            }
            Err(why) => panic!("a script is wrong: {why}"),
        }
    }

    fn evaluate(&self, arguments: &[Vec<u8>]) -> Reply {
        let [hash, count, rest @ ..] = arguments else { panic!("EVALSHA has two arguments") };
        let hash = String::from_utf8_lossy(hash);
        let Some(script) = lock(&self.state).scripts.get(&*hash).cloned() else {
            return Reply::Error("NOSCRIPT No matching script".to_owned());
        };
        let count: usize = String::from_utf8_lossy(count).parse().expect("a count of keys");
        let (keys, arguments) = rest.split_at(count);
        match lock(&self.lua).run(&script, keys, arguments) {
            Ok(reply) => reply,
            Err(why) => panic!("a script has failed: {why}"),
        }
    }

    /// What is stored now.
    pub(super) fn copy(&self) -> Data {
        lock(&self.state).data.clone()
    }

    /// Ends, and starts again with this.
    pub(super) fn restart(&self, data: Data) {
        let mut state = lock(&self.state);
        state.note(|_| Step::Restarted(data.clone()));
        state.data = data;
        state.runs += 1;
        state.connections.clear();
        state.scripts.clear();
    }

    /// Ends every connection that has subscribed to something.
    pub(super) fn cut_subscribers(&self) {
        lock(&self.state).connections.retain(|_, connection| connection.channels.is_empty());
    }

    /// Loses everything that is stored, and runs on.
    pub(super) fn flush(&self) {
        let mut state = lock(&self.state);
        state.note(|_| Step::Flushed);
        state.data = Data::default();
    }
}

impl State {
    /// Its clock in milliseconds; that of the machine that takes over is not quite the same.
    fn now(&self) -> u64 {
        let skew = [0, 400, 200][(self.runs % 3) as usize];
        BEGAN_MS + skew + self.begun.elapsed().as_millis() as u64
    }

    fn note(&mut self, step: impl FnOnce(u64) -> Step) {
        let now = self.now();
        if let Some(trace) = &mut self.trace {
            trace.note(step(now));
        }
    }

    fn send(&self, id: u64, replies: &[Reply]) {
        let Some(connection) = self.connections.get(&id) else { return };
        let mut bytes = Vec::new();
        replies.iter().for_each(|reply| reply.write(&mut bytes));
        let _ = connection.outgoing.send(bytes); // it may have broken
    }

    /// A command of a script, or on data.
    fn command(&mut self, command: &[Vec<u8>]) -> Reply {
        match command {
            [name, channel, payload] if name.eq_ignore_ascii_case(b"PUBLISH") => self.publish(channel, payload),
            _ => self.data.execute(command, self.now()),
        }
    }

    fn publish(&mut self, channel: &[u8], payload: &[u8]) -> Reply {
        if let Some(trace) = &mut self.trace {
            trace.published.push((channel.to_vec(), payload.to_vec()));
        }
        let told = [Reply::text("message"), Reply::text(channel), Reply::text(payload)];
        let hearing: Vec<u64> =
            self.connections.iter().filter(|(_, at)| at.channels.contains(channel)).map(|(id, _)| *id).collect();
        hearing.iter().for_each(|id| self.send(*id, &[Reply::Push(told.to_vec())]));
        Reply::count(hearing.len())
    }

    fn subscribe(&mut self, id: u64, name: &str, channels: &[Vec<u8>]) -> Vec<Reply> {
        let Some(connection) = self.connections.get_mut(&id) else { return Vec::new() };
        let mut replies = Vec::new();
        for channel in channels {
            if name == "SUBSCRIBE" {
                connection.channels.insert(channel.clone());
            } else {
                connection.channels.remove(channel);
            }
            let count = Reply::count(connection.channels.len());
            replies.push(Reply::Push(vec![Reply::text(name.to_lowercase()), Reply::text(channel.clone()), count]));
        }
        replies
    }

    /// A command of a connection.
    fn connected(&mut self, id: u64, name: &str, command: &[Vec<u8>]) -> Reply {
        match name {
            "HELLO" => Reply::Map(vec![(Reply::text("proto"), Reply::Whole(3))]),
            "PING" => Reply::Status("PONG"),
            "ROLE" => Reply::List(vec![Reply::text("master"), Reply::Whole(0), Reply::List(Vec::new())]),
            "INFO" => Reply::text(format!(
                "redis_version:7.4.0\r\nmaxmemory_policy:noeviction\r\nrun_id:run{}\r\n",
                self.runs
            )),
            "CLIENT" => self.client(id, command),
            _ => self.command(command),
        }
    }

    fn client(&mut self, id: u64, command: &[Vec<u8>]) -> Reply {
        match command[1].to_ascii_uppercase().as_slice() {
            b"ID" => Reply::Whole(i64::try_from(id).expect("few connections")),
            b"KILL" => {
                let other = String::from_utf8_lossy(&command[3]).parse::<u64>().expect("an id");
                Reply::count(usize::from(self.connections.remove(&other).is_some()))
            }
            _ => Reply::Status("OK"),
        }
    }
}

/// Nobody panics while it is locked, but for a script that is wrong.
fn lock<T>(state: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
