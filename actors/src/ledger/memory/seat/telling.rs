//! What others are told of a seat's member besides their name: tracks and attributes. Most members have none.

use super::Seat;
use crate::protocol::{
    Attributes,
    attributes::{Changes, TooMany},
    media::Producer,
};

impl Seat {
    /// Its tracks at the room's media server.
    pub(in crate::ledger::memory) fn producers(&self) -> &[Producer] {
        self.rare.as_ref().map_or(&[], |rare| &rare.producers)
    }

    /// Its member's attributes.
    pub(in crate::ledger::memory) fn attributes(&self) -> Attributes {
        self.rare.as_ref().map(|rare| rare.attributes.clone()).unwrap_or_default()
    }

    /// Whether others are not told of its member.
    pub(in crate::ledger::memory) fn is_hidden(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.attributes.are_hidden())
    }

    /// Its member tells something else from now on.
    ///
    /// # Errors
    /// [`TooMany`]: nothing has changed.
    pub(in crate::ledger::memory) fn change_attributes(&mut self, changes: &Changes) -> Result<(), TooMany> {
        let attributes = self.attributes().changed(changes)?;
        if !attributes.is_empty() || self.rare.is_some() {
            self.rare().attributes = attributes;
            self.tidy();
        }
        Ok(())
    }

    /// It sends these from now on.
    pub(in crate::ledger::memory) fn set_producers(&mut self, mut producers: Vec<Producer>) {
        producers.shrink_to_fit();
        if !producers.is_empty() || !self.producers().is_empty() {
            self.rare().producers = producers;
            self.tidy();
        }
    }
}
