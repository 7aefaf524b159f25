//! State shared by all connections of one listener, and the decision about a request to open a socket: by the
//! handshake's rules, the client's limits, then by the node. It must not know how connections are accepted, nor how
//! responses are sent.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use hyper::http::request::Parts;
use tokio_util::sync::CancellationToken;

use super::caps::Place;
use super::connection::{Arrival, Lobby};
use super::handshake::{self, Accepted, Refusal};
use super::limits::Limits;
use crate::load::New;
use crate::net::rate::Table;
use crate::net::{self, Rules};

/// State shared by all connections of one listener.
pub(crate) struct Entrance<L> {
    pub(crate) router: Router,
    pub(crate) lobby: Arc<L>,
    pub(crate) rules: Arc<Rules>,
    /// How often one client may open sockets.
    pub(crate) sockets: Option<Arc<Table>>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) over_tls: bool,
    pub(crate) stop: CancellationToken,
}

impl<L: Lobby> Entrance<L> {
    /// Who sends a request.
    pub(crate) fn known(&self, peer: SocketAddr, head: &Parts) -> net::Request {
        self.rules.request(peer.ip(), self.over_tls, head)
    }

    /// Validates a request to open a socket, counts it against the client's limits, and asks the node whether one is
    /// admitted. `place`: the connection's.
    ///
    /// # Errors
    /// The first rule it violates, a limit, or the node's refusal.
    pub(crate) fn judge(
        &self,
        head: &Parts,
        known: &net::Request,
        place: &Place,
    ) -> Result<(Accepted, Arrival), Refusal> {
        let mut accepted = handshake::judge(head, known)?;
        let network = known.client.network();
        if let Some(Err(wait)) = self.sockets.as_ref().map(|table| table.take(network)) {
            return Err(Refusal::Rate(wait));
        }
        let new = if accepted.resumes { New::Resume } else { New::Socket };
        self.lobby.admit(&known.client, new).map_err(Refusal::Busy)?;
        // A proxy that names no client stands for all of its clients.
        if !self.rules.trusts(known.client.address) {
            place.charge(network).map_err(|_| Refusal::Connections)?;
        }
        let arrival = Arrival { client: known.client, token: accepted.token.take(), origin: accepted.origin.take() };
        Ok((accepted, arrival))
    }
}
