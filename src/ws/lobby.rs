//! Connects the edge to the actor system: an admitted socket gets a handle into the node.

use actors::{
    messages::socket::{Credential, Disconnect},
    node::{ConnectionHandle, NodeRef, NotOpened},
    ports::CloseFrame,
    protocol::Close,
};
use std::{sync::Arc, time::Duration};

use super::{
    connection::{Arrival, Lobby},
    handshake::{Busy, Token, TokenWay},
    reader::{Ending, Session},
    wire::Outlet,
};
use crate::load::{Load, New};
use crate::net::Client;

/// When to retry after a refusal by a draining or full node.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Admits sockets to a node, as long as it is neither draining, full nor overloaded.
#[derive(Clone)]
pub struct Gate {
    /// The node.
    pub node: NodeRef,
    /// Its load shedding.
    pub load: Arc<Load>,
}

impl Lobby for Gate {
    type Session = ConnectionHandle;

    fn admit(&self, client: &Client, new: New) -> Result<(), Busy> {
        self.node.may_open().map_err(busy)?;
        self.load.admit(new).map_err(|retry_after| Busy { why: "this node is overloaded", retry_after })?;
        self.node.charge(client.network()).map_err(busy)
    }

    async fn open(&self, arrival: Arrival, outlet: Outlet) -> Option<ConnectionHandle> {
        let credential = arrival.token.map_or(Credential::None, credential);
        match self.node.open_socket(Box::new(outlet), credential, arrival.client.network()) {
            Ok(handle) => Some(handle),
            Err(sink) => {
                // In a task of its own: it waits until the reader has ended, whose task this is.
                tokio::spawn(sink.close(CloseFrame::from(Close::Draining)));
                None
            }
        }
    }
}

/// Why the node admits no socket, and when to retry.
fn busy(why: NotOpened) -> Busy {
    match why {
        NotOpened::Draining => Busy { why: "this node is draining", retry_after: RETRY_AFTER },
        NotOpened::Full => Busy { why: "this node has reached its limit of sockets", retry_after: RETRY_AFTER },
        NotOpened::AddressLimited { wait } => {
            Busy { why: "too many connections from this address", retry_after: wait.max(Duration::from_secs(1)) }
        }
    }
}

fn credential(token: Token) -> Credential {
    match token.way {
        TokenWay::Cookie => Credential::Cookie(token.text().to_owned()),
        TokenWay::Protocol | TokenWay::Authorization => Credential::Token(token.text().to_owned()),
    }
}

impl Session for ConnectionHandle {
    fn text_now(&mut self, text: &str) -> bool {
        Self::text_now(self, text)
    }

    async fn text(&mut self, text: &str) {
        Self::text(self, text).await;
    }

    fn flush_batch(&mut self) {
        Self::flush_batch(self);
    }

    async fn ping(&mut self, payload: &[u8]) {
        Self::ping(self, payload.to_vec());
    }

    async fn pong(&mut self, payload: &[u8]) {
        Self::pong(self, payload.to_vec());
    }

    async fn closed(mut self, ending: Ending) {
        self.disconnect(match ending {
            Ending::Closed { code, .. } => Disconnect::Closed(code),
            Ending::Violated(violation) => Disconnect::Violation(violation.close),
            Ending::Lost => Disconnect::Lost,
        });
    }
}

/// Refuses all sockets: for the admin listener.
pub struct NoSockets;

/// A session that cannot exist.
pub enum Never {}

impl Lobby for NoSockets {
    type Session = Never;

    fn admit(&self, _: &Client, _: New) -> Result<(), Busy> {
        Err(Busy { why: "sockets open on the public listener, not here", retry_after: Duration::from_secs(3_600) })
    }

    async fn open(&self, _: Arrival, _: Outlet) -> Option<Never> {
        None
    }
}

impl Session for Never {
    async fn text(&mut self, _: &str) {
        match *self {}
    }

    async fn ping(&mut self, _: &[u8]) {
        match *self {}
    }

    async fn pong(&mut self, _: &[u8]) {
        match *self {}
    }

    async fn closed(self, _: Ending) {
        match self {}
    }
}
