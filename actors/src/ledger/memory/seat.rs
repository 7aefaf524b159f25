//! One user's place in a room: whose it is, which node holds it, what it was sent and what it has sent.
//!
//! Kept small, because a dense node holds many that are idle: texts are shared, an empty inbox owns nothing, and fields that
//! most seats never use are in a box of their own.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    inbox::Inbox,
    numbers::{self, Numbers},
    turn::Turn,
};
use crate::{
    bytes::Pressure,
    ledger::{Claim, Ended, Join, Pushed, Skipped, Source, snapshot::JoinAnswer},
    protocol::{
        Attributes, Entry, Epoch, Fence, JoinOrder, Member, Message, NodeId, SeatId, SessionId, UserId,
        client::{Cid, Seq},
        media::Producer,
    },
};

mod happened;
mod telling;

/// A seat that is taken.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) user: UserId,
    pub(super) name: Arc<str>,
    pub(super) session: SessionId,
    /// The secret that a resume must present.
    pub(super) secret: u128,
    /// The node that holds the socket, or held it last.
    pub(super) node: NodeId,
    pub(super) order: JoinOrder,
    pub(super) fence: Fence,
    pub(super) inbox: Inbox,
    pub(super) numbers: Numbers,
    /// How long the seat is kept when its node dies, in milliseconds.
    window_ms: u32,
    /// Whether accepted messages may be missing since the join or the last resume, and whether that was told.
    pub(super) loss: Loss,
    pub(super) rare: Option<Box<Rare>>,
}

/// Whether the ledger has lost its last moments during a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Loss {
    /// It has not, or the holder knows.
    #[default]
    None,
    /// It has, and the next resume tells it.
    Untold,
    /// A resume has told it; repeated until the client has acknowledged what came after that.
    Told,
}

/// Fields that most seats do not need.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rare {
    /// While the socket is lost: when the seat is free.
    pub(super) until: Option<Instant>,
    /// It was disconnected because its node was found dead; the node, if it lives after all, gets it back.
    pub(super) is_orphaned: bool,
    /// Not claimed since these epochs began: each with the newest entry then.
    pub(super) marks: Vec<(Epoch, Seq)>,
    /// Numbers of this session that were not applied, in ascending order.
    pub(super) skipped: Vec<Skipped>,
    /// Messages received from seats that are not claimed yet.
    pub(super) heard: Vec<Source>,
    /// The answer to the join, until an operation shows that its holder has it.
    pub(super) joined: JoinAnswer,
    /// Its tracks at the room's media server.
    pub(super) producers: Vec<Producer>,
    /// Its member's attributes.
    pub(super) attributes: Attributes,
}

impl Seat {
    /// A new seat with this join order.
    pub(super) fn new(join: Join, order: JoinOrder, node: &NodeId) -> Self {
        let Join { user, name, session, secret, max: _, window, revision: _, attributes } = join;
        let rare = Rare { attributes, ..Rare::default() };
        let mut seat = Self {
            user,
            name,
            session,
            secret,
            node: node.clone(),
            order,
            fence: 1,
            inbox: Inbox::default(),
            numbers: Numbers::default(),
            window_ms: millis(window),
            loss: Loss::None,
            rare: None,
        };
        if !rare.attributes.is_empty() {
            seat.rare = Some(Box::new(rare));
        }
        seat
    }

    /// A seat as its holder remembers it, after the ledger has forgotten it.
    pub(super) fn forgotten(claim: Claim, node: &NodeId) -> Self {
        let Claim { seat, user, name, session, secret, window, last_seq, sent, heard: _, skipped, attributes } = claim;
        let mut seat = Self {
            fence: seat.fence,
            inbox: Inbox::after(last_seq),
            numbers: Numbers::of(&sent),
            loss: Loss::Untold,
            ..Self::new(
                Join { user, name, session, secret, max: 0.into(), window, revision: 0, attributes },
                seat.order,
                node,
            )
        };
        seat.replace_skipped(skipped);
        seat
    }

