//! What every client did and heard, in one order, and the checker that reads it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex},
};

/// A session, as the server named it.
pub(crate) type Session = String;

/// What one message says of itself: the sender's session and number.
pub(crate) type Origin = (Session, u64);

/// What happened to one client.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    /// `room_joined`.
    Joined { user: String, room: String, rev: u64, peers: BTreeMap<String, u64> },
    /// The client sent a numbered message.
    Sent { cid: u64, kind: Kind, to: Option<String> },
    /// `ack`: everything up to this number.
    Acked(u64),
    /// `error` with a number.
    Refused(u64, String),
    /// A numbered message of the server.
    Heard { seq: u64, kind: Kind, origin: Origin },
    /// `user_joined`.
    PeerJoined { seq: u64, user: String, rev: u64 },
    /// `user_left`.
    PeerLeft { seq: u64, user: String, reason: String },
    /// `resumed`.
    Resumed { peers: BTreeMap<String, u64>, last_cid: u64 },
    /// The client was told that accepted messages may be missing.
    Lost,
    /// The session is over for this client, and why.
    Ended(String),
}

/// Kinds of messages as far as their rules differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Chat,
    Offer,
    Answer,
    Candidate,
    Renegotiate,
}

impl Kind {
    const fn is_description(self) -> bool {
        matches!(self, Self::Offer | Self::Answer)
    }
}

/// A record of what happened, in order. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct History(Arc<Mutex<Vec<(Session, What)>>>);

impl History {
    pub(crate) fn record(&self, session: &str, what: What) {
        self.0.lock().expect("no panic").push((session.to_owned(), what));
    }

    pub(crate) fn events(&self) -> Vec<(Session, What)> {
        self.0.lock().expect("no panic").clone()
    }
}

/// A sentence of the contract that is broken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation(pub(crate) String);

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One session's story, as far as the checker has read.
#[derive(Default)]
struct Story {
    user: String,
    room: String,
    rev: u64,
    begun: usize,
    ended: Option<(usize, String)>,
    roster: BTreeMap<String, u64>,
    seq: u64,
    sent: BTreeMap<u64, (usize, Kind, Option<String>)>,
    acked: u64,
    refused: BTreeMap<u64, String>,
    /// When each message was heard.
    heard: BTreeMap<Origin, usize>,
    /// The last number heard of each sender, candidates apart.
    last: BTreeMap<(Session, bool), u64>,
    /// Senders whose description was heard.
    described: BTreeSet<Session>,
    /// Seats that this session was told are lost.
    left_lost: BTreeSet<(String, u64)>,
    lost: bool,
}

/// Reads a whole history. `settled`: the faults have been over for long enough that everything must have ended.
pub(crate) fn check(events: &[(Session, What)], settled: bool) -> Vec<Violation> {
    let mut checker = Checker::default();
    for (at, (session, what)) in events.iter().enumerate() {
        checker.read(at, session, what);
    }
    if settled {
        checker.settled();
    }
    checker.violations
}

#[derive(Default)]
struct Checker {
    stories: BTreeMap<Session, Story>,
    violations: Vec<Violation>,
    /// Rooms in which the ledger has lost something, and was told so.
    lost_rooms: BTreeSet<String>,
}

impl Checker {
    fn fail(&mut self, at: usize, session: &str, text: String) {
        self.violations.push(Violation(format!("event {at}, session {session}: {text}")));
    }

    fn read(&mut self, at: usize, session: &str, what: &What) {
        let problem = match what {
            What::Joined { .. } => self.joined(at, session, what),
            What::Resumed { peers, .. } => self.resumed(session, peers),
            What::Lost => {
                let story = self.stories.entry(session.to_owned()).or_default();
                story.lost = true;
                let room = story.room.clone();
                self.lost_rooms.insert(room);
                None
            }
            _ => match self.stories.get_mut(session) {
                None => Some("something happened before the session began".to_owned()),
                Some(story) => story.read(at, what),
            },
        };
        if let Some(problem) = problem {
            self.fail(at, session, problem);
        }
        if let What::Heard { origin, .. } = what {
            self.crossed(at, session, origin);
        }
    }

    fn joined(&mut self, at: usize, session: &str, what: &What) -> Option<String> {
        let What::Joined { user, room, rev, peers } = what else { return None };
        let story = Story {
            user: user.clone(),
            room: room.clone(),
            rev: *rev,
            begun: at,
            roster: peers.clone(),
            ..Story::default()
        };
        let late =
            peers.values().find(|peer| **peer >= *rev).map(|peer| format!("a peer's rev {peer} is not below {rev}"));
        let twice = self.stories.values().any(|other| other.room == *room && other.rev == *rev);
        self.stories.insert(session.to_owned(), story);
        late.or_else(|| twice.then(|| format!("the rev {rev} was given twice in {room}")))
    }

    fn resumed(&mut self, session: &str, peers: &BTreeMap<String, u64>) -> Option<String> {
        let (user, rev, room) = {
            let story = self.stories.get_mut(session)?;
            if story.lost {
                story.roster.clone_from(peers); // what happened meanwhile may be lost; else it follows
            }
            (story.user.clone(), story.rev, story.room.clone())
        };
        let told =
            self.stories.iter().find(|(_, other)| other.room == room && other.left_lost.contains(&(user.clone(), rev)));
        let lost = self.lost_rooms.contains(&room);
        told.filter(|_| !lost).map(|(other, _)| format!("resumed, although {other} was told that it is lost"))
    }

