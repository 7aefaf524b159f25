//! Faults that tests inject: a panic of one cell or actor.

use super::{NodeRef, root};
use crate::{
    executor::fault_worker,
    messages::{To, room, user},
    protocol::{RoomId, UserId},
};

/// The cell or actor that panics.
#[derive(Debug, Clone)]
pub enum Victim {
    /// The clock.
    Clock,
    /// The lease.
    Lease,
    /// The lease, and as many of the actors started in its place.
    LeaseStarts(u32),
    /// The reaper.
    Reaper,
    /// The bridge.
    Bridge,
    /// The keeper of media servers.
    Media,
    /// A room.
    Room(RoomId),
    /// A room, and once more when it is to restart.
    RoomForGood(RoomId),
    /// The worker of a room, if it has one.
    WorkerOf(RoomId),
    /// A user.
    User(UserId),
    /// The newest socket of this user.
    SocketOf(UserId),
    /// The same, and once more when it is to end.
    SocketForGoodOf(UserId),
}

impl NodeRef {
    /// Makes a cell or an actor panic.
    pub fn inject(&self, victim: Victim) {
        match victim {
            Victim::Clock => self.tell_root(root::Command::Fault(root::Child::Clock)),
            Victim::Lease => self.tell_root(root::Command::Fault(root::Child::Lease)),
            Victim::LeaseStarts(times) => self.tell_root(root::Command::FaultLeaseStarts(times)),
            Victim::Reaper => self.tell_root(root::Command::Fault(root::Child::Reaper)),
            Victim::Bridge => self.tell_root(root::Command::Fault(root::Child::Bridge)),
            Victim::Media => self.tell_root(root::Command::Fault(root::Child::Media)),
            Victim::Room(room) => self.directory.tell(To::Room(room, room::Message::Fault(false))),
            Victim::RoomForGood(room) => self.directory.tell(To::Room(room, room::Message::Fault(true))),
            Victim::WorkerOf(room) => fault_worker(self.directory.rooms(), room),
            Victim::User(user) => self.directory.tell(To::User(user, user::Message::Fault)),
            Victim::SocketOf(user) => self.directory.tell(To::User(user, user::Message::FaultNewestSocket(false))),
            Victim::SocketForGoodOf(user) => {
                self.directory.tell(To::User(user, user::Message::FaultNewestSocket(true)));
            }
        }
    }

    fn tell_root(&self, command: root::Command) {
        let _ = self.root.send_message(command); // fails if the node has ended
    }
}
