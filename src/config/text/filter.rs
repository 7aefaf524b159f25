//! The log filter, written as levels by target. Must not know where lines go.

use tracing_subscriber::filter::Targets;

use super::{Text, text_serde};

/// A level, or `target=level` pairs with commas between: `"info,aldis::ws=debug"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter(String);

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

impl Filter {
    /// Everything at level `info` and above.
    pub(crate) fn info() -> Self {
        Self("info".to_owned())
    }

    /// The filter as `tracing-subscriber` applies it.
    #[must_use]
    pub fn targets(&self) -> Targets {
        // `Targets` understands everything that `read` accepts.
        self.0.parse().unwrap_or_default()
    }
}

impl Text for Filter {
    const FORM: &'static str =
        "a level (off, error, warn, info, debug, trace) or pairs, such as \"info,aldis::ws=debug\"";
    const PATTERN: &'static str =
        r"^([A-Za-z0-9_:]+=)?(off|error|warn|info|debug|trace)(,([A-Za-z0-9_:]+=)?(off|error|warn|info|debug|trace))*$";

    fn read(text: &str) -> Result<Self, String> {
        for part in text.split(',') {
            let (target, level) = part.split_once('=').map_or((None, part), |(target, level)| (Some(target), level));
            if !LEVELS.contains(&level) {
                return Err(format!("`{level}` is not a level"));
            }
            let path = |target: &str| target.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b':');
            if target.is_some_and(|target| target.is_empty() || !path(target)) {
                return Err(format!("`{part}` names no target"));
            }
        }
        Ok(Self(text.to_owned()))
    }

    fn write(&self) -> String {
        self.0.clone()
    }
}

text_serde!(Filter);
