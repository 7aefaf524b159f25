//! The outcomes of a client's messages: `ack` means that every number up to it was accepted or refused by an `error`.

use std::{collections::VecDeque, time::Instant};

use super::Permit;
use crate::{
    messages::room::{self, Number, Said, SeatRef},
    protocol::{Code, Kind, Message, UserId, attributes::Changes, client::Cid, media::Rid},
};

/// A message that was sent to the room and is not settled yet; kept to resend it to a restarted room.
pub(super) struct Pending {
    pub(super) number: Number,
    /// `None`: it is no message to the room, but something that its host wants done, and answered whatever becomes of the room's
    /// cell.
    pub(super) outgoing: Option<Outgoing>,
    /// Released as soon as the room holds the message.
    pub(super) permit: Option<Permit>,
    /// When it was read.
    pub(super) since: Instant,
    /// Whether it was resent to a restarted room.
    pub(super) repeated: bool,
}

/// A message to others in the room.
#[derive(Debug, Clone)]
pub(super) struct Outgoing {
    /// The receiver; `None`: all others.
    pub(super) to: Option<UserId>,
    pub(super) message: Message,
    /// The change of the sender's attributes that it tells, if it does.
    pub(super) changes: Option<Changes>,
}

impl Outgoing {
    /// The message to the room.
    pub(super) fn told(self, from: SeatRef, number: Number) -> room::Message {
        room::Message::Said(Box::new(Said { from, number, to: self.to, payload: self.message, changes: self.changes }))
    }
}

/// Unsettled messages and unreceived refusals of one session. An idle session has none: it costs a pointer.
pub(super) struct Outstanding(Option<Box<UnderWay>>);

#[derive(Default)]
struct UnderWay {
    /// Unsettled messages, in the order read.
    pending: VecDeque<Pending>,
    /// Refusals that the client is not known to have received.
    refused: Vec<(Cid, Code)>,
    /// When the next `ack` is due.
    ack_by: Option<Instant>,
    /// While the room's restarted cell has not answered: the deadline.
    reseat_by: Option<Instant>,
    /// Requests to the media server that are not answered, in the order read.
    asks: Vec<OpenAsk>,
}

/// A request to the media server that is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OpenAsk {
    /// Identifies it within the session.
    pub(super) key: u64,
    /// The client's number, if it has one.
    pub(super) rid: Option<Rid>,
    pub(super) kind: Kind,
}

impl Outstanding {
    pub(super) const NONE: Self = Self(None);

    fn under_way(&mut self) -> &mut UnderWay {
        self.0.get_or_insert_default()
    }

    /// Releases its memory if nothing is pending.
    pub(super) fn tidy(&mut self) {
        if let Some(UnderWay { pending, refused, ack_by: None, reseat_by: None, asks }) = self.0.as_deref()
            && pending.is_empty()
            && refused.is_empty()
            && asks.is_empty()
        {
            self.0 = None;
        }
    }

    /// When the next `ack` is due, if one is.
    pub(super) fn ack_by(&self) -> Option<Instant> {
        self.0.as_ref()?.ack_by
    }

    /// Schedules an `ack`, unless one is due earlier.
    pub(super) fn ack_before(&mut self, by: Instant) {
        self.under_way().ack_by.get_or_insert(by);
    }

    /// Whether an `ack` is due at that time; clears it.
    pub(super) fn take_ack(&mut self, now: Instant) -> bool {
        self.0.as_mut().and_then(|under_way| under_way.ack_by.take_if(|by| now >= *by)).is_some()
    }

    /// The deadline of the restarted room's answer, if it is pending.
    pub(super) fn reseat_by(&self) -> Option<Instant> {
        self.0.as_ref()?.reseat_by
    }

    /// A request to the restarted room was sent.
    pub(super) fn reseat_before(&mut self, by: Instant) {
        self.under_way().reseat_by = Some(by);
    }

    /// It has answered.
    pub(super) fn reseated(&mut self) {
        if let Some(under_way) = &mut self.0 {
            under_way.reseat_by = None;
        }
    }

    /// Requests to the media server that are not answered.
    pub(super) fn asks(&self) -> &[OpenAsk] {
        self.0.as_ref().map_or(&[], |under_way| &under_way.asks)
    }

    /// A request was sent to the room.
    pub(super) fn ask(&mut self, ask: OpenAsk) {
        self.under_way().asks.push(ask);
    }

    /// The request with this key is answered; returns it, if it was open.
    pub(super) fn answered(&mut self, key: u64) -> Option<OpenAsk> {
        let asks = &mut self.0.as_mut()?.asks;
        let place = asks.iter().position(|ask| ask.key == key)?;
        let ask = asks.remove(place);
        self.tidy();
        Some(ask)
    }

    /// Nobody answers these requests any more.
    pub(super) fn take_asks(&mut self) -> Vec<OpenAsk> {
        let asks = self.0.as_mut().map(|under_way| std::mem::take(&mut under_way.asks));
        self.tidy();
        asks.unwrap_or_default()
    }

    pub(super) fn push(&mut self, pending: Pending) {
        self.under_way().pending.push_back(pending);
    }

    /// The message is settled; returns it, if it was pending.
    pub(super) fn settle(&mut self, tag: u64) -> Option<Pending> {
        let pending = &mut self.0.as_mut()?.pending;
        let at = pending.iter().position(|pending| pending.number.tag == tag)?;
        pending.remove(at)
    }

