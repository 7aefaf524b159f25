//! `aldis room …`: rooms and who is in them, on whichever node, as the running node knows them. Must not know where that is kept.

mod timeline;

use std::io::Write;

use actors::protocol::RoomId;
use clap::{Args, Subcommand};
use hyper::Method;
use serde_json::Value;

use super::door::{self, segment, text};
use super::failure::Failure;
use super::flags::Flags;

#[derive(Debug, Args)]
#[command(after_help = "\
The running node is asked over its unix socket; who is in a room it knows over all nodes. Timelines are kept with
room.timeline = true, or with webhooks.
Examples:
  aldis room list --max 20
  aldis room show abc-defg-hij
  aldis room kick abc-defg-hij 01a229a5-657e-728a-ac6f-46e4f83bf911
  aldis room close abc-defg-hij
  aldis room timeline abc-defg-hij")]
pub(super) struct RoomCommand {
    #[command(subcommand)]
    wish: Wish,
}

#[derive(Debug, Subcommand)]
enum Wish {
    /// Print rooms, the newest first: id, when they were made, whether they are open, seats, name
    List(List),
    /// Print a room's settings and who is in it
    Show(One),
    /// Close a room: its members are disconnected, and nobody can join until it is opened
    Close(One),
    /// Open a closed room
    Open(One),
    /// Remove a member
    Kick(Kick),
    /// Print what happened in a room in the last 24 hours: joins, leaves, lost sockets, resumes, refusals, descriptions
    Timeline(One),
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
    /// The room's id
    #[arg(value_name = "ROOM")]
    room: RoomId,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Args)]
struct Kick {
    #[command(flatten)]
    one: One,
    /// The member's user id, as `aldis room show` prints it
    #[arg(value_name = "USER")]
    user: String,
}

const PATH: &str = "/internal/rooms";

impl RoomCommand {
    pub(super) fn answer(self, out: &mut dyn Write) -> Result<(), Failure> {
        match self.wish {
            Wish::List(List { max, flags }) => {
                let socket = door::of_running_node(&flags.load()?.config)?;
                door::list((&socket, PATH, "rooms"), max, out, line)?;
            }
            Wish::Show(one) => show(&one.ask(&Method::GET, "")?, out)?,
            Wish::Close(one) => drop(one.ask(&Method::POST, "/close")?),
            Wish::Open(one) => drop(one.ask(&Method::POST, "/open")?),
            Wish::Kick(Kick { one, user }) => {
                one.ask(&Method::DELETE, &format!("/participants/{}", segment(&user)))?;
            }
            Wish::Timeline(one) => timeline::list(&one.ask(&Method::GET, "/timeline")?, out)?,
        }
        Ok(())
    }
}

impl One {
    fn ask(&self, method: &Method, action: &str) -> Result<Value, Failure> {
        let socket = door::of_running_node(&self.flags.load()?.config)?;
        Ok(door::ask(&socket, method, &format!("{PATH}/{}{action}", self.room), None)?)
    }
}

fn line(room: &Value) -> anyhow::Result<String> {
    let (id, since) = (text(room, "roomId")?, text(room, "createdAt")?);
    let day = since.get(..10).unwrap_or(since);
    let seats = room["maxParticipants"].as_u64().unwrap_or_default();
    let (mode, name) = (text(room, "mode")?, text(room, "name")?);
    Ok(format!("{id}  since {day}  {:6}  {mode:4}  {seats:>3} seats  {name}", state(room)).trim_end().to_owned())
}

fn state(room: &Value) -> &'static str {
    if room["active"] == true { "open" } else { "closed" }
}

fn show(answer: &Value, out: &mut dyn Write) -> anyhow::Result<()> {
    let room = &answer["room"];
    writeln!(out, "room   {} ({})", text(room, "roomId")?, state(room))?;
    writeln!(out, "name   {}", text(room, "name")?)?;
    writeln!(out, "host   {}", text(room, "hostId")?)?;
    writeln!(out, "since  {}", text(room, "createdAt")?)?;
    let (seats, window, mode) = (&room["maxParticipants"], &room["seatWindowSeconds"], text(room, "mode")?);
    writeln!(out, "seats  {seats}, kept {window} s for who is disconnected; {mode}; guests {}", text(room, "guests")?)?;
    let members = answer["live"]["members"].as_array().map(Vec::as_slice).unwrap_or_default();
    if room["participants"].is_null() {
        writeln!(out, "\nWho is in it cannot be asked now: the ledger does not answer.")?;
    } else if members.is_empty() {
        writeln!(out, "\nNobody is in it.")?;
    } else {
        writeln!(out)?;
    }
    for member in members {
        let state = if member["connected"] == true { "connected" } else { "disconnected" };
        writeln!(out, "{}  {state:12}  {}", text(member, "user")?, text(member, "name")?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_room_is_shown_with_its_members() {
        let room = json!({
            "roomId": "abc-defg-hij", "hostId": "ann", "name": "Weekly", "active": true, "createdAt": "2026-11-29T10:00:00Z",
            "maxParticipants": 4, "seatWindowSeconds": 5, "mode": "mesh", "guests": "no", "participants": 1,
        });
        assert_eq!(line(&room).expect("a line"), "abc-defg-hij  since 2026-11-29  open    mesh    4 seats  Weekly");
        let member = json!({ "user": "ben", "name": "Ben", "connected": false });
        let mut out = Vec::new();
        show(&json!({ "room": room, "live": { "members": [member] } }), &mut out).expect("an answer");
        let text = String::from_utf8(out).expect("text");
        assert!(
            text.starts_with("room   abc-defg-hij (open)\n") && text.ends_with("\n\nben  disconnected  Ben\n"),
            "{text}"
        );
    }
}
