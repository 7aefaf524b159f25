//! The way out: nobody's accepted message is lost, everybody is told where to be, no task is left.
//!
//! In this order: clients are told, each with its own delay; readers stop; sockets, then rooms empty their mailboxes,
//! so that what was accepted is delivered; sockets are closed in batches; the actors end.

use std::time::Duration;

use tokio::{sync::oneshot, time::timeout};

use super::{NodeRef, root};
use crate::{protocol::Close, room, socket};

/// How a node leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drain {
    /// The whole way out takes at most this long.
    pub within: Duration,
    /// Clients are asked to come back spread over this long.
    pub spread: Duration,
    /// Sockets closed at once.
    pub batch: usize,
    /// Pause between batches.
    pub pause: Duration,
}

impl Default for Drain {
    fn default() -> Self {
        Self {
            within: Duration::from_secs(15),
            spread: Duration::from_secs(3),
            batch: 500,
            pause: Duration::from_millis(50),
        }
    }
}

impl NodeRef {
    /// Drains the node and ends it. The edge must have stopped bringing new sockets. Answers whether everything
    /// came to rest in time.
    pub async fn drain(&self, how: Drain) -> bool {
        let rested = timeout(how.within, Box::pin(self.leave(how))).await.is_ok();
        let _ = self.root.send_message(root::Command::End); // it has ended already if this fails
        rested
    }

    async fn leave(&self, how: Drain) {
        let directory = &self.directory;
        directory.start_draining();
        let sockets = directory.sockets();
        let spread = u64::try_from(how.spread.as_millis()).unwrap_or(u64::MAX);
        for (place, socket) in sockets.iter().enumerate() {
            let delay = spread.saturating_mul(place as u64) / sockets.len() as u64;
            directory.tell_socket(*socket, socket::Command::Draining(delay));
        }
        let mut settled = Vec::with_capacity(sockets.len());
        for socket in &sockets {
            let (told, heard) = oneshot::channel();
            directory.tell_socket(*socket, socket::Command::StopReading(told));
            settled.push(heard);
        }
        heard(settled).await;
        heard(directory.sync_rooms()).await;
        for batch in directory.sockets().chunks(how.batch.max(1)) {
            for socket in batch {
                directory.tell_socket(*socket, socket::Command::Close(Close::Draining));
            }
            tokio::time::sleep(how.pause).await;
        }
        directory.tasks.idle().await;
        directory.drain_all();
    }
}

/// Waits until everybody has answered, or is gone.
async fn heard(all: Vec<oneshot::Receiver<()>>) {
    for one in all {
        let _ = one.await; // gone is as good as an answer
    }
}

pub(crate) fn sync() -> (room::Command, oneshot::Receiver<()>) {
    let (told, heard) = oneshot::channel();
    (room::Command::Sync(told), heard)
}
