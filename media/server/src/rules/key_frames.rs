//! How often a consumer's requests for key frames reach the engine. Must not know how it asks the sender.

use std::time::Instant;

use super::Rooms;
use crate::{
    handles::{Handles, Of},
    id::Id,
    refusal::Refusal,
};

impl<H: Handles> Rooms<H> {
    /// Grants a consumer a key frame; none: it was granted one a moment ago.
    ///
    /// # Errors
    /// The peer has no such consumer.
    pub fn grant_key_frame(&mut self, of: &Of, consumer: &Id, now: Instant) -> Result<Option<H::Consumer>, Refusal> {
        let every = self.limits.key_frame_every;
        let peer = self.peer_mut(&of.room, &of.peer).ok_or_else(Refusal::not_found)?;
        let consumer = peer.consumers.get_mut(consumer).ok_or_else(Refusal::not_found)?;
        if consumer.key_frame_at.is_some_and(|at| now.saturating_duration_since(at) < every) {
            return Ok(None);
        }
        consumer.key_frame_at = Some(now);
        Ok(Some(consumer.handle.clone()))
    }

    /// The engine did not ask for it: the next request is granted.
    pub fn key_frame_failed(&mut self, of: &Of, consumer: &Id) {
        let peer = self.peer_mut(&of.room, &of.peer);
        if let Some(consumer) = peer.and_then(|peer| peer.consumers.get_mut(consumer)) {
            consumer.key_frame_at = None;
        }
    }
}
