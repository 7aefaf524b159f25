//! Accepted connections that wait for their turn: a few are served between the turns of established ones, and the load
//! shedding learns how many wait. Must not know what becomes of them.
//!
//! The queue is first in, first out: a resume is recognised only by the request's head, which is read in the
//! connection's turn. The bounds make resumes come first nevertheless: once a quarter of the queue waits, a newcomer's
//! turn is only a refusal (503), so a resume waits for refusals, of at most [`WAITING_MAX`] connections: about a
//! second's work, where a seat is kept for five.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::net::{TcpListener, TcpStream};

use crate::load::{Load, WAITING_MAX};

/// Served in one turn, for each processor: each costs some 0.1 ms until its hello is answered, and that is how long
/// established calls wait for their turn.
const TOGETHER: usize = 8;
/// Accepted in one turn, for each that is served: a hundredth of a millisecond's work each.
const ACCEPTED: usize = 4;
/// The pause between turns while connections wait: other tasks run in it.
const PAUSE: Duration = Duration::from_millis(1);

/// The connections that wait.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: VecDeque<(TcpStream, SocketAddr)>,
    together: usize,
}

impl Queue {
    /// An empty queue; turns are as long as suits so many processors.
    pub(super) const fn new(processors: usize) -> Self {
        Self { waiting: VecDeque::new(), together: TOGETHER * processors }
    }

    /// Accepts what waits in the kernel's queue, while no more wait here than [`WAITING_MAX`] and than there are
    /// `places` for: a waiting connection is an open file as well. The places of one turn are always there, so that a
    /// full node turns connections away instead of letting them wait.
    ///
    /// # Errors
    /// That of accepting; what was accepted before stays in the queue.
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
