//! One session's story, as far as the checker has read, and what this session alone must see.

use std::collections::{BTreeMap, BTreeSet};

use super::history::{End, Kind, Origin, Session, What};

#[derive(Default)]
pub(crate) struct Story {
    pub(crate) user: String,
    pub(crate) room: String,
    pub(crate) rev: u64,
    pub(crate) begun: usize,
    pub(crate) end: Option<End>,
    pub(crate) roster: BTreeMap<String, u64>,
    seq: u64,
    pub(crate) sent: BTreeMap<u64, (usize, Kind, Option<Receiver>)>,
    pub(crate) acked: u64,
    pub(crate) refused: BTreeMap<u64, String>,
    /// What was heard, and when first.
    pub(crate) heard: BTreeMap<Origin, usize>,
    /// Messages without a number that were heard, and when first.
    plain: BTreeMap<(Session, u64), usize>,
    /// The last number heard of each sender, candidates apart.
    last: BTreeMap<(Session, bool), u64>,
    /// Senders whose description was heard.
    described: BTreeSet<Session>,
    /// Users known from `resumed`, which tells who is there after all that follows it: their older seats may leave yet.
    ahead: BTreeSet<String>,
    /// Seats that this session was told have left, when, and why.
    pub(crate) left: BTreeMap<(String, u64), (usize, String)>,
    /// It was told that the ledger has lost something: changes of the roster may come twice.
    pub(crate) lost: bool,
    /// When the client last asked for its session.
    pub(crate) asked: usize,
    /// The node by way of which the client listens.
    pub(crate) node: Option<String>,
    /// When the client was lost for the last time, nobody else in the room was connected to its node.
    pub(crate) was_alone: bool,
    /// What was heard after a greater number of its sender: it had waited for a description.
    pub(crate) late: BTreeSet<Origin>,
    /// The first and the last loss of the ledger after which no node may have told what the client had sent and heard.
    untold: Option<(usize, usize)>,
}

/// To whom a message was sent: a user, and the seat of that user that the sender knew.
pub(crate) type Receiver = (String, Option<u64>);

impl Story {
    pub(crate) fn new(begun: usize, (user, room): (&str, &str), rev: u64, peers: &BTreeMap<String, u64>) -> Self {
        let (user, room, roster) = (user.to_owned(), room.to_owned(), peers.clone());
        Self { user, room, rev, begun, roster, ..Self::default() }
    }

    /// After this loss no node may tell what the client had sent and heard.
    pub(crate) fn is_untold_after(&mut self, lost_at: Option<usize>) {
        if let Some(at) = lost_at {
            self.untold = Some((self.untold.map_or(at, |(first, _)| first), at));
        }
    }

    /// Whether that may be so of what was heard at this time.
    pub(crate) fn is_untold(&self, heard_at: usize) -> bool {
        self.untold.is_some_and(|(_, last)| last > heard_at)
    }

    /// Whether a loss of that kind came before this time, and another one after it.
    pub(crate) fn is_untold_twice(&self, heard_at: usize) -> bool {
        self.untold.is_some_and(|(first, last)| first < heard_at && heard_at < last)
    }

