//! Where media is placed, and what is sent.

use actors::{
    ledger::{HOST_LEASE, Ledger, Place, Placing, Published, Push, TrackChange},
    protocol::{
        NodeId, RoomId,
        media::{Host, MediaReason, Producer, ProducerEnd, TrackKind},
    },
};

use super::{Walk, at, node, now};
use crate::op::Op;

impl Walk {
    pub(super) fn place(&mut self, room: RoomId, op: Op) -> (NodeId, Vec<Push>) {
        let asker = node(op.node);
        let present = self.naive.media(room).map_or(0, |media| media.hosting.epoch);
        let expect = if op.dice.is_multiple_of(7) { present.saturating_sub(1) } else { present };
        let host = Host { server: "m".into(), instance: format!("{}", op.other % 4).into() };
        let to = if op.dice.is_multiple_of(4) { Placing::Mesh { below: 3 } } else { Placing::Host(host.clone()) };
        let reason = if op.dice.is_multiple_of(8) { MediaReason::Shrunk } else { MediaReason::MediaLost };
        let place = Place { expect, to, reason };
        let is_hosted = self.naive.media(room).is_some_and(|media| media.hosting.host.is_some());
        let expected = self.naive.place(room, &place);
        let is_host = matches!(place.to, Placing::Host(_));
        let answer = now(self.ledger.place(at(room, &asker, 0), place));
        assert_eq!(answer.clone().map(|placed| (placed.hosting, placed.is_won)), expected);
        let Ok(placed) = answer else { return (asker, Vec::new()) };
        if placed.is_won && is_host {
            self.naive.hear_host(host, HOST_LEASE);
        }
        self.seen.mark(match (placed.is_won, reason) {
            (true, MediaReason::Shrunk) if is_hosted => "shrunk",
            (true, _) => "placed",
            (false, _) => "not placed",
        });
        (asker, placed.pushes)
    }

    pub(super) fn publish(&mut self, room: RoomId, op: Op) -> (NodeId, Vec<Push>) {
        let Some(watch) = self.watch(room, op.user, op.dice) else { return (node(0), Vec::new()) };
        let (seat, asker, known) = (watch.seat, watch.node.clone(), watch.epoch);
        let present = self.naive.media(room).map_or(0, |media| media.hosting.epoch);
        let epoch = if op.dice.is_multiple_of(11) { present + 1 } else { present };
        let id: std::sync::Arc<str> = format!("{}", op.other % 12).into();
        let change = match op.dice % 4 {
            0 | 1 => TrackChange::Publish(Producer { id, kind: TrackKind::Audio, source: "x".into(), paused: false }),
            2 => TrackChange::Pause(id, op.other.is_multiple_of(3)),
            _ => TrackChange::End(id, ProducerEnd::Closed),
        };
        let judged = self.naive.judge(known);
        let expected = judged.and_then(|()| self.naive.publish(room, (seat, &asker), (epoch, &change)));
        let answer = now(self.ledger.publish(at(room, &asker, known), seat, epoch, change));
        let (answer, pushes) = match answer {
            Ok(Published::Done(pushes)) => (Ok(Published::Done(Vec::new())), pushes),
            other => (other, Vec::new()),
        };
        self.seen.mark(match answer {
            Ok(Published::Done(_)) => "published",
            Ok(Published::Full) => "too many tracks",
            Ok(Published::Stale(_)) => "older media epoch",
            Ok(Published::Unknown) => "unknown track",
            Ok(Published::Fenced) | Err(_) => "not published",
        });
        assert_eq!(answer, expected);
        (asker, pushes)
    }
}
