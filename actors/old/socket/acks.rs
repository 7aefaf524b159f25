//! Which of a client's messages are settled: `ack` means that everything up to a number is in the ledger
//! or was refused by an `error`.

use std::{collections::VecDeque, time::Instant};

use super::Credit;
use crate::protocol::{Message, SignalKind, UserId, client::Cid};

/// A message that was read and is not settled yet; kept so that it can be said again to a restarted room.
pub(super) struct Pending {
    pub(super) cid: Cid,
    pub(super) saying: Saying,
    /// Let go as soon as the room has it in hand.
    pub(super) credit: Option<Credit>,
    /// When it was read.
    pub(super) since: Instant,
    /// Whether it was said again before.
    pub(super) repeated: bool,
}

/// What is said in a room.
#[derive(Debug, Clone)]
pub(super) enum Saying {
    Signal { to: UserId, kind: SignalKind, message: Message },
    Chat(Message),
}

/// The numbers of one session.
#[derive(Default)]
pub(super) struct Acks {
    pending: VecDeque<Pending>,
    /// The largest number seen.
    highest: Cid,
    /// The last `ack` sent.
    acked: Cid,
    /// Whether the client numbers its messages; if not, it wants no acks.
    numbered: bool,
}

impl Acks {
    /// A session that has used numbers up to `said`.
    pub(super) fn after(said: Cid) -> Self {
        Self { highest: said, acked: 0, numbered: false, pending: VecDeque::new() }
    }

    /// The number of a new message: the client's own, or the next.
    pub(super) fn number(&mut self, cid: Option<Cid>) -> Cid {
        self.numbered |= cid.is_some();
        let cid = cid.unwrap_or(self.highest + 1);
        self.highest = self.highest.max(cid);
        cid
    }

    pub(super) fn push(&mut self, pending: Pending) {
        self.pending.push_back(pending);
    }

    /// The message is settled; answers since when it was pending, if it was.
    pub(super) fn settle(&mut self, cid: Cid) -> Option<Instant> {
        let at = self.pending.iter().position(|pending| pending.cid == cid)?;
        let settled = self.pending.remove(at);
        if self.pending.is_empty() {
            self.pending = VecDeque::new(); // an idle socket keeps no buffer
        }
        settled.map(|pending| pending.since)
    }

    /// The room has the message in hand: the reader may go on.
    pub(super) fn hold(&mut self, cid: Cid) {
        if let Some(pending) = self.pending.iter_mut().find(|pending| pending.cid == cid) {
            pending.credit = None;
        }
    }

    /// The `ack` to send now, if at least `every` messages wait for it.
    pub(super) fn due(&mut self, every: u64) -> Option<Cid> {
        let settled = self.settled();
        if !self.numbered || settled < self.acked.saturating_add(every) {
            return None;
        }
        self.acked = settled;
        Some(settled)
    }

    /// Whether something is settled that no `ack` has named yet.
    pub(super) fn is_owed(&self) -> bool {
        self.numbered && self.settled() > self.acked
    }

    fn settled(&self) -> Cid {
        self.pending.iter().map(|pending| pending.cid.saturating_sub(1)).min().unwrap_or(self.highest)
    }

    /// Takes what is pending apart: what can be said again, and the numbers that were said again before.
    pub(super) fn repeat(&mut self) -> (Vec<(Cid, Saying)>, Vec<Cid>) {
        let given_up: Vec<Cid> =
            self.pending.iter().filter(|pending| pending.repeated).map(|pending| pending.cid).collect();
        self.pending.retain(|pending| !pending.repeated);
        let again = self.pending.iter_mut().map(|pending| {
            pending.repeated = true;
            (pending.cid, pending.saying.clone())
        });
        (again.collect(), given_up)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::encode::chat_data;

    fn acks_with(cids: &[Cid]) -> Acks {
        let mut acks = Acks::default();
        for cid in cids {
            let cid = acks.number(Some(*cid));
            let saying = Saying::Chat(chat_data("1", UserId::from_u128(1), "x", 0));
            acks.push(Pending { cid, saying, credit: None, since: Instant::now(), repeated: false });
        }
        acks
    }

    #[test]
    fn an_ack_never_passes_what_is_not_settled() {
        let mut acks = acks_with(&[1, 2, 3, 4]);
        assert!(acks.settle(1).is_some() && acks.settle(3).is_some());
        assert_eq!(acks.due(1), Some(1));
        assert_eq!(acks.due(1), None);
        assert!(acks.settle(2).is_some() && acks.settle(4).is_some() && acks.settle(4).is_none());
        assert_eq!(acks.due(1), Some(4));
    }

    #[test]
    fn who_does_not_number_gets_numbers_but_no_acks() {
        let mut acks = Acks::after(7);
        assert_eq!((acks.number(None), acks.number(None)), (8, 9));
        assert_eq!(acks.due(1), None);
    }

    #[test]
    fn a_message_is_said_again_once() {
        let mut acks = acks_with(&[1, 2]);
        assert_eq!(acks.repeat().0.len(), 2);
        assert!(acks.settle(1).is_some());
        let (again, given_up) = acks.repeat();
        assert!(again.is_empty());
        assert_eq!(given_up, [2]);
    }
}
