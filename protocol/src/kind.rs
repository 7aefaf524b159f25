//! The types of all messages from a client, and of all numbered messages to it: one list.

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal;)+) => {
        /// The type of a message.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[repr(usize)]
        pub enum Kind { $($(#[doc = $doc])+ $variant,)+ }

        impl Kind {
            /// Every kind, at the index of its discriminant.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The kind of this name; [`Kind::Unknown`] if the protocol has none.
            #[must_use]
            pub fn named(name: &str) -> Self {
                match name { $($name => Self::$variant,)+ _ => Self::Unknown }
            }
        }
    };
}

kinds! {
    /// Authenticates, and may resume a session.
    Hello = "hello";
    /// Asks for a seat in a room.
    JoinRoom = "join_room";
    /// Gives the seat up.
    LeaveRoom = "leave_room";
    /// A session description that asks (RFC 8829 §5.2).
    Offer = "offer";
    /// A session description that answers (RFC 8829 §5.3).
    Answer = "answer";
    /// An ICE candidate (RFC 8838), or the end of candidates.
    IceCandidate = "ice_candidate";
    /// Asks the offering side for a new offer.
    Renegotiate = "renegotiate";
    /// A chat message to everybody else in the room.
    ChatMessage = "chat_message";
    /// An application's own message, to one member or to everybody else.
    Message = "message";
    /// Sets or removes attributes of the sender.
    SetAttributes = "set_attributes";
    /// Removes a member; for the host.
    RemoveMember = "remove_member";
    /// Asks a member to switch something off; for the host.
    RequestMute = "request_mute";
    /// Makes another member the host; for the host.
    HandOver = "hand_over";
    /// Changes who may join; for the host.
    SetRoom = "set_room";
    /// Ends the call for everybody; for the host.
    EndRoom = "end_room";
    /// Keep-alive of the client's script.
    Heartbeat = "heartbeat";
    /// Acknowledges numbered messages of the server.
    Ack = "ack";
    /// Replaces an access token that is about to expire.
    TokenRefresh = "token_refresh";
    /// Asks what the router of the room's media server can.
    SfuGetRouterCapabilities = "sfu_get_router_capabilities";
    /// Asks the media server for a transport.
    SfuCreateTransport = "sfu_create_transport";
    /// Tells the media server the browser's DTLS parameters.
    SfuConnectTransport = "sfu_connect_transport";
    /// Asks the media server for new ICE credentials.
    SfuRestartIce = "sfu_restart_ice";
    /// Ends a transport.
    SfuCloseTransport = "sfu_close_transport";
    /// Sends a track.
    SfuProduce = "sfu_produce";
    /// Pauses a track.
    SfuPauseProducer = "sfu_pause_producer";
    /// Goes on with a track.
    SfuResumeProducer = "sfu_resume_producer";
    /// Ends a track.
    SfuCloseProducer = "sfu_close_producer";
    /// Receives a track.
    SfuConsume = "sfu_consume";
    /// Pauses what is received.
    SfuConsumerPause = "sfu_consumer_pause";
    /// Goes on with it.
    SfuConsumerResume = "sfu_consumer_resume";
    /// Says which layers are to be received.
    SfuSetPreferredLayers = "sfu_set_preferred_layers";
    /// Asks for a key frame.
    SfuRequestKeyframe = "sfu_request_keyframe";
    /// Receives a track no more.
    SfuCloseConsumer = "sfu_close_consumer";
    /// A stored chat message was deleted. A node's own: from a client it is no message of the protocol.
    ChatDeleted = "chat_deleted";
    /// A member's attributes have changed. A node's own, as those that follow.
    AttributesChanged = "attributes_changed";
    /// The host asks to switch something off.
    MuteRequested = "mute_requested";
    /// The room's settings have changed.
    RoomChanged = "room_changed";
    /// How many guests wait for the host has changed.
    GuestsWaiting = "guests_waiting";
    /// Not a message of the protocol.
    Unknown = "unknown";
}

impl Kind {
    /// Whether it is a signal: sent by one member to one other.
    #[must_use]
    pub const fn is_signal(self) -> bool {
        matches!(self, Self::Offer | Self::Answer | Self::IceCandidate | Self::Renegotiate)
    }

    /// Whether it is a request to the room's media server: numbered by `rid`, and answered by its own type.
    #[must_use]
    pub const fn is_sfu(self) -> bool {
        let place = self as usize;
        Self::SfuGetRouterCapabilities as usize <= place && place <= Self::SfuCloseConsumer as usize
    }

    /// Whether its `cid` counts within a session. Types that this node does not know do, so that a newer client's numbers
    /// stay in step.
    #[must_use]
    pub const fn is_counted(self) -> bool {
        self.is_signal()
            || self.is_power()
            || self.is_nodes_own()
            || matches!(self, Self::ChatMessage | Self::Message | Self::SetAttributes | Self::Unknown)
    }

    /// Whether it is something that only a host may ask for.
    #[must_use]
    pub const fn is_power(self) -> bool {
        matches!(self, Self::RemoveMember | Self::RequestMute | Self::HandOver | Self::SetRoom | Self::EndRoom)
    }

    /// Whether it is a numbered message that only nodes send: from a client it is no message of the protocol.
    #[must_use]
    pub const fn is_nodes_own(self) -> bool {
        matches!(
            self,
            Self::ChatDeleted | Self::AttributesChanged | Self::MuteRequested | Self::RoomChanged | Self::GuestsWaiting
        )
    }

    /// Whether it is content for people or an application: shed before the signals that calls need.
    #[must_use]
    pub const fn is_content(self) -> bool {
        matches!(self, Self::ChatMessage | Self::Message | Self::AttributesChanged)
    }

    /// Whether it is a session description, which candidates wait for.
    #[must_use]
    pub const fn is_description(self) -> bool {
        matches!(self, Self::Offer | Self::Answer)
    }

    /// The field of a signal's `data` that holds its payload; empty for other kinds.
    #[must_use]
    pub const fn field(self) -> &'static str {
        if self.is_description() {
            "sdp"
        } else if matches!(self, Self::IceCandidate) {
            "candidate"
        } else if matches!(self, Self::Renegotiate) {
            "reason"
        } else {
            ""
        }
    }
}
