//! `media`: requests to a media server through the node, beside the same requests without it; chat of the same sockets while
//! the media server is well and while it hangs; and what an idle connection costs in a room with a media server, beside one in
//! a room between browsers. Must not know what a request means.

mod caller;
mod server;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use actors::protocol::server::Mode;
use anyhow::{Context as _, ensure};
use clap::Args;
use hdrhistogram::Histogram;
use rustix::process::Signal;
use tokio::{sync::mpsc, task::JoinSet};

use super::{Run, files_for, seconds};
use crate::clock::Epoch;
use crate::latency::{Latencies, histogram};
use crate::node::Node;
use crate::pace::Pace;
use crate::report::{Report, Unit, float, micros, micros_each};
use caller::{Caller, Do, Notes};
use server::{MediaServer, SECRET};

pub(super) const FIGURES: &[&str] = &[
    "requests",
    "lost",
    "bare_p99_us",
    "p99_us",
    "added_p99_us",
    "node_cpu_us_per_request",
    "chat_p99_us",
    "chat_p99_hung_us",
    "refused_while_hung",
    "idle_mesh_bytes",
    "idle_sfu_bytes",
    "idle_extra_bytes",
];

/// Options of `media`.
#[derive(Debug, Args)]
pub(crate) struct Media {
    /// Members, in rooms of four
    #[arg(long, default_value_t = 100)]
    callers: usize,
    /// Requests a second of all members together
    #[arg(long, default_value_t = 1_000.0)]
    rate: f64,
    /// Chat messages a second of all members together; each is heard by three others
    #[arg(long, default_value_t = 200.0)]
    chat_rate: f64,
    /// How long each phase lasts
    #[arg(long = "for", default_value = "10", value_name = "SECONDS", value_parser = seconds)]
    span: Duration,
    /// Idle connections of each kind whose memory is compared; 0: none
    #[arg(long, default_value_t = 4_000)]
    idle: usize,
    /// The media server to start for this run [default: the media-stub beside the node]
    #[arg(long, value_name = "PATH")]
    media_server: Option<PathBuf>,
}

/// Members of a room.
const SEATS: usize = 4;
/// Members that enter at once.
const ENTERING_MAX: usize = 64;
/// How long a node may take to finish its work before its memory is read.
const SETTLE: Duration = Duration::from_secs(5);

/// Running callers: who is told what to do.
struct Callers {
    told: Vec<mpsc::UnboundedSender<Do>>,
    tasks: JoinSet<anyhow::Result<()>>,
}

impl Media {
    pub(super) async fn play(&self, run: &Run) -> anyhow::Result<Report> {
        ensure!(self.callers >= SEATS, "--callers {} fill no room of {SEATS}", self.callers);
        files_for(self.callers.max(self.idle))?;
        let server = MediaServer::start(self.media_server.clone(), &run.shared.which).await?;
        let settings = server.settings();
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        let mut node = Node::reach(run.shared.which.clone(), &settings).await?;
        let mut report = run.report("media");
        if self.idle >= SEATS {
            self.compare_idle(run, &mut node, &mut report).await?;
        }
        self.load(run, (&node, &server), &mut report).await?;
        node.stop().await?;
        Ok(report)
    }

    /// Requests without the node, then with it; chat while the media server is well, then while it hangs.
    async fn load(&self, run: &Run, (node, server): (&Node, &MediaServer), report: &mut Report) -> anyhow::Result<()> {
        let callers = enter(run, node, (self.callers, Mode::Sfu)).await?;
        let bare = self.bare(run, &callers, server).await?;
        let notes = Arc::new(Notes::new(run.epoch)?);
        let mut callers = Callers::begin(callers, &notes);
        callers.during(run, ("warm up", Duration::from_secs(2)), &notes, (self.rate, 0.0)).await?;

        notes.enter("requests");
        let (cpu, done) = (node.cpu()?, notes.answered.load(Relaxed));
        callers.during(run, ("requests", self.span), &notes, (self.rate, 0.0)).await?;
        let cpu = node.cpu()?.unwrap_or_default().saturating_sub(cpu.unwrap_or_default());
        let done = notes.answered.load(Relaxed) - done;
        notes.enter("chat");
        callers.during(run, ("chat beside them", self.span), &notes, (self.rate, self.chat_rate)).await?;
        let refused = notes.refused.load(Relaxed);
        server.signal(Signal::STOP)?;
        notes.enter("hung");
        callers.during(run, ("while it hangs", self.span), &notes, (self.rate, self.chat_rate)).await?;
        server.signal(Signal::CONT)?;

        self.figures(report, &notes, (&bare, cpu, done))?;
        let refused_while_hung = notes.refused.load(Relaxed) - refused;
        report.figure(
            ("refused_while_hung", Unit::Count),
            float(refused_while_hung),
            "requests, with media_unavailable",
        );
        if refused > 0 {
            report.failure(format!("{refused} requests were refused while the media server was well"));
        }
        callers.end().await
    }

