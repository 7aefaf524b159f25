//! A member whose socket is on this node: what the room remembers of one seat, in few bytes while nothing is under way.

use std::{collections::VecDeque, sync::Arc, time::Instant};

use super::{candidates::Early, line::Line, numbers::Numbers, telling::Told};
use crate::{
    ledger::{Cursor, Source},
    protocol::{
        Attributes, Entry, JoinOrder, SeatId, SessionId, SocketId, UserId,
        attributes::Changes,
        client::{Cid, Seq},
    },
    settings::RoomLimits,
};

/// Entries that came before a missing one and are kept for it; more are found by the audit.
const EARLY_ENTRIES_MAX: usize = 64;

/// A seat on this node. A dense node holds very many of them, nearly all idle.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) id: SeatId,
    pub(crate) session: SessionId,
    pub(crate) socket: SocketId,
    pub(crate) name: Arc<str>,
    /// The secret's bytes: a number would ask for an alignment of 16.
    secret: [u8; 16],
    pub(crate) cursor: Cursor,
    /// The lower half of the last entry that the client has acknowledged: the cursor is not far ahead.
    acked: u32,
    /// A digest of the other members that the client knows.
    pub(super) roster: u32,
    /// The greatest number of this session that the ledger has applied.
    pub(crate) sent: Cid,
    /// Receivers to whom a session description has passed, by join order, ascending.
    described: Box<[JoinOrder]>,
    /// Fields that an idle room on a single node does not need.
    more: Option<Box<More>>,
}

/// Fields that a seat needs while it sends, while entries are missing, or while members are on other nodes.
#[derive(Debug, Default)]
pub(crate) struct More {
    /// The last number received from each sender on another node, by join order, ascending.
    heard: Vec<(JoinOrder, Cid)>,
    pub(crate) numbers: Numbers,
    pub(crate) line: Option<Box<Line>>,
    pub(crate) early: Option<Box<Early>>,
    pub(crate) missing: Option<Box<Missing>>,
    /// Its member's attributes.
    pub(super) told: Option<Box<Told>>,
}

/// A seat that is to be audited: something was pushed around a hole, or the ledger said that it is over.
#[derive(Debug)]
pub(crate) struct Missing {
    /// Entries that came early, ascending.
    pub(crate) entries: VecDeque<(Seq, Entry, Option<Source>)>,
    /// When to ask.
    pub(crate) due: Instant,
    /// Whether the audit is under way.
    pub(crate) asked: bool,
    /// Whether entries are missing, and nothing else is in doubt: they may come by another way.
    pub(crate) is_hole: bool,
}

impl Seat {
    /// A seat that has sent nothing yet, and received nothing.
    pub(crate) fn new(id: SeatId, secret: u128, (session, socket): (SessionId, SocketId), name: Arc<str>) -> Self {
        Self {
            id,
            session,
            socket,
            name,
            secret: secret.to_be_bytes(),
            cursor: Cursor::default(),
            acked: 0,
            roster: 0,
            sent: 0,
            described: Box::default(),
            more: None,
        }
    }

    pub(crate) const fn secret(&self) -> u128 {
        u128::from_be_bytes(self.secret)
    }

    /// The last entry that the client has acknowledged.
    pub(crate) const fn acked(&self) -> Seq {
        let delivered = self.cursor.seq();
        delivered.saturating_sub((delivered as u32).wrapping_sub(self.acked) as Seq)
    }

    /// The client has acknowledged everything up to this number, which was delivered before.
    pub(crate) const fn acknowledge(&mut self, seq: Seq) {
        self.acked = seq as u32;
    }

    pub(crate) fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    pub(crate) fn line(&mut self) -> &mut Line {
        self.more().line.get_or_insert_default()
    }

    pub(crate) fn early(&mut self) -> &mut Early {
        self.more().early.get_or_insert_default()
    }

    pub(crate) fn more_ref(&self) -> Option<&More> {
        self.more.as_deref()
    }

    /// Its member's attributes.
    pub(super) fn attributes(&self) -> Attributes {
        self.more_ref().and_then(|more| more.told.as_ref()).map(|told| told.now().clone()).unwrap_or_default()
    }

    /// Its member tells this of themselves.
    pub(super) fn tells(&mut self, user: &UserId, now: Attributes) {
        if !now.is_empty() {
            self.more().told = Some(Box::new(Told::new(user, now)));
        }
    }

    /// Its member, if others are not told of them.
    pub(super) fn hidden(&self) -> Option<&UserId> {
        self.more_ref()?.told.as_ref()?.hidden()
    }

    /// The ledger has taken a change.
    pub(super) fn changed(&mut self, changes: &Changes) {
        self.more().told.get_or_insert_default().change(changes);
    }

    pub(crate) fn line_ref(&self) -> Option<&Line> {
        self.more_ref()?.line.as_deref()
    }

    pub(crate) fn early_ref(&self) -> Option<&Early> {
        self.more_ref()?.early.as_deref()
    }

    pub(crate) fn missing(&self) -> Option<&Missing> {
        self.more_ref()?.missing.as_deref()
    }

    /// Numbers of this session that were not applied.
    pub(crate) fn numbers(&mut self) -> &mut Numbers {
        &mut self.more().numbers
    }

    /// Bytes of early candidates that wait here.
    pub(crate) fn candidate_bytes(&self) -> usize {
        let released = self.line_ref().and_then(|line| line.head.as_ref());
        let released = released.map_or(0, |head| head.released.iter().map(|held| held.message.data.len()).sum());
        released + self.early_ref().map_or(0, Early::bytes)
    }