    /// The seat and its generation.
    pub(super) const fn id(&self) -> SeatId {
        SeatId { order: self.order, fence: self.fence }
    }

    /// The seat as its neighbours see it.
    pub(super) fn member(&self) -> Member {
        Member {
            user: self.user.clone(),
            name: self.name.clone(),
            session: self.session,
            order: self.order,
            connected: self.is_connected(),
            attributes: self.attributes(),
        }
    }

    /// How long the seat is kept when its node dies.
    pub(super) const fn window(&self) -> Duration {
        Duration::from_millis(self.window_ms as u64)
    }

    /// The same, as a newer claim says.
    pub(super) fn set_window(&mut self, window: Duration) {
        self.window_ms = millis(window);
    }

    /// Until when the seat is kept, if its socket is lost.
    pub(super) fn until(&self) -> Option<Instant> {
        self.rare.as_ref().and_then(|rare| rare.until)
    }

    /// Whether the socket is connected, as far as is known.
    pub(super) fn is_connected(&self) -> bool {
        self.until().is_none()
    }

    /// Whether it was disconnected because its node was found dead.
    pub(super) fn is_orphaned(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.is_orphaned)
    }

    fn marks(&self) -> &[(Epoch, Seq)] {
        self.rare.as_ref().map_or(&[], |rare| &rare.marks)
    }

    /// Whether it is still to be claimed or resumed in this epoch.
    pub(super) fn is_unclaimed(&self) -> bool {
        !self.marks().is_empty()
    }

    /// Whether its holder, if it lives, is to claim it in this epoch.
    pub(super) fn is_to_be_claimed(&self) -> bool {
        self.is_connected() && self.is_unclaimed()
    }

    /// Its newest entry when the first epoch began in which it was not claimed: a client that resumes may have been absent
    /// since before.
    pub(super) fn first_mark(&self) -> Option<Seq> {
        self.marks().first().map(|(_, last)| *last)
    }

    /// Its newest entry when the first epoch began in which its holder has not claimed it.
    pub(super) fn mark_after(&self, known: Epoch) -> Option<Seq> {
        let marks = self.marks();
        marks.iter().find(|(epoch, _)| *epoch > known).or(marks.last()).map(|(_, last)| *last)
    }

    /// It is claimed or resumed.
    pub(super) fn clear_marks(&mut self) {
        if let Some(rare) = &mut self.rare {
            rare.marks = Vec::new();
        }
    }

    /// Numbers of this session that were not applied.
    pub(super) fn skipped(&self) -> &[Skipped] {
        self.rare.as_ref().map_or(&[], |rare| &rare.skipped)
    }

    /// Fields that most seats do not need, created on demand.
    pub(super) fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Gives the box back if nothing is in it any more.
    pub(super) fn tidy(&mut self) {
        if self.rare.as_deref().is_some_and(|rare| *rare == Rare::default()) {
            self.rare = None;
        }
    }

    /// The socket is lost; the seat is kept until then.
    pub(super) fn disconnect(&mut self, until: Instant, is_orphaned: bool, turn: &mut Turn<'_>) {
        if self.is_connected() {
            turn.note(|| self.happened_disconnect());
        }
        self.rebook(turn, |seat| {
            let rare = seat.rare();
            (rare.until, rare.is_orphaned) = (Some(until), is_orphaned);
        });
    }

    /// The seat is connected to the asking node, where it was connected before or elsewhere.
    pub(super) fn resume(&mut self, turn: &mut Turn<'_>) {
        self.connect(turn);
        turn.note(|| self.happened_resume());
    }

    /// The seat is connected to the asking node.
    fn connect(&mut self, turn: &mut Turn<'_>) {
        turn.has_connected = true;
        self.node = turn.node.clone();
        self.rebook(turn, |seat| {
            if let Some(rare) = &mut seat.rare {
                (rare.until, rare.is_orphaned) = (None, false);
            }
        });
        self.tidy();
    }

    /// Changes the inbox or its class, and books the difference.
    pub(super) fn rebook(&mut self, turn: &mut Turn<'_>, change: impl FnOnce(&mut Self)) {
        turn.book(self.is_connected(), self.inbox.buffered(), 0);
        change(self);
        turn.book(self.is_connected(), 0, self.inbox.buffered());
    }

    /// Appends an entry to the inbox, and tells the node if the socket is connected; a holder that has not claimed the seat
    /// yet gets the entry with its claim, renumbered. When memory is short, the inbox of an absent seat is dropped instead.
    pub(super) fn append(&mut self, entry: Entry, source: Option<Source>, turn: &mut Turn<'_>) {
        let (before, is_connected) = (self.inbox.buffered(), self.is_connected());
        let is_told = is_connected && !self.is_unclaimed();
        let told = is_told.then(|| entry.clone());
        let seq = if is_connected || turn.pressure < Pressure::ShedAbsent {
            self.inbox.append(entry, turn.limits)
        } else {
            self.inbox.shed()
        };
        turn.book(is_connected, before, self.inbox.buffered());
        if let Some(entry) = told {
            turn.tell(&self.node, self.order, Pushed::Entry { seq, entry, source });
        }
    }

    /// Tells the node that the seat is no longer its own: if the socket is connected, or if the node was found dead and
    /// may live after all.
    pub(super) fn tell_ended(&self, ended: Ended, turn: &mut Turn<'_>) {
        if self.is_connected() || self.is_orphaned() {
            turn.tell(&self.node, self.order, Pushed::Ended(self.fence, ended));
        }
    }

    /// Whether this number was used towards that seat before.
    pub(super) fn is_duplicate(&self, cid: Option<Cid>, to: JoinOrder) -> bool {
        cid.is_some_and(|cid| cid <= self.numbers.last(to) && !numbers::is_skipped(self.skipped(), cid))
    }

    /// Whether this number was broadcast before.
    pub(super) fn is_duplicate_broadcast(&self, cid: Option<Cid>) -> bool {
        cid.is_some_and(|cid| cid <= self.numbers.broadcast && !numbers::is_skipped(self.skipped(), cid))
    }

    /// Remembers what is sent to that seat.
    pub(super) fn sent(&mut self, cid: Option<Cid>, to: JoinOrder, messages: &[Message]) {
        let described = messages.iter().any(|message| message.kind.is_description());
        self.numbers.raise(to, cid.unwrap_or_default(), described);
    }

    /// Enters numbers that were skipped.
    pub(super) fn skip(&mut self, skipped: &[Skipped]) {
        if !skipped.is_empty() {
            numbers::skip(&mut self.rare().skipped, skipped);
        }
    }

    /// These numbers were applied.
    pub(super) fn apply(&mut self, cids: impl IntoIterator<Item = Cid>) {
        let Some(rare) = self.rare.as_mut().filter(|rare| !rare.skipped.is_empty()) else { return };
        for cid in cids {
            numbers::apply(&mut rare.skipped, cid);
        }
        self.tidy();
    }

    /// The holder knows all numbers that were skipped.
    pub(super) fn replace_skipped(&mut self, skipped: Vec<Skipped>) {
        if let Some(rare) = &mut self.rare {
            rare.skipped.clear();
        }
        self.skip(&skipped);
        self.tidy();
    }

    /// The client has received everything up to this number; once that is more than when it resumed, it has received the
    /// answer to its resume.
    pub(super) fn acknowledge(&mut self, seq: Seq, turn: &mut Turn<'_>) {
        if self.loss == Loss::Told && seq > self.inbox.dropped() {
            self.loss = Loss::None;
        }
        self.rebook(turn, |seat| seat.inbox.trim(seq));
    }

    /// An operation with the present fence shows that the holder has the answer to its join.
    pub(super) fn confirm(&mut self) {
        if let Some(rare) = &mut self.rare {
            rare.joined = JoinAnswer::default();
            self.tidy();
        }
    }
}

fn millis(window: Duration) -> u32 {
    u32::try_from(window.as_millis()).unwrap_or(u32::MAX)
}
