//! Who offers and who answers: roles are fixed by join order, so glare cannot occur.
//!
//! Of two members the one with the smaller join order offers, ICE restarts included (RFC 8829 §5.2.1 leaves the roles to
//! the application). No state is shared between nodes: both sides know both join orders.

use crate::protocol::{JoinOrder, Kind};

/// Why the member who joined at `from` may not send this to the member who joined at `to`; `None` if they may.
pub(crate) const fn why_not(kind: Kind, from: JoinOrder, to: JoinOrder) -> Option<&'static str> {
    if matches!(kind, Kind::Offer) && from > to {
        return Some("You joined after this peer, so you answer: send renegotiate and wait for their offer.");
    }
    if matches!(kind, Kind::Answer) && from < to {
        return Some("You joined before this peer, so you offer: an answer can only come from them.");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_send(kind: Kind, from: JoinOrder, to: JoinOrder) -> bool {
        why_not(kind, from, to).is_none()
    }

    #[test]
    fn of_two_members_exactly_one_may_offer_and_only_the_other_may_answer() {
        for (earlier, later) in [(1, 2), (7, 4_000_000_000_000)] {
            assert!(may_send(Kind::Offer, earlier, later) && !may_send(Kind::Offer, later, earlier));
            assert!(may_send(Kind::Answer, later, earlier) && !may_send(Kind::Answer, earlier, later));
        }
    }

    #[test]
    fn candidates_and_requests_to_renegotiate_go_both_ways() {
        for kind in [Kind::IceCandidate, Kind::Renegotiate] {
            assert!(may_send(kind, 1, 2) && may_send(kind, 2, 1));
        }
    }
}