    fn figures(
        &self,
        report: &mut Report,
        notes: &Notes,
        (bare, cpu, done): (&Histogram<u64>, Duration, u64),
    ) -> anyhow::Result<()> {
        let requests = notes.requests.of("requests")?;
        let (chat, hung) = (notes.chat.of("chat")?, notes.chat.of("hung")?);
        let p99 = |times: &Histogram<u64>| micros(times.value_at_quantile(0.99));
        for (name, times) in [("bare", bare), ("requests", &requests), ("chat", &chat), ("chat while it hangs", &hung)]
        {
            report.phase(name, times);
        }
        let (answered, due) = (notes.answered.load(Relaxed) + notes.refused.load(Relaxed), notes.due.load(Relaxed));
        let unheard = (notes.said.load(Relaxed) * (SEATS as u64 - 1)).saturating_sub(notes.heard.load(Relaxed));
        let lost = due.saturating_sub(answered) + unheard;
        let mut figure = |name, unit, value, what| report.figure((name, unit), value, what);
        figure("requests", Unit::Count, float(done), "answered in the phase that is measured");
        figure("lost", Unit::Count, float(lost), "requests without an answer, and chat that was not heard");
        figure("bare_p99_us", Unit::Microseconds, p99(bare), "the same requests to the media server itself");
        figure("p99_us", Unit::Microseconds, p99(&requests), "through the node");
        figure("added_p99_us", Unit::Microseconds, p99(&requests) - p99(bare), "what the node adds");
        let each = micros_each(cpu, done);
        figure("node_cpu_us_per_request", Unit::Microseconds, each, "user and system time of the node");
        figure("chat_p99_us", Unit::Microseconds, p99(&chat), "chat beside the requests");
        figure("chat_p99_hung_us", Unit::Microseconds, p99(&hung), "the same while the media server hangs");
        if lost > 0 {
            report.failure(format!("{lost} requests or messages were lost"));
        }
        Ok(())
    }

    /// The same requests to the media server itself, over connections that are kept.
    async fn bare(&self, run: &Run, callers: &[Caller], server: &MediaServer) -> anyhow::Result<Histogram<u64>> {
        let path = |caller: &Caller| {
            let (room, peer, transport) = (caller.room, &caller.session, &caller.transport);
            format!("{}/v1/rooms/{room}/peers/{peer}/transports/{transport}/restart", server.base())
        };
        let paths: Vec<_> = callers.iter().map(path).collect();
        let client = reqwest::Client::builder().pool_max_idle_per_host(32).build()?;
        let (told, mut heard) = mpsc::unbounded_channel();
        let (epoch, runtime) = (run.epoch, tokio::runtime::Handle::current());
        let mut turns = (0..paths.len()).cycle();
        let pace = Pace::keep((run.epoch, self.rate), move |due| {
            let Some(path) = turns.next().map(|turn| paths[turn].clone()) else { return };
            let (client, told) = (client.clone(), told.clone());
            runtime.spawn(async move {
                let answer = client.post(path).bearer_auth(SECRET).send().await;
                let answer = async { answer?.error_for_status()?.bytes().await };
                let _ = told.send((due, epoch.now(), answer.await.map(drop))); // who counts may have ended
            });
        })?;
        run.watch("bare requests", self.span, String::new).await;
        pace.end().await?;
        let mut times = histogram()?;
        while let Ok(Some((due, now, answer))) = tokio::time::timeout(Duration::from_secs(2), heard.recv()).await {
            answer.context("the media server refuses what a node would ask")?;
            times.saturating_record(now.saturating_sub(due));
        }
        Ok(times)
    }

