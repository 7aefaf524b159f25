//! What the server may be asked, after the edge has read it. Must not know how it was written.

use mediasoup_types::{data_structures::DtlsParameters, rtp_parameters::RtpCapabilities};

use crate::{
    engine::{ConsumerAsk, Direction, Of, Produce},
    id::Id,
};

/// A call.
#[derive(Debug)]
pub enum Ask {
    /// Make a room, or show what is there can do.
    OpenRoom(Id),
    /// Close a room, if there is one.
    CloseRoom(Id),
    /// Name the rooms that there are, those after this one.
    ListRooms(Option<Id>),
    /// Show a room.
    ShowRoom(Id),
    /// Close a peer, if there is one.
    ClosePeer(Of),
    /// A call in this epoch of its room's media.
    InEpoch(u64, Box<Ask>),
    /// A call of a peer.
    Peer(Of, Option<Keyed>, PeerAsk),
}

impl Ask {
    /// The room of a call that an epoch may be named in.
    pub(super) fn room(&self) -> Option<&Id> {
        match self {
            Self::OpenRoom(room) => Some(room),
            Self::Peer(of, ..) => Some(&of.room),
            Self::InEpoch(_, ask) => ask.room(),
            Self::CloseRoom(_) | Self::ListRooms(_) | Self::ShowRoom(_) | Self::ClosePeer(_) => None,
        }
    }
}

/// The key of a call that may be repeated.
#[derive(Clone, Debug)]
pub struct Keyed {
    /// The key.
    pub key: String,
    /// A digest of what is asked: method, path and body.
    pub asked: [u8; 32],
}

/// A call of a peer.
#[derive(Debug)]
pub enum PeerAsk {
    /// Make a transport.
    OpenTransport(Direction),
    /// Connect a transport.
    Connect(Id, DtlsParameters),
    /// Restart ICE of a transport.
    Restart(Id),
    /// Close a transport.
    CloseTransport(Id),
    /// Make a producer on a transport.
    Produce(Id, Box<Produce>),
    /// Make a consumer on a transport, of a producer.
    Consume(Id, Id, Box<RtpCapabilities>),
    /// Pause a producer, or resume it.
    Pause(Id, bool),
    /// Close a producer.
    CloseProducer(Id),
    /// Tell a consumer.
    Tell(Id, ConsumerAsk),
    /// Close a consumer.
    CloseConsumer(Id),
}
