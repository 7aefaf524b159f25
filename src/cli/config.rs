//! `aldis config …`: check, print or explain the configuration. Must not know how values are checked.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::failure::Failure;
use super::flags::Flags;
use crate::app;
use crate::config::{ConfigError, DEFAULT_FILE, load, schema};
use crate::telemetry::memory::{MemoryMax, memory_max};

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Check the file, the environment, flags, files, directories and ports: reports every mistake with its place and advice
    /// (exit code 2)
    #[command(after_help = "\
Examples:
  aldis config check /etc/aldis/aldis.toml
  aldis config check -c /etc/aldis/aldis.toml --data-dir /var/lib/aldis --probe")]
    Check {
        /// File to check, as --config [default: ALDIS_CONFIG, or config/aldis.toml if it exists]
        #[arg(conflicts_with = "config")]
        path: Option<PathBuf>,
        /// Ask the services that it names, too: STUN, TURN, the database, Redis, media servers, mail, other issuers for their keys
        #[arg(long)]
        probe: bool,
        #[command(flatten)]
        flags: Box<Flags>,
    },
    /// Print the configuration file with every setting, its default and its rationale
    Default,
    /// Print a JSON Schema of the configuration file, with which editors complete and check it
    #[command(after_help = "\
Examples:
  aldis config schema > aldis.schema.json     then, as the first line of aldis.toml beside it:  #:schema ./aldis.schema.json")]
    Schema,
    /// Print the effective values and their sources; secrets are redacted
    Show(Box<Flags>),
}

impl ConfigCommand {
    pub(super) fn answer(self, out: &mut dyn Write) -> Result<(), Failure> {
        match self {
            Self::Check { path, probe, flags } => check(path.as_deref(), probe, &flags, out)?,
            Self::Default => write!(out, "{DEFAULT_FILE}")?,
            Self::Schema => writeln!(out, "{:#}", schema())?,
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

fn check(path: Option<&Path>, probe: bool, flags: &Flags, out: &mut dyn Write) -> Result<(), Failure> {
    let sources = flags.sources(path)?;
    let loaded = load(&sources)?;
    let (mut faults, mut warnings) = app::check(&loaded);
    if probe {
        let probed = app::probe(&loaded);
        faults.extend(probed.faults);
        warnings.extend(probed.warnings);
        for line in probed.said {
            writeln!(out, "{line}")?;
        }
    }
    warnings.extend_from_slice(&loaded.warnings);
    for warning in warnings {
        eprintln!("{warning}\n");
    }
    ConfigError::unless_none(faults)?;
    let file = sources.file.as_ref().map_or("no file, the defaults", |(name, _)| name);
    writeln!(out, "{file}: OK (keys set: {})", loaded.origins.len())?;
    Ok(())
}
