//! A room as a plain value that can be stored, and back.

use std::{collections::VecDeque, time::Instant};

use super::{Rare, RoomCore};
use crate::{
    ledger::{
        memory::{
            inbox::Inbox,
            numbers::Numbers,
            seat::{Loss, Rare as SeatRare, Seat},
        },
        snapshot::{Absence, SavedRoom, SavedSeat},
    },
    protocol::{Epoch, JoinOrder, RoomId},
};

/// Epochs that a seat may live to see without being claimed or resumed; a window is too short for more.
const MARKS_MAX: usize = 8;

impl RoomCore {
    /// The room as it is now.
    pub(in crate::ledger::memory) fn save(&self, room: RoomId, now: Instant) -> SavedRoom {
        let ended = self.rare.as_ref().map(|rare| rare.ended.iter().copied().collect()).unwrap_or_default();
        let (seats, hosting) = (self.seats.iter().map(|seat| seat.save(now)).collect(), self.hosting().cloned());
        SavedRoom { room, last: self.last, revision: self.revision, ended, seats, hosting }
    }

    /// The room as it was stored, each absent seat kept for as long as was left of its window.
    pub(in crate::ledger::memory) fn saved(room: SavedRoom, epoch: Epoch, now: Instant) -> Self {
        let SavedRoom { room: _, last, revision, ended, seats, hosting } = room;
        let has_rare = !ended.is_empty() || hosting.is_some();
        let rare = has_rare.then(|| Box::new(Rare { settles: None, ended: VecDeque::from(ended), hosting }));
        let seats = seats.into_iter().map(|seat| Seat::saved(seat, now)).collect();
        Self { epoch, last, revision, seats, rare }
    }

    /// Every seat is disconnected: its node has stopped, and its client may resume within the window.
    pub(in crate::ledger::memory) fn disconnect_all(&mut self, now: Instant) {
        for seat in &mut self.seats {
            let until = seat.until().unwrap_or(now + seat.window());
            let rare = seat.rare();
            (rare.until, rare.is_orphaned) = (Some(until), false);
        }
    }

    /// The room's content is that of an earlier epoch: each seat is to be claimed until `settles`.
    pub(in crate::ledger::memory) fn enter(&mut self, settles: Instant) {
        for seat in &mut self.seats {
            let last = seat.inbox.last();
            let marks = &mut seat.rare().marks;
            if marks.len() == MARKS_MAX {
                marks.remove(1); // a client that was absent all the time settles from the first
            }
            marks.push((self.epoch, last));
            seat.loss = Loss::Untold;
        }
        self.rare.get_or_insert_default().settles = Some(settles);
    }

    /// Join orders up to this one were given, by this room in an epoch that it has forgotten.
    pub(in crate::ledger::memory) fn count_on_from(&mut self, last: JoinOrder) {
        self.last = self.last.max(last);
    }

    /// Bytes in inboxes of connected and of disconnected seats.
    pub(in crate::ledger::memory) fn buffered(&self) -> [usize; 2] {
        let of = |connected| {
            let seats = self.seats.iter().filter(|seat| seat.is_connected() == connected);
            seats.map(|seat| seat.inbox.buffered()).sum()
        };
        [of(true), of(false)]
    }
}

impl Seat {
    fn save(&self, now: Instant) -> SavedSeat {
        let left = |until: Instant| until.saturating_duration_since(now);
        let absence = self.until().map(|until| Absence { left: left(until), is_orphaned: self.is_orphaned() });
        let rare = self.rare.as_deref();
        SavedSeat {
            user: self.user.clone(),
            name: self.name.clone(),
            session: self.session,
            secret: self.secret,
            node: self.node.clone(),
            id: self.id(),
            window: self.window(),
            absence,
            last: self.inbox.last(),
            entries: self.inbox.entries(),
            sent: self.numbers.sequences(|_| true),
            skipped: self.skipped().to_vec(),
            marks: rare.map(|rare| rare.marks.clone()).unwrap_or_default(),
            heard: rare.map(|rare| rare.heard.clone()).unwrap_or_default(),
            joined: rare.map(|rare| rare.joined.clone()).unwrap_or_default(),
            lost: self.loss != Loss::None,
            producers: self.producers().to_vec(),
            attributes: self.attributes(),
        }
    }

    fn saved(seat: SavedSeat, now: Instant) -> Self {
        let SavedSeat { user, name, session, secret, node, id, window, absence, attributes, .. } = seat;
        let join = crate::ledger::Join {
            user,
            name,
            session,
            secret,
            max: 0.into(),
            window,
            revision: 0,
            attributes: attributes.clone(),
        };
        let mut saved = Self::new(join, id.order, &node);
        saved.fence = id.fence;
        saved.inbox = Inbox::stored(seat.last, seat.entries);
        saved.numbers = Numbers::of(&seat.sent);
        saved.loss = if seat.lost { Loss::Untold } else { Loss::None };
        saved.rare = Some(Box::new(SeatRare {
            until: absence.map(|absence| now + absence.left),
            is_orphaned: absence.is_some_and(|absence| absence.is_orphaned),
            marks: seat.marks,
            skipped: seat.skipped,
            heard: seat.heard,
            joined: seat.joined,
            producers: seat.producers,
            attributes,
        }));
        saved.tidy();
        saved
    }
}
