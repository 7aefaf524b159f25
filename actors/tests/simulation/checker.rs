//! Reads a whole history: what sessions owe each other. What one session alone must see is its `story`.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    history::{End, Origin, Session, Violation, What},
    story::Story,
};

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
    /// When the ledger last lost something.
    lost_at: Option<usize>,
    /// Live nodes may not have reported their state yet.
    is_settling: bool,
    /// When that was over for the last time: no loss concerns what begins after it.
    sound_since: usize,
    /// Nodes without the ledger.
    cut: BTreeSet<String>,
    /// What may have been heard twice, and was.
    repeats: usize,
}

impl Checker {
    fn read(&mut self, at: usize, session: &str, what: &What) {
        let repeated = if let What::Heard { origin, .. } = what { self.repeated(session, origin) } else { None };
        if *what == What::Away {
            self.goes(session);
        }
        let problem = match what {
            What::Noted(_) => None,
            What::LedgerLost | What::LedgerSettled | What::Cut(_) | What::Whole(_) => {
                self.breaks(at, what);
                None
            }
            What::Joined { .. } => self.joined(at, session, what),
            What::Sent { .. }
            | What::Acked(_)
            | What::Refused(..)
            | What::Heard { .. }
            | What::HeardPlain { .. }
            | What::PeerJoined { .. }
            | What::PeerLeft { .. }
            | What::Resuming
            | What::Resumed { .. }
            | What::Lost
            | What::Here(_)
            | What::Away
            | What::Ended(_) => match self.stories.get_mut(session) {
                None => Some("something happened before the session began".to_owned()),
                Some(story) => story.read(at, what),
            },
        };
        let other = match what {
            What::Heard { origin, .. } => self.heard(session, origin),
            What::HeardPlain { sender, .. } => self.is_elsewhere(session, sender),
            What::Refused(cid, _) => self.refused(session, *cid),
            What::Resumed { .. } => self.resumed(session),
            What::Away | What::Ended(_) if self.is_settling => {
                self.stories.entry(session.to_owned()).and_modify(|story| story.is_untold_after(self.lost_at));
                None
            }
            What::Joined { .. }
            | What::Sent { .. }
            | What::Acked(_)
            | What::PeerJoined { .. }
            | What::PeerLeft { .. }
            | What::Resuming
            | What::Lost
            | What::Here(_)
            | What::Away
            | What::Ended(_)
            | What::LedgerLost
            | What::Cut(_)
            | What::Whole(_)
            | What::LedgerSettled
            | What::Noted(_) => None,
        };
        for problem in problem.into_iter().chain(other).chain(repeated) {
            self.violations.push(Violation(format!("event {at}, session {session}: {problem}")));
        }
    }

    /// Something breaks, or is whole again. Of clients that are away, or on a node without the ledger, nobody can tell what
    /// they know before they are lost.
    fn breaks(&mut self, at: usize, what: &What) {
        match what {
            What::LedgerLost => (self.lost_at, self.is_settling) = (Some(at), true),
            What::LedgerSettled => (self.is_settling, self.sound_since) = (false, at),
            What::Cut(node) => drop(self.cut.insert(node.clone())),
            What::Whole(node) => drop(self.cut.remove(node)),
            What::Joined { .. }
            | What::Sent { .. }
            | What::Acked(_)
            | What::Refused(..)
            | What::Heard { .. }
            | What::HeardPlain { .. }
            | What::PeerJoined { .. }
            | What::PeerLeft { .. }
            | What::Resuming
            | What::Resumed { .. }
            | What::Lost
            | What::Here(_)
            | What::Away
            | What::Ended(_)
            | What::Noted(_) => {}
        }
        if self.is_settling {
            let cut = &self.cut;
            let is_untold = |story: &&mut Story| story.node.as_ref().is_none_or(|node| cut.contains(node));
            self.stories.values_mut().filter(is_untold).for_each(|story| story.is_untold_after(self.lost_at));
        }
    }

    /// A client is lost. A room with nobody left on its node is closed, and tells nothing later.
    fn goes(&mut self, session: &str) {
        let Some(story) = self.stories.get(session).filter(|story| story.node.is_some()) else { return };
        let is_beside =
            |(name, other): (&Session, &Story)| name != session && other.room == story.room && other.node == story.node;
        let was_alone = !self.stories.iter().any(is_beside);
        self.stories.entry(session.to_owned()).and_modify(|story| story.was_alone = was_alone);
    }

    /// Nothing is heard twice, but for three cases, in all of which the ledger has lost since that it was sent: of neither
    /// client a node could tell what it knew; or of the sender none could, for it was lost and nobody stayed there who would
    /// claim, and the message had waited: of each sender a claim brings the greatest number heard, which was heard before;
    /// or the receiver was absent in two losses, and the ledger went back to between them, when it had not resumed yet.
    fn repeated(&mut self, session: &str, origin: &Origin) -> Option<String> {
        let story = self.stories.get(session)?;
        let first = *story.heard.get(origin)?;
        let sender = self.stories.get(&origin.0).filter(|sender| sender.is_untold(first));
        let is_untold = |sender: &Story| story.is_untold(first) || sender.was_alone && story.late.contains(origin);
        if sender.is_some_and(is_untold) || story.is_untold_twice(first) {
            self.repeats += 1;
            return None;
        }
        Some(format!("heard {}/{} twice", origin.0, origin.1))
    }

