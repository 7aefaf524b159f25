//! The guarantees of the design, verified per client, under any load. Pure.
//!
//! A [`Witness`] checks every message that one client receives and returns the first violated guarantee. Knows no
//! sockets, no time; what all clients share (who belongs where, how many are in a room) is in the [`Roster`].

mod roster;
#[cfg(test)]
mod tests;

use actors::protocol::{
    UserId,
    client::{Cid, Seq},
};

pub(crate) use roster::{RoomNumber, Roster};

use client::messages::{Body, Incoming, Mark};

/// A violated guarantee.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Violation {
    #[error("seq {got} instead of {expected}: a numbered message was lost, duplicated or reordered")]
    Seq { expected: Seq, got: Seq },
    #[error("{kind} without a seq")]
    Unnumbered { kind: &'static str },
    #[error("{kind} from {user}, who is not a member")]
    Stranger { user: UserId, kind: &'static str },
    #[error("{user} is reported in this room, but belongs to another")]
    Outsider { user: UserId },
    #[error("user_joined of {user}, who is a member already")]
    JoinedTwice { user: UserId },
    #[error("user_left of {user}, who is not a member")]
    LeftTwice { user: UserId },
    #[error("{got} members in a room for {limit}")]
    OverFull { got: usize, limit: usize },
    #[error("{user} has join order {got}, though {known} was assigned before")]
    JoinOrder { user: UserId, known: u64, got: u64 },
    #[error("{kind} of {user} from the wrong side: the earlier joiner offers")]
    WrongSide { user: UserId, kind: &'static str },
    #[error("a candidate of {user} before their description")]
    Early { user: UserId },
    #[error("message {got} of {user} instead of {expected}: lost, duplicated or reordered between the two")]
    Order { user: UserId, expected: u64, got: u64 },
    #[error("{user} sent a message to join order {got}, but this session has {rev}")]
    OtherStay { user: UserId, rev: u64, got: u64 },
    #[error("resumed from seq {got} instead of {expected}")]
    Resumed { expected: Seq, got: Seq },
    #[error("ack of {acked}, but the last number sent is {said}")]
    AckAhead { acked: Cid, said: Cid },
    #[error("ack of {acked} after ack of {before}")]
    AckBack { acked: Cid, before: Cid },
    #[error("the node sent an unreadable message: {0}")]
    Unreadable(String),
}

/// What one client has seen of its room, and which messages are therefore valid next.
#[derive(Debug)]
pub(crate) struct Witness {
    room: RoomNumber,
    seq: Seq,
    acked: Cid,
    /// Own join order; 0 until joined.
    rev: u64,
    others: Vec<Other>,
}

/// Another member, as this one sees them.
#[derive(Debug)]
struct Other {
    user: UserId,
    rev: u64,
    described: bool,
    /// Marked messages received from them.
    heard: u64,
    /// The last chat message received from them; `None`: none yet, and they may have sent some before.
    chatted: Option<u64>,
}

impl Witness {
    pub(crate) fn new(room: RoomNumber) -> Self {
        Self { room, seq: 0, acked: 0, rev: 0, others: Vec::new() }
    }

    /// The last number received.
    pub(crate) fn seq(&self) -> Seq {
        self.seq
    }

    /// Own join order; 0 until joined.
    pub(crate) fn rev(&self) -> u64 {
        self.rev
    }

    /// The join order of another member; 0 if it is none.
    pub(crate) fn rev_of(&self, user: &UserId) -> u64 {
        self.others.iter().find(|other| other.user == *user).map_or(0, |other| other.rev)
    }

    /// Whether this client is the earlier joiner of the two, and so offers.
    pub(crate) fn offers_to(&self, user: UserId) -> bool {
        self.others.iter().any(|other| other.user == user && self.rev < other.rev)
    }

    /// Checks one message. `said` is the last number that this client has used.
    pub(crate) fn see(&mut self, heard: &Incoming, roster: &Roster, said: Cid) -> Result<(), Violation> {
        self.count(heard)?;
        match &heard.body {
            Body::Joined { rev, peers, .. } => self.joined(*rev, peers, roster),
            Body::Resumed { from_seq } => self.resumed(*from_seq),
            Body::UserJoined { user, rev } => self.user_joined(user.clone(), *rev, roster),
            Body::UserLeft { user } => match self.others.iter().position(|other| other.user == *user) {
                Some(at) => {
                    self.others.swap_remove(at);
                    Ok(())
                }
                None => Err(Violation::LeftTwice { user: user.clone() }),
            },
            Body::Offer { from } => self.described(from.clone(), "offer", |other, rev| other < rev),
            Body::Answer { from } => self.described(from.clone(), "answer", |other, rev| other > rev),
            Body::Candidate { from, mark } => self.marked(from.clone(), *mark),
            Body::EndOfCandidates { from } => self.candidate(from.clone()).map(drop),
            Body::Chat { from, n, .. } => self.chatted(from.clone(), *n),
            Body::Ack(acked) => self.acknowledged(*acked, said),
            Body::Welcome { .. } | Body::Unresumed { .. } | Body::Refused { .. } | Body::Other => Ok(()),
        }
    }

    fn count(&mut self, heard: &Incoming) -> Result<(), Violation> {
        let Some(got) = heard.seq else {
            return match numbered(&heard.body) {
                Some(kind) => Err(Violation::Unnumbered { kind }),
                None => Ok(()),
            };
        };
        let expected = self.seq + 1;
        self.seq = got;
        if got == expected { Ok(()) } else { Err(Violation::Seq { expected, got }) }
    }

    fn joined(&mut self, rev: u64, peers: &[(UserId, u64)], roster: &Roster) -> Result<(), Violation> {
        *self = Self { rev, ..Self::new(self.room) };
        for (user, rev) in peers {
            self.enter(user.clone(), *rev, roster)?;
            if *rev >= self.rev {
                return Err(Violation::JoinOrder { user: user.clone(), known: self.rev, got: *rev });
            }
        }
        Ok(())
    }

    /// The first `ack` of another socket may name what the last one of the socket before it named.
    fn resumed(&mut self, got: Seq) -> Result<(), Violation> {
        self.acked = self.acked.saturating_sub(1);
        let expected = self.seq + 1;
        if got == expected { Ok(()) } else { Err(Violation::Resumed { expected, got }) }
    }

    fn user_joined(&mut self, user: UserId, rev: u64, roster: &Roster) -> Result<(), Violation> {
        let known = self.others.iter().map(|other| other.rev).max().unwrap_or(0).max(self.rev);
        self.enter(user.clone(), rev, roster)?;
        if rev > known { Ok(()) } else { Err(Violation::JoinOrder { user, known, got: rev }) }
    }

    fn enter(&mut self, user: UserId, rev: u64, roster: &Roster) -> Result<(), Violation> {
        if roster.room_of(user.clone()) != Some(self.room) {
            return Err(Violation::Outsider { user });
        }
        if self.others.iter().any(|other| other.user == user) {
            return Err(Violation::JoinedTwice { user });
        }
        self.others.push(Other { user, rev, described: false, heard: 0, chatted: None });
        let (got, limit) = (self.others.len() + 1, roster.limit());
        if got > limit { Err(Violation::OverFull { got, limit }) } else { Ok(()) }
    }

    fn described(&mut self, user: UserId, kind: &'static str, may: impl Fn(u64, u64) -> bool) -> Result<(), Violation> {
        let rev = self.rev;
        let other = self.other(user.clone(), kind)?;
        other.described = true;
        if may(other.rev, rev) { Ok(()) } else { Err(Violation::WrongSide { user, kind }) }
    }

    fn candidate(&mut self, user: UserId) -> Result<&mut Other, Violation> {
        let other = self.other(user.clone(), "ice_candidate")?;
        if other.described { Ok(other) } else { Err(Violation::Early { user }) }
    }

    fn marked(&mut self, user: UserId, mark: Mark) -> Result<(), Violation> {
        let rev = self.rev;
        let other = self.candidate(user.clone())?;
        if mark.rev != rev {
            let got = mark.rev;
            return if got < rev { Ok(()) } else { Err(Violation::OtherStay { user, rev, got }) };
        }
        let expected = other.heard + 1;
        other.heard = mark.n;
        if mark.n == expected { Ok(()) } else { Err(Violation::Order { user, expected, got: mark.n }) }
    }

    fn chatted(&mut self, user: UserId, got: u64) -> Result<(), Violation> {
        let other = self.other(user.clone(), "chat_message")?;
        let expected = other.chatted.map_or(got, |last| last + 1);
        other.chatted = Some(got);
        if got == expected { Ok(()) } else { Err(Violation::Order { user, expected, got }) }
    }

    fn acknowledged(&mut self, acked: Cid, said: Cid) -> Result<(), Violation> {
        let before = std::mem::replace(&mut self.acked, acked);
        if acked > said {
            return Err(Violation::AckAhead { acked, said });
        }
        if acked > before { Ok(()) } else { Err(Violation::AckBack { acked, before }) }
    }

    fn other(&mut self, user: UserId, kind: &'static str) -> Result<&mut Other, Violation> {
        self.others.iter_mut().find(|other| other.user == user).ok_or(Violation::Stranger { user, kind })
    }
}

/// The type's name, if the protocol numbers it.
const fn numbered(body: &Body) -> Option<&'static str> {
    match body {
        Body::UserJoined { .. } => Some("user_joined"),
        Body::UserLeft { .. } => Some("user_left"),
        Body::Offer { .. } => Some("offer"),
        Body::Answer { .. } => Some("answer"),
        Body::Candidate { .. } | Body::EndOfCandidates { .. } => Some("ice_candidate"),
        Body::Chat { .. } => Some("chat_message"),
        Body::Welcome { .. }
        | Body::Joined { .. }
        | Body::Resumed { .. }
        | Body::Unresumed { .. }
        | Body::Ack(_)
        | Body::Refused { .. }
        | Body::Other => None,
    }
}
