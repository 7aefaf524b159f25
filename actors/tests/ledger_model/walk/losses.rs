//! The ledger forgets everything or goes back in time, and holders claim their seats.

use actors::{
    ledger::{Audited, Fact, Ledger, Push},
    protocol::{Epoch, NodeId, RoomId, client::Seq},
};
use serde_json::Value;

use super::{Walk, at, node, now};
use crate::{naive, op::Op, watch::Watch};

impl Walk {
    pub(super) fn wipe(&mut self, asker: NodeId) -> (NodeId, Vec<Push>) {
        self.lose();
        self.remember_media();
        self.copy = None;
        self.naive.lose(None);
        assert_eq!(self.ledger.wipe(), self.naive.epoch);
        self.seen.mark("wiped");
        (asker, Vec::new())
    }

    pub(super) fn copy(&mut self, asker: NodeId) -> (NodeId, Vec<Push>) {
        self.copy = Some((self.ledger.snapshot(), self.naive.clone()));
        (asker, Vec::new())
    }

    pub(super) fn go_back(&mut self, asker: NodeId) -> (NodeId, Vec<Push>) {
        let Some((snapshot, naive)) = self.copy.take() else { return (asker, Vec::new()) };
        self.lose();
        self.remember_media();
        self.naive.lose(Some(&naive));
        let bytes = snapshot.to_bytes().expect("encodes");
        let snapshot = actors::ledger::Snapshot::from_bytes(&bytes).expect("undamaged");
        assert_eq!(self.ledger.restore(snapshot), self.naive.epoch);
        self.seen.mark("went back");
        (asker, Vec::new())
    }

    /// What holders know of media before a loss.
    fn remember_media(&mut self) {
        let rooms: Vec<RoomId> = self.naive.rooms.keys().copied().collect();
        self.media = rooms.into_iter().filter_map(|room| Some((room, self.naive.media(room)?))).collect();
    }

    fn lose(&mut self) {
        for watch in self.watches.values_mut() {
            watch.losses += 1;
            watch.was_absent |= !watch.is_live;
        }
    }

    /// A holder that has learnt of a new epoch claims one of its seats, and tells what happened last.
    pub(super) fn claim(&mut self, room: RoomId, op: Op) -> (NodeId, Vec<Push>) {
        let epoch = self.naive.epoch;
        let is_behind = |watch: &&mut Watch| watch.is_live && !watch.is_over && watch.epoch < epoch;
        let mut behind: Vec<&mut Watch> =
            self.watches.values_mut().filter(|watch| watch.room == room).filter(is_behind).collect();
        if behind.is_empty() {
            return (node(0), Vec::new());
        }
        let chosen = usize::from(op.user) % behind.len();
        let watch = behind.swap_remove(chosen);
        let known = if op.dice.is_multiple_of(16) { epoch } else { watch.epoch };
        let (mut claim, asker) = (watch.claim(), watch.node.clone());
        if op.dice.is_multiple_of(13) {
            claim.last_seq = 0; // a holder that has forgotten what it has delivered
            watch.is_over = true;
        }
        let facts = self.facts.iter().filter(|(other, _)| *other == room).map(|(_, fact)| fact.clone());
        let mut facts: Vec<Fact> = facts.filter(|_| op.dice.is_multiple_of(3)).collect();
        facts.extend(self.media.get(&room).filter(|_| !op.dice.is_multiple_of(5)).cloned().map(Fact::Media));
        let is_settling = self.naive.is_settling();
        let expected = self.naive.claim(room, (known, &asker), &claim, &facts);
        let claimed = now(self.ledger.claim(at(room, &asker, known), vec![claim], facts)).expect("claims are taken");
        assert_eq!(claimed.seats, std::slice::from_ref(&expected));
        assert_eq!((claimed.epoch, claimed.settled_after.is_zero()), (epoch, !is_settling));
        self.seen.mark(match expected {
            Audited::Held(ref entries, _) if entries.is_empty() => "claimed",
            Audited::Held(..) => "claimed with entries",
            Audited::Gap => "claim gap",
            Audited::Ended(_) => "claim ended",
        });
        if !is_settling {
            watch.was_absent = true; // what its senders resent while it was not claimed is not known as heard
            self.seen.mark("claimed in a settled epoch");
        }
        match expected {
            Audited::Held(entries, heard) => {
                watch.epoch = epoch;
                if !watch.is_over {
                    watch.receive(entries, &heard);
                }
            }
            Audited::Gap | Audited::Ended(_) => watch.is_over = true,
        }
        (asker, claimed.pushes)
    }

