//! The accept queue: a few connections are served between the turns of established ones, and load shedding gets the
//! queue's length. Must not know how connections are served.
//!
//! The queue is first in, first out: a resume is recognised only by the request's head, which is read in the
//! connection's turn. The bounds prioritise resumes nevertheless: once the queue is a quarter full, a newcomer's turn is
//! only a refusal (503), so a resume waits for at most [`WAITING_MAX`] refusals: about a second's work, where a seat is
//! kept for five.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::net::{TcpListener, TcpStream};

use crate::load::{Load, WAITING_MAX};

/// Connections served in one turn, per processor: each costs some 0.1 ms until its hello is answered, which delays
/// established calls as much.
const TOGETHER: usize = 8;
/// Connections accepted in one turn, per served one: a hundredth of a millisecond's work each.
const ACCEPTED: usize = 4;
/// The pause between turns while connections wait: other tasks run in it.
const PAUSE: Duration = Duration::from_millis(1);

/// The waiting connections.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: VecDeque<(TcpStream, SocketAddr)>,
    together: usize,
}

impl Queue {
    /// An empty queue; the number of processors determines the length of a turn.
    pub(super) const fn new(processors: usize) -> Self {
        Self { waiting: VecDeque::new(), together: TOGETHER * processors }
    }

    /// Accepts connections from the kernel's queue, up to [`WAITING_MAX`] and up to the free `places`: a waiting
    /// connection is an open file, too. One turn's connections are always accepted, so that a full node refuses
    /// connections instead of letting them wait.
    ///
    /// # Errors
    /// The error of accepting; connections accepted before stay in the queue.
    pub(super) fn fill(&mut self, from: &TcpListener, places: usize) -> io::Result<()> {
        let waiting_max = places.clamp(self.together, WAITING_MAX.max(self.together));
        for _ in 0..ACCEPTED * self.together {
            let accepted = if self.waiting.len() < waiting_max { from.accept().now_or_never() } else { None };
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

    /// The connections whose turn it is.
    pub(super) fn next(&mut self, load: Option<&Load>) -> impl Iterator<Item = (TcpStream, SocketAddr)> {
        if let Some(load) = load {
            load.waiting(self.waiting.len());
        }
        self.waiting.drain(..self.waiting.len().min(self.together))
    }

    /// Lets other tasks run.
    pub(super) async fn rest(&self) {
        if self.waiting.is_empty() {
            tokio::task::yield_now().await;
        } else {
            tokio::time::sleep(PAUSE).await;
        }
    }
}
