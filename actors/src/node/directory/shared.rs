//! What all rooms, and all sockets, of a node share.

use std::{
    sync::{Arc, Mutex, OnceLock},
    time::Instant,
};

use super::super::Ports;
use crate::{
    metrics::Meters,
    protocol::NodeId,
    room,
    settings::Settings,
    socket::{self, Budgets},
};

/// `node`: its name in the ledger.
pub(super) fn by_rooms(node: &NodeId, settings: &Settings, ports: &Ports) -> room::Env {
    room::Env {
        ledger: Arc::clone(&ports.ledger),
        history: Arc::clone(&ports.history),
        media: Arc::clone(&ports.media),
        node: node.clone(),
        limits: settings.room,
        budget: settings.budget,
        bytes: Arc::clone(&ports.bytes),
        shedding: OnceLock::new(),
        traces: OnceLock::new(),
        hosted: Mutex::default(),
    }
}

/// `node`: its name for operators.
pub(super) fn by_sockets(
    node: &NodeId,
    settings: &Settings,
    ports: &Ports,
    (meters, now): (&Arc<Meters>, Instant),
) -> socket::Env {
    socket::Env {
        node: node.clone(),
        limits: settings.socket,
        budget: settings.budget,
        seat_window: settings.node.seat_window,
        participants_max: settings.room.participants_max,
        verifier: Arc::clone(&ports.verifier),
        rooms: Arc::clone(&ports.rooms),
        ice: Arc::clone(&ports.ice),
        hosts: OnceLock::new(),
        timelines: settings.room.notes.then(|| Arc::clone(&ports.history)),
        has_media: ports.media.configured(),
        entropy: Arc::clone(&ports.entropy),
        meters: Arc::clone(meters),
        bytes: Arc::clone(&ports.bytes),
        budgets: Arc::new(Budgets::new(settings.budget, now)),
    }
}
