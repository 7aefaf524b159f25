//! `[drain]`: going away without losing anybody. Must not know sockets.

use std::num::NonZeroUsize;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::text;

/// Going away on SIGTERM without losing anybody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Drain {
    /// Time for all sockets to be told and closed. The process is gone within 5 s more.
    #[serde(with = "text")]
    pub within: Duration,
    /// Sockets closed together, so that they do not all come back elsewhere at once.
    pub batch_max: NonZeroUsize,
}

impl Default for Drain {
    fn default() -> Self {
        Self { within: Duration::from_secs(15), batch_max: text::count(500) }
    }
}
