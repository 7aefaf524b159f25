//! `aldis config …`: check, print or explain the configuration. Must not know how values are checked.

use std::io::Write;
use std::path::PathBuf;

use clap::Subcommand;

use super::failure::Failure;
use super::flags::Flags;
use crate::config::{DEFAULT_FILE, Sources, load};
use crate::telemetry::memory::{MemoryMax, memory_max};

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Check the file and the environment: reports every mistake with line, column and advice (exit code 2)
    Check {
        /// File to check [default: ALDIS_CONFIG, or config/aldis.toml if it exists]
        path: Option<PathBuf>,
    },
    /// Print the configuration file with every setting, its default and its rationale
    Default,
    /// Print the effective values and their sources; secrets are redacted
    Show(Box<Flags>),
}

impl ConfigCommand {
    pub(super) fn answer(self, out: &mut dyn Write) -> Result<(), Failure> {
        match self {
            Self::Check { path } => {
                let sources = Sources::gather(path.as_deref(), Vec::new())?;
                let loaded = load(&sources)?;
                loaded.startable()?;
                let file = sources.file.as_ref().map_or("no file, the defaults", |(name, _)| name);
                writeln!(out, "{file}: OK (keys set by file and environment: {})", loaded.origins.len())?;
            }
            Self::Default => write!(out, "{DEFAULT_FILE}")?,
            Self::Show(flags) => {
                let mut loaded = flags.load()?;
                let MemoryMax { bytes, set_by } = memory_max(None);
                loaded.derived.insert("node.memory_max", format!("{} MiB, {set_by}", bytes >> 20));
                write!(out, "{loaded}")?;
            }
        }
        Ok(())
    }
}
