//! `aldis keys …`: the keys that sign access tokens. What a running node holds is changed by that node; without one, the files
//! are changed here. Must not know how keys are stored.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use hyper::Method;
use jiff::Timestamp;

use super::door;
use super::failure::Failure;
use super::flags::Flags;
use crate::auth::{
    KeyRing,
    keys::{KeyInfo, Role, Rotation},
};
use crate::config::Config;

#[derive(Debug, Args)]
#[command(after_help = "\
Keys lie in the directory keys of the data directory. One signs; the next one is published ten minutes before it signs, so that
everybody knows it then; the previous ones verify until their last token has expired. So a rotation signs nobody out. A node
rotates by itself (auth.rotate_keys_every); if one runs, it is asked over its unix socket.
Examples:
  aldis keys list
  aldis keys rotate --data-dir /var/lib/aldis
  aldis keys rotate --leaked --data-dir /var/lib/aldis")]
pub(super) struct KeysCommand {
    #[command(subcommand)]
    wish: Wish,
}

#[derive(Debug, Subcommand)]
enum Wish {
    /// Generate the first key, as the first start does; does nothing if a key exists
    Generate(Flags),
    /// Publish the next key, which signs in ten minutes; does nothing more if one is published already
    Rotate(Rotate),
    /// Print the keys, the signing one first: id, role, and from or until when
    List(Flags),
}

#[derive(Debug, Args)]
struct Rotate {
    /// The next key signs at once: services that keep an older copy of the JWKS refuse its tokens for five minutes
    #[arg(long)]
    now: bool,
    /// Strangers have the keys: a new one signs at once, the others are deleted, and every token of theirs is invalid
    #[arg(long)]
    leaked: bool,
    #[command(flatten)]
    flags: Flags,
}

impl KeysCommand {
    pub(super) fn answer(self, out: &mut dyn Write) -> Result<(), Failure> {
        let keys = match self.wish {
            Wish::List(flags) => list(&flags.load()?.config)?,
            Wish::Generate(flags) => generate(&flags.load()?.config)?,
            Wish::Rotate(Rotate { now, leaked, flags }) => {
                let rotation = match (leaked, now) {
                    (true, _) => Rotation::Leaked,
                    (false, true) => Rotation::Now,
                    (false, false) => Rotation::Announced,
                };
                rotate(&flags.load()?.config, rotation)?
            }
        };
        for KeyInfo { kid, role, signs_from, verifies_until } in keys {
            match (role, verifies_until) {
                (Role::Previous, Some(until)) => writeln!(out, "{kid}  previous  verifies until {until:.0}")?,
                (Role::Next, _) => writeln!(out, "{kid}  next      signs from {signs_from:.0}")?,
                (Role::Current | Role::Previous, _) => writeln!(out, "{kid}  current   signs since {signs_from:.0}")?,
            }
        }
        Ok(())
    }
}

fn list(config: &Config) -> anyhow::Result<Vec<KeyInfo>> {
    Ok(KeyRing::read(&folder(config), Timestamp::now())?.list())
}

fn generate(config: &Config) -> anyhow::Result<Vec<KeyInfo>> {
    match door::hold(config, "keys")? {
        // Its holder has generated one.
        door::Held::ByNode(_) => list(config),
        door::Held::ByUs(_lock) => Ok(KeyRing::open(&folder(config), Timestamp::now())?.list()),
    }
}

fn rotate(config: &Config, rotation: Rotation) -> anyhow::Result<Vec<KeyInfo>> {
    match door::hold(config, "keys")? {
        door::Held::ByNode(socket) => {
            let wish = serde_json::json!({ "rotation": rotation });
            let mut answer = door::ask(&socket, &Method::POST, "/internal/keys/rotate", Some(&wish))?;
            serde_json::from_value(answer["keys"].take()).context("the running node's answer lists no keys")
        }
        door::Held::ByUs(_lock) => {
            let (folder, now) = (folder(config), Timestamp::now());
            let is_first = KeyRing::read(&folder, now).is_err() && !folder.exists();
            let keys = KeyRing::open(&folder, now)?;
            if is_first { Ok(keys.list()) } else { keys.rotate(rotation, now) }
        }
    }
}

/// The directory of this configuration's keys.
pub(super) fn folder(config: &Config) -> PathBuf {
    config.node.data_dir.join("keys")
}
