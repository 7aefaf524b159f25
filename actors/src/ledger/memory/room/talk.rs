//! Who says what to whom: only members to members, each number once for each pair of stays.

use super::RoomCore;
use crate::{
    ledger::{Address, Broadcast, Send, Sent, memory::turn::Turn},
    protocol::{Entry, client::Seq},
};

impl RoomCore {
    /// Appends messages to one other member's inbox; what the turn collects belongs into the answer.
    pub(in crate::ledger::memory) fn send(&mut self, send: Send, turn: &mut Turn<'_>) -> Sent {
        let Send { from, to, cid, messages } = send;
        let Some(sender) = self.place(from) else { return Sent::SenderGone };
        let Some(receiver) = self.place(to).filter(|receiver| *receiver != sender) else { return Sent::ReceiverGone };
        if self.seats[sender].has_said(cid, to.session) {
            return Sent::Repeat;
        }
        self.seats[sender].say(cid, to.session, &messages);
        for message in messages {
            self.seats[receiver].append(&Entry::Message(message), turn);
        }
        Sent::Appended(Vec::new())
    }

    /// Appends a message to every other member's inbox that has not got it yet.
    pub(in crate::ledger::memory) fn broadcast(&mut self, broadcast: Broadcast, turn: &mut Turn<'_>) -> Sent {
        let Broadcast { from, cid, message } = broadcast;
        let Some(sender) = self.place(from) else { return Sent::SenderGone };
        let entry = Entry::Message(message.clone());
        let (mut told, mut repeats) = (0, 0);
        for receiver in (0..self.seats.len()).filter(|receiver| *receiver != sender) {
            let to = self.seats[receiver].session;
            if self.seats[sender].has_said(cid, to) {
                repeats += 1;
                continue;
            }
            self.seats[sender].say(cid, to, std::slice::from_ref(&message));
            self.seats[receiver].append(&entry, turn);
            told += 1;
        }
        if told == 0 && repeats > 0 { Sent::Repeat } else { Sent::Appended(Vec::new()) }
    }

    /// The inbox after `after`.
    pub(in crate::ledger::memory) fn read(&self, who: Address, after: Seq) -> Option<Vec<(Seq, Entry)>> {
        self.seat(who)?.inbox.read(after)
    }

    /// The client has everything up to `seq`.
    pub(in crate::ledger::memory) fn acked(&mut self, who: Address, seq: Seq) {
        if let Some(seat) = self.seat_mut(who) {
            seat.inbox.trim(seq);
        }
    }
}
