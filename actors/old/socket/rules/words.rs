//! What a client is told before its socket closes, and of its token.

use crate::{
    ports::TokenError,
    protocol::{Close, Code, server::Refusal},
};

/// What went wrong with a token.
pub(super) fn token_words(why: &TokenError) -> Refusal {
    match why {
        TokenError::Expired => {
            Refusal::new(Code::TokenExpired, "The token has run out: fetch a new one and say hello again.")
        }
        TokenError::Invalid(text) => Refusal::new(Code::AuthInvalid, format!("The token is not accepted: {text}.")),
    }
}

/// The `error` that goes before a close which nothing more precise explains.
pub(super) fn closing_words(code: Close) -> Option<Refusal> {
    let (error, text) = match code {
        Close::Normal | Close::RoomGone => return None,
        Close::Draining | Close::Restart => (Code::Draining, "This node is leaving: resume, elsewhere if you can."),
        Close::Protocol => (Code::BadMessage, "The frames break RFC 6455."),
        Close::Binary => (Code::BadMessage, "Binary frames are not spoken here: send JSON as text."),
        Close::NotUtf8 => (Code::BadMessage, "A text message was not UTF-8."),
        Close::TooBig => (Code::PayloadTooLarge, "The message is larger than welcome.limits.messageBytesMax."),
        Close::Internal => (Code::Internal, "The server failed; it has been logged: resume."),
        Close::Overload => {
            (Code::Unavailable, "This node carries all it can, or cannot reach the ledger: come back later.")
        }
        Close::Token => (Code::TokenExpired, "The token has run out: fetch a new one and come back."),
        Close::Forbidden => (Code::Forbidden, "You may not be here."),
        Close::Replaced => (Code::Replaced, "You joined from another tab or device; that one has your seat now."),
        Close::Timeout => (Code::Timeout, "Nothing was heard from you for too long."),
        Close::Rate => (Code::RateLimited, "Far more messages than the rate budget allows."),
        Close::SlowReader => (Code::SlowReader, "You read too slowly; what was sent waits in your inbox: resume."),
    };
    Some(Refusal::new(error, text))
}
