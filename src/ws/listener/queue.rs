//! Connections that were accepted and wait for their turn: a few are welcomed between the turns of everybody else, and the
//! node's load learns how many wait. Must not know what becomes of them.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::net::{TcpListener, TcpStream};

use crate::load::Load;

/// Welcomed in one turn, for each processor: each costs some 0.1 ms until its hello is answered, and that is what calls
/// which stand wait for.
const TOGETHER: usize = 8;
/// Accepted in one turn, for each that is welcomed: a hundredth of a millisecond's work each.
const ACCEPTED: usize = 4;
/// The pause between turns while somebody waits: what has come up meanwhile is done in it.
const PAUSE: Duration = Duration::from_millis(1);
/// Waiting at most; who comes then waits in the kernel's queue.
const WAITING_MAX: usize = crate::load::WAITING_MAX;

/// Who waits.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: VecDeque<(TcpStream, SocketAddr)>,
    together: usize,
}

impl Queue {
    /// Nobody waits; turns are as long as suits so many processors.
    pub(super) const fn new(processors: usize) -> Self {
        Self { waiting: VecDeque::new(), together: TOGETHER * processors }
    }

    /// Takes in whoever waits in the kernel's queue.
    ///
    /// # Errors
    /// That of accepting; who is in is in.
    pub(super) fn fill(&mut self, from: &TcpListener) -> io::Result<()> {
        for _ in 0..ACCEPTED * self.together {
            let accepted = if self.waiting.len() < WAITING_MAX { from.accept().now_or_never() } else { None };
            let Some(accepted) = accepted else { break };
            self.waiting.push_back(accepted?);
        }
        Ok(())
    }

    pub(super) fn push(&mut self, accepted: (TcpStream, SocketAddr)) {
        self.waiting.push_back(accepted);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Those whose turn it is.
    pub(super) fn next(&mut self, load: Option<&Load>) -> impl Iterator<Item = (TcpStream, SocketAddr)> {
        if let Some(load) = load {
            load.waiting(self.waiting.len());
        }
        self.waiting.drain(..self.waiting.len().min(self.together))
    }

    /// Everybody else has a turn.
    pub(super) async fn rest(&self) {
        if self.waiting.is_empty() {
            tokio::task::yield_now().await;
        } else {
            tokio::time::sleep(PAUSE).await;
        }
    }
}
