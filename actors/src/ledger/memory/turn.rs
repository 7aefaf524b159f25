//! One turn at one room: the caller, the time and the limits; collects the pushes to nodes and the booked bytes.
//!
//! A turn happens under the room's lock, so it only collects; the shell books at its end and publishes afterwards.

use std::cell::LazyCell;

use crate::{
    bytes::{Buffer, BufferedBytes, Pressure},
    clock::Moment,
    ledger::{At, Push, Pushed, events::Happened},
    protocol::{Epoch, JoinOrder, NodeId, RoomId},
    settings::LedgerLimits,
};

/// An operation's inputs and effects.
pub(super) struct Turn<'a> {
    /// The room.
    pub(super) room: RoomId,
    /// The room's epoch.
    epoch: Epoch,
    /// The asking node.
    pub(super) node: &'a NodeId,
    /// When; found out by the first step that has to know.
    now: LazyCell<Moment, &'a dyn Fn() -> Moment>,
    /// The ledger's bounds.
    pub(super) limits: &'a LedgerLimits,
    /// How short memory is.
    pub(super) pressure: Pressure,
    /// Whether a seat was connected to the asking node.
    pub(super) has_connected: bool,
    /// For seats on the asking node; belongs into the answer.
    here: Vec<Push>,
    /// For seats on other nodes; goes to their subscribers.
    pub(super) away: Vec<(NodeId, Push)>,
    /// Events of the room, if they are kept.
    pub(super) happened: Vec<Happened>,
    /// Bytes more (or less) in inboxes of connected and of disconnected seats.
    booked: [isize; 2],
}

impl<'a> Turn<'a> {
    /// A turn at which nothing has happened yet.
    pub(super) fn new(
        at: At<'a>,
        epoch: Epoch,
        now: &'a dyn Fn() -> Moment,
        (limits, pressure): (&'a LedgerLimits, Pressure),
    ) -> Self {
        let (here, away, happened) = (Vec::new(), Vec::new(), Vec::new());
        let (At { room, node, .. }, now) = (at, LazyCell::new(now));
        Self { room, epoch, node, now, limits, pressure, has_connected: false, here, away, happened, booked: [0; 2] }
    }

    /// When the turn is.
    pub(super) fn now(&self) -> Moment {
        *self.now
    }

    /// Tells the node that holds a seat what happened to it.
    #[inline]
    pub(super) fn tell(&mut self, node: &NodeId, to: JoinOrder, what: Pushed) {
        let push = Push { room: self.room, to, epoch: self.epoch, what };
        if node == self.node {
            if self.here.capacity() == 0 {
                self.here = Vec::with_capacity(1); // mostly, it is one
            }
            self.here.push(push);
        } else {
            self.away.push((node.clone(), push));
        }
    }

    /// Notes down what has happened, if that is kept.
    #[inline]
    pub(super) fn note(&mut self, happened: impl FnOnce() -> Happened) {
        if self.limits.events_max > 0 {
            self.happened.push(happened());
        }
    }

    /// Tells the asking node something, whoever holds the seat.
    pub(super) fn tell_asker(&mut self, to: JoinOrder, what: Pushed) {
        self.here.push(Push { room: self.room, to, epoch: self.epoch, what });
    }

    /// Pushes for seats on the asking node.
    pub(super) fn take_pushes(&mut self) -> Vec<Push> {
        std::mem::take(&mut self.here)
    }

    /// An inbox that held `before` bytes holds `after` now.
    pub(super) fn book(&mut self, is_connected: bool, before: usize, after: usize) {
        self.booked[usize::from(!is_connected)] += after.cast_signed() - before.cast_signed();
    }

    /// What a room buffers after this turn that buffered this much before.
    pub(super) const fn buffered_after(&self, before: usize) -> usize {
        before.saturating_add_signed(self.booked[0] + self.booked[1])
    }

    /// Enters what was booked into the node's account.
    pub(super) fn settle_account(&self, bytes: &BufferedBytes) {
        for (class, change) in [Buffer::Inbox, Buffer::Absent].into_iter().zip(self.booked) {
            match change {
                1.. => bytes.add(class, change.unsigned_abs()),
                ..=-1 => bytes.remove(class, change.unsigned_abs()),
                0 => {}
            }
        }
    }
}
