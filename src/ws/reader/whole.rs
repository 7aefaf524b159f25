//! The usual case: what was read is whole frames, each a message by itself. They are judged, unmasked where they stand
//! and delivered, without a parser and without an allocation.

use super::Session;
use crate::ws::guard::{Kind, Limits, Whole};

/// Why the short cut goes no further.
pub(super) enum Stop {
    /// What is left is nothing, or no whole frame, or breaks a rule; it is untouched.
    Unusual,
    /// This one, unmasked, makes the reader wait, or may do so.
    Wait(Whole),
}

/// Delivers whole texts from `done` on, moves `done` behind what was delivered, and stops at what is none.
pub(super) fn deliver<N: Session>(bytes: &mut [u8], done: &mut usize, limits: &Limits, session: &mut N) -> Stop {
    while let Some(whole) = Whole::at_front(&bytes[*done..], limits) {
        let payload = whole.unmask(&mut bytes[*done..]);
        if whole.kind != Kind::Text {
            return Stop::Wait(whole);
        }
        match std::str::from_utf8(payload) {
            Ok(text) if session.text_now(text) => *done += whole.payload.end,
            Ok(_) => return Stop::Wait(whole),
            Err(_) => {
                // As it was, for the guard to say so.
                whole.unmask(&mut bytes[*done..]);
                return Stop::Unusual;
            }
        }
    }
    Stop::Unusual
}

/// Delivers the one that [`deliver`] stopped at, which `bytes` begin with.
pub(super) async fn wait<N: Session>(whole: Whole, bytes: &[u8], session: &mut N) {
    let payload = &bytes[whole.payload];
    match whole.kind {
        // Always UTF-8: `deliver` has looked.
        Kind::Text => session.text(std::str::from_utf8(payload).unwrap_or_default()).await,
        Kind::Binary => session.binary(payload).await,
        Kind::Ping => session.ping(payload).await,
        Kind::Pong => session.pong(payload).await,
    }
}
