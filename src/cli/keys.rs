//! `aldis keys …`: the keys that sign access tokens. What a running node holds is changed by that node; without one, the files
//! are changed here, and so is the table that nodes share. Must not know how keys are stored.

use std::io::Write;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use hyper::Method;
use jiff::Timestamp;

use super::door;
use super::failure::Failure;
use super::flags::Flags;
use super::ring;
use crate::auth::keys::{KeyInfo, Role, Rotation};
use crate::config::Config;

#[derive(Debug, Args)]
#[command(after_help = "\
Keys are files in the directory keys of the data directory. One signs; the next is published ten minutes before it signs, so that
everybody knows it then; the previous ones verify until their last token has expired. So a rotation signs nobody out. A node
rotates by itself (auth.rotate_keys_every); if one runs, it is asked over its unix socket.
With PostgreSQL the keys are in the database, for all nodes, and are changed there.
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
    /// The next key signs at once (with PostgreSQL in a minute): services that keep an older copy of the JWKS refuse its tokens for five minutes
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
    Ok(ring::read(config)?.keys.list())
}

fn generate(config: &Config) -> anyhow::Result<Vec<KeyInfo>> {
    match hold(config)? {
        // Its holder has generated one.
        Some(door::Held::ByNode(_)) => list(config),
        _held => Ok(ring::open(config)?.keys.list()),
    }
}

fn rotate(config: &Config, rotation: Rotation) -> anyhow::Result<Vec<KeyInfo>> {
    let held = hold(config)?;
    if let Some(door::Held::ByNode(socket)) = held {
        let wish = serde_json::json!({ "rotation": rotation });
        let mut answer = door::ask(&socket, &Method::POST, "/internal/keys/rotate", Some(&wish))?;
        return serde_json::from_value(answer["keys"].take()).context("the running node's answer lists no keys");
    }
    let is_first = ring::shared(config).is_none() && !ring::folder(config).exists();
    let ring = ring::open(config)?;
    if is_first { Ok(ring.keys.list()) } else { ring.keys.rotate(rotation, Timestamp::now()) }
}

/// The holder of the data directory; nobody needs to hold it where the keys are in a database.
fn hold(config: &Config) -> anyhow::Result<Option<door::Held>> {
    if ring::shared(config).is_some() {
        return Ok(None);
    }
    door::hold(config, "keys").map(Some)
}
