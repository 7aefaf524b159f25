//! One connection: authentication, the session in a room, outgoing frames, budgets.
//!
//! Decides what one client may send and what it receives; must not know other sockets, nor the rules of rooms. Decisions
//! are pure (`rules`); [`SocketTurn`] performs them and returns messages to others.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use crate::{
    bytes::BufferedBytes,
    metrics::Meters,
    ports::{Entropy, History, Hosts, IceServers, RoomSettings, Rooms, Verifier},
    protocol::{NodeId, RoomMode},
    settings::{BudgetLimits, SocketLimits},
};

pub mod budget;
mod outbox;
mod resume_token;
mod rules;
mod sink;
#[cfg(test)]
mod tests;
mod turn;

pub use budget::{Address, Budgets, TooManyConnections};
pub use turn::SocketTurn;

/// The shared environment of a node's sockets.
pub struct Env {
    /// The node.
    pub node: NodeId,
    /// Bounds of each socket.
    pub limits: SocketLimits,
    /// Rates and costs.
    pub budget: BudgetLimits,
    /// How long a disconnected seat is kept unless the room says otherwise.
    pub seat_window: Duration,
    /// The default limit of a room's members: with it a room is opened for a resume while its settings are unavailable.
    pub participants_max: u32,
    /// Verifies tokens.
    pub verifier: Arc<dyn Verifier>,
    /// Looks rooms up.
    pub rooms: Arc<dyn Rooms>,
    /// Hands out STUN and TURN servers.
    pub ice: Arc<dyn IceServers>,
    /// Does what hosts want done; not set: nobody does.
    pub hosts: OnceLock<Arc<dyn Hosts>>,
    /// Notes what is told of rooms in their timelines; nothing where these are not kept.
    pub timelines: Option<Arc<dyn History>>,
    /// Whether rooms may have a media server.
    pub has_media: bool,
    /// Randomness for sessions and their secrets.
    pub entropy: Arc<dyn Entropy>,
    /// Metrics.
    pub(crate) meters: Arc<Meters>,
    /// The account of buffered bytes.
    pub bytes: Arc<BufferedBytes>,
    /// The budgets of users and addresses.
    pub budgets: Arc<Budgets>,
}

impl Env {
    /// The settings with which a room is opened for a resume while its own cannot be looked up: a resume takes no new
    /// seat, and joins get the default limit instead of none.
    const fn unknown_room(&self) -> RoomSettings {
        let Self { participants_max, seat_window, .. } = *self;
        RoomSettings { participants_max, seat_window, mode: RoomMode::Mesh, active: true, policy: None, revision: 0 }
    }
}
