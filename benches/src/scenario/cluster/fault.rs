//! What happens to a cluster, and when it is over. Must not know what is measured.

use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use clap::ValueEnum;
use rustix::process::Signal;
use tokio::time::sleep;

use super::stage::Stage;
use crate::crowd::Crowd;
use crate::scenario::Run;

/// A fault.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    Kill,
    Pause(Duration),
    /// With another program, and then with its own again, or just so.
    Rolling(Option<PathBuf>),
    Redis(RedisFault, Duration),
    Postgres(PostgresFault, Duration),
}

/// What happens to Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RedisFault {
    /// It answers nothing, and goes on with what it had
    Stop,
    /// It is killed, and empty when it is back
    Kill,
    /// It is emptied (FLUSHALL)
    Flush,
}

/// What happens to PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PostgresFault {
    /// It answers nothing, and goes on with what it had
    Stop,
}

/// A paused node fails its health check after this time.
const DOWN_AFTER: Duration = Duration::from_secs(3);
/// All are back if no socket has been lost for so long, and each is replaced.
const QUIET: Duration = Duration::from_secs(2);
/// Rooms of a Redis that forgot are built again after a grace of three seconds; see `docs/operate.md`.
const REBUILT_WITHIN: Duration = Duration::from_secs(5);
/// How long members may take to come back.
const BACK_WITHIN: Duration = Duration::from_secs(60);
/// How often that is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

impl RedisFault {
    /// Whether Redis loses what it took.
    pub(super) const fn forgets(self) -> bool {
        matches!(self, Self::Kill | Self::Flush)
    }
}

impl Stage {
    /// Does it, and returns when all members are back. What befalls one node befalls the one with the most members.
    pub(super) async fn strike(&mut self, (run, crowd): (&Run, &Crowd), fault: &Fault) -> anyhow::Result<()> {
        match fault {
            Fault::Kill => {
                let node = self.balancer.fullest();
                self.nodes[node].kill().await?;
                back(run, crowd).await?;
                self.start_again(node).await?;
            }
            Fault::Pause(span) => self.pause((run, crowd), *span).await?,
            Fault::Rolling(None) => self.restart_all((run, crowd)).await?,
            Fault::Rolling(Some(next)) => {
                let own = run.shared.which.program()?;
                for program in [next, &own] {
                    self.nodes.iter_mut().try_for_each(|node| node.runs(program))?;
                    self.restart_all((run, crowd)).await?;
                }
            }
            Fault::Redis(how, outage) => self.redis((run, crowd), (*how, *outage)).await?,
            Fault::Postgres(PostgresFault::Stop, outage) => {
                let postgres = self.postgres.as_ref().context("PostgreSQL is not this run's own")?;
                postgres.signal("STOP")?;
                run.watch("no PostgreSQL", *outage, String::new).await;
                postgres.signal("CONT")?;
            }
        }
        back(run, crowd).await
    }

    /// Stops and starts every node, one after the other.
    async fn restart_all(&mut self, (run, crowd): (&Run, &Crowd)) -> anyhow::Result<()> {
        for node in 0..self.nodes.len() {
            // What stops it waits until its sockets are closed, and starts it again.
            self.nodes[node].again().await?;
            self.balancer.moved(node, self.nodes[node].address);
            back(run, crowd).await?;
        }
        Ok(())
    }

    /// Starts a killed node again.
    pub(in crate::scenario) async fn start_again(&mut self, node: usize) -> anyhow::Result<()> {
        self.nodes[node].after_kill().await?;
        self.balancer.moved(node, self.nodes[node].address);
        Ok(())
    }

    async fn pause(&self, (run, crowd): (&Run, &Crowd), span: Duration) -> anyhow::Result<()> {
        let node = self.balancer.fullest();
        self.nodes[node].signal(Signal::STOP)?;
        run.watch("node paused", span.min(DOWN_AFTER), String::new).await;
        if span > DOWN_AFTER {
            self.balancer.down(node);
            run.watch("node down", span - DOWN_AFTER, String::new).await;
        }
        self.nodes[node].signal(Signal::CONT)?;
        back(run, crowd).await?;
        self.balancer.up(node);
        Ok(())
    }

    async fn redis(
        &mut self,
        (run, crowd): (&Run, &Crowd),
        (how, outage): (RedisFault, Duration),
    ) -> anyhow::Result<()> {
        let redis = self.redis.as_mut().context("Redis is not this run's own")?;
        match how {
            RedisFault::Stop => {
                redis.signal("STOP")?;
                run.watch("no Redis", outage, String::new).await;
                redis.signal("CONT")?;
            }
            RedisFault::Kill => {
                redis.kill()?;
                run.watch("no Redis", outage, String::new).await;
                redis.again().await?;
            }
            RedisFault::Flush => redis.flush()?,
        }
        if how.forgets() {
            run.watch("rooms rebuilt", REBUILT_WITHIN, String::new).await;
        }
        back(run, crowd).await
    }
}

/// Waits until every lost socket is replaced, and none more is lost.
async fn back(run: &Run, crowd: &Crowd) -> anyhow::Result<()> {
    let tally = &crowd.play.tally;
    let state = || (tally.interruptions(None), tally.back.load(Relaxed));
    let waiting = async {
        let (begun, mut last, mut moved) = (Instant::now(), state(), Instant::now());
        loop {
            sleep(LOOK_EVERY).await;
            let now = state();
            if now != last {
                (last, moved) = (now, Instant::now());
            }
            if now.1 >= now.0 && moved.elapsed() > QUIET {
                return Ok(());
            }
            ensure!(
                begun.elapsed() < BACK_WITHIN,
                "{} of {} members are back after {BACK_WITHIN:?} → {}",
                now.1,
                now.0,
                tally.troubles()
            );
        }
    };
    let words = || format!("{} lost, {} back", tally.interruptions(None), tally.back.load(Relaxed));
    run.during("come back", waiting, words).await
}