    /// Numbers that may be in the ledger with the head of the line, whose outcome is not known.
    pub(super) fn perhaps_released(&self) -> Vec<Cid> {
        let head = self.line_ref().and_then(|line| line.head.as_ref());
        let head = head.filter(|head| head.retry.is_none() || head.unknown_since.is_some());
        head.into_iter().flat_map(|head| &head.released).filter_map(|held| held.number.cid).collect()
    }

    pub(crate) fn is_described(&self, to: JoinOrder) -> bool {
        self.described.binary_search(&to).is_ok()
    }

    /// A session description has passed to this receiver: candidates pass too.
    pub(crate) fn describe(&mut self, to: JoinOrder) {
        if let Err(place) = self.described.binary_search(&to) {
            let mut all = std::mem::take(&mut self.described).into_vec();
            all.reserve_exact(1);
            all.insert(place, to);
            self.described = all.into_boxed_slice();
        }
    }

    /// Messages received from a sender on another node; kept for a claim.
    pub(crate) fn hear(&mut self, from: JoinOrder, cid: Cid) {
        let heard = &mut self.more().heard;
        match heard.binary_search_by_key(&from, |(order, _)| *order) {
            Ok(place) => heard[place].1 = heard[place].1.max(cid),
            Err(place) => heard.insert(place, (from, cid)),
        }
    }

    /// What was received from this sender is known from their own seat.
    pub(crate) fn unhear(&mut self, from: JoinOrder) {
        if let Some(more) = &mut self.more {
            more.heard.retain(|(order, _)| *order != from);
        }
    }

    pub(crate) fn heard(&self) -> &[(JoinOrder, Cid)] {
        self.more_ref().map_or(&[], |more| &more.heard)
    }

    /// That member's seat has ended: nothing of the pair is left, but for candidates that wait.
    pub(crate) fn forget(&mut self, order: JoinOrder) {
        if self.is_described(order) {
            self.described = self.described.iter().copied().filter(|to| *to != order).collect();
        }
        self.unhear(order);
    }

    /// Is to be audited at `due` at the latest; keeps an entry that came before missing ones. Whether that is new.
    pub(crate) fn miss(&mut self, due: Instant, early: Option<(Seq, Entry, Option<Source>)>) -> bool {
        let missing = &mut self.more().missing;
        let is_new = missing.is_none();
        let new = Missing { entries: VecDeque::new(), due, asked: false, is_hole: true };
        let missing = missing.get_or_insert_with(|| Box::new(new));
        missing.due = missing.due.min(due);
        missing.is_hole &= early.is_some();
        if let Some(early) = early.filter(|_| missing.entries.len() < EARLY_ENTRIES_MAX)
            && let Err(place) = missing.entries.binary_search_by_key(&early.0, |(seq, ..)| *seq)
        {
            missing.entries.insert(place, early);
        }
        is_new
    }

    /// Is not to be audited any more; whether it was.
    pub(crate) fn not_missing(&mut self) -> bool {
        self.more.as_mut().is_some_and(|more| more.missing.take().is_some())
    }

    /// The audit is under way, or is to be asked for at that time.
    pub(crate) fn asked(&mut self, again: Option<Instant>) {
        if let Some(missing) = self.more.as_mut().and_then(|more| more.missing.as_mut()) {
            missing.asked = again.is_none();
            missing.is_hole &= missing.asked; // what was asked for and did not come is not asked for at once
            missing.due = again.unwrap_or(missing.due);
        }
    }

    /// Nothing else will fill the hole: it is to be read now.
    pub(crate) fn read_hole(&mut self, now: Instant) {
        if let Some(missing) = self.more.as_mut().and_then(|more| more.missing.as_mut())
            && missing.is_hole
        {
            missing.due = now;
        }
    }

    /// The entry that came early and is the next one now. Forgets those that were delivered by another way.
    pub(crate) fn next_early(&mut self) -> Option<(Seq, Entry, Option<Source>)> {
        let entries = &mut self.more.as_mut()?.missing.as_mut()?.entries;
        while entries.front().is_some_and(|(seq, ..)| *seq <= self.cursor.seq()) {
            entries.pop_front();
        }
        entries.pop_front_if(|(seq, ..)| *seq == self.cursor.seq() + 1)
    }

    /// When this seat has something to do by itself.
    pub(crate) fn due(&self, limits: &RoomLimits, is_held: bool) -> Option<Instant> {
        let more = self.more_ref()?;
        let line = more.line.as_ref().and_then(|line| line.due(limits, is_held));
        let early = more.early.as_ref().and_then(|early| early.next_expiry());
        let missing = more.missing.as_ref().filter(|missing| !missing.asked).map(|missing| missing.due);
        [line, early, missing].into_iter().flatten().min()
    }

    /// Gives back the memory of what is not under way.
    pub(crate) fn compact(&mut self) {
        let Some(more) = &mut self.more else { return };
        more.line.take_if(|line| line.is_idle());
        more.early.take_if(|early| early.is_empty());
        more.heard.shrink_to_fit();
        more.numbers.compact();
        let is_needed = more.line.is_some() || more.early.is_some() || more.missing.is_some() || more.told.is_some();
        if !is_needed && more.heard.is_empty() && more.numbers.is_empty() {
            self.more = None;
        }
    }

    /// Bytes on the heap, without those of the name, which the socket holds too.
    #[cfg(test)]
    pub(crate) fn heap_bytes(&self) -> usize {
        let more = self.more_ref().map_or(0, |more| size_of::<More>() + more.heard.capacity() * 16);
        size_of_val(&*self.described) + more
    }
}
