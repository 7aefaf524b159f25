//! A seat in the log of events.

use super::Seat;
use crate::ledger::Happened;

impl Seat {
    /// It was taken.
    pub(in crate::ledger::memory) fn happened_join(&self) -> Happened {
        let Self { user, name, node, order, .. } = self;
        Happened::Joined { user: user.clone(), order: *order, node: node.clone(), name: name.clone() }
    }

    /// Its socket is lost.
    pub(in crate::ledger::memory) fn happened_disconnect(&self) -> Happened {
        Happened::Disconnected { user: self.user.clone(), order: self.order, node: self.node.clone() }
    }

    /// It is connected again.
    pub(in crate::ledger::memory) fn happened_resume(&self) -> Happened {
        Happened::Resumed { user: self.user.clone(), order: self.order, node: self.node.clone() }
    }
}
