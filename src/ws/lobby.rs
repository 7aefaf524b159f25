//! Connects the edge to the actor system: an admitted socket gets a handle into the node.

use actors::{
    node::NodeRef,
    socket::{Credential, Hangup, Line},
};
use std::{sync::Arc, time::Duration};

use super::{
    connection::{Arrival, Lobby},
    handshake::{Busy, Token, TokenWay},
    reader::{Ending, Session},
    wire::Outlet,
};
use crate::load::{Load, New};

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
    type Session = Line;

    fn admit(&self, new: New) -> Result<(), Busy> {
        if self.node.is_draining() {
            return Err(Busy { why: "this node is draining", retry_after: RETRY_AFTER });
        }
        if !self.node.may_open() {
            return Err(Busy { why: "this node has reached its limit of sockets", retry_after: RETRY_AFTER });
        }
        self.load.admit(new).map_err(|retry_after| Busy { why: "this node is overloaded", retry_after })
    }

    async fn open(&self, arrival: Arrival, outlet: Outlet) -> Option<Line> {
        self.node.open_socket(Box::new(outlet), arrival.token.map_or(Credential::None, credential))
    }
}

fn credential(token: Token) -> Credential {
    match token.way {
        TokenWay::Cookie => Credential::Cookie(token.text().to_owned()),
        TokenWay::Protocol | TokenWay::Authorization => Credential::Token(token.text().to_owned()),
    }
}

impl Session for Line {
    fn text_now(&mut self, text: &str) -> bool {
        Line::text_now(self, text)
    }

    async fn text(&mut self, text: &str) {
        Line::text(self, text).await;
    }

    fn pause(&mut self) {
        Line::pause(self);
    }

    async fn ping(&mut self, payload: &[u8]) {
        Line::ping(self, payload.to_vec());
    }

    async fn pong(&mut self, payload: &[u8]) {
        Line::pong(self, payload.to_vec());
    }

    async fn closed(mut self, ending: Ending) {
        self.hang_up(match ending {
            Ending::Closed { code, .. } => Hangup::Closed(code),
            Ending::Violated(violation) => Hangup::Violation(violation.close),
            Ending::Lost => Hangup::Lost,
        });
    }
}

/// Refuses all sockets: for the admin listener.
pub struct NoSockets;

/// A session that cannot exist.
pub enum Never {}

impl Lobby for NoSockets {
    type Session = Never;

    fn admit(&self, _: New) -> Result<(), Busy> {
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