    /// The memory of idle connections in rooms of both kinds, each on a node that was started again.
    async fn compare_idle(&self, run: &Run, node: &mut Node, report: &mut Report) -> anyhow::Result<()> {
        let mut bytes = Vec::new();
        for (mode, name) in [(Mode::Mesh, "idle_mesh_bytes"), (Mode::Sfu, "idle_sfu_bytes")] {
            node.again().await?;
            // What it allocates once, and is no connection's: the same for both.
            drop(enter(run, node, (200, Mode::Sfu)).await?);
            tokio::time::sleep(SETTLE).await;
            let before = node.memory()?.context("the node's process is not known → name it with --pid")?;
            let callers = enter(run, node, (self.idle, mode)).await?;
            let (count, notes) = (callers.len().max(1) as u64, Arc::new(Notes::new(run.epoch)?));
            let callers = Callers::begin(callers, &notes); // pings are answered
            tokio::time::sleep(SETTLE).await;
            let after = node.memory()?.context("the node's process is not known")?;
            callers.end().await?;
            let each = (float(after.anonymous) - float(before.anonymous)) / float(count);
            report.figure(
                (name, Unit::Bytes),
                each,
                "anonymous memory of an idle, joined connection; of sfu with a transport",
            );
            bytes.push(each);
        }
        report.figure(("idle_extra_bytes", Unit::Bytes), bytes[1] - bytes[0], "more in a room with a media server");
        Ok(())
    }
}

/// So many members of new rooms of this mode, all joined; in rooms with a media server each has a transport.
async fn enter(run: &Run, node: &Node, (count, mode): (usize, Mode)) -> anyhow::Result<Vec<Caller>> {
    let count = count - count % SEATS;
    let rooms = node.rooms_of(count / SEATS, (SEATS, mode)).await?;
    let (tokens, doors) = (node.tokens(count).await?, node.doors());
    let step = run.show.step("enter", count);
    let (mut entering, mut callers) = (JoinSet::new(), Vec::with_capacity(count));
    let mut waiting = tokens.into_iter().enumerate();
    while callers.len() < count {
        while entering.len() < ENTERING_MAX
            && let Some((place, token)) = waiting.next()
        {
            let (door, room) = (doors[place % doors.len()].clone(), rooms[place / SEATS]);
            entering.spawn(async move {
                let mut caller = Caller::join(&door, &token, room).await?;
                if mode == Mode::Sfu {
                    caller.opens().await?;
                }
                anyhow::Ok(caller)
            });
        }
        if let Some(entered) = entering.join_next().await {
            callers.push(entered??);
            step.inc();
        }
    }
    Ok(callers)
}

impl Callers {
    fn begin(callers: Vec<Caller>, notes: &Arc<Notes>) -> Self {
        let (mut told, mut tasks) = (Vec::new(), JoinSet::new());
        for caller in callers {
            let (tell, heard) = mpsc::unbounded_channel();
            told.push(tell);
            tasks.spawn(caller.serve(heard, Arc::clone(notes)));
        }
        Self { told, tasks }
    }

    /// Requests and chat at these rates for so long, and until the last are answered.
    async fn during(
        &mut self,
        run: &Run,
        (name, span): (&'static str, Duration),
        notes: &Arc<Notes>,
        (rate, chat_rate): (f64, f64),
    ) -> anyhow::Result<()> {
        let asking = self.pace(run, notes, rate, Do::Ask)?;
        let chatting = if chat_rate > 0.0 { Some(self.pace(run, notes, chat_rate, Do::Chat)?) } else { None };
        run.watch(name, span, String::new).await;
        asking.end().await?;
        if let Some(chatting) = chatting {
            chatting.end().await?;
        }
        // A request to a server that hangs has two seconds.
        tokio::time::sleep(Duration::from_secs(3)).await;
        if let Some(ended) = self.tasks.try_join_next() {
            ended??;
        }
        Ok(())
    }

    fn pace(&self, run: &Run, notes: &Arc<Notes>, rate: f64, what: fn(u64) -> Do) -> anyhow::Result<Pace> {
        let (told, notes) = (self.told.clone(), Arc::clone(notes));
        let mut turns = (0..told.len()).cycle();
        Pace::keep((run.epoch, rate), move |due| {
            let Some(turn) = turns.next() else { return };
            let counter = if matches!(what(due), Do::Ask(_)) { &notes.due } else { &notes.said };
            counter.fetch_add(1, Relaxed);
            let _ = told[turn].send(what(due)); // its end is told by its task
        })
    }

    async fn end(mut self) -> anyhow::Result<()> {
        self.told.clear();
        while let Some(ended) = self.tasks.join_next().await {
            ended??;
        }
        Ok(())
    }
}

impl Notes {
    fn new(epoch: Epoch) -> anyhow::Result<Self> {
        let phases = ["warm", "requests", "chat", "hung"];
        let count = || AtomicU64::new(0);
        Ok(Self {
            epoch,
            requests: Latencies::new(&phases)?,
            chat: Latencies::new(&phases)?,
            due: count(),
            answered: count(),
            refused: count(),
            said: count(),
            heard: count(),
        })
    }

    fn enter(&self, phase: &'static str) {
        self.requests.enter(phase);
        self.chat.enter(phase);
    }
}
