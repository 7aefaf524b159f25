//! `aldis invite …`: invites to sign up, made, listed and revoked by the running node. Must not know how they are stored.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use hyper::Method;
use serde_json::json;
use uuid::Uuid;

use super::door::{self, text};
use super::failure::Failure;
use super::flags::Flags;
use crate::config::text::Text;

#[derive(Debug, Args)]
#[command(after_help = "\
With auth.signup = \"invite\" only whoever has the code of an invite can sign up. The running node is asked over its unix socket.
Examples:
  aldis invite new
  aldis invite new --email ann@example.org --expires 2d
  aldis invite new --uses 30 --expires 1h
  aldis invite list")]
pub(super) struct InviteCommand {
    #[command(subcommand)]
    wish: Wish,
}

#[derive(Debug, Subcommand)]
enum Wish {
    /// Print a new invite's link, which is shown only now
    New(New),
    /// Print the invites that can be used: id, accounts left, expiry, address
    List(Flags),
    /// Revoke an invite
    Revoke(Revoke),
}

#[derive(Debug, Args)]
struct New {
    /// The only address that may use it [default: any]
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// How long it can be used
    #[arg(long, value_name = "TIME", default_value = "7d", value_parser = Duration::read)]
    expires: Duration,
    /// Accounts that may be made with it
    #[arg(long, value_name = "COUNT", default_value_t = 1)]
    uses: u32,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Args)]
struct Revoke {
    /// The invite's id, as `aldis invite list` prints it
    id: Uuid,
    #[command(flatten)]
    flags: Flags,
}

impl InviteCommand {
    pub(super) fn answer(self, out: &mut dyn Write) -> Result<(), Failure> {
        match self.wish {
            Wish::New(New { email, expires, uses, flags }) => {
                let wish = json!({ "email": email, "expiresIn": expires.as_secs(), "uses": uses });
                let socket = door::of_running_node(&flags.load()?.config)?;
                let made = door::ask(&socket, &Method::POST, PATH, Some(&wish))?;
                let (link, code, until) = (text(&made, "link")?, text(&made, "code")?, text(&made, "expiresAt")?);
                writeln!(out, "{link}\n\ncode {code}, valid until {until}")?;
            }
            Wish::List(flags) => list(&door::of_running_node(&flags.load()?.config)?, out)?,
            Wish::Revoke(Revoke { id, flags }) => {
                let socket = door::of_running_node(&flags.load()?.config)?;
                door::ask(&socket, &Method::DELETE, &format!("{PATH}/{id}"), None)?;
            }
        }
        Ok(())
    }
}

const PATH: &str = "/internal/invites";

fn list(socket: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let answer = door::ask(socket, &Method::GET, PATH, None)?;
    for invite in answer["invites"].as_array().context("the running node's answer lists no invites")? {
        let (id, until, email) = (text(invite, "id")?, text(invite, "expiresAt")?, invite["email"].as_str());
        writeln!(out, "{id}  {} left  until {until}  {}", invite["usesLeft"], email.unwrap_or("anybody"))?;
    }
    Ok(())
}
