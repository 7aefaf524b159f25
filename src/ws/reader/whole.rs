//! The fast path: whole frames, each a message by itself. They are validated, unmasked in place and delivered, without
//! a parser and without an allocation.

use super::Session;
use crate::ws::guard::{Kind, Limits, Whole};

/// Why the fast path stops.
pub(super) enum Stop {
    /// The rest is empty, or not a whole frame, or violates a rule; it is unchanged.
    Unusual,
    /// This frame, unmasked, makes the reader wait, or may do so.
    Wait(Whole),
}

/// Delivers whole texts from `done` on, advances `done`, and stops at anything else.
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
                // Masked again, for the guard to report it.
                whole.unmask(&mut bytes[*done..]);
                return Stop::Unusual;
            }
        }
    }
    Stop::Unusual
}

/// Delivers the frame that [`deliver`] stopped at, which `bytes` start with.
pub(super) async fn wait<N: Session>(whole: Whole, bytes: &[u8], session: &mut N) {
    let payload = &bytes[whole.payload];
    match whole.kind {
        // Always UTF-8: `deliver` has checked it.
        Kind::Text => session.text(std::str::from_utf8(payload).unwrap_or_default()).await,
        Kind::Binary => session.binary(payload).await,
        Kind::Ping => session.ping(payload).await,
        Kind::Pong => session.pong(payload).await,
    }
}
