//! The edge with an echo behind it: production code from the accept loop to the write, only the answers are a test's.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actors::ports::{CloseFrame, ConnectionGone, FrameSink};
use actors::protocol::Close;
use aldis::load::New;
use aldis::net::Client;
use aldis::ws::{Arrival, Busy, Ending, Listener, Lobby, Outlet, Session};
use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::{get, post};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Admits all sockets, unless configured to be busy.
#[derive(Debug, Default)]
pub(crate) struct Echo {
    /// Refuse sockets as a draining node does.
    pub(crate) busy: bool,
    /// Refuse newcomers, but no resumes, as a loaded node does.
    #[allow(dead_code, reason = "the memory test loads no node")]
    pub(crate) loaded: bool,
}

/// Echoes every message, answers pings, and ends with the client or on request.
#[derive(Debug)]
pub(crate) struct Echoing(Option<Outlet>);

/// The text that makes the echo close with 4409.
pub(crate) const HANG_UP: &str = "please hang up";

impl Lobby for Echo {
    type Session = Echoing;

    fn admit(&self, _: &Client, new: New) -> Result<(), Busy> {
        let busy = Busy { why: "this node is draining", retry_after: Duration::from_secs(7) };
        if self.busy || (self.loaded && new != New::Resume) { Err(busy) } else { Ok(()) }
    }

    async fn open(&self, _: Arrival, outlet: Outlet) -> Option<Echoing> {
        Some(Echoing(Some(outlet)))
    }
}

impl Echoing {
    async fn say(&mut self, write: impl FnOnce(&mut Outlet) -> Result<usize, ConnectionGone>) {
        let Some(outlet) = &mut self.0 else { return };
        // A connection that is gone is told by `closed`.
        if matches!(write(outlet), Ok(1..)) {
            let _ = outlet.flushed().await;
        }
    }

    /// On a task of its own: the farewell waits for the reader, and the reader for us.
    fn end(&mut self, farewell: impl Into<CloseFrame>) {
        if let Some(outlet) = self.0.take() {
            tokio::spawn(Box::new(outlet).close(farewell.into()));
        }
    }
}

impl Session for Echoing {
    async fn text(&mut self, text: &str) {
        if text == HANG_UP {
            self.end(Close::Replaced);
        }
        self.say(|outlet| outlet.send(&[[text, "", ""]])).await;
    }

    async fn binary(&mut self, bytes: &[u8]) {
        self.say(|outlet| outlet.send_binary(bytes)).await;
    }

    async fn ping(&mut self, payload: &[u8]) {
        self.say(|outlet| outlet.pong(payload)).await;
    }

    async fn pong(&mut self, _: &[u8]) {}

    async fn closed(mut self, ending: Ending) {
        match ending {
            Ending::Closed { code, .. } => self.end(CloseFrame { code, reason: "" }),
            Ending::Violated(violation) => self.end(violation.close),
            Ending::Lost => self.end(Close::Normal),
        }
    }
}

/// Plain routes, so that HTTP can be seen beside the sockets.
fn routes() -> Router {
    Router::new()
        .merge(aldis::http::refusals())
        .route("/peer", get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() }))
        .route("/large", get(|| async { vec![0; 32 << 20] }))
        .route("/size", post(|body: String| async move { body.len().to_string() }))
}

/// Serves until `stop`, then waits for running tasks.
pub(crate) async fn serve(listener: Listener, echo: Echo, stop: CancellationToken) {
    let tasks = TaskTracker::new();
    listener.serve(routes(), Arc::new(echo), tasks.clone(), stop).await;
    tasks.close();
    tasks.wait().await;
}
