//! `aldis webhook …`: webhooks that were given up, listed, shown and sent again by the running node. Must not know how they are stored.

use std::io::Write;

use anyhow::Context as _;
use clap::{ArgGroup, Args, Subcommand};
use hyper::Method;
use serde_json::Value;

use super::door;
use super::failure::Failure;
use super::flags::Flags;

#[derive(Debug, Args)]
#[command(after_help = "\
An event that its receiver has not confirmed within webhooks.give_up_after is given up, and later ones of its room are sent. The running
node is asked over its unix socket.
Examples:
  aldis webhook list
  aldis webhook show msg_abc-defg-hij_1796040000000_4
  aldis webhook retry msg_abc-defg-hij_1796040000000_4
  aldis webhook retry --all")]
pub(super) struct WebhookCommand {
    #[command(subcommand)]
    wish: Wish,
}

#[derive(Debug, Subcommand)]
enum Wish {
    /// Print how many wait, and those that were given up: id, when, type, attempts, why
    List(Flags),
    /// Print one that waits or was given up, with its body
    Show(One),
    /// Send one again that was given up, or all of them
    Retry(Retry),
}

#[derive(Debug, Args)]
struct One {
    /// The webhook's id, as `aldis webhook list` and its receiver's `webhook-id` have it
    id: String,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).args(["id", "all"]))]
struct Retry {
    /// The webhook's id
    id: Option<String>,
    /// All of them, a thousand at a time
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    flags: Flags,
}

const PATH: &str = "/internal/webhooks";

impl WebhookCommand {
    pub(super) fn answer(self, out: &mut dyn Write) -> Result<(), Failure> {
        match self.wish {
            Wish::List(flags) => {
                let socket = door::of_running_node(&flags.load()?.config)?;
                list(&door::ask(&socket, &Method::GET, PATH, None)?, out)?;
            }
            Wish::Show(One { id, flags }) => {
                let socket = door::of_running_node(&flags.load()?.config)?;
                let webhook = door::ask(&socket, &Method::GET, &format!("{PATH}/{}", in_path(&id)), None)?;
                writeln!(out, "{webhook:#}")?;
            }
            Wish::Retry(Retry { id: Some(id), flags, .. }) => {
                let socket = door::of_running_node(&flags.load()?.config)?;
                door::ask(&socket, &Method::POST, &format!("{PATH}/{}/retry", in_path(&id)), None)?;
            }
            Wish::Retry(Retry { id: None, flags, .. }) => {
                let socket = door::of_running_node(&flags.load()?.config)?;
                let answer = door::ask(&socket, &Method::POST, &format!("{PATH}/retry"), None)?;
                writeln!(out, "{} are sent again", answer["retried"])?;
            }
        }
        Ok(())
    }
}

fn in_path(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn list(answer: &Value, out: &mut dyn Write) -> anyhow::Result<()> {
    let webhooks = answer["webhooks"].as_array().context("the running node's answer lists no webhooks")?;
    writeln!(out, "{} wait, {} were given up", answer["queued"], answer["dead"])?;
    for webhook in webhooks {
        let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
        let (id, at, kind) = (text(&webhook["id"]), text(&webhook["deadAt"]), text(&webhook["body"]["type"]));
        writeln!(out, "{id}  {at}  {kind}  {} attempts: {}", webhook["attempts"], text(&webhook["failure"]))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn those_that_were_given_up_are_listed_with_the_reason() {
        let mut out = Vec::new();
        let webhook = json!({
            "id": "msg_abc-defg-hij_7_4", "deadAt": "2026-11-29T12:00:00Z", "body": { "type": "room.ended" }, "attempts": 31,
            "failure": "no answer within 10s",
        });
        list(&json!({ "queued": 2, "dead": 1, "webhooks": [webhook] }), &mut out).expect("an answer");
        let text = String::from_utf8(out).expect("text");
        assert!(text.starts_with("2 wait, 1 were given up\n"), "{text}");
        let line = "msg_abc-defg-hij_7_4  2026-11-29T12:00:00Z  room.ended  31 attempts: no answer within 10s\n";
        assert!(text.ends_with(line), "{text}");
        assert!(list(&json!({}), &mut Vec::new()).is_err());
    }
}
