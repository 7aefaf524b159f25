//! One user's place in a room: whose it is, which node holds it, what it was sent and what it has said.
//!
//! Kept small, because a dense node holds many that rest: texts are shared, an empty inbox owns nothing,
//! and what was said to a stay is forgotten when that stay ends.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{inbox::Inbox, turn::Turn};
use crate::{
    ledger::{Address, Claim, Join, Pushed, Said},
    protocol::{Entry, Member, Message, NodeId, SessionId, UserId, client::Cid},
};

/// A seat that is taken.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) user: UserId,
    pub(super) name: Arc<str>,
    pub(super) session: SessionId,
    /// What a resume must bring.
    pub(super) secret: u128,
    /// The node that holds the socket, or held it last.
    pub(super) node: NodeId,
    /// Join order.
    pub(super) rev: u64,
    /// How long the seat is kept when its node dies.
    pub(super) window: Duration,
    /// While the socket is lost: when the seat is free.
    pub(super) gone_until: Option<Instant>,
    pub(super) inbox: Inbox,
    /// What this stay has said to each other stay it has spoken to; a handful, so a scan finds it.
    pub(super) said: Vec<Said>,
}

impl Seat {
    /// A new seat with this join order.
    pub(super) fn new(ask: Join, rev: u64) -> Self {
        let Join { user, name, session, secret, node, max: _, window } = ask;
        let (inbox, said) = (Inbox::default(), Vec::new());
        Self { user, name, session, secret, node, rev, window, gone_until: None, inbox, said }
    }

    /// A seat as its live socket remembers it.
    pub(super) fn again(claim: Claim, node: &NodeId) -> Self {
        let Claim { user, name, session, secret, rev, last_seq, window } = claim;
        let (inbox, said) = (Inbox::after(last_seq), Vec::new());
        Self { user, name, session, secret, node: node.clone(), rev, window, gone_until: None, inbox, said }
    }

    /// Whether this is the very stay that is named.
    pub(super) fn is(&self, who: Address) -> bool {
        self.user == who.user && self.session == who.session
    }

    /// Whether the socket stands.
    pub(super) const fn is_on(&self) -> bool {
        self.gone_until.is_none()
    }

    /// The seat as its neighbours see it.
    pub(super) fn member(&self) -> Member {
        Member {
            user: self.user,
            name: self.name.clone(),
            session: self.session,
            rev: self.rev,
            on: self.gone_until.is_none(),
        }
    }

    /// Appends an entry to the inbox, and tells the node if the socket stands.
    pub(super) fn append(&mut self, entry: &Entry, turn: &mut Turn<'_>) {
        let seq = self.inbox.append(entry.clone(), turn.limits);
        self.tell(Pushed::Entry(seq, entry.clone()), turn);
    }

    /// Tells the node if the socket stands; who comes back to a lost one reads the inbox.
    pub(super) fn tell(&self, what: Pushed, turn: &mut Turn<'_>) {
        if self.is_on() {
            turn.tell(&self.node, self.session, what);
        }
    }

    /// Whether this number was used towards that stay before.
    pub(super) fn has_said(&self, cid: Option<Cid>, to: SessionId) -> bool {
        let Some(cid) = cid else { return false };
        self.said.iter().any(|said| said.to == to && cid <= said.cid)
    }

    /// Remembers what is said to that stay.
    pub(super) fn say(&mut self, cid: Option<Cid>, to: SessionId, messages: &[Message]) {
        let known = self.said.iter().position(|said| said.to == to);
        let place = known.unwrap_or_else(|| {
            self.said.reserve_exact(1); // a seat speaks to a handful, and rests for long
            self.said.push(Said { to, cid: 0, described: false });
            self.said.len() - 1
        });
        let said = &mut self.said[place];
        said.cid = cid.unwrap_or(said.cid);
        said.described |= messages.iter().any(|message| message.kind.is_description());
    }

    /// Forgets what was said to a stay that has ended.
    pub(super) fn forget(&mut self, ended: SessionId) {
        self.said.retain(|said| said.to != ended);
    }
}
