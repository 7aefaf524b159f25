//! The budget of one socket, and what it pays from the budgets that it shares.

use std::time::Instant;

use super::{Address, Budgets, Cost, Short, penalty::Penalty};
use crate::protocol::UserId;

/// One socket's budget.
#[derive(Debug)]
pub(crate) struct Purse {
    address: Address,
    /// When the socket's own bucket is full again.
    full_at: u64,
    penalty: Penalty,
    /// Signals that others force this client to send: they cost it nothing.
    granted: u32,
}

/// Who pays beside the socket, and when.
#[derive(Clone, Copy)]
pub(crate) struct Payer<'a> {
    pub(crate) budgets: &'a Budgets,
    /// Not known before authentication.
    pub(crate) user: Option<UserId>,
    pub(crate) now: Instant,
}

/// Whose budgets a socket shares.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sharers {
    pub(super) user: Option<UserId>,
    pub(super) address: Address,
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charge {
    /// It is paid for.
    Granted,
    /// It is refused: retry after so many milliseconds.
    Refused(u64),
    /// So many were refused that the socket is closed: reconnect after so many milliseconds.
    Flood(u64),
}

impl Purse {
    /// A full one, of a socket that was opened from this address.
    pub(crate) const fn new(address: Address) -> Self {
        Self { address, full_at: 0, penalty: Penalty::NONE, granted: 0 }
    }

    /// A message is to be paid for.
    pub(crate) fn charge(&mut self, cost: Cost, payer: Payer<'_>) -> Charge {
        if cost == Cost::Signal && self.granted > 0 {
            self.granted -= 1;
            return Charge::Granted;
        }
        let Payer { budgets, user, now } = payer;
        let now = budgets.nanos(now);
        if let Some(left) = self.penalty.left(now) {
            return self.refused(budgets, left);
        }
        let tenths = cost.tenths(&budgets.limits);
        let own = budgets.socket.taken(self.full_at, now, budgets.socket.nanos(tenths)).map_err(Short::Own);
        let paid = own.and_then(|full_at| budgets.take(self.sharers(user), now, tenths).map(|()| full_at));
        match paid {
            Ok(full_at) => {
                self.full_at = full_at;
                Charge::Granted
            }
            // Nobody is punished for their neighbours.
            Err(Short::Address(wait)) => Charge::Refused(millis(wait)),
            Err(Short::Own(wait)) => {
                let left = self.penalty.begin(&budgets.limits, now, wait);
                self.refused(budgets, left)
            }
        }
    }

    /// Something is paid for although nobody can refuse it any more; what is owed is bounded.
    pub(crate) fn force(&mut self, cost: Cost, payer: Payer<'_>) {
        let Payer { budgets, user, now } = payer;
        let (now, tenths) = (budgets.nanos(now), cost.tenths(&budgets.limits));
        if tenths > 0 {
            self.full_at = budgets.socket.forced(self.full_at, now, budgets.socket.nanos(tenths));
            budgets.force(self.sharers(user), now, tenths);
        }
    }

    /// The client was asked for an answer: a description and its candidates cost it nothing.
    pub(crate) fn grant(&mut self, payer: Payer<'_>) {
        let Payer { budgets, user: Some(user), now } = payer else { return };
        let tokens = budgets.limits.answer_grant;
        let most = tokens.saturating_mul(budgets.limits.room_joins_burst);
        if self.granted < most && budgets.may_grant(user, budgets.nanos(now), tokens) {
            self.granted = self.granted.saturating_add(tokens).min(most);
        }
    }

    const fn sharers(&self, user: Option<UserId>) -> Sharers {
        Sharers { user, address: self.address }
    }

    fn refused(&mut self, budgets: &Budgets, left: u64) -> Charge {
        let wait = millis(left);
        if self.penalty.count(&budgets.limits) { Charge::Flood(wait) } else { Charge::Refused(wait) }
    }
}

fn millis(nanos: u64) -> u64 {
    nanos.div_ceil(1_000_000).max(1)
}
