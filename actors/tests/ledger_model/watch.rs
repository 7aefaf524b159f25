//! One session from outside: what its client is told, in order, and what its holder would claim.
//!
//! Looks only at what arrives. That it is the right thing is the model's business.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use actors::{
    ledger::{Claim, Cursor, Sequence, Skipped, Source, cursor::Step},
    protocol::{
        Attributes, Code, Entry, Epoch, JoinOrder, Member, NodeId, RoomId, SeatId, SessionId, UserId,
        client::{Cid, Seq},
    },
};

use crate::walk::WINDOW;

/// The entries that were missed, and whom the seat has heard.
pub(crate) type Missed = (Vec<(Seq, Entry)>, Vec<Source>);
/// What reading the inbox answers.
pub(crate) type Read<'a> = &'a dyn Fn(&Watch) -> Option<Missed>;

/// A message that was sent and may be sent again: to whom (`None`: to all), its number, the messages' own numbers.
#[derive(Debug, Clone)]
pub(crate) struct Sending {
    pub(crate) to: Option<JoinOrder>,
    pub(crate) cid: Option<Cid>,
    pub(crate) ids: Range<u64>,
    /// Its number was skipped before, and greater ones sent.
    pub(crate) is_late: bool,
}

/// One session, seen from its client and its holder.
pub(crate) struct Watch {
    pub(crate) room: RoomId,
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) secret: u128,
    pub(crate) seat: SeatId,
    pub(crate) node: NodeId,
    /// The epoch in which its holder knows it.
    pub(crate) epoch: Epoch,
    pub(crate) cursor: Cursor,
    /// Its socket is connected, as far as its holder knows.
    pub(crate) is_live: bool,
    /// It was told that it is over, or it has missed what is no longer stored.
    pub(crate) is_over: bool,
    /// Epochs that it has lived to see.
    pub(crate) losses: u32,
    /// It was absent when one began, or was resumed before it was claimed, or claimed only when the epoch had settled: what it
    /// has heard is not known any more, so that a resend may reach it twice if its sender's holder has not claimed either.
    pub(crate) was_absent: bool,
    /// The others, as far as was told.
    pub(crate) view: BTreeMap<JoinOrder, UserId>,
    /// The sessions of all who were ever told of, and those that were told to have left: a ledger that goes back may have
    /// their seats again, and they may resend what was heard.
    sessions: BTreeMap<JoinOrder, SessionId>,
    left: BTreeSet<SessionId>,
    /// The messages heard of each session.
    heard_ids: BTreeMap<SessionId, BTreeSet<u128>>,
    /// What a claim repeats.
    heard: BTreeMap<(JoinOrder, bool), Cid>,
    pub(crate) sent: BTreeMap<Option<JoinOrder>, (Cid, bool)>,
    pub(crate) skipped: BTreeMap<Cid, Option<Code>>,
    pub(crate) cid: Cid,
    pub(crate) id: u64,
    /// What its client has no answer to.
    pub(crate) unacknowledged: Vec<Sending>,
    /// What its client sends again before anything new, because it was resumed in a newer epoch: oldest first.
    pub(crate) resends: Vec<Sending>,
    pub(crate) holes_filled: u64,
    pub(crate) repeats: u64,
}

/// The text of a message: whose it is, and that session's own number of it, which a resend keeps; whether it is to all.
pub(crate) fn text(from: SessionId, id: u64, to: Option<JoinOrder>) -> String {
    let filling = if to.is_some() { "x" } else { "b" };
    format!("{}|{id}|{}", from.as_u128(), filling.repeat(1 + (id % 6) as usize))
}

/// What the token of a session with this secret tells of its member; every fifth one hides them.
pub(crate) fn attributes(secret: u128, metadata: Option<&str>) -> Attributes {
    let told = Attributes::of_token(metadata);
    if secret.is_multiple_of(5) { told.hiding() } else { told }
}

impl Watch {
    /// A session that has just begun.
    pub(crate) fn new(room: RoomId, (user, session, secret): (UserId, SessionId, u128), node: NodeId) -> Self {
        Self {
            room,
            user,
            session,
            secret,
            seat: SeatId { order: 0, fence: 0 },
            node,
            epoch: 0,
            cursor: Cursor::default(),
            is_live: true,
            is_over: false,
            losses: 0,
            was_absent: false,
            view: BTreeMap::new(),
            sessions: BTreeMap::new(),
            left: BTreeSet::new(),
            heard_ids: BTreeMap::new(),
            heard: BTreeMap::new(),
            sent: BTreeMap::new(),
            skipped: BTreeMap::new(),
            cid: 0,
            id: 0,
            unacknowledged: Vec::new(),
            resends: Vec::new(),
            holes_filled: 0,
            repeats: 0,
        }
    }