    fn joined(&mut self, at: usize, session: &str, what: &What) -> Option<String> {
        let What::Joined { user, room, rev, peers } = what else { return None };
        let late = peers.values().find(|peer| **peer >= *rev);
        let twice = self.stories.values().any(|other| other.room == *room && other.rev == *rev);
        self.stories.insert(session.to_owned(), Story::new(at, (user, room), *rev, peers));
        let late = late.map(|peer| format!("a peer's rev {peer} is not below {rev}"));
        late.or_else(|| twice.then(|| format!("the rev {rev} was given twice in {room}")))
    }

    /// Nobody may be told that a session has left that goes on, unless the ledger has gone back to before it left. News that
    /// came after the client asked may have crossed the answer: the ledger took the resume first, and ends it at once.
    fn resumed(&self, session: &str) -> Option<String> {
        let story = &self.stories.get(session)?;
        let seat = (story.user.clone(), story.rev);
        let told = |other: &Story| {
            let told = other.left.get(&seat).filter(|(at, _)| *at < story.asked);
            told.is_some_and(|(at, _)| self.lost_at.is_none_or(|lost_at| *at > lost_at))
        };
        let told = self.stories.iter().find(|(_, other)| other.room == story.room && told(other));
        told.map(|(other, _)| format!("resumed, although {other} was told that it has left"))
    }

    /// What is heard comes from a session of the same room, and was not refused.
    fn heard(&self, session: &str, (sender, cid): &Origin) -> Option<String> {
        let refused = self.stories.get(sender).is_some_and(|story| story.refused.contains_key(cid));
        let elsewhere = self.is_elsewhere(session, sender);
        elsewhere.or_else(|| refused.then(|| format!("heard {sender}/{cid}, which was refused")))
    }

    fn is_elsewhere(&self, session: &str, sender: &str) -> Option<String> {
        let [here, there] = [session, sender].map(|session| self.stories.get(session).map(|story| &story.room));
        (here != there).then(|| format!("heard {sender} of another room"))
    }

    /// Whether all that the ledger was told of what began at this time is still there, and will be.
    fn is_sound(&self, began: usize) -> bool {
        !self.is_settling && began >= self.sound_since
    }

    /// A refusal says that nobody has heard it; of what was sent before a loss that may not be known.
    fn refused(&self, session: &str, cid: u64) -> Option<String> {
        let origin = (session.to_owned(), cid);
        let (sent_at, ..) = self.stories.get(session)?.sent.get(&cid)?;
        let heard = self.stories.iter().find(|(_, other)| other.heard.contains_key(&origin));
        let heard = heard.filter(|_| self.is_sound(*sent_at));
        heard.map(|(other, _)| format!("{cid} was refused, although {other} has heard it"))
    }

    /// Everything has ended, everybody who stays has heard everything.
    fn settled(&mut self) {
        for (session, story) in &self.stories {
            let mut found = if story.end.is_some() { Vec::new() } else { self.unsettled(story) };
            found.extend(self.wrongly_left(story));
            found.extend(self.unheard(session, story));
            let in_the_end = |text| Violation(format!("in the end, session {session}: {text}"));
            self.violations.extend(found.into_iter().map(in_the_end));
        }
    }

    fn unsettled(&self, story: &Story) -> Vec<String> {
        let pending = story.sent.keys().filter(|cid| **cid > story.acked && !story.refused.contains_key(cid));
        let mut found: Vec<String> = pending.map(|cid| format!("{cid} has no end")).collect();
        let there = self.stories.values().filter(|other| other.room == story.room && other.end.is_none());
        let there: BTreeMap<String, u64> = there.map(|other| (other.user.clone(), other.rev)).collect();
        let mut known = story.roster.clone();
        known.insert(story.user.clone(), story.rev);
        if known != there {
            found.push(format!("knows {known:?}, but {there:?} are there"));
        }
        found
    }

    /// Others were told that the session left by itself, or was lost, and neither is so. Of a seat from before a loss that may
    /// not be known.
    fn wrongly_left(&self, story: &Story) -> Option<String> {
        let seat = (story.user.clone(), story.rev);
        let others = self.stories.values().filter(|other| other.room == story.room && self.is_sound(story.begun));
        let told: Vec<&str> = others.filter_map(|other| Some(other.left.get(&seat)?.1.as_str())).collect();
        match &story.end {
            Some(End::SeatGoneEarly) if told.contains(&"lost") => {
                Some("was lost before its window was over".to_owned())
            }
            Some(End::Left) | None => None, // what goes on may not have left either: `unsettled`
            Some(_) if told.contains(&"left") => Some("others were told that it left, but it did not".to_owned()),
            Some(_) => None,
        }
    }

    /// What was accepted and somebody who was there all the time has not heard; what was sent before a loss may be missing.
    fn unheard(&self, session: &str, story: &Story) -> Vec<String> {
        let mut found = Vec::new();
        for (cid, (at, _, to)) in &story.sent {
            let accepted = *cid <= story.acked && !story.refused.contains_key(cid);
            if !accepted || self.lost_at.is_some_and(|lost_at| *at < lost_at) {
                continue;
            }
            let origin = (session.to_owned(), *cid);
            for (receiver, other) in self.stories.iter().filter(|(receiver, _)| *receiver != session) {
                let obliged = other.room == story.room
                    && other.end.is_none()
                    && other.begun < *at
                    && to.as_ref().is_none_or(|(user, rev)| *user == other.user && *rev == Some(other.rev));
                if obliged && !other.heard.contains_key(&origin) {
                    found.push(format!("{cid} was acknowledged, and {receiver} never heard it"));
                }
            }
        }
        found
    }
}
