//! `aldis keys …`: the keys that sign access tokens, without a running node. Must not know how keys are stored.

use std::io::Write;
use std::path::PathBuf;

use anyhow::anyhow;
use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::failure::Failure;
use super::flags::Flags;
use crate::auth::KeyRing;
use crate::config::Config;

#[derive(Debug, Args)]
#[command(after_help = "\
Keys lie in the directory keys of the data directory. Two are live: the newest signs, the one before still verifies,
so that a rotation signs nobody out. A running node takes a new key on SIGHUP.
Examples:
  aldis keys list
  aldis keys rotate --data-dir /var/lib/aldis && systemctl reload aldis")]
pub(super) struct KeysCommand {
    #[command(subcommand)]
    wish: Wish,
}

#[derive(Debug, Subcommand)]
enum Wish {
    /// Generate the first key, as the first start does; does nothing if a key exists
    Generate(Flags),
    /// Generate a new key that signs from now on; the previous one still verifies, older ones are deleted
    Rotate(Flags),
    /// Print the live keys, the signing one first: id, creation time
    List(Flags),
}

impl KeysCommand {
    pub(super) fn answer(self, out: &mut dyn Write) -> Result<(), Failure> {
        let (Wish::Generate(flags) | Wish::Rotate(flags) | Wish::List(flags)) = &self.wish;
        let folder = folder(&flags.load()?.config);
        let now = Timestamp::now();
        let any = std::fs::read_dir(&folder).is_ok_and(|mut files| files.next().is_some());
        let keys = match self.wish {
            Wish::List(_) if !any => {
                return Err(
                    anyhow!("there is no key in {} yet; generate one: aldis keys generate", folder.display()).into()
                );
            }
            Wish::List(_) | Wish::Generate(_) => KeyRing::open(&folder, now)?,
            Wish::Rotate(_) => {
                let keys = KeyRing::open(&folder, now)?;
                if any {
                    keys.rotate(now)?;
                }
                keys
            }
        };
        for key in keys.list() {
            let role = if key.signs { "signs" } else { "verifies" };
            writeln!(out, "{}  {}  {role}", key.kid, key.made_at)?;
        }
        Ok(())
    }
}

/// The directory of this configuration's keys.
pub(super) fn folder(config: &Config) -> PathBuf {
    config.node.data_dir.join("keys")
}
