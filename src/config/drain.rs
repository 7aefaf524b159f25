//! `[drain]`: graceful shutdown. Must not know sockets.

use std::num::NonZeroUsize;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text;

/// Graceful shutdown on SIGTERM.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Drain {
    /// Time to notify and close all sockets. The process exits within 5 s more.
    #[serde(with = "text::As::<Duration>")]
    pub within: Duration,
    /// Sockets closed per batch, so that they do not all reconnect to other nodes at once.
    pub batch_max: NonZeroUsize,
}

impl Default for Drain {
    fn default() -> Self {
        Self { within: Duration::from_secs(15), batch_max: text::count(500) }
    }
}
