//! A candidate as one of a sequence, from one session to another. Must not know how it is sent.

use std::fmt;

use actors::protocol::UserId;

/// A member in one of its sessions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stay {
    pub(crate) user: UserId,
    /// Join order.
    pub(crate) rev: u64,
}

/// One candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signal {
    pub(crate) from: Stay,
    pub(crate) to: Stay,
    /// Its number among all from that session to this one, from 1.
    pub(crate) n: u64,
}

/// What a sender knows of a candidate that was not acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It was refused.
    Refused,
    /// Nothing: its session ended before.
    Unknown,
}

impl fmt::Display for Stay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.user)
    }
}
