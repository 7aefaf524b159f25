//! `[budget]`: costs of messages, and nested budgets: socket, user, address. Must not know how tokens are counted.

use std::num::NonZeroU32;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text;

/// Rates in tokens: a message costs one, other actions as much as they cost others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Budget {
    /// The budget of all sockets of one user, as a multiple of one socket's.
    pub user_factor: NonZeroU32,
    /// The budget of one address, as a multiple of one socket's.
    pub address_factor: NonZeroU32,
    /// Joins and resumes of one room a second, sustained; each is sent to every member.
    pub room_joins_per_second: NonZeroU32,
    /// The same at once, after a pause.
    pub room_joins_burst_max: NonZeroU32,
    /// Tokens of a join, for each member that is notified.
    pub join_cost: NonZeroU32,
    /// Tokens of a takeover of the user's own seat.
    pub takeover_cost: NonZeroU32,
    /// Tokens of naming a room that does not exist.
    pub miss_cost: NonZeroU32,
    /// Tokens granted for each answer that others demand.
    pub answer_grant: NonZeroU32,
    /// The first wait after the budget is spent; it doubles each time the budget is spent again, until a quiet time.
    #[serde(with = "text::As::<Duration>")]
    pub penalty_first: Duration,
    /// The longest wait.
    #[serde(with = "text::As::<Duration>")]
    pub penalty_max: Duration,
    /// Messages refused since the last quiet time before the socket is closed with 4529.
    pub flood_max: NonZeroU32,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            user_factor: text::times(2),
            address_factor: text::times(20),
            room_joins_per_second: text::times(5),
            room_joins_burst_max: text::times(100),
            join_cost: text::times(20),
            takeover_cost: text::times(50),
            miss_cost: text::times(10),
            answer_grant: text::times(24),
            penalty_first: Duration::from_millis(100),
            penalty_max: Duration::from_secs(30),
            flood_max: text::times(200),
        }
    }
}
