//! A room with a member on this node: who may join, who may offer, which candidate waits, who hears what.
//!
//! `rules` decides (pure), `turn` performs: it asks the ledger and tells sockets. A room knows its members and their join
//! order; it must not know sockets' bytes, nor where the ledger stores things.
//!
//! | told by | what | answered with |
//! |---|---|---|
//! | a socket | join, resume | `Joined`, `Resumed`, or why not |
//! | a member's socket | signals, chat | `Accepted`, `Refused`, `OutcomeUnknown`, each message once; `Held` before |
//! | a member's socket | requests to the media server | `Sfu`, each request once |
//! | the ledger | answers, pushes | `Deliver`, `Ended` to members' sockets |
//! | the node | ticks, audits, epochs, fences | – |
//!
//! Ordering: messages of one member reach the ledger one after the other, in the order sent; those of different members
//! overtake each other while the ledger takes its time.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use crate::{
    bytes::BufferedBytes,
    ledger::Ledger,
    messages::room::Whereabouts,
    ports::{History, MediaServers, Shedding, Traces},
    protocol::{NodeId, RoomId},
    settings::{BudgetLimits, RoomLimits},
};

mod asks;
mod calls;
mod rules;
#[cfg(test)]
mod tests;
mod turn;

pub(crate) use asks::{host, placement};
pub use turn::RoomTurn;

/// What all rooms of a node share.
pub struct Env {
    /// Where seats and inboxes are.
    pub ledger: Arc<dyn Ledger>,
    /// This node.
    pub node: NodeId,
    /// Where chat is stored.
    pub history: Arc<dyn History>,
    /// Media servers.
    pub media: Arc<dyn MediaServers>,
    /// Bounds of a room.
    pub limits: RoomLimits,
    /// Rates; of them a room holds that of joins.
    pub budget: BudgetLimits,
    /// The account of what is buffered on this node: early candidates are booked there.
    pub bytes: Arc<BufferedBytes>,
    /// Who refuses clients while the node is overloaded; not set: nobody does.
    pub shedding: OnceLock<Arc<dyn Shedding>>,
    /// Traces descriptions; not set: nothing is traced.
    pub traces: OnceLock<Arc<dyn Traces>>,
    /// Where the media of rooms here is, and of some that are gone. Rooms whose media was never on a media server are not among
    /// them.
    pub hosted: Mutex<BTreeMap<RoomId, Whereabouts>>,
}

impl Env {
    /// How long a lost socket's seat is kept: its window, and as long as its client may have been told to wait before it is
    /// let in again.
    fn kept_for(&self, window: Duration) -> Duration {
        let told = self.shedding.get().map_or(Duration::ZERO, |shedding| shedding.retry_delay_max());
        window + told.min(self.limits.retry_delay_max)
    }
}