    /// The room holds the message: the reader may continue.
    pub(super) fn hold(&mut self, tag: u64) {
        let pending = self.0.iter_mut().flat_map(|under_way| &mut under_way.pending);
        if let Some(held) = pending.into_iter().find(|pending| pending.number.tag == tag) {
            held.permit = None;
        }
    }

    /// The lowest unsettled number: numbers ascend in the order read.
    pub(super) fn lowest(&self) -> Option<Cid> {
        self.0.as_ref()?.pending.iter().find_map(|pending| pending.number.cid)
    }

    /// A number was refused; returns how many refusals the client is not known to have received.
    pub(super) fn refuse(&mut self, cid: Cid, code: Code) -> usize {
        let refused = &mut self.under_way().refused;
        refused.push((cid, code));
        refused.len()
    }

    /// The client has received all refusals up to this number; returns whether there were any.
    pub(super) fn confirm(&mut self, cid: Cid) -> bool {
        let Some(under_way) = &mut self.0 else { return false };
        let before = under_way.refused.len();
        under_way.refused.retain(|(refused, _)| *refused > cid);
        under_way.refused.len() < before
    }

    /// Refusals to send to a restarted room.
    pub(super) fn refusals(&self) -> impl Iterator<Item = (Cid, Code)> {
        self.0.iter().flat_map(|under_way| under_way.refused.iter().copied())
    }

    /// Whether a resent message is still unsettled.
    pub(super) fn is_repeated(&self) -> bool {
        self.0.as_ref().is_some_and(|under_way| under_way.pending.iter().any(|pending| pending.repeated))
    }

    /// Takes unnumbered messages out: a duplicate of one could not be distinguished from a new message.
    pub(super) fn without_number(&mut self) -> usize {
        let Some(under_way) = &mut self.0 else { return 0 };
        let before = under_way.pending.len();
        under_way.pending.retain(|pending| pending.number.cid.is_some() || pending.outgoing.is_none());
        before - under_way.pending.len()
    }

    /// The messages to resend to a restarted room, in order.
    pub(super) fn repeat(&mut self) -> impl Iterator<Item = (Number, Outgoing)> {
        let pending = self.0.iter_mut().flat_map(|under_way| &mut under_way.pending);
        pending.filter_map(|pending| {
            let outgoing = pending.outgoing.clone()?;
            pending.repeated = true;
            Some((pending.number, outgoing))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::encode::chat_data;

    fn pending(tag: u64, cid: Option<Cid>) -> Pending {
        let message = chat_data("1", UserId::from_u128(1), "x", 0);
        let outgoing = Some(Outgoing { to: None, message, changes: None });
        Pending { number: Number { tag, cid }, outgoing, permit: None, since: Instant::now(), repeated: false }
    }

    #[test]
    fn the_lowest_unsettled_number_bounds_what_is_acknowledged() {
        let mut outstanding = Outstanding::NONE;
        for tag in 1..=4 {
            outstanding.push(pending(tag, (tag != 2).then_some(tag * 10)));
        }
        assert_eq!(outstanding.lowest(), Some(10));
        assert!(outstanding.settle(1).is_some() && outstanding.settle(1).is_none());
        assert_eq!(outstanding.lowest(), Some(30));
        assert_eq!(outstanding.without_number(), 1);
        assert!(outstanding.settle(3).is_some() && outstanding.settle(4).is_some());
        assert_eq!(outstanding.lowest(), None);
        outstanding.tidy();
        assert!(outstanding.0.is_none(), "an idle session keeps no buffer");
    }

    #[test]
    fn refusals_are_kept_until_they_are_confirmed() {
        let mut outstanding = Outstanding::NONE;
        assert_eq!([outstanding.refuse(3, Code::Glare), outstanding.refuse(2, Code::RateLimited)], [1, 2]);
        assert!(!outstanding.confirm(1));
        assert!(outstanding.confirm(2));
        assert_eq!(outstanding.refusals().collect::<Vec<_>>(), [(3, Code::Glare)]);
        assert!(outstanding.confirm(9) && !outstanding.confirm(9));
        outstanding.tidy();
        assert!(outstanding.0.is_none());
    }

    #[test]
    fn messages_are_resent_in_order_and_marked_as_resent() {
        let mut outstanding = Outstanding::NONE;
        outstanding.push(pending(1, Some(1)));
        outstanding.push(pending(2, Some(2)));
        assert!(!outstanding.is_repeated());
        assert_eq!(outstanding.repeat().map(|(number, _)| number.tag).collect::<Vec<_>>(), [1, 2]);
        assert!(outstanding.is_repeated());
    }

    #[test]
    fn what_a_host_wants_done_is_no_business_of_a_restarted_room() {
        let mut outstanding = Outstanding::NONE;
        outstanding.push(Pending { outgoing: None, ..pending(1, None) });
        outstanding.push(Pending { outgoing: None, ..pending(2, Some(1)) });
        assert_eq!(
            (outstanding.without_number(), outstanding.repeat().count(), outstanding.is_repeated()),
            (0, 0, false)
        );
        assert!(outstanding.settle(1).is_some() && outstanding.settle(2).is_some());
    }
}
