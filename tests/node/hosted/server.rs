//! A media server as a process: the stub of the contract, which carries no media, or the program that
//! `ALDIS_MEDIA_SERVER` names (`tools/media-offline/build.sh` prints its path).

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::time::interval;

use crate::{postgres::free_port, process::PATIENCE};

/// Shared with the nodes.
pub(super) const SECRET: &str = "a-secret-of-these-tests";

/// A running one; killed when the test is done with it.
pub(super) struct MediaServer {
    child: Child,
    port: u16,
}

fn program() -> PathBuf {
    if let Some(path) = std::env::var_os("ALDIS_MEDIA_SERVER") {
        return path.into();
    }
    let tests = std::env::current_exe().expect("this program has a path");
    let built = tests.parent().and_then(|deps| deps.parent()).expect("it is in target/debug/deps").join("media-stub");
    assert!(built.exists(), "{} is missing: cargo build -p media-server", built.display());
    built
}

/// Peers are never reaped by the server itself: what goes, the nodes have deleted.
fn spawn(port: u16) -> Child {
    Command::new(program())
        .args(["--bind", &format!("127.0.0.1:{port}"), "--rtc-bind", "127.0.0.1:0", "--log", "warn"])
        .args(["--peer-unconnected-for", "1h", "--room-empty-for", "1h"])
        .env("ALDIS_MEDIA_SECRET", SECRET)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the media server starts")
}

impl MediaServer {
    /// Starts one, and waits until it answers.
    pub(super) async fn start() -> Self {
        let port = free_port();
        let server = Self { child: spawn(port), port };
        server.until_it_answers().await;
        server
    }

    /// A new run at the same address, when it was killed.
    pub(super) async fn again(&mut self) {
        let _ = self.child.wait(); // it was killed
        self.child = spawn(self.port);
        self.until_it_answers().await;
    }

    async fn until_it_answers(&self) {
        let (begun, mut look) = (Instant::now(), interval(Duration::from_millis(20)));
        while self.ask("/v1/health").await.is_none() {
            assert!(begun.elapsed() < PATIENCE, "the media server does not answer");
            look.tick().await;
        }
    }

    /// As `media.servers` names it.
    pub(super) fn setting(&self) -> String {
        format!("mediasoup+http://127.0.0.1:{}", self.port)
    }

    pub(super) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// What it answers, if it does.
    async fn ask(&self, path: &str) -> Option<Value> {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default(); // or another client did
        let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().expect("a client");
        let asked =
            client.get(format!("http://127.0.0.1:{}{path}", self.port)).bearer_auth(SECRET).send().await.ok()?;
        asked.json().await.ok()
    }

    /// How many of them there are: `peers`, `producers`, `rooms`.
    pub(super) async fn count(&self, what: &str) -> u64 {
        let health = self.ask("/v1/health").await.expect("it answers");
        health["counts"][what].as_u64().unwrap_or_else(|| panic!("no {what} in {health}"))
    }

    /// Whether it has this room.
    pub(super) async fn has(&self, room: &str) -> bool {
        self.ask(&format!("/v1/rooms/{room}")).await.is_some_and(|shown| shown["peers"].is_array())
    }

    /// Waits until it has so many of them; how long that took.
    pub(super) async fn until_it_has(&self, count: u64, what: &str, within: Duration) -> Duration {
        let (begun, mut look) = (Instant::now(), interval(Duration::from_millis(100)));
        loop {
            let now = self.count(what).await;
            if now == count {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < within, "{now} {what} instead of {count} after {within:?}");
            look.tick().await;
        }
    }
}

impl Drop for MediaServer {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it may have ended; a stopped process ends, too
        let _ = self.child.wait();
    }
}