    /// Everything that is stored is what the model thinks.
    pub(super) fn compare_stored(&self) {
        let snapshot = serde_json::to_value(self.ledger.snapshot()).expect("encodes");
        let rooms = snapshot["rooms"].as_array().expect("a list");
        assert_eq!(rooms.len(), self.naive.rooms.len());
        for (stored, (room, content)) in rooms.iter().zip(&self.naive.rooms) {
            assert_eq!(stored["room"], serde_json::json!(room));
            let seats = stored["seats"].as_array().expect("a list");
            assert_eq!(seats.len(), content.sessions.len());
            assert_eq!(stored.get("hosting").cloned().unwrap_or_default(), serde_json::json!(content.hosting()));
            for (seat, session) in seats.iter().zip(&content.sessions) {
                self.compare_seat(seat, session);
            }
        }
    }

    fn compare_seat(&self, seat: &Value, session: &naive::Session) {
        let floor = session.floor(&self.naive.limits);
        let entries = session.after(floor, &self.naive.limits).expect("stored");
        let entries: Vec<_> = entries.into_iter().map(|(_, entry)| entry).collect();
        assert_eq!(seat["id"], serde_json::json!(session.id()));
        assert_eq!(seat["node"], serde_json::json!(session.node));
        assert_eq!(seat["last"], serde_json::json!(session.last()));
        assert_eq!(seat["entries"], serde_json::json!(entries));
        assert_eq!(seat["marks"], serde_json::json!(session.marks));
        assert_eq!(seat["lost"], serde_json::json!(session.lost.is_some()));
        assert_eq!(seat["absence"].is_null(), session.is_connected());
        let skipped = seat["skipped"].as_array().expect("a list").iter();
        let skipped: Vec<_> = skipped.map(|skipped| skipped["cid"].clone()).collect();
        let expected: Vec<_> = session.skipped.keys().map(|cid| serde_json::json!(cid)).collect();
        assert_eq!(skipped, expected);
        let producers = seat.get("producers").cloned().unwrap_or_else(|| serde_json::json!([]));
        assert_eq!(producers, serde_json::json!(session.producers));
    }
}

impl Watch {
    /// It goes on at another node, which knows only what it was answered.
    pub(super) fn resumed(&mut self, resumed: naive::Resumed, last_seq: Seq, (node, epoch): (NodeId, Epoch)) {
        let naive::Resumed { seat, members, replay, sent, skipped, heard, .. } = resumed;
        if epoch != self.epoch {
            self.was_absent = true; // nobody has claimed what it has heard
            self.unacknowledged.retain(|sending| !sending.is_late); // the newest number heard tells nothing of it
            self.resends = self.unacknowledged.clone();
            self.resends.sort_unstable_by_key(|sending| sending.ids.start);
        }
        (self.seat, self.node, self.epoch) = (seat, node, epoch);
        self.is_live = true;
        self.forget_heard();
        self.hear(&heard);
        self.sent = sent.iter().map(|sequence| (sequence.to, (sequence.cid, sequence.described))).collect();
        self.skipped = skipped.iter().map(|skipped| (skipped.cid, skipped.refused)).collect();
        if self.cursor.seq() == last_seq {
            self.receive(replay, &[]);
        } else {
            let newer = replay.into_iter().filter(|(seq, _)| *seq > self.cursor.seq());
            if last_seq > self.cursor.seq() {
                self.is_over = true; // it has claimed to have received what it has not
                return;
            }
            let newer = newer.collect();
            self.receive(newer, &[]);
        }
        if self.losses > 0 {
            self.see(&members);
        }
    }
}
