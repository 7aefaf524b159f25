//! What a ledger stored at one moment, as a value and as bytes: for a restart of a single node, and for tests of a ledger
//! that goes back in time.
//!
//! The bytes are a header of fixed length and a body of JSON. They contain the secrets of resume tokens: store them as a
//! key is stored.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    Sequence, Skipped, Source,
    events::{RoomEvent, RoomNote},
};
use crate::protocol::{
    Attributes, Entry, Epoch, JoinOrder, LeaveReason, Member, NodeId, RoomId, SeatId, SessionId, UserId,
    client::Seq,
    media::{Hosting, Producer, RoomMedia},
};

/// The first bytes of a snapshot.
const MAGIC: [u8; 8] = *b"ALDISLED";
/// The version of what follows; another one is not read.
const VERSION: u32 = 1;
/// Magic, version, bytes of the body, checksum of the body.
const HEADER: usize = 8 + 4 + 8 + 8;

/// Everything that a ledger stored at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The epoch.
    pub(super) epoch: Epoch,
    /// The newest join order of any room that is no longer stored.
    pub(super) newest: JoinOrder,
    /// By id.
    pub(super) rooms: Vec<SavedRoom>,
    /// Events of rooms, including empty ones; by id. (Earlier versions kept none.)
    #[serde(default)]
    pub(super) logs: Vec<SavedLog>,
}

/// The events of one room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SavedLog {
    pub(super) room: RoomId,
    /// The oldest first.
    pub(super) events: Vec<RoomEvent>,
    /// How many of the newest are not stored elsewhere.
    pub(super) news: usize,
    /// The present life and its last number, if the room lives.
    pub(super) life: Option<(u64, u64)>,
    pub(super) notes: Vec<RoomNote>,
}

/// One room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SavedRoom {
    pub(super) room: RoomId,
    /// The newest join order given.
    pub(super) last: JoinOrder,
    /// The newest revision of the settings by which somebody has joined. (Versions before did not know it.)
    #[serde(default)]
    pub(super) revision: u64,
    /// Seats whose holders may not know yet that they were freed.
    pub(super) ended: Vec<(SeatId, LeaveReason)>,
    /// In join order.
    pub(super) seats: Vec<SavedSeat>,
    /// How media flows, if it was ever placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) hosting: Option<Hosting>,
}

/// One seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SavedSeat {
    pub(super) user: UserId,
    pub(super) name: Arc<str>,
    pub(super) session: SessionId,
    pub(super) secret: u128,
    pub(super) node: NodeId,
    pub(super) id: SeatId,
    pub(super) window: Duration,
    /// `None`: it was connected.
    pub(super) absence: Option<Absence>,
    /// The number of the newest entry.
    pub(super) last: Seq,
    pub(super) entries: Vec<Entry>,
    pub(super) sent: Vec<Sequence>,
    pub(super) skipped: Vec<Skipped>,
    /// Not claimed since these epochs began: each with the newest entry then.
    pub(super) marks: Vec<(Epoch, Seq)>,
    pub(super) heard: Vec<Source>,
    pub(super) joined: JoinAnswer,
    /// A loss is still to be told.
    pub(super) lost: bool,
    /// Its tracks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) producers: Vec<Producer>,
    /// Its member's attributes.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub(super) attributes: Attributes,
}

/// The answer to a join besides the seat: it is repeated when the join is.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct JoinAnswer {
    /// The members at that moment; later joins and leaves are in the inbox.
    pub(super) members: Vec<Member>,
    /// The older seat that it replaced.
    pub(super) replaced: Option<SeatId>,
    /// The room's media at that moment; what has changed since is in the inbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) media: Option<Box<RoomMedia>>,
}

/// A seat's socket was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Absence {
    /// The rest of the window.
    pub(super) left: Duration,
    /// Its node was found dead.
    pub(super) is_orphaned: bool,
}

/// Why bytes are not a snapshot of this version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// They end within the header.
    #[error("a snapshot begins with a header of {HEADER} bytes, these are {0} bytes: the file is cut off or empty")]
    TooShort(usize),
    /// They begin otherwise.
    #[error("the file does not begin with ALDISLED: it is not a snapshot of the ledger")]
    Magic,
    /// They were written by a version with another format.
    #[error("the snapshot has format {0}, this version reads format {VERSION}")]
    Version(u32),
    /// The body is shorter or longer than the header says.
    #[error("the snapshot's body has {found} bytes, its header says {said}: the file is cut off or was appended to")]
    Length {
        /// Bytes that the header says.
        said: u64,
        /// Bytes that follow it.
        found: u64,
    },
    /// The body is not the one that was written.
    #[error("the snapshot's checksum does not match its body: the file is damaged")]
    Checksum,
    /// The body is the one that was written, but does not describe rooms.
    #[error("the snapshot's body cannot be read: {0}")]
    Body(String),
}

impl Snapshot {
    /// How many rooms have a seat that is taken.
    #[must_use]
    pub fn rooms(&self) -> usize {
        self.rooms.len()
    }

    /// Whether nothing of it is worth keeping.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seats() == 0 && self.logs.is_empty()
    }

    /// How many seats are taken.
    #[must_use]
    pub fn seats(&self) -> usize {
        self.rooms.iter().map(|room| room.seats.len()).sum()
    }

    /// The snapshot as bytes.
    ///
    /// # Errors
    /// [`SnapshotError::Body`] if it cannot be encoded, which would be a fault of this program.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SnapshotError> {
        let body = serde_json::to_vec(self).map_err(|why| SnapshotError::Body(why.to_string()))?;
        let mut bytes = Vec::with_capacity(HEADER + body.len());
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend((body.len() as u64).to_le_bytes());
        bytes.extend(checksum(&body).to_le_bytes());
        bytes.extend(body);
        Ok(bytes)
    }

    /// The snapshot that these bytes are.
    ///
    /// # Errors
    /// [`SnapshotError`] says what is wrong with them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let too_short = || SnapshotError::TooShort(bytes.len());
        let (magic, rest) = bytes.split_first_chunk().ok_or_else(too_short)?;
        let (version, rest) = rest.split_first_chunk().ok_or_else(too_short)?;
        let (length, rest) = rest.split_first_chunk().ok_or_else(too_short)?;
        let (sum, body) = rest.split_first_chunk().ok_or_else(too_short)?;
        if *magic != MAGIC {
            return Err(SnapshotError::Magic);
        }
        let version = u32::from_le_bytes(*version);
        if version != VERSION {
            return Err(SnapshotError::Version(version));
        }
        let (said, found) = (u64::from_le_bytes(*length), body.len() as u64);
        if said != found {
            return Err(SnapshotError::Length { said, found });
        }
        if u64::from_le_bytes(*sum) != checksum(body) {
            return Err(SnapshotError::Checksum);
        }
        serde_json::from_slice(body).map_err(|why| SnapshotError::Body(why.to_string()))
    }
}

/// FNV-1a with 64 bits: each byte changes the sum for good, so that no single damaged byte goes unseen.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