    /// A message must come from a session of the same room.
    fn crossed(&mut self, at: usize, session: &str, (sender, cid): &Origin) {
        let here = self.stories.get(session).map(|story| story.room.clone());
        let there = self.stories.get(sender).map(|story| story.room.clone());
        let refused = self.stories.get(sender).is_some_and(|story| story.refused.contains_key(cid));
        if here != there {
            self.fail(at, session, format!("heard {sender}/{cid} of another room"));
        }
        if refused {
            self.fail(at, session, format!("heard {sender}/{cid}, which was refused"));
        }
    }

    /// Everything has ended, everybody who stays has heard everything.
    fn settled(&mut self) {
        let sessions: Vec<Session> = self.stories.keys().cloned().collect();
        for session in sessions {
            for text in self.unsettled(&session) {
                self.violations.push(Violation(format!("in the end, session {session}: {text}")));
            }
        }
    }

    fn unsettled(&self, session: &str) -> Vec<String> {
        let story = &self.stories[session];
        let mut found = Vec::new();
        if story.ended.is_none() {
            let pending = story.sent.keys().filter(|cid| **cid > story.acked && !story.refused.contains_key(cid));
            found.extend(pending.map(|cid| format!("{cid} has no end")));
            let present: BTreeMap<String, u64> =
                self.alive(&story.room).map(|other| (other.user.clone(), other.rev)).collect();
            let mut roster = story.roster.clone();
            roster.insert(story.user.clone(), story.rev);
            if roster != present {
                found.push(format!("knows {roster:?}, but {present:?} are there"));
            }
        }
        if self.lost_rooms.contains(&story.room) {
            return found; // what was accepted before the loss may be missing, and that was told
        }
        for (cid, (at, _, to)) in &story.sent {
            let accepted = *cid <= story.acked && !story.refused.contains_key(cid);
            for (receiver, other) in self.stories.iter().filter(|(receiver, _)| *receiver != session) {
                let obliged = accepted
                    && other.room == story.room
                    && other.ended.is_none()
                    && other.begun < *at
                    && to.as_ref().is_none_or(|to| *to == other.user);
                if obliged && !other.heard.contains_key(&(session.to_owned(), *cid)) {
                    found.push(format!("{cid} was acknowledged, and {receiver} never heard it"));
                }
            }
        }
        found
    }

    fn alive<'a>(&'a self, room: &'a str) -> impl Iterator<Item = &'a Story> {
        self.stories.values().filter(move |story| story.room == room && story.ended.is_none())
    }
}

impl Story {
    fn read(&mut self, at: usize, what: &What) -> Option<String> {
        match what {
            What::Sent { cid, kind, to } => {
                self.sent.entry(*cid).or_insert((at, *kind, to.clone()));
                None
            }
            What::Acked(cid) => {
                self.acked = self.acked.max(*cid);
                let most = self.sent.keys().next_back().copied().unwrap_or(0);
                (*cid > most).then(|| format!("ack {cid}, but only {most} messages were sent"))
            }
            What::Refused(cid, code) => {
                self.refused.insert(*cid, code.clone());
                (code == "out_of_order")
                    .then(|| format!("{cid} was refused as out of order, although the client counts"))
            }
            What::Heard { seq, kind, origin } => self.next(*seq).or_else(|| self.heard(at, *kind, origin)),
            What::PeerJoined { seq, user, rev } => self.next(*seq).or_else(|| {
                let known = self.roster.insert(user.clone(), *rev);
                (known == Some(*rev) && !self.lost).then(|| format!("{user} joined twice"))
            }),
            What::PeerLeft { seq, user, reason } => self.next(*seq).or_else(|| {
                let rev = self.roster.remove(user);
                if reason == "lost"
                    && let Some(rev) = rev
                {
                    self.left_lost.insert((user.clone(), rev));
                }
                (rev.is_none() && !self.lost).then(|| format!("{user} left, but was not there"))
            }),
            What::Ended(why) => {
                self.ended.get_or_insert((at, why.clone()));
                None
            }
            What::Joined { .. } | What::Resumed { .. } | What::Lost => None,
        }
    }

    fn next(&mut self, seq: u64) -> Option<String> {
        let wanted = self.seq + 1;
        self.seq = seq;
        (seq != wanted).then(|| format!("seq {seq} came where {wanted} was due"))
    }

    fn heard(&mut self, at: usize, kind: Kind, origin: &Origin) -> Option<String> {
        let (sender, cid) = origin;
        if self.heard.insert(origin.clone(), at).is_some() {
            return Some(format!("heard {sender}/{cid} twice"));
        }
        let is_candidate = kind == Kind::Candidate;
        let last = self.last.insert((sender.clone(), is_candidate), *cid).unwrap_or(0);
        if last > *cid {
            return Some(format!("heard {sender}/{cid} after {last}"));
        }
        if kind.is_description() {
            self.described.insert(sender.clone());
        }
        (is_candidate && !self.described.contains(sender))
            .then(|| format!("the candidate {sender}/{cid} came before any description"))
    }
}
