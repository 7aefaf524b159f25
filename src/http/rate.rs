//! Rate limits: by client address, by user, for sockets by address; and over all nodes for logins by address, and by e-mail and
//! address, for mails by address, and for TURN credentials by user.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::{Shared, problem::Problem};
use crate::net;
pub use crate::net::rate::{Counts, Limiter, Rate, Table};

/// All rate limits.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// All requests per client address, which many people may share.
    pub address: Rate,
    /// All requests per user.
    pub user: Rate,
    /// Sockets opened per client address: each costs a handshake, a token's verification and a join.
    pub sockets: Rate,
    /// Signups, logins and refreshes per client address: each login costs 16 ms of CPU.
    pub auth_address: Rate,
    /// Logins per account and client network, successful or not: it limits password guessing, and lets no stranger lock
    /// the owner out.
    pub login_email: Rate,
    /// Mails that one client network causes: sign-ups where addresses are verified, and requests for a new password.
    pub mails_address: Rate,
    /// Lists of ICE servers, with TURN credentials, per user: relayed traffic is expensive.
    pub credentials: Rate,
    /// What a user's program reports of its media, each connection and device for itself.
    pub reports: Rate,
    /// Addresses, users or accounts tracked in each table (≈ 50 bytes each); beyond it they share counters.
    pub keys_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            address: Rate::per_minute(1200),
            user: Rate::per_minute(600),
            sockets: Rate::per_minute(2400),
            auth_address: Rate::per_minute(120),
            login_email: Rate { burst: 20, per: Duration::from_secs(5 * 60) },
            mails_address: Rate { burst: 60, per: Duration::from_secs(60 * 60) },
            credentials: Rate { burst: 10, per: Duration::from_secs(60 * 60) },
            reports: REPORTS,
            keys_max: 100_000,
        }
    }
}

/// A timeline keeps 128 notes: nobody fills it at once.
pub const REPORTS: Rate = Rate { burst: 48, per: Duration::from_secs(10 * 60) };

/// The tables of all limits.
pub struct Rates {
    /// See `Limits::address`.
    pub address: Table,
    /// See `Limits::user`.
    pub user: Table,
    /// See `Limits::sockets`; the public listener counts.
    pub sockets: Arc<Table>,
    /// See `Limits::auth_address`.
    pub auth_address: Limiter,
    /// See `Limits::login_email`.
    pub login_email: Limiter,
    /// See `Limits::mails_address`.
    pub mails_address: Limiter,
    /// See `Limits::credentials`.
    pub credentials: Limiter,
    /// See `Limits::reports`.
    pub reports: Table,
}

impl Rates {
    /// Empty tables for these limits; `shared`: the counts of all nodes.
    #[must_use]
    pub fn new(limits: &Limits, shared: Option<&Arc<dyn Counts>>) -> Self {
        let table = |rate| Table::new(rate, limits.keys_max);
        let limiter = |measure, rate| Limiter::new(measure, rate, limits.keys_max, shared.cloned());
        Self {
            address: table(limits.address),
            user: table(limits.user),
            sockets: Arc::new(table(limits.sockets)),
            auth_address: limiter("rate:auth", limits.auth_address),
            login_email: limiter("rate:login", limits.login_email),
            mails_address: limiter("rate:mails", limits.mails_address),
            credentials: limiter("quota:turn", limits.credentials),
            reports: table(limits.reports),
        }
    }
}

/// Counts every request by client address.
pub async fn by_address(State(site): State<Shared>, request: Request, next: Next) -> Response {
    if let Some(known) = request.extensions().get::<net::Request>()
        && let Err(wait) = site.rates.address.take(known.client.network())
    {
        return Problem::too_often("requests from your address", wait).into_response();
    }
    next.run(request).await
}
