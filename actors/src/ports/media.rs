//! Media servers, as the system sees them: what it asks them, and what they tell. Payloads are JSON that nobody here reads.
//!
//! Must not know HTTP, nor a media server's dialect; the edge's adapters do.

use std::{sync::Arc, time::Duration};

use crate::{
    executor::Later,
    protocol::{RoomId, SessionId, media::MediaEpoch},
};

/// Where a room's media is: a media server, and which run of its process. Another instance has none of the ids of before.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Placement {
    /// The server's name: host and port, as in `media.servers`; the same on all nodes.
    pub server: Arc<str>,
    /// The run of its process, as it names itself; 1 to 64 of `A-Z a-z 0-9 . _ -`.
    pub instance: Arc<str>,
}

/// A JSON object, byte for byte.
pub type Json = Arc<str>;

/// An id that a media server gave: 1 to 64 of `A-Z a-z 0-9 . _ -`, checked before it gets here.
pub type MediaId = Arc<str>;

/// Which way a transport carries media, from the browser's view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the browser.
    Send,
    /// To the browser.
    Receive,
}

/// What a member of a room asks its media server.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of docs/media.md")]
pub enum Call {
    /// A new transport.
    CreateTransport { direction: Direction },
    /// The browser's DTLS parameters, once.
    ConnectTransport { transport: MediaId, dtls_parameters: Json },
    /// New ICE credentials (RFC 8445 §2.4).
    RestartIce { transport: MediaId },
    /// End a transport with all it carries.
    CloseTransport { transport: MediaId },
    /// Send a track.
    Produce { transport: MediaId, kind: TrackKind, paused: bool, rtp_parameters: Json },
    /// Stop sending for a while, or go on.
    PauseProducer { producer: MediaId, paused: bool },
    /// End a track.
    CloseProducer { producer: MediaId },
    /// Receive a track; it is made paused.
    Consume { transport: MediaId, producer: MediaId, rtp_capabilities: Json },
    /// Stop receiving for a while, or go on with a key frame.
    PauseConsumer { consumer: MediaId, paused: bool },
    /// A key frame.
    RequestKeyFrame { consumer: MediaId },
    /// The largest layers to be received.
    SetPreferredLayers { consumer: MediaId, spatial: u8, temporal: Option<u8> },
    /// Stop receiving.
    CloseConsumer { consumer: MediaId },
}

/// Audio or video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "named so")]
pub enum TrackKind {
    Audio,
    Video,
}

/// Why a call to a media server did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// It does not answer, or drains; or no server is there. It may have done what it was asked.
    #[error("{why}")]
    Unavailable {
        /// For people.
        why: Box<str>,
        /// When it is worthwhile to try again.
        retry_after: Duration,
    },
    /// It is well and takes no more, or every server that is there does not.
    #[error("{why}")]
    Full {
        /// For people.
        why: Box<str>,
        /// When it is worthwhile to try again.
        retry_after: Duration,
    },
    /// Another run of the server's process answered: the placement is over.
    #[error("the media server has been restarted")]
    OtherInstance,
    /// No such transport, producer or consumer of this peer.
    #[error("no such transport, producer or consumer")]
    NotFound,
    /// It refuses the parameters; its detail, at most 512 bytes.
    #[error("{0}")]
    Rejected(Box<str>),
    /// The peer has as many as it may; its detail.
    #[error("{0}")]
    Limit(Box<str>),
}

/// Calls to media servers. Each answer comes within a bounded time (`media.request_within`); nothing here blocks.
pub trait MediaServers: Send + Sync {
    /// Whether a media server is configured: without one there are no rooms of mode `sfu` or `auto`.
    fn configured(&self) -> bool;

    /// Chooses a server for a room and opens the room there: among those that are ready, not full and not `except`, by
    /// weighted rendezvous hash, so that all nodes choose the same one if they see the same.
    fn open(&self, room: RoomId, except: Option<Arc<str>>) -> Later<Result<Placement, MediaError>>;

