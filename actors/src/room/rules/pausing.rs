//! Pauses and resumes of one producer are done one after the other, as they were asked: at the media server and in the ledger. Else
//! answers that overtake each other would leave the ledger saying that somebody is muted whom others hear.

use super::{Room, step::Step};
use crate::{
    messages::room::Asker,
    protocol::{
        media::{MediaEpoch, MediaId},
        sfu::SfuAsk,
    },
};

/// A request to pause or to resume a producer. The first one of a producer is under way, later ones wait.
#[derive(Debug)]
pub(super) struct Pausing {
    asker: Asker,
    epoch: MediaEpoch,
    producer: MediaId,
    paused: bool,
    /// The media server has done it, and the ledger is being told.
    is_told: bool,
}

impl Room {
    /// Whether a request leaves now; it waits if another one has to be done before.
    pub(super) fn may_leave(&mut self, asker: Asker, epoch: MediaEpoch, ask: &SfuAsk) -> bool {
        let SfuAsk::PauseProducer { producer, paused } = ask else { return true };
        let pausing = &mut self.work().pausing;
        let is_first = pausing.iter().all(|other| other.producer != *producer);
        pausing.push(Pausing { asker, epoch, producer: producer.clone(), paused: *paused, is_told: false });
        is_first
    }

    /// The ledger is told of it, if it is a pause: it ends with the ledger's answer.
    pub(super) fn pause_told(&mut self, asker: Asker) {
        let pausing = self.work.iter_mut().flat_map(|work| &mut work.pausing);
        pausing.filter(|one| one.asker == asker).for_each(|one| one.is_told = true);
    }

    /// The media server has answered: unless the ledger is told now, it has ended.
    pub(super) fn end_untold_pause(&mut self, asker: Asker, step: &mut Step<'_>) {
        let mut pausing = self.work.iter().flat_map(|work| &work.pausing);
        if pausing.any(|one| one.asker == asker && !one.is_told) {
            self.end_pause(asker, step);
        }
    }

    /// It has ended, however it did: the next one of the same producer leaves.
    pub(super) fn end_pause(&mut self, asker: Asker, step: &mut Step<'_>) {
        let Some(work) = &mut self.work else { return };
        let Some(place) = work.pausing.iter().position(|one| one.asker == asker) else { return };
        let ended = work.pausing.remove(place);
        let waiting: Vec<_> = work.pausing.extract_if(.., |other| other.producer == ended.producer).collect();
        self.is_slack = true;
        for Pausing { asker, epoch, producer, paused, .. } in waiting {
            if self.is_seated(asker) {
                self.ask_media(asker, epoch, SfuAsk::PauseProducer { producer, paused }, step);
            }
        }
    }
}
