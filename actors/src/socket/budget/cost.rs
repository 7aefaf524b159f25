//! What everything costs, in tenths of a token: weighted by what it costs others.

use crate::{
    protocol::{ClientMessage, ClientToServer},
    settings::BudgetLimits,
};

/// What is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cost {
    /// A connection that is opened.
    Connect,
    /// A message without a weight of its own.
    Message,
    /// A signal to one member: paid from what was granted for answers, if there is any.
    Signal,
    /// A ping, or a pong that nobody asked for.
    Control,
    /// A join before it is known who is told of it: as if one member were.
    Join,
    /// A session that goes on.
    Resume,
    /// A join was told to so many members; one of them is paid for.
    Members(usize),
    /// A join replaced the user's own older seat: members see one leave more.
    Takeover,
    /// A room was named that does not exist.
    Miss,
}

/// Tokens of a new connection: a handshake and the verification of a token.
const CONNECT: u64 = 5;
/// Tokens of a resume: a look at the ledger.
const RESUME: u64 = 5;

impl Cost {
    /// What this message costs, before its answer is known.
    pub(crate) const fn of(message: &ClientMessage) -> Self {
        match &message.body {
            ClientToServer::Hello(hello) if hello.resume.is_some() => Self::Resume,
            ClientToServer::JoinRoom(_) => Self::Join,
            ClientToServer::Signal(_) => Self::Signal,
            ClientToServer::Hello(_)
            | ClientToServer::LeaveRoom
            | ClientToServer::Chat(_)
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