    /// The capabilities of the room's router there (`rtpCapabilities`); opens the room again if the server let it expire. What
    /// the server has of an earlier epoch it closes, here and with each call.
    fn capabilities(&self, room: RoomId, at: (Placement, MediaEpoch)) -> Later<Result<Json, MediaError>>;

    /// Asks on behalf of a member. The same `rid` of the same session gets the first answer again.
    fn call(
        &self,
        room: RoomId,
        at: (Placement, MediaEpoch),
        peer: SessionId,
        rid: u64,
        call: Call,
    ) -> Later<Result<Json, MediaError>>;

    /// The rooms that are there, whoever has opened them.
    fn rooms(&self, at: Placement) -> Later<Result<Vec<RoomId>, MediaError>>;

    /// Who is in the room there; nobody if it is not there.
    fn peers(&self, room: RoomId, at: Placement) -> Later<Result<Vec<SessionId>, MediaError>>;

    /// The member has no seat any more: everything of theirs is deleted there, retried for a while. Must not block.
    fn delete_peer(&self, room: RoomId, at: Placement, peer: SessionId);

    /// The room is closed, or its media is elsewhere in this epoch: everything of it is deleted there, unless it is there in a
    /// later epoch. Must not block.
    fn delete_room(&self, room: RoomId, at: Placement, epoch: Option<MediaEpoch>);
}

/// No media server.
impl MediaServers for () {
    fn configured(&self) -> bool {
        false
    }

    fn open(&self, _: RoomId, _: Option<Arc<str>>) -> Later<Result<Placement, MediaError>> {
        Box::pin(std::future::ready(Err(none())))
    }

    fn capabilities(&self, _: RoomId, _: (Placement, MediaEpoch)) -> Later<Result<Json, MediaError>> {
        Box::pin(std::future::ready(Err(none())))
    }

    fn call(
        &self,
        _: RoomId,
        _: (Placement, MediaEpoch),
        _: SessionId,
        _: u64,
        _: Call,
    ) -> Later<Result<Json, MediaError>> {
        Box::pin(std::future::ready(Err(none())))
    }

    fn rooms(&self, _: Placement) -> Later<Result<Vec<RoomId>, MediaError>> {
        Box::pin(std::future::ready(Err(none())))
    }

    fn peers(&self, _: RoomId, _: Placement) -> Later<Result<Vec<SessionId>, MediaError>> {
        Box::pin(std::future::ready(Err(none())))
    }

    fn delete_peer(&self, _: RoomId, _: Placement, _: SessionId) {}

    fn delete_room(&self, _: RoomId, _: Placement, _: Option<MediaEpoch>) {}
}

fn none() -> MediaError {
    let why = "Media Server Unavailable: no media server is configured on this node (media.servers)".into();
    MediaError::Unavailable { why, retry_after: Duration::from_secs(60) }
}

/// What a media server tells about a room.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of docs/media.md")]
pub enum MediaEvent {
    /// A producer ended there, and not because the system asked for it.
    ProducerClosed { peer: SessionId, producer: MediaId },
    /// A consumer ended, because its producer did.
    ConsumerClosed { peer: SessionId, consumer: MediaId },
    /// Which layers a consumer receives now; `None`: nothing arrives.
    Layers { peer: SessionId, consumer: MediaId, layers: Option<(u8, u8)> },
    /// Who speaks now.
    Speaker { peer: Option<SessionId> },
    /// The server has deleted a peer.
    PeerExpired { peer: SessionId },
    /// The server has deleted the room.
    RoomExpired,
}

/// Where the adapters tell what they hear; the node implements it. Nothing here blocks.
pub trait MediaListener: Send + Sync {
    /// The server's event stream is alive, told each second.
    fn heard(&self, at: &Placement, draining: bool);
    /// The stream broke and the server does not answer: told once, until it is heard again.
    fn lost(&self, at: &Placement);
    /// Something happened in a room there.
    fn happened(&self, at: &Placement, room: RoomId, event: MediaEvent);
}
