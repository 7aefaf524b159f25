//! What two members exchange when they meet: descriptions by role, then candidates, then their end (RFC 8838).
//! Must not know who offers: join order decides, and the witness knows it.

use actors::protocol::UserId;

use super::Mouth;
use crate::clock::Nanos;

/// How much is exchanged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Negotiation {
    /// About how long a session description is.
    pub(crate) sdp_bytes: usize,
    /// Candidates each way, with their end; 0: neither, so that a scenario may go on with its own.
    pub(crate) candidates: u32,
    /// The size of a candidate's message.
    pub(crate) candidate_bytes: usize,
}

impl Negotiation {
    /// All candidates to one member, as a browser finds them: just after its description.
    /// Answers how many were said.
    pub(super) fn trickle(self, mouth: &Mouth, to: UserId, now: Nanos) -> u64 {
        let said = (0..self.candidates).map(|_| u64::from(mouth.candidate(to, now, self.candidate_bytes))).sum();
        if self.candidates > 0 {
            mouth.end_of_candidates(to);
        }
        said
    }
}
