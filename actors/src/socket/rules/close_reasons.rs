//! Error texts before a close, and for refused tokens.

use crate::{
    ports::{Denied, TokenError},
    protocol::{Close, Code, LeaveReason, server::Refusal},
};

/// When a token that cannot be verified now may be sent again: its issuer's keys are fetched meanwhile.
const TRY_AGAIN_MS: u64 = 2_000;

/// How a socket is closed whose first token is refused.
pub(super) fn close_of(why: &TokenError) -> Close {
    match why {
        TokenError::Expired | TokenError::Invalid(_) => Close::Token,
        TokenError::Unavailable(_) => Close::Overload,
    }
}

/// Why a token is refused.
pub(super) fn token_refusal(why: &TokenError) -> Refusal {
    match why {
        TokenError::Expired => {
            Refusal::new(Code::TokenExpired, "The token has expired: fetch a new one and send hello again.")
        }
        TokenError::Unavailable(text) => {
            Refusal::new(Code::Unavailable, format!("The token cannot be verified now: {text}.")).after_ms(TRY_AGAIN_MS)
        }
        TokenError::Invalid(text) => Refusal::new(Code::AuthInvalid, format!("The token is invalid: {text}.")),
    }
}

/// Why a token does not suffice for a message.
pub(super) fn denial(why: Denied) -> Refusal {
    Refusal::new(Code::Forbidden, format!("Not allowed: {why}."))
}

/// The `error` that precedes the close of a socket whose token was revoked.
pub(super) fn revocation() -> Refusal {
    Refusal::new(Code::AuthInvalid, "The token was revoked: log in again.")
}

/// The `error` that precedes the close of a socket whose member was removed.
pub(super) fn removal(reason: LeaveReason) -> Refusal {
    if reason == LeaveReason::Banned {
        return Refusal::new(Code::Banned, "The host has removed you from the room, and you may not come back.");
    }
    Refusal::new(Code::Removed, "The host has removed you from the room. You may join again.")
}

const FLOOD: &str = "Far more messages than the rate limit allows.";

/// The `error` that precedes a close for a flood, with the delay before a reconnect.
pub(super) fn flooded(wait_ms: u64) -> Refusal {
    Refusal::new(Code::RateLimited, FLOOD).after_ms(wait_ms)
}

/// The `error` that precedes a close without a more precise one.
pub(super) fn close_reason(code: Close) -> Option<Refusal> {
    let (error, text) = match code {
        Close::Normal | Close::RoomGone => return None,
        Close::Draining => (Code::Draining, "This node shuts down: reconnect and resume, if possible to another node."),
        Close::Protocol => (Code::BadMessage, "The frames violate RFC 6455."),
        Close::Binary => (Code::BadMessage, "Binary frames are not supported: send JSON as text."),
        Close::NotUtf8 => (Code::BadMessage, "A text message was not valid UTF-8."),
        Close::TooBig => (Code::PayloadTooLarge, "The message is larger than welcome.limits.messageBytesMax."),
        Close::Internal => (Code::Internal, "Internal server error; it has been logged: reconnect and resume."),
        Close::Overload => {
            (Code::Unavailable, "This node is overloaded, or cannot reach the ledger: reconnect later and resume.")
        }
        Close::Token => (Code::TokenExpired, "The token has expired: fetch a new one and reconnect."),
        Close::Forbidden => (Code::Forbidden, "Access denied: you were removed, or your account is disabled."),
        Close::Replaced => (Code::Replaced, "You joined from another tab or device, which has your seat now."),
        Close::Timeout => (Code::Timeout, "Nothing was received from you for too long."),
        Close::Rate => (Code::RateLimited, FLOOD),
        Close::SlowReader => {
            (Code::SlowReader, "You read too slowly; undelivered messages are kept: reconnect and resume.")
        }
    };
    Some(Refusal::new(error, text))
}
