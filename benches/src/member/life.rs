//! The life of a member: reading, losing its connection, reconnecting, ending. Must not know the messages.

use std::sync::atomic::Ordering::Relaxed;

use tokio::time::sleep;

use super::{Fate, Member, Reconnect};
use crate::clock::nanos;
use crate::limits::{BACK_WITHIN, STALL_LOOK};
use client::wire::{Ending, Reader};

impl Member {
    pub(super) async fn live(mut self, mut reader: Reader) {
        loop {
            let ending = self.listen(&mut reader).await;
            let Some(comeback) = self.comes_back_after(&ending) else { return self.ended(&ending) };
            if self.lost_at.is_none() {
                self.play.tally.interrupted(&ending);
                self.play.script.interrupted(self.caller.part.clone());
            } else {
                self.play.tally.knocked_in_vain.fetch_add(1, Relaxed); // lost again before it had resumed
            }
            // Boxed: an idle connection need not hold the state of a reconnect.
            match Box::pin(self.come_back(comeback)).await {
                Some(again) => reader = again,
                None => return self.ended(&ending),
            }
        }
    }

    /// Reads until the connection ends, pausing while the member must not read.
    async fn listen(&mut self, reader: &mut Reader) -> Ending {
        loop {
            if let Some(ending) = reader.read(self).await {
                return ending;
            }
            while self.outbox.is_stalled() {
                sleep(STALL_LOOK).await;
            }
        }
    }

    /// After close codes 44xx, or a malformed frame, a member does not reconnect.
    fn comes_back_after(&self, ending: &Ending) -> Option<Reconnect> {
        let may = match ending {
            Ending::Lost => true,
            Ending::Closed(code) => !matches!(code, Some(4_400..4_500)),
            Ending::Bad(_) => false,
        };
        let wants = self.resume_token.is_some() && !self.play.ending.load(Relaxed);
        self.play.conduct.comeback.filter(|_| may && wants)
    }

    /// Reconnects until it succeeds; `None`: gave up.
    async fn come_back(&mut self, comeback: Reconnect) -> Option<Reader> {
        let play = self.play.clone();
        let lost_at = *self.lost_at.get_or_insert_with(|| play.epoch.now());
        let seed = u64::try_from(self.caller.part.user.as_u128().unwrap_or_default() & u128::from(u64::MAX))
            .unwrap_or_default();
        for attempt in 0.. {
            sleep(self.asked.take().unwrap_or_else(|| comeback.pause(attempt, seed))).await;
            let too_late = play.epoch.now() > lost_at + nanos(BACK_WITHIN);
            if too_late || play.ending.load(Relaxed) {
                return None;
            }
            let stay = (self.resume_token.as_deref()?, self.witness.seq());
            match client::resume(self.caller.way.clone(), &self.caller.token, stay).await {
                Ok((reader, write)) => {
                    self.returning = Some(write);
                    return Some(reader);
                }
                Err(_) => drop(play.tally.knocked_in_vain.fetch_add(1, Relaxed)),
            }
        }
        None
    }

    /// The session was resumed: unacknowledged messages are resent before anything new.
    pub(super) fn resumed(&mut self) {
        if let Some(half) = self.returning.take() {
            self.outbox.continue_over(half);
        }
        self.play.tally.resumed.fetch_add(1, Relaxed);
        if let Some(lost_at) = self.lost_at.take() {
            self.play.script.back(&self.play, &self.caller.part, lost_at);
        }
        self.play.tally.back.fetch_add(1, Relaxed);
    }

    /// The session has ended: the member joins again.
    pub(super) fn unresumed(&mut self, reason: &str) {
        for signal in self.outbox.unanswered(&self.caller.part.user) {
            self.play.script.not_taken(signal, Fate::Unknown);
        }
        if self.outbox.give_up_seat() {
            self.play.roster.left(self.caller.part.number);
        }
        self.play.tally.unresumed(reason);
        self.play.script.unresumed(self.caller.part.clone());
        self.play.tally.back.fetch_add(1, Relaxed);
        (self.resume_token, self.lost_at, self.unacked) = (None, None, 0);
        if let Some(half) = self.returning.take() {
            self.outbox.continue_over(half);
        }
        self.outbox.join(self.caller.part.room);
    }

    fn ended(&self, ending: &Ending) {
        let expected = self.play.ending.load(Relaxed);
        if self.outbox.give_up_seat() && !expected {
            self.play.roster.left(self.caller.part.number);
        }
        self.play.tally.ended(ending, expected);
    }
}
