//! The negotiation of two members: descriptions by role, then candidates, then end-of-candidates (RFC 8838). Must not
//! know who offers: join order decides, and the witness knows it.

use actors::protocol::UserId;

use super::Outbox;
use crate::clock::Nanos;

/// How much is exchanged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Negotiation {
    /// Approximate size of a session description.
    pub(crate) sdp_bytes: usize,
    /// Candidates each way, with end-of-candidates; 0: neither, so that a scenario can send its own.
    pub(crate) candidates: u32,
    /// The size of a candidate's message.
    pub(crate) candidate_bytes: usize,
}

impl Negotiation {
    /// Sends all candidates to one member, as a browser does: just after its description. Returns their number.
    pub(super) fn trickle(self, outbox: &Outbox, to: UserId, now: Nanos) -> u64 {
        let said =
            (0..self.candidates).map(|_| u64::from(outbox.candidate(to.clone(), now, self.candidate_bytes))).sum();
        if self.candidates > 0 {
            outbox.end_of_candidates(to);
        }
        said
    }
}
