//! The one table of error codes and close codes.
//!
//! The documentation (`docs/protocol.md`), the SDK's constants and the tests are generated from it.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, retry $retry:literal;)+) => {
        /// Why a message was refused; travels as `error.data.code` and as `code` of a problem+json.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "documents", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum Code { $($(#[doc = $doc])+ $variant,)+ }

        impl Code {
            /// Every code, in the table's order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code as it travels.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Whether the same message may succeed when it is sent again later.
            #[must_use]
            pub const fn is_retryable(self) -> bool {
                match self { $(Self::$variant => $retry),+ }
            }

            /// What it means, for the documentation.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii()),+ }
            }
        }
    };
}

codes! {
    /// The message is not JSON of the documented shape; the text names the field.
    BadMessage = "bad_message", retry false;
    /// The message's `cid` is not the next one; the text says which number was expected. The message was not taken.
    OutOfOrder = "out_of_order", retry false;
    /// The message's type is not one of the protocol.
    UnknownType = "unknown_type", retry false;
    /// A message other than `hello` was sent before authentication.
    AuthRequired = "auth_required", retry false;
    /// The token is malformed, unknown, revoked or not signed by this cluster.
    AuthInvalid = "auth_invalid", retry false;
    /// The token has expired; fetch a new one and send `hello` again.
    TokenExpired = "token_expired", retry false;
    /// The user may not do this.
    Forbidden = "forbidden", retry false;
    /// Only the room's host may do this, or a token with the grant `admin`.
    NotHost = "not_host", retry false;
    /// The host has removed you from the room. You may join again.
    Removed = "removed", retry false;
    /// The host has removed you from the room, and you may not come back.
    Banned = "banned", retry false;
    /// The host has locked the room: nobody new may join.
    RoomLocked = "room_locked", retry false;
    /// No room of this id exists.
    RoomNotFound = "room_not_found", retry false;
    /// The room was closed by its host.
    RoomClosed = "room_closed", retry false;
    /// The room already holds as many participants as it may.
    RoomFull = "room_full", retry true;
    /// The message needs a room, and the socket is in none.
    NotInRoom = "not_in_room", retry false;
    /// The socket is already in a room; leave it first.
    AlreadyInRoom = "already_in_room", retry false;
    /// The target is not in this room (also if it does not exist, or is in another room).
    PeerNotFound = "peer_not_found", retry false;
    /// An offer from the answering side; send `renegotiate` instead.
    Glare = "glare", retry false;
    /// Too many candidates, or for too long, waited for their session description.
    CandidatesOverflow = "candidates_overflow", retry false;
    /// The message, or its candidate, is larger than the limits in `welcome` allow.
    PayloadTooLarge = "payload_too_large", retry false;
    /// More messages than the rate limit allows; retry after `retryAfterMs`.
    RateLimited = "rate_limited", retry true;
    /// No media server answers; retry after `retryAfterMs`.
    MediaUnavailable = "media_unavailable", retry true;
    /// The ids are of an earlier media epoch: ask for the router's capabilities again.
    MediaStale = "media_stale", retry false;
    /// You have no such transport or consumer, and nobody here has such a producer (also if others have it).
    MediaNotFound = "media_not_found", retry false;
    /// The media server refused the parameters; the text is its own.
    MediaRejected = "media_rejected", retry false;
    /// More transports, producers, consumers or open requests than `welcome.limits.media` allows.
    MediaLimit = "media_limit", retry false;
    /// The message does not fit how media flows: `sfu_*` between browsers, a signal in a room with a media server.
    WrongMode = "wrong_mode", retry false;
    /// The seat was taken over by a newer socket of the same user.
    Replaced = "replaced", retry false;
    /// Nothing was received for too long: no `hello`, no message, no pong.
    Timeout = "timeout", retry true;
    /// The client reads too slowly; undelivered messages are kept for a resume.
    SlowReader = "slow_reader", retry true;
    /// The node shuts down; reconnect and resume.
    Draining = "draining", retry true;
    /// A dependency is unavailable; retry.
    Unavailable = "unavailable", retry true;
    /// Internal server error; it has been logged.
    Internal = "internal", retry true;
}

/// What a client does after a close.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Comeback {
    /// Do not reconnect by itself.
    Never,
    /// Reconnect with jittered back-off and resume.
    Resume,
    /// Client bug: do not retry.
    AfterMending,
}

macro_rules! closes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $number:literal, $name:literal, $comeback:ident;)+) => {
        /// Why a connection was closed (RFC 6455 §7.4). 44xx: do not reconnect; 45xx: reconnect with jittered back-off.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Close { $($(#[doc = $doc])+ $variant,)+ }

        impl Close {
            /// Every close code, in the table's order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The number as it travels in the close frame.
            #[must_use]
            pub const fn number(self) -> u16 {
                match self { $(Self::$variant => $number),+ }
            }

            /// A short name; also the close frame's reason.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What the client does next.
            #[must_use]
            pub const fn comeback(self) -> Comeback {
                match self { $(Self::$variant => Comeback::$comeback),+ }
            }

            /// What it means, for the documentation.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii()),+ }
            }
        }
    };
}

closes! {
    /// Normal closure.
    Normal = 1000, "normal", Never;
    /// The node drains; resume after the given delay.
    Draining = 1001, "draining", Resume;
    /// The frames violate RFC 6455.
    Protocol = 1002, "protocol", AfterMending;
    /// Binary frames are not supported.
    Binary = 1003, "binary", AfterMending;
    /// A text message was not valid UTF-8.
    NotUtf8 = 1007, "not_utf8", AfterMending;
    /// A message was larger than allowed.
    TooBig = 1009, "too_big", AfterMending;
    /// Internal server error; resume.
    Internal = 1011, "internal", Resume;
    /// The server is overloaded, or cannot reach the ledger; resume later.
    Overload = 1013, "overload", Resume;
    /// The token is missing, invalid, revoked or expired.
    Token = 4401, "token", Never;
    /// Access denied, or removed by the host: the `error` before it says which.
    Forbidden = 4403, "forbidden", Never;
    /// The room was closed.
    RoomGone = 4404, "room_gone", Never;
    /// Another connection of the same user took over; do not reconnect automatically.
    Replaced = 4409, "replaced", Never;
    /// Nothing was received for too long.
    Timeout = 4508, "timeout", Resume;
    /// Far more messages than the rate limit allows.
    Rate = 4529, "rate", Resume;
    /// The client reads too slowly; undelivered messages are kept for a resume.
    SlowReader = 4530, "slow_reader", Resume;
}
