//! The clean exit: no accepted message is lost, every client is asked to reconnect, no task is left.
//!
//! In this order: clients are notified, each with its own delay; readers stop; rooms settle messages in flight; sockets are
//! closed in batches; rooms settle the resulting facts; the lease is released; the actors end.

use tokio::{sync::oneshot, time::timeout};

use super::{NodeRef, root};
use crate::{
    messages::{To, room, socket},
    protocol::Close,
    settings::Drain,
};

impl NodeRef {
    /// Drains the node and ends it. The edge must have stopped opening sockets. Returns whether everything was settled in
    /// time.
    pub async fn drain(&self, how: Drain) -> bool {
        let settled = timeout(how.within, Box::pin(self.leave(how))).await.is_ok();
        if timeout(how.within / 4, self.directory.ledger().release(&self.directory.id)).await.is_err() {
            tracing::warn!("the node's lease could not be given up; it runs out by itself");
        }
        let _ = self.root.send_message(root::Command::End); // it has ended already if this fails
        settled
    }

    async fn leave(&self, how: Drain) {
        let directory = &self.directory;
        directory.start_draining();
        let sockets = directory.sockets().keys();
        let spread = u64::try_from(how.spread.as_millis()).unwrap_or(u64::MAX);
        let mut stopped = Vec::with_capacity(sockets.len());
        for (place, id) in sockets.iter().enumerate() {
            let delay = spread.saturating_mul(place as u64) / sockets.len() as u64;
            let (told, heard) = oneshot::channel();
            stopped.push(heard);
            let stop = socket::Message::StopReading(told);
            directory.deliver([To::Socket(*id, socket::Message::Draining(delay)), To::Socket(*id, stop)]);
            if place % how.batch.max(1) == 0 {
                tokio::task::yield_now().await;
            }
        }
        all(stopped).await;
        self.rooms_settled().await;
        for batch in directory.sockets().keys().chunks(how.batch.max(1)) {
            for id in batch {
                directory.deliver([To::Socket(*id, socket::Message::Close(Close::Draining))]);
            }
            tokio::time::sleep(how.pause).await;
        }
        self.rooms_settled().await;
        directory.tasks.close();
        directory.tasks.wait().await;
    }

    /// Waits until nothing is in flight in any room.
    async fn rooms_settled(&self) {
        let mut settled = Vec::new();
        for id in self.directory.rooms().keys() {
            let (told, heard) = oneshot::channel();
            settled.push(heard);
            self.directory.deliver([To::Room(id, room::Message::Drain(told))]);
        }
        all(settled).await;
    }
}

/// Waits until every cell has answered or ended.
async fn all(answers: Vec<oneshot::Receiver<()>>) {
    for answer in answers {
        let _ = answer.await; // a cell that has ended has settled everything
    }
}
