//! One turn at one room: who asks, when, under which bounds; collects what nodes are to be told.
//!
//! A turn happens under the room's lock, so it only collects; the shell publishes afterwards.

use std::time::Instant;

use crate::{
    ledger::{Limits, Push, Pushed},
    protocol::{NodeId, RoomId, SessionId},
};

/// What an operation is given, and what it leaves to be told.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    /// The room.
    pub(super) room: RoomId,
    /// The node that asks.
    pub(super) node: &'a NodeId,
    /// When.
    pub(super) now: Instant,
    /// The ledger's bounds.
    pub(super) limits: &'a Limits,
    /// For seats on the asking node; goes back with the answer.
    pub(super) here: Vec<Push>,
    /// For seats on other nodes; goes to their subscribers.
    pub(super) away: Vec<(NodeId, Push)>,
}

impl<'a> Turn<'a> {
    /// A turn at which nothing has happened yet.
    pub(super) fn new(room: RoomId, node: &'a NodeId, now: Instant, limits: &'a Limits) -> Self {
        Self { room, node, now, limits, here: Vec::new(), away: Vec::new() }
    }

    /// Tells the node that holds a seat what happened to it.
    pub(super) fn tell(&mut self, node: &NodeId, to: SessionId, what: Pushed) {
        let push = Push { room: self.room, to, what };
        if node == self.node {
            self.here.push(push);
        } else {
            self.away.push((node.clone(), push));
        }
    }
}
