//! What rules keep and an engine makes: handles, and whose they are. Must not know what either does with them.

use serde::{Deserialize, Serialize};

use crate::id::Id;

/// The engine's handles. Dropping the last copy of one closes what it stands for.
pub trait Handles: Send + Sync + Sized + 'static {
    /// A room's.
    type Router: Clone + Send + Sync + 'static;
    /// A transport's.
    type Transport: Clone + Send + Sync + 'static;
    /// A producer's.
    type Producer: Clone + Send + Sync + 'static;
    /// A consumer's.
    type Consumer: Clone + Send + Sync + 'static;
}

/// A peer of a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Of {
    /// The room.
    pub room: Id,
    /// The peer.
    pub peer: Id,
}

/// Which way a transport's media flows, seen from the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The browser sends.
    Send,
    /// The browser receives.
    Recv,
}
