//! The connection on which pushes arrive: its commands, and how it is reconnected once it is lost, while operations go on.
//! Must not know operations.

use std::{future::Future, pin::Pin, sync::Arc};

use actors::protocol::NodeId;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use redis::{RedisError, aio::MultiplexedConnection};
use tokio::time::{sleep, timeout};

use super::{
    handshake::{Address, Listener, dial_listener},
    link::pause,
    running::{UnderWay, begin, ping},
    shared::Shared,
};

/// Where pushes arrive, or are to arrive again.
pub(super) struct Listening {
    shared: Arc<Shared>,
    address: Arc<Address>,
    state: State,
}

enum State {
    /// They arrive. Beside it: what is asked on this connection; each answers whether it is to be given up.
    On(Listener, FuturesUnordered<UnderWay>),
    /// The connection is being made anew. Nodes that have asked for their channel meanwhile.
    Off(Pin<Box<dyn Future<Output = Option<Listener>> + Send>>, Vec<NodeId>),
}

impl Listening {
    pub(super) fn new(shared: &Arc<Shared>, address: &Arc<Address>, listener: Listener) -> Self {
        let state = State::On(listener, FuturesUnordered::new());
        Self { shared: shared.clone(), address: address.clone(), state }
    }

    /// Waits until something has happened, and does what follows from it; may be dropped at any time. Answers `false` once it is
    /// hopeless to make the connection anew while the one for commands stays.
    pub(super) async fn turn(&mut self) -> bool {
        let is_lost = match &mut self.state {
            State::On(listener, beside) => tokio::select! {
                biased;
                _ = &mut listener.driver => true,
                Some(is_lost) = beside.next(), if !beside.is_empty() => is_lost,
            },
            State::Off(making, _) => {
                let Some(listener) = making.await else { return false };
                self.is_made(listener).await;
                false
            }
        };
        if is_lost {
            self.lost();
        }
        true
    }

    fn lost(&mut self) {
        self.shared.subscriptions.interrupt();
        let again = listen_again(self.shared.clone(), self.address.clone());
        self.state = State::Off(Box::pin(again), Vec::new());
    }

    /// The connection is there again, with the channels of all nodes that it knew when it subscribed them. Nothing is awaited
    /// that takes time.
    async fn is_made(&mut self, listener: Listener) {
        let State::Off(_, asked) = std::mem::replace(&mut self.state, State::On(listener, FuturesUnordered::new()))
        else {
            return;
        };
        self.shared.interrupted();
        for node in asked {
            let State::On(listener, beside) = &mut self.state else { return };
            let (shared, mut connection) = (self.shared.clone(), listener.connection.clone());
            begin(beside, Box::pin(async move { !add(&shared, &mut connection, &node).await })).await;
        }
    }

    /// Subscribes a node's channel; answers whether the link is to go on.
    pub(super) async fn add(&mut self, node: NodeId) -> bool {
        match &mut self.state {
            State::On(listener, _) => {
                if !add(&self.shared, &mut listener.connection, &node).await {
                    self.lost(); // and with it all channels, this node's among them
                }
            }
            State::Off(_, asked) => asked.push(node),
        }
        true
    }

    /// A node's channel is not wanted any more.
    pub(super) async fn remove(&mut self, node: &NodeId) {
        let channel = self.shared.keys.channel(node);
        self.ask(|mut connection| Box::pin(async move { connection.unsubscribe(channel).await.is_err() })).await;
    }

    /// Asks whether the server is still there.
    pub(super) async fn ping(&mut self) {
        let within = self.shared.limits.answer_within;
        self.ask(|connection| ping(connection, within)).await;
    }

    /// Answers once everything published before was handed on.
    #[cfg(test)]
    pub(super) async fn settle(&mut self, answer: tokio::sync::oneshot::Sender<()>) {
        let within = self.shared.limits.late_max;
        let settle = |connection| async move { ping(connection, within).await || answer.send(()).is_err() };
        self.ask(|connection| Box::pin(settle(connection))).await;
    }

    async fn ask(&mut self, what: impl FnOnce(MultiplexedConnection) -> UnderWay) {
        if let State::On(listener, beside) = &mut self.state {
            begin(beside, what(listener.connection.clone())).await;
        }
    }
}

/// Makes the connection anew, at once and then after pauses; nothing if that does not succeed within `dial_within`: then the server
/// is gone or another one, and the whole link begins anew.
async fn listen_again(shared: Arc<Shared>, address: Arc<Address>) -> Option<Listener> {
    let within = shared.limits.dial_within;
    let trying = async {
        for failures in 0.. {
            let attempt = async {
                let mut listener = dial_listener(&shared, &address).await?;
                subscribe(&shared, &mut listener.connection).await?;
                Ok::<_, super::DialError>(listener)
            };
            match attempt.await {
                Ok(listener) => return Some(listener),
                Err(why) => tracing::warn!(%why, "the subscription to the ledger's Redis could not be made anew"),
            }
            // Nodes were told that pushes arrive where only some channels were subscribed.
            shared.subscriptions.interrupt();
            sleep(pause(failures, address.jitter())).await;
        }
        None
    };
    timeout(within, trying).await.unwrap_or(None)
}

/// Subscribes every local node's channel and that of all, and tells the nodes so.
pub(super) async fn subscribe(shared: &Shared, connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
    connection.subscribe(shared.keys.all()).await?;
    for node in shared.subscriptions.nodes() {
        connection.subscribe(shared.keys.channel(&node)).await?;
        shared.subscriptions.begin(&node);
    }
    Ok(())
}

/// Subscribes a node's channel, and tells the node so; answers whether it is subscribed.
async fn add(shared: &Shared, connection: &mut MultiplexedConnection, node: &NodeId) -> bool {
    if let Err(why) = connection.subscribe(shared.keys.channel(node)).await {
        tracing::warn!(%why, "a node's channel could not be subscribed");
        return false;
    }
    shared.subscriptions.begin(node);
    true
}
