//! A room's media: where it is, how it flows, and what each member sends (docs/media.md).

use std::time::Duration;

use super::Push;
use crate::protocol::media::{Host, Hosting, MediaEpoch, MediaId, MediaReason, Producer, ProducerEnd};

/// How long a media server counts as alive after a node has heard it; nodes tell each second.
pub const HOST_LEASE: Duration = Duration::from_secs(5);

/// A request to let a room's media flow otherwise, or elsewhere: compare and set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The media epoch that the caller knows; in another one nothing changes.
    pub expect: MediaEpoch,
    /// Where to.
    pub to: Placing,
    /// Why; told to the members. A room stays where it is while its media server is heard, unless it has
    /// [shrunk](MediaReason::Shrunk).
    pub reason: MediaReason,
}

/// Where a room's media is to flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placing {
    /// Through this media server.
    Host(Host),
    /// Between the browsers, if fewer than so many seats are taken.
    Mesh {
        /// The number.
        below: u32,
    },
}

/// The answer to a [`Place`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// How media flows now, whichever node has decided it.
    pub hosting: Hosting,
    /// Whether that is what was asked for.
    pub is_won: bool,
    /// Pushes for seats on the asking node.
    pub pushes: Vec<Push>,
}

/// A change of what a seat sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrackChange {
    /// A new producer; one of a known id changes nothing.
    Publish(Producer),
    /// It is paused, or goes on.
    Pause(MediaId, bool),
    /// It has ended; one that is not known has ended before.
    End(MediaId, ProducerEnd),
}

/// The answer to a change of what a seat sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// It is so, now or before; what the asking node has to deliver.
    Done(Vec<Push>),
    /// The seat has ended, or another node or socket holds a newer fence; nothing has changed.
    Fenced,
    /// Media flows in this epoch; nothing has changed.
    Stale(MediaEpoch),
    /// The seat has no such producer; nothing has changed.
    Unknown,
    /// The seat has as many producers as it may; nothing has changed.
    Full,
}
