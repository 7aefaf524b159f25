//! State shared by all connections of one listener, and the decision about a request to open a socket: by the
//! handshake's rules, then by the node. It must not know how connections are accepted, nor how responses are sent.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use hyper::http::request::Parts;
use ipnet::IpNet;
use tokio_util::sync::CancellationToken;

use super::connection::{Arrival, Lobby};
use super::handshake::{self, Accepted, Policy, Refusal};
use super::limits::Limits;
use crate::http::client::Client;
use crate::load::New;

/// State shared by all connections of one listener.
pub(crate) struct Entrance<L> {
    pub(crate) router: Router,
    pub(crate) lobby: Arc<L>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) proxies: Arc<[IpNet]>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) over_tls: bool,
    pub(crate) stop: CancellationToken,
}

impl<L: Lobby> Entrance<L> {
    /// The client that sent a request.
    pub(crate) fn client(&self, peer: SocketAddr, head: &Parts) -> Client {
        Client::of(peer.ip(), self.over_tls, &head.headers, &self.proxies)
    }

    /// Validates a request to open a socket, and asks the node whether one is admitted.
    ///
    /// # Errors
    /// The first rule it violates, or the node's refusal.
    pub(crate) fn judge(&self, head: &Parts, client: Client) -> Result<(Accepted, Arrival), Refusal> {
        let mut accepted = handshake::judge(head, &self.policy, client.over_tls)?;
        let new = if accepted.resumes { New::Resume } else { New::Socket };
        self.lobby.admit(new).map_err(Refusal::Busy)?;
        let arrival = Arrival { client, token: accepted.token.take(), origin: accepted.origin.take() };
        Ok((accepted, arrival))
    }
}
