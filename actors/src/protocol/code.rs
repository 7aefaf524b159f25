//! The one table of everything a client can be refused with: error codes and close codes.
//!
//! The documentation (`docs/protocol.md`), the SDK's constants and the tests are made from it.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, retry $retry:literal;)+) => {
        /// Why a message was refused; travels as `error.data.code` and as `code` of a problem+json.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// Something other than `hello` came before the token did.
    AuthRequired = "auth_required", retry false;
    /// The token is malformed, unknown or not signed by this cluster.
    AuthInvalid = "auth_invalid", retry false;
    /// The token has run out; fetch a new one and say hello again.
    TokenExpired = "token_expired", retry false;
    /// The user may not do this.
    Forbidden = "forbidden", retry false;
    /// No room of this id exists.
    RoomNotFound = "room_not_found", retry false;
    /// The room was closed by its host.
    RoomClosed = "room_closed", retry false;
    /// The room already holds as many participants as it may.
    RoomFull = "room_full", retry true;
    /// This needs a room, and the socket is in none.
    NotInRoom = "not_in_room", retry false;
    /// The socket is already in a room; leave it first.
    AlreadyInRoom = "already_in_room", retry false;
    /// The target is not in this room (also said of strangers in other rooms).
    PeerNotFound = "peer_not_found", retry false;
    /// An offer from the side that answers; send `renegotiate` instead.
    Glare = "glare", retry false;
    /// Too many candidates waited, or waited too long, for the description they belong to.
    CandidatesOverflow = "candidates_overflow", retry false;
    /// The message is larger than the limits in `welcome` allow.
    PayloadTooLarge = "payload_too_large", retry false;
    /// More messages than the rate budget allows; wait for `retryAfterMs`.
    RateLimited = "rate_limited", retry true;
    /// The seat was taken over by a newer socket of the same user.
    Replaced = "replaced", retry false;
    /// Nothing was heard for too long: no hello, no heartbeat, no pong.
    Timeout = "timeout", retry true;
    /// The client reads too slowly; what was sent waits in its inbox for a resume.
    SlowReader = "slow_reader", retry true;
    /// The node is leaving; resume elsewhere.
    Draining = "draining", retry true;
    /// Something the answer depends on is away; try again.
    Unavailable = "unavailable", retry true;
    /// A fault of the server's own; it has been logged.
    Internal = "internal", retry true;
}

/// What a client does after a close.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Comeback {
    /// Do not reconnect by itself.
    Never,
    /// Reconnect with jitter and resume.
    Resume,
    /// A fault of the client: mend it before coming back.
    AfterMending,
}

macro_rules! closes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $number:literal, $name:literal, $comeback:ident;)+) => {
        /// Why a socket was closed (RFC 6455 §7.4); 44xx stop, 45xx come back with jitter.
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

            /// What the client should do next.
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
    /// The conversation is over.
    Normal = 1000, "normal", Never;
    /// The node drains; resume elsewhere after the given jitter.
    Draining = 1001, "draining", Resume;
    /// The frames break RFC 6455.
    Protocol = 1002, "protocol", AfterMending;
    /// Binary frames are not spoken here.
    Binary = 1003, "binary", AfterMending;
    /// A text message was not UTF-8.
    NotUtf8 = 1007, "not_utf8", AfterMending;
    /// A message was larger than allowed.
    TooBig = 1009, "too_big", AfterMending;
    /// The server failed; resume.
    Internal = 1011, "internal", Resume;
    /// The server restarts; resume.
    Restart = 1012, "restart", Resume;
    /// The server carries all it can; come back later.
    Overload = 1013, "overload", Resume;
    /// The token is missing, invalid or has run out.
    Token = 4401, "token", Never;
    /// The user may not be here.
    Forbidden = 4403, "forbidden", Never;
    /// The room is gone.
    RoomGone = 4404, "room_gone", Never;
    /// A newer socket of the same user took over; never reconnect by itself.
    Replaced = 4409, "replaced", Never;
    /// Nothing was heard for too long.
    Timeout = 4508, "timeout", Resume;
    /// Far more messages than the rate budget allows.
    Rate = 4529, "rate", Resume;
    /// The client reads too slowly; its inbox is kept.
    SlowReader = 4530, "slow_reader", Resume;
}
