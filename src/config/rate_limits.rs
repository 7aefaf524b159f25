//! `[rate_limits]`: how often one address or one person may ask over HTTP. Must not know routes.

use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

use super::text::{self, rate::Rate};

/// How often one address or one person may ask. A rate `"30/1m"` allows 30 at once, then one every 2 s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateLimits {
    /// Sign-ups, logins and refreshes from one address.
    pub auth_per_address: Rate,
    /// Logins to one e-mail address, from anywhere: slows guessing without locking anybody out for good.
    pub auth_per_email: Rate,
    /// All requests from one address.
    pub requests_per_address: Rate,
    /// All requests of one signed-in person.
    pub requests_per_user: Rate,
    /// Addresses and people remembered per rate; past it they share counts.
    pub remembered_max: NonZeroUsize,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            auth_per_address: Rate::per_minutes(120, 1),
            auth_per_email: Rate::per_minutes(20, 5),
            requests_per_address: Rate::per_minutes(1_200, 1),
            requests_per_user: Rate::per_minutes(600, 1),
            remembered_max: text::count(100_000),
        }
    }
}
