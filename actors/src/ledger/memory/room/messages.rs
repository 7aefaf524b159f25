//! Sends, broadcasts and audits: only members reach members, each number of a session counts once.

use std::time::Duration;

use super::RoomCore;
use crate::{
    bytes::Pressure,
    ledger::{
        Audit, Audited, Broadcast, Ended, Failure, Push, Send, Sent, Source,
        memory::{CLAIM_WAIT, SHED_WAIT, turn::Turn},
    },
    protocol::{Entry, Message, SeatId, UserId},
};

impl RoomCore {
    /// Appends messages to one other member's inbox.
    ///
    /// # Errors
    /// [`Failure::NotApplied`] while one of the two is not claimed in this epoch yet, or memory is short.
    pub(in crate::ledger::memory) fn send(&mut self, send: Send, turn: &mut Turn<'_>) -> Result<Sent, Failure> {
        let Send { from, to, cid, skipped, released, messages } = send;
        if turn.pressure >= Pressure::ShedAll {
            return Err(Failure::NotApplied { wait: SHED_WAIT });
        }
        let Some(sender) = self.held_place(from, turn) else { return Ok(Sent::Fenced) };
        if self.seats[sender].is_unclaimed() {
            return Err(Failure::NotApplied { wait: CLAIM_WAIT });
        }
        let Some(receiver) = self.place(to).filter(|receiver| *receiver != sender) else {
            // While an epoch settles, the receiver may be a live seat that the ledger has forgotten.
            let may_be_claimed = to != from.order && self.settles_in(turn).is_some();
            if may_be_claimed {
                return Err(Failure::NotApplied { wait: CLAIM_WAIT });
            }
            self.seats[sender].apply(released.into_iter().chain(cid));
            return Ok(Sent::ReceiverGone);
        };
        if self.seats[receiver].is_to_be_claimed() {
            return Err(Failure::NotApplied { wait: CLAIM_WAIT });
        }
        let seat = &mut self.seats[sender];
        if seat.is_duplicate(cid, to) {
            return Ok(Sent::Duplicate);
        }
        seat.sent(cid, to, &messages);
        seat.skip(&skipped);
        seat.apply(released.into_iter().chain(cid));
        let source = cid.map(|cid| Source { from: from.order, cid, broadcast: false });
        for message in messages {
            self.seats[receiver].append(Entry::Message(message), source, turn);
        }
        Ok(Sent::Appended(turn.take_pushes()))
    }

    /// Appends a message to every other member's inbox.
    ///
    /// # Errors
    /// [`Failure::NotApplied`] while the epoch settles or memory is short.
    pub(in crate::ledger::memory) fn broadcast(
        &mut self,
        broadcast: Broadcast,
        turn: &mut Turn<'_>,
    ) -> Result<Sent, Failure> {
        let Broadcast { from, cid, skipped, message, changes } = broadcast;
        let sheds = if message.kind.is_content() { Pressure::ShedChat } else { Pressure::ShedAll };
        if turn.pressure >= sheds {
            return Err(Failure::NotApplied { wait: SHED_WAIT });
        }
        let Some(sender) = self.held_place(from, turn) else { return Ok(Sent::Fenced) };
        // While an epoch settles, a live seat that the ledger has forgotten would miss it.
        if let Some(wait) = self.settles_in(turn) {
            return Err(Failure::NotApplied { wait });
        }
        let seat = &mut self.seats[sender];
        if seat.is_unclaimed() {
            return Err(Failure::NotApplied { wait: CLAIM_WAIT });
        }
        if seat.is_duplicate_broadcast(cid) {
            return Ok(Sent::Duplicate);
        }
        if changes.is_some_and(|changes| seat.change_attributes(&changes).is_err()) {
            return Ok(Sent::TooMany);
        }
        seat.numbers.broadcast = seat.numbers.broadcast.max(cid.unwrap_or_default());
        seat.skip(&skipped);
        seat.apply(cid);
        let source = cid.map(|cid| Source { from: from.order, cid, broadcast: true });
        let entry = Entry::Message(message);
        for (_, seat) in self.seats.iter_mut().enumerate().filter(|(place, _)| *place != sender) {
            seat.append(entry.clone(), source, turn);
        }
        Ok(Sent::Appended(turn.take_pushes()))
    }