    pub(crate) fn read(&mut self, at: usize, what: &What) -> Option<String> {
        if self.end.is_some() {
            return Some("something happened after the session had ended".to_owned());
        }
        match what {
            What::Sent { cid, kind, to } => {
                let to = to.as_ref().map(|user| (user.clone(), self.roster.get(user).copied()));
                self.sent.entry(*cid).or_insert((at, *kind, to));
                None
            }
            What::Acked(cid) => self.is_acked(*cid),
            What::Refused(cid, code) => self.is_refused(*cid, code),
            What::Heard { seq, kind, origin } => self.next(*seq).or_else(|| self.hears(at, *kind, origin)),
            What::HeardPlain { seq, kind, sender, plain } => {
                self.next(*seq).or_else(|| self.hears_plain(at, *kind, (sender, *plain)))
            }
            What::PeerJoined { seq, user, rev } => self.next(*seq).or_else(|| {
                let known = self.roster.insert(user.clone(), *rev);
                self.ahead.remove(user);
                (known == Some(*rev) && !self.lost).then(|| format!("{user} joined twice"))
            }),
            What::PeerLeft { seq, user, reason } => self.next(*seq).or_else(|| self.hears_left(at, user, reason)),
            What::Resuming => {
                self.asked = at;
                None
            }
            What::Resumed { peers, lost } => {
                self.lost |= lost;
                if self.lost {
                    self.roster.clone_from(peers); // what happened meanwhile may be lost; else it follows
                    self.ahead = peers.keys().cloned().collect();
                }
                None
            }
            What::Lost => {
                self.lost = true;
                None
            }
            What::Here(node) => {
                self.node = Some(node.clone());
                None
            }
            What::Away => {
                self.node = None;
                None
            }
            What::Ended(end) => {
                (self.end, self.node) = (Some(*end), None);
                None
            }
            What::Joined { .. }
            | What::LedgerLost
            | What::Cut(_)
            | What::Whole(_)
            | What::LedgerSettled
            | What::Noted(_) => None,
        }
    }

    fn hears_left(&mut self, at: usize, user: &str, reason: &str) -> Option<String> {
        let Some(rev) = self.roster.remove(user) else {
            return (!self.lost).then(|| format!("{user} left, but was not there"));
        };
        if !self.ahead.remove(user) {
            self.left.insert((user.to_owned(), rev), (at, reason.to_owned()));
        }
        None
    }

    fn is_acked(&mut self, cid: u64) -> Option<String> {
        self.acked = self.acked.max(cid);
        let most = self.sent.keys().next_back().copied().unwrap_or(0);
        (cid > most).then(|| format!("ack {cid}, but only {most} messages were sent"))
    }

    fn is_refused(&mut self, cid: u64, code: &str) -> Option<String> {
        let before = self.refused.insert(cid, code.to_owned());
        if code == "out_of_order" {
            return Some(format!("{cid} was refused as out of order, although the client counts"));
        }
        (before.is_none() && cid <= self.acked)
            .then(|| format!("{cid} was refused after {} was acknowledged", self.acked))
    }

    fn next(&mut self, seq: u64) -> Option<String> {
        let wanted = self.seq + 1;
        self.seq = seq;
        (seq != wanted).then(|| format!("seq {seq} came where {wanted} was due"))
    }

    fn hears(&mut self, at: usize, kind: Kind, origin: &Origin) -> Option<String> {
        let (sender, cid) = origin;
        if self.heard.contains_key(origin) {
            return None; // `checker` knows whether it may come again
        }
        self.heard.insert(origin.clone(), at);
        if self.last.get(&(sender.clone(), false)).is_some_and(|newest| newest > cid) {
            self.late.insert(origin.clone());
        }
        let last = self.last.insert((sender.clone(), kind == Kind::Candidate), *cid).unwrap_or(0);
        if last > *cid {
            return Some(format!("heard {sender}/{cid} after {last}"));
        }
        self.is_described(kind, sender)
    }

    fn hears_plain(&mut self, at: usize, kind: Kind, (sender, plain): (&str, u64)) -> Option<String> {
        let first = *self.plain.entry((sender.to_owned(), plain)).or_insert(at);
        if first != at && !self.is_untold_twice(first) {
            return Some(format!("heard {sender}'s message {plain} without a number twice"));
        }
        self.is_described(kind, sender)
    }

    /// A candidate comes behind a description; after a loss, perhaps behind one that was lost.
    fn is_described(&mut self, kind: Kind, sender: &str) -> Option<String> {
        if kind.is_description() {
            self.described.insert(sender.to_owned());
        }
        let is_early = kind == Kind::Candidate && !self.described.contains(sender) && !self.lost;
        is_early.then(|| format!("a candidate of {sender} came before any description"))
    }
}