    pub(crate) fn see(&mut self, members: &[Member]) {
        let shown = members.iter().filter(|member| !member.is_hidden());
        self.view = shown.map(|member| (member.order, member.user.clone())).collect();
        self.sessions.extend(members.iter().map(|member| (member.order, member.session)));
    }

    /// A push arrived, perhaps not for the first time, perhaps after one that did not.
    pub(crate) fn deliver(&mut self, seq: Seq, entry: &Entry, source: Option<Source>, read: Read<'_>) {
        match self.cursor.step(seq) {
            Step::Repeat => {}
            Step::Next => {
                self.hear(source.as_slice());
                self.observe(entry);
            }
            Step::Hole(_) => {
                self.holes_filled += 1;
                self.catch_up(read);
            }
        }
    }

    /// Reads what has not arrived; what is no longer stored cannot be caught up with.
    pub(crate) fn catch_up(&mut self, read: Read<'_>) {
        if self.is_over {
            return;
        }
        match read(self) {
            None => self.is_over = true,
            Some((entries, heard)) => self.receive(entries, &heard),
        }
    }

    /// Entries came with an answer.
    pub(crate) fn receive(&mut self, entries: Vec<(Seq, Entry)>, heard: &[Source]) {
        for (seq, entry) in entries {
            assert_eq!(self.cursor.step(seq), Step::Next, "an inbox has no holes");
            self.observe(&entry);
        }
        self.hear(heard);
    }

    pub(crate) fn hear(&mut self, sources: &[Source]) {
        for source in sources {
            let newest = self.heard.entry((source.from, source.broadcast)).or_default();
            *newest = source.cid.max(*newest);
        }
    }

    /// A node that resumes it knows only what it is told.
    pub(crate) fn forget_heard(&mut self) {
        self.heard.clear();
    }

    fn observe(&mut self, entry: &Entry) {
        let is_exact = self.losses == 0;
        match entry {
            Entry::Joined(member) => {
                assert_ne!(member.order, self.seat.order, "nobody sees their own join");
                let before = self.view.insert(member.order, member.user.clone());
                self.sessions.insert(member.order, member.session);
                assert!(before.is_none() || !is_exact, "nobody joins twice");
            }
            Entry::Left { user, order, .. } => {
                let before = self.view.remove(order);
                self.left.extend(self.sessions.get(order));
                assert!(before == Some(user.clone()) || !is_exact, "only members leave, once");
            }
            Entry::Message(message) => self.hear_message(message.data.rest()),
            Entry::Media(_) => {} // what is stored is compared
        }
    }

    /// In order and once; but after a loss a resend may reach a member again who is not known to have received it, and a broadcast
    /// somebody who joined after it was first sent.
    fn hear_message(&mut self, text: &str) {
        let mut parts = text.split('|');
        let mut number = || parts.next().and_then(|part| part.parse::<u128>().ok()).expect("a message of a walk");
        let (from, id) = (SessionId::from_u128(number()), number());
        let is_broadcast = parts.next().is_some_and(|filling| filling.starts_with('b'));
        let heard = self.heard_ids.entry(from).or_default();
        let (is_newest, is_first) = (heard.last().is_none_or(|newest| *newest < id), heard.insert(id));
        let is_forgotten = self.was_absent || self.losses > 0 && self.left.contains(&from);
        let is_resend_to_newcomer = self.losses > 0 && is_broadcast && is_first;
        assert!(
            is_newest || is_forgotten || is_resend_to_newcomer,
            "messages of one session arrive in order and once: {id} of {from}, {} losses",
            self.losses
        );
        self.repeats += u64::from(!is_first);
    }

    /// What its holder claims in a new epoch.
    pub(crate) fn claim(&self) -> Claim {
        let sequence = |(to, (cid, described)): (&Option<JoinOrder>, &(Cid, bool))| Sequence {
            to: *to,
            cid: *cid,
            described: *described,
        };
        let source = |((from, broadcast), cid): (&(JoinOrder, bool), &Cid)| Source {
            from: *from,
            cid: *cid,
            broadcast: *broadcast,
        };
        Claim {
            seat: self.seat,
            user: self.user.clone(),
            name: "somebody".into(),
            session: self.session,
            secret: self.secret,
            window: WINDOW,
            last_seq: self.cursor.seq(),
            sent: self.sent.iter().map(sequence).collect(),
            heard: self.heard.iter().map(source).collect(),
            skipped: self.skipped.iter().map(|(cid, refused)| Skipped { cid: *cid, refused: *refused }).collect(),
            attributes: attributes(self.secret, Some("claimed")),
        }
    }
}
