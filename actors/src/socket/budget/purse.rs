//! The budget of one socket, and its charges to the shared budgets.

use std::time::Instant;

use super::{Address, Budgets, Cost, Short, penalty::Penalty};
use crate::protocol::UserId;

/// One socket's budget.
#[derive(Debug)]
pub(crate) struct Purse {
    address: Address,
    /// When the socket's own bucket is full again.
    full_at: u64,
    /// Absent unless the budget was spent.
    penalty: Option<Box<Penalty>>,
    /// Signals that others demand from this client: they are free.
    granted: u32,
}

/// The other payers, and the time.
#[derive(Clone, Copy)]
pub(crate) struct Payer<'a> {
    pub(crate) budgets: &'a Budgets,
    /// Not known before authentication.
    pub(crate) user: Option<&'a UserId>,
    pub(crate) now: Instant,
}

/// Whose budgets a socket shares.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sharers<'a> {
    pub(super) user: Option<&'a UserId>,
    pub(super) address: Address,
}

/// The outcome of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charge {
    /// It is paid for.
    Granted,
    /// It is refused: retry after this many milliseconds.
    Refused(u64),
    /// Too many were refused, the socket is closed: reconnect after this many milliseconds.
    Flood(u64),
}

impl Purse {
    /// A full budget, of a socket opened from this address.
    pub(crate) const fn new(address: Address) -> Self {
        Self { address, full_at: 0, penalty: None, granted: 0 }
    }

    /// Charges a message.
    pub(crate) fn charge(&mut self, cost: Cost, payer: Payer<'_>) -> Charge {
        if cost == Cost::Signal && self.granted > 0 {
            self.granted -= 1;
            return Charge::Granted;
        }
        let Payer { budgets, user, now } = payer;
        let now = budgets.nanos(now);
        if let Some(left) = self.penalty.as_ref().and_then(|penalty| penalty.left(now)) {
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
            // A client is not penalised for others at its address.
            Err(Short::Address(wait)) => Charge::Refused(millis(wait)),
            Err(Short::Own(wait)) => {
                let left = self.penalty.get_or_insert_default().begin(&budgets.limits, now, wait);
                self.refused(budgets, left)
            }
        }
    }

    /// Charges unconditionally, for what can no longer be refused; the debt is bounded.
    pub(crate) fn force(&mut self, cost: Cost, payer: Payer<'_>) {
        let Payer { budgets, user, now } = payer;
        let (now, tenths) = (budgets.nanos(now), cost.tenths(&budgets.limits));
        if tenths > 0 {
            self.full_at = budgets.socket.forced(self.full_at, now, budgets.socket.nanos(tenths));
            budgets.force(self.sharers(user), now, tenths);
        }
    }

    /// Others demand an answer from the client: a description and its candidates are free.
    pub(crate) fn grant(&mut self, payer: Payer<'_>) {
        let Payer { budgets, user: Some(user), now } = payer else { return };
        let tokens = budgets.limits.answer_grant;
        let most = tokens.saturating_mul(budgets.limits.room_joins_burst);
        if self.granted < most && budgets.may_grant(user, budgets.nanos(now), tokens) {
            self.granted = self.granted.saturating_add(tokens).min(most);
        }
    }

    const fn sharers<'a>(&self, user: Option<&'a UserId>) -> Sharers<'a> {
        Sharers { user, address: self.address }
    }

    fn refused(&mut self, budgets: &Budgets, left: u64) -> Charge {
        let wait = millis(left);
        if self.penalty.get_or_insert_default().count(&budgets.limits) {
            Charge::Flood(wait)
        } else {
            Charge::Refused(wait)
        }
    }
}

fn millis(nanos: u64) -> u64 {
    nanos.div_ceil(1_000_000).max(1)
}
