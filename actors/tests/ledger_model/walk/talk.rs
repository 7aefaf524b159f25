//! Who says what to whom, and says it again.

use std::ops::Range;

use actors::{
    ledger::{Address, Broadcast, Ledger, Push, Send, Sent},
    protocol::{Message, NodeId, RoomId, client::Cid, cluster::MessageKind},
};

use super::{Walk, node, now};
use crate::{op::Op, watch::text};

/// What a stay has said, so that it can be said again.
#[derive(Default)]
pub(super) struct Speech {
    cid: Cid,
    id: u64,
    /// To whom (`None`: to all), under which number, and the messages' own numbers.
    log: Vec<(Option<Address>, Option<Cid>, Range<u64>)>,
}

impl Walk {
    pub(super) fn send(&mut self, room: RoomId, op: Op) -> Vec<Push> {
        let from = self.ticket(room, op.user, op.dice);
        let to = self.ticket(room, op.other, op.dice >> 3);
        let (Some(from), Some(to)) = (from, to) else { return Vec::new() };
        self.speak(room, from.who, Some(to.who), 1 + u64::from(op.dice % 3), &node(op.node))
    }

    pub(super) fn broadcast(&mut self, room: RoomId, op: Op) -> Vec<Push> {
        let Some(from) = self.ticket(room, op.user, op.dice) else { return Vec::new() };
        self.speak(room, from.who, None, 1, &node(op.node))
    }

    /// Says something new: every other stay numbers what it says.
    fn speak(&mut self, room: RoomId, from: Address, to: Option<Address>, count: u64, asker: &NodeId) -> Vec<Push> {
        let speech = self.speeches.entry(from.session).or_default();
        speech.cid += 1;
        let cid = from.session.as_u128().is_multiple_of(2).then_some(speech.cid);
        let ids = speech.id + 1..speech.id + 1 + count;
        speech.id += count;
        if cid.is_some() {
            speech.log.push((to, cid, ids.clone()));
        }
        self.say(room, (from, to), (cid, ids), asker)
    }

    /// Says something again, as who does not know whether it was heard.
    pub(super) fn repeat(&mut self, room: RoomId, op: Op) -> Vec<Push> {
        let Some(from) = self.ticket(room, op.user, 1) else { return Vec::new() };
        let log = self.speeches.get(&from.who.session).map_or(&[][..], |speech| &speech.log);
        let recent = log.len().saturating_sub(1 + usize::from(op.dice % 8));
        let Some((to, cid, ids)) = log.get(recent).cloned() else { return Vec::new() };
        self.say(room, (from.who, to), (cid, ids), &node(op.node))
    }

    fn say(
        &mut self,
        room: RoomId,
        (from, to): (Address, Option<Address>),
        (cid, ids): (Option<Cid>, Range<u64>),
        asker: &NodeId,
    ) -> Vec<Push> {
        let kind = if ids.start.is_multiple_of(3) { MessageKind::Offer } else { MessageKind::ChatMessage };
        let mut messages: Vec<Message> = ids.map(|id| Message { kind, data: text(from.session, id).into() }).collect();
        let (expected, sent) = match to {
            Some(to) => {
                let send = Send { from, to, cid, messages };
                (self.naive.send(room, &send), now(self.ledger.send(room, send, asker)))
            }
            None => {
                let broadcast = Broadcast { from, cid, message: messages.remove(0) };
                (self.naive.broadcast(room, &broadcast), now(self.ledger.broadcast(room, broadcast, asker)))
            }
        };
        let (outcome, pushes) = match sent {
            Sent::Appended(pushes) => ("appended", pushes),
            Sent::Repeat => ("repeat", Vec::new()),
            Sent::SenderGone => ("sender gone", Vec::new()),
            Sent::ReceiverGone => ("receiver gone", Vec::new()),
        };
        let expected = match expected {
            Sent::Appended(_) => "appended",
            Sent::Repeat => "repeat",
            Sent::SenderGone => "sender gone",
            Sent::ReceiverGone => "receiver gone",
        };
        assert_eq!(outcome, expected);
        self.seen.mark(outcome);
        pushes
    }
}
