//! `aldis user …`: accounts, looked up and changed by the running node. Must not know how they are stored.

use std::io::Write;

use actors::protocol::UserId;
use anyhow::ensure;
use clap::{Args, Subcommand};
use hyper::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::door::{self, query, segment, text};
use super::failure::Failure;
use super::flags::Flags;

#[derive(Debug, Args)]
#[command(after_help = "\
The running node is asked over its unix socket. An account is named by its id or its address.
Examples:
  aldis user list --max 20
  aldis user show ann@example.org
  aldis user disable ann@example.org
  aldis user password 01a229a5-657e-728a-ac6f-46e4f83bf911")]
pub(super) struct UserCommand {
    #[command(subcommand)]
    wish: Wish,
}

#[derive(Debug, Subcommand)]
enum Wish {
    /// Print accounts, the newest first: id, when they were made, state, address, name
    List(List),
    /// Print an account and how many sessions it has
    Show(One),
    /// Disable an account: its sessions end, its sockets are closed
    Disable(One),
    /// Enable an account
    Enable(One),
    /// Set a new password, print it, and end all sessions
    Password(One),
    /// End all sessions of anybody, also of a user of another issuer or of an API key, who has no account
    Logout(Anybody),
    /// Delete an account with its rooms, for good
    Delete(Delete),
}

#[derive(Debug, Args)]
struct List {
    /// How many, at most
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    max: usize,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Args)]
struct One {
    /// The account's id or address
    #[arg(value_name = "USER")]
    user: String,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Args)]
struct Anybody {
    /// The user's id: the `sub` of their tokens, with the issuer's prefix if it has one
    #[arg(value_name = "ID")]
    user: UserId,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Args)]
struct Delete {
    /// Do not ask for the account's address as a confirmation
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    one: One,
}

const PATH: &str = "/internal/users";

impl UserCommand {
    pub(super) fn answer(self, out: &mut dyn Write) -> Result<(), Failure> {
        match self.wish {
            Wish::List(List { max, flags }) => {
                let socket = door::of_running_node(&flags.load()?.config)?;
                door::list((&socket, PATH, "users"), max, out, line)?;
            }
            Wish::Show(one) => {
                let (socket, id) = one.found()?;
                show(&door::ask(&socket, &Method::GET, &format!("{PATH}/{id}"), None)?, out)?;
            }
            Wish::Disable(one) => one.set_disabled(true)?,
            Wish::Enable(one) => one.set_disabled(false)?,
            Wish::Password(one) => {
                let (socket, id) = one.found()?;
                let answer = door::ask(&socket, &Method::POST, &format!("{PATH}/{id}/password"), None)?;
                writeln!(out, "{}", text(&answer, "password")?)?;
            }
            Wish::Logout(Anybody { user, flags }) => {
                let socket = door::of_running_node(&flags.load()?.config)?;
                let path = format!("{PATH}/{}/sessions", segment(&user.to_string()));
                door::ask(&socket, &Method::DELETE, &path, None)?;
            }
            Wish::Delete(Delete { yes, one }) => {
                let (socket, id) = one.found()?;
                if !yes {
                    confirm(&one.user)?;
                }
                door::ask(&socket, &Method::DELETE, &format!("{PATH}/{id}"), None)?;
            }
        }
        Ok(())
    }
}

impl One {
    /// The running node's socket, and the account's id.
    fn found(&self) -> Result<(std::path::PathBuf, Uuid), Failure> {
        let socket = door::of_running_node(&self.flags.load()?.config)?;
        if let Ok(id) = self.user.parse() {
            return Ok((socket, id));
        }
        let answer = door::ask(&socket, &Method::GET, &format!("{PATH}?{}", query(&[("email", &self.user)])), None)?;
        let found = answer["users"].get(0).and_then(|user| user["id"].as_str()?.parse().ok());
        let none = || anyhow::anyhow!("there is no account of `{}` → aldis user list", self.user);
        Ok((socket, found.ok_or_else(none)?))
    }

    fn set_disabled(&self, disabled: bool) -> Result<(), Failure> {
        let (socket, id) = self.found()?;
        let wish = json!({ "disabled": disabled });
        door::ask(&socket, &Method::PATCH, &format!("{PATH}/{id}"), Some(&wish))?;
        Ok(())
    }
}

/// A deletion is final: the id or address must be typed twice.
fn confirm(user: &str) -> anyhow::Result<()> {
    let question =
        "this deletes the account and its rooms for good; type the account's id or address again to confirm: ";
    std::io::stderr().write_all(question.as_bytes())?;
    let mut typed = String::new();
    std::io::stdin().read_line(&mut typed)?;
    ensure!(typed.trim() == user, "nothing was deleted → in a script, write --yes");
    Ok(())
}

fn line(user: &Value) -> anyhow::Result<String> {
    let (id, since) = (text(user, "id")?, text(user, "createdAt")?);
    let day = since.get(..10).unwrap_or(since);
    Ok(format!("{id}  since {day}  {:8}  {}  {}", state(user), text(user, "email")?, text(user, "name")?))
}

fn state(user: &Value) -> &'static str {
    match (user["disabled"].as_bool(), user["verifiedAt"].is_string()) {
        (Some(true), _) => "disabled",
        (_, true) => "verified",
        (_, false) => "active",
    }
}

fn show(answer: &Value, out: &mut dyn Write) -> anyhow::Result<()> {
    let user = &answer["user"];
    writeln!(out, "id        {}", text(user, "id")?)?;
    writeln!(out, "address   {}", text(user, "email")?)?;
    writeln!(out, "name      {}", text(user, "name")?)?;
    writeln!(out, "state     {}", state(user))?;
    writeln!(out, "since     {}", text(user, "createdAt")?)?;
    Ok(writeln!(out, "sessions  {}", answer["sessions"])?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_a_line() {
        let user = json!({
            "id": "01a2", "email": "ann@example.org", "name": "Ann", "disabled": false, "verifiedAt": null,
            "createdAt": "2026-11-29T10:00:00Z",
        });
        assert_eq!(line(&user).expect("a line"), "01a2  since 2026-11-29  active    ann@example.org  Ann");
        let disabled = json!({ "disabled": true, "verifiedAt": "2026-11-29T10:00:00Z" });
        assert_eq!(state(&disabled), "disabled");
        assert!(line(&json!({})).is_err());
    }
}
