//! Who offers and who answers: join order decides for ever, so glare cannot arise.
//!
//! Of two members the one with the smaller `rev` offers, ICE restarts included (RFC 8829 §5.2.1 leaves the
//! roles to the application). No state is shared between nodes: both sides know both revs.

use crate::protocol::SignalKind;

/// Whether the member who joined at `from` may send this to the member who joined at `to`.
#[must_use]
pub(crate) const fn may_send(kind: SignalKind, from: u64, to: u64) -> bool {
    match kind {
        SignalKind::Offer => from < to,
        SignalKind::Answer => from > to,
        SignalKind::IceCandidate | SignalKind::Renegotiate => true,
    }
}

/// What to tell the member who tried.
#[must_use]
pub(crate) const fn why_not(kind: SignalKind) -> &'static str {
    match kind {
        SignalKind::Offer => "You joined after this peer, so you answer: send renegotiate and wait for their offer.",
        SignalKind::Answer => "You joined before this peer, so you offer: an answer can only come from them.",
        SignalKind::IceCandidate | SignalKind::Renegotiate => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_members_exactly_one_may_offer_and_only_the_other_may_answer() {
        for (older, newer) in [(1, 2), (7, 4_000_000_000_000)] {
            assert!(may_send(SignalKind::Offer, older, newer) && !may_send(SignalKind::Offer, newer, older));
            assert!(may_send(SignalKind::Answer, newer, older) && !may_send(SignalKind::Answer, older, newer));
        }
    }

    #[test]
    fn candidates_and_wishes_go_both_ways() {
        for kind in [SignalKind::IceCandidate, SignalKind::Renegotiate] {
            assert!(may_send(kind, 1, 2) && may_send(kind, 2, 1));
        }
    }
}
