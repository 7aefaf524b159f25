//! The life of the process: serve, tell the load each second, drain on the first signal, end on the second or when the
//! engine ends. Must not know which engine it is.

use std::{fs, future::Future, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    signal::unix::{Signal, SignalKind, signal},
    time::{MissedTickBehavior, interval, timeout},
};
use tracing_subscriber::EnvFilter;

use crate::{
    config::{Cli, Command, Health, Serve},
    engine::Engine,
    http,
    limits::Limits,
    listener,
    load::Load,
    server::{Calls, Server},
};

/// Between two looks at load, peers and drain.
const TICK: Duration = Duration::from_secs(1);

/// Runs a server whose engine is made by `make`, until it is told to end.
///
/// # Errors
/// It cannot start, or its engine has ended.
pub async fn main<E: Engine, F: Future<Output = anyhow::Result<E>>>(
    cli: Cli,
    make: impl FnOnce(Serve) -> F,
) -> anyhow::Result<()> {
    match cli.command {
        None => serve(cli.serve, make).await,
        Some(Command::Serve(serve_)) => serve(*serve_, make).await,
        Some(Command::Health(health)) => ask(&health).await,
    }
}

async fn serve<E: Engine, F: Future<Output = anyhow::Result<E>>>(
    flags: Serve,
    make: impl FnOnce(Serve) -> F,
) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&flags.log).with_context(|| format!("--log is `{}`", flags.log))?;
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(std::io::stderr).init();
    let (limits, secret) = (flags.limits()?, flags.secret.read()?);
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let listener = TcpListener::bind(flags.bind).await;
    let listener = listener.with_context(|| format!("--bind {}: nodes cannot be served there", flags.bind))?;
    let (address, ready_file) = (listener.local_addr()?, flags.ready_file.clone());
    let server = Server::new(make(flags).await?, limits);
    server.engine().watch(server.hear());
    let routes = http::routes(Arc::clone(&server) as Arc<dyn Calls>, secret);
    if let Some(path) = ready_file {
        ready(&path, address)?;
    }
    tracing::info!(http = %address, instance = %server.instance(), "serving");
    let ended = tokio::select! {
        biased; // The engine's end before all else; the second signal before the first one's drain is over.
        why = server.died() => Err(anyhow::anyhow!("the media worker has ended, and this process with it: {why}")),
        () = told_twice(&mut term, &mut int, &server) => Ok("a second signal"),
        () = each_second(&server) => Ok("drained"),
        never = listener::serve(listener, routes, limits) => match never {},
    };
    let why = ended?;
    tracing::info!(why, counts = ?server.now().0, "ending");
    Ok(())
}

/// Drains on the first signal, and returns on the second.
async fn told_twice<E: Engine>(term: &mut Signal, int: &mut Signal, server: &Server<E>) {
    for last in [false, true] {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        if !last {
            tracing::info!(counts = ?server.now().0, "draining: no new rooms; it ends when the peers are gone");
            server.drain();
        }
    }
}

/// Tells the load, deletes what has expired, and returns when a drain is over.
async fn each_second<E: Engine>(server: &Server<E>) {
    let (mut tick, mut load) = (interval(TICK), Load::begin());
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !server.drained() {
        tick.tick().await;
        server.reap();
        server.tell_load(load.look());
    }
}

fn ready(path: &Path, http: SocketAddr) -> anyhow::Result<()> {
    // A program that waits for the file never reads half of it.
    let half = path.with_extension("part");
    fs::write(&half, format!("{{\"http\":\"{http}\"}}\n"))
        .and_then(|()| fs::rename(&half, path))
        .with_context(|| format!("--ready-file {} cannot be written", path.display()))
}

/// Asks a server whether it is well.
async fn ask(health: &Health) -> anyhow::Result<()> {
    let secret = health.secret.read()?;
    let asked = async {
        let mut stream = TcpStream::connect(health.bind).await?;
        let request = format!(
            "GET /v1/health HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\nconnection: close\r\n\r\n",
            health.bind,
            secret.first()
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(Limits::default().body_max as u64).read_to_end(&mut answer).await?;
        std::io::Result::Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    let answer = timeout(Duration::from_secs(3), asked).await.context("the server did not answer within 3 s")?;
    let answer = answer.with_context(|| format!("the server at {} cannot be asked", health.bind))?;
    if !answer.starts_with("HTTP/1.1 200") {
        bail!("the server at {} is not well: {}", health.bind, answer.lines().next().unwrap_or("no answer"));
    }
    Ok(())
}
