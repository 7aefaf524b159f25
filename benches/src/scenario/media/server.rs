//! A media server without media, as a process of this run. Must not know what is asked of it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::limits::START_WITHIN;
use crate::node::Which;

/// Shared with the node.
pub(super) const SECRET: &str = "a-secret-of-this-load";

/// A running one; killed when dropped.
pub(super) struct MediaServer {
    child: Child,
    http: SocketAddr,
    _folder: TempDir,
}

#[derive(Deserialize)]
struct Ready {
    http: SocketAddr,
}

impl MediaServer {
    /// Starts this program, or the `media-stub` beside the node's.
    pub(super) async fn start(program: Option<PathBuf>, which: &Which) -> anyhow::Result<Self> {
        let program = match program {
            Some(program) => program,
            None => which.program()?.with_file_name("media-stub"),
        };
        ensure!(
            program.exists(),
            "there is no {} → build it (cargo build --release -p media-server), or name one with --media-server",
            program.display()
        );
        let folder = tempfile::tempdir().context("cannot make a directory for the media server")?;
        let ready = folder.path().join("ready.json");
        let mut command = Command::new(&program);
        command.args(["--bind", "127.0.0.1:0", "--rtc-bind", "127.0.0.1:0", "--log", "error"]);
        command.args(["--rooms-max", "1000000", "--peer-unconnected-for", "12h", "--ready-file"]).arg(&ready);
        command.env("ALDIS_MEDIA_SECRET", SECRET).stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("cannot start {}", program.display()))?;
        let begun = Instant::now();
        loop {
            if let Some(Ready { http }) = std::fs::read(&ready).ok().and_then(|text| serde_json::from_slice(&text).ok())
            {
                return Ok(Self { child, http, _folder: folder });
            }
            if child.try_wait()?.is_some() || begun.elapsed() > START_WITHIN {
                bail!("{} did not come up within {START_WITHIN:?}", program.display());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What the node is told of it.
    pub(super) fn settings(&self) -> [String; 2] {
        [format!("media.servers=mediasoup+http://{}", self.http), format!("media.secret={SECRET}")]
    }

    /// Where it is asked: `http://127.0.0.1:…`.
    pub(super) fn base(&self) -> String {
        format!("http://{}", self.http)
    }

    /// Sends it a signal.
    pub(super) fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let pid = self.child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
        Ok(kill_process(pid.context("the media server ended by itself")?, signal)?)
    }
}
