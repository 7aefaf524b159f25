//! The ledger that all nodes of a world share, and what breaks around it.

use std::{sync::Arc, time::Duration};

use actors::{
    ledger::Ledger,
    ports::Later,
    protocol::{Member, RoomId},
};

/// A shared ledger.
pub(crate) trait Store: Send + Sync {
    /// What one start of a node uses, and its link, whose faults follow from the seed.
    fn connect(&self, seed: u64) -> (Arc<dyn Ledger>, Arc<dyn Link>);

    /// Keeps what is stored now; forgets what was kept longer ago than that.
    fn copy(&self, lag_max: Duration);

    /// Goes back to something that was kept; `false`: nothing was.
    fn go_back(&self, random: u64) -> bool;

    /// Loses everything.
    fn wipe(&self);

    /// Who is in a room, if the ledger says so now.
    fn members(&self, room: RoomId) -> Later<Option<Vec<Member>>>;

    /// A cell of this room is about to panic; of interest to seeded bugs.
    fn panics(&self, _: RoomId) {}
}

/// The link of one start of a node.
pub(crate) trait Link: Send + Sync {
    /// It is cut for so long.
    fn cut(&self, long: Duration);

    /// Nothing comes through for so long.
    fn stall(&self, long: Duration);

    /// The node's machine is gone.
    fn kill(&self);

    /// Nothing fails from now on.
    fn calm(&self);
}
