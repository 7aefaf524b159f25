//! `[rate_limits]`: HTTP request rates per address and per user. Must not know routes.

use std::num::NonZeroUsize;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{self, rate::Rate};

/// HTTP request rates. A rate `"30/1m"` allows a burst of 30, then one every 2 s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RateLimits {
    /// Sign-ups, logins and refreshes per address.
    pub auth_per_address: Rate,
    /// Logins per e-mail address and client network, or per e-mail address and browser that has logged in before.
    pub auth_per_email: Rate,
    /// Mails to one e-mail address, no matter who requests them.
    pub mails_per_email: Rate,
    /// Mails that one client address causes.
    pub mails_per_address: Rate,
    /// All requests per address.
    pub requests_per_address: Rate,
    /// All requests per signed-in user.
    pub requests_per_user: Rate,
    /// WebSockets opened per address.
    pub sockets_per_address: Rate,
    /// Addresses and users tracked per rate; beyond it they share counters.
    pub remembered_max: NonZeroUsize,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            auth_per_address: Rate::per_minutes(120, 1),
            auth_per_email: Rate::per_minutes(20, 5),
            mails_per_email: Rate::per_minutes(5, 60),
            mails_per_address: Rate::per_minutes(60, 60),
            requests_per_address: Rate::per_minutes(1_200, 1),
            requests_per_user: Rate::per_minutes(600, 1),
            sockets_per_address: Rate::per_minutes(2_400, 1),
            remembered_max: text::count(100_000),
        }
    }
}