    /// Appends a message that no member has sent to every inbox, or to this user's.
    ///
    /// # Errors
    /// [`Failure::NotApplied`] while the epoch settles or memory is short.
    pub(in crate::ledger::memory) fn announce(
        &mut self,
        message: Message,
        to: Option<&UserId>,
        turn: &mut Turn<'_>,
    ) -> Result<Vec<Push>, Failure> {
        if turn.pressure >= Pressure::ShedAll {
            return Err(Failure::NotApplied { wait: SHED_WAIT });
        }
        if let Some(wait) = self.settles_in(turn) {
            return Err(Failure::NotApplied { wait });
        }
        let entry = Entry::Message(message);
        for seat in self.seats.iter_mut().filter(|seat| to.is_none_or(|to| seat.user == *to)) {
            seat.append(entry.clone(), None, turn);
        }
        Ok(turn.take_pushes())
    }

    /// Compares what holders know with what is stored; trims inboxes to what was acknowledged.
    ///
    /// # Errors
    /// [`Failure::NotApplied`] if one of the seats is not claimed in this epoch yet.
    pub(in crate::ledger::memory) fn audit(
        &mut self,
        audits: &[Audit],
        turn: &mut Turn<'_>,
    ) -> Result<Vec<Audited>, Failure> {
        let is_unclaimed = |audit: &Audit| self.place(audit.seat.order).is_some_and(|it| self.seats[it].is_unclaimed());
        if audits.iter().any(is_unclaimed) {
            return Err(Failure::NotApplied { wait: CLAIM_WAIT });
        }
        Ok(audits.iter().map(|audit| self.audit_one(*audit, turn)).collect())
    }

    /// Compares what one holder knows with what is stored.
    pub(super) fn audit_one(&mut self, audit: Audit, turn: &mut Turn<'_>) -> Audited {
        let Some(place) = self.held_place(audit.seat, turn) else { return Audited::Ended(self.how_ended(audit.seat)) };
        let seat = &mut self.seats[place];
        let entries = seat.inbox.read(audit.last_seq);
        seat.acknowledge(audit.acked, turn);
        self.held(audit.seat, entries)
    }

    /// Entries that the holder of a seat has missed, and the senders that it has heard of.
    pub(super) fn held(&self, seat: SeatId, entries: Option<super::Numbered>) -> Audited {
        match entries {
            None => Audited::Gap,
            Some(entries) if entries.is_empty() => Audited::Held(entries, Vec::new()),
            Some(entries) => Audited::Held(entries, self.heard_by(seat.order)),
        }
    }

    /// How a seat has ended that is not the holder's any more.
    pub(super) fn how_ended(&self, seat: SeatId) -> Ended {
        if self.place(seat.order).is_some() { Ended::Moved } else { self.why_ended(seat) }
    }

    /// Appends to a seat's own inbox, for its holder.
    pub(in crate::ledger::memory) fn repair(
        &mut self,
        seat: SeatId,
        entries: &[Entry],
        turn: &mut Turn<'_>,
    ) -> Vec<Push> {
        if let Some(place) = self.held_place(seat, turn) {
            for entry in entries {
                if !self.is_outdated(entry) {
                    self.seats[place].append(entry.clone(), None, turn);
                }
            }
        }
        turn.take_pushes()
    }

    /// Whether the user of this leave has joined again since the asking node compared: the join precedes it, and replaces the older seat.
    fn is_outdated(&self, entry: &Entry) -> bool {
        let Entry::Left { user, order, .. } = entry else { return false };
        self.seats.iter().any(|seat| seat.user == *user && seat.order > *order)
    }

    /// Whether the room's epoch settles, or has settled and nobody has reaped it since.
    pub(super) fn is_unsettled(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.settles.is_some())
    }

    /// How long the room's epoch still settles, if it does.
    pub(super) fn settles_in(&self, turn: &Turn<'_>) -> Option<Duration> {
        let settles = self.rare.as_ref().and_then(|rare| rare.settles)?;
        settles.checked_duration_since(turn.now().at).filter(|wait| !wait.is_zero())
    }
}
