//! `[log]`: what is logged, and how. Must not know where log lines go.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::filter::Filter;

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// Minimum level of logged lines, by target.
    pub filter: Filter,
    /// The format of a log line.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: Filter::info(), format: LogFormat::Auto }
    }
}

/// The shape of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// `Pretty` on a terminal, `Json` otherwise.
    Auto,
    /// For people.
    Pretty,
    /// One JSON object per line.
    Json,
}
