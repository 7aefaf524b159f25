//! Costs in tenths of a token, weighted by the cost to others.

use crate::{
    protocol::{ClientMessage, ClientToServer},
    settings::BudgetLimits,
};

/// A charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cost {
    /// A new connection.
    Connect,
    /// A message without a special weight.
    Message,
    /// A signal to one member: charged to the grant for answers first.
    Signal,
    /// A ping, or an unsolicited pong.
    Control,
    /// A join before the number of members is known: as if there were one.
    Join,
    /// A resume.
    Resume,
    /// A join was sent to this many members, one of which is already paid for.
    Members(usize),
    /// A join replaced the user's own older seat: members also receive a leave.
    Takeover,
    /// A host wants something done: the database is written, and all members are told.
    Power,
    /// A message named a room that does not exist.
    Miss,
}

/// Tokens of a new connection: a handshake and the verification of a token.
const CONNECT: u64 = 5;
/// Tokens of a resume: a ledger operation.
const RESUME: u64 = 5;
/// Tokens of what a host wants done.
const POWER: u64 = 20;

impl Cost {
    /// The cost of this message, before its answer is known.
    pub(crate) const fn of(message: &ClientMessage) -> Self {
        match &message.body {
            ClientToServer::Hello(hello) if hello.resume.is_some() => Self::Resume,
            ClientToServer::JoinRoom(_) => Self::Join,
            ClientToServer::Signal(_) => Self::Signal,
            ClientToServer::Power(_) => Self::Power,
            ClientToServer::Hello(_)
            | ClientToServer::LeaveRoom
            | ClientToServer::Chat(_)
            | ClientToServer::Message(_)
            | ClientToServer::SetAttributes(_)
            | ClientToServer::Sfu(_)
            | ClientToServer::Heartbeat
            | ClientToServer::Ack(_)
            | ClientToServer::TokenRefresh(_) => Self::Message,
        }
    }

    /// Tenths of a token.
    pub(super) fn tenths(self, limits: &BudgetLimits) -> u64 {
        let tokens = match self {
            Self::Control => return 1,
            Self::Message | Self::Signal => 1,
            Self::Connect => CONNECT,
            Self::Resume => RESUME,
            Self::Power => POWER,
            Self::Join => limits.join_cost.into(),
            Self::Members(members) => {
                let others = u64::try_from(members).unwrap_or(u64::MAX).saturating_sub(1);
                others.saturating_mul(limits.join_cost.into())
            }
            Self::Takeover => limits.takeover_cost.into(),
            Self::Miss => limits.miss_cost.into(),
        };
        tokens.saturating_mul(10)
    }
}
