//! How a room's timeline is printed.

use std::io::Write;

use anyhow::Context as _;
use serde_json::Value;

/// A line an event; a line between lives, and one where events are missing.
pub(super) fn list(timeline: &Value, out: &mut dyn Write) -> anyhow::Result<()> {
    let events = timeline["events"].as_array().context("the running node's answer lists no events")?;
    if events.is_empty() {
        writeln!(out, "Nothing has happened in this room in the last 24 hours.")?;
    }
    let mut before = (0, 0);
    for event in events {
        let data = &event["data"];
        let mut place = String::new();
        if let (Some(life), Some(number)) = (data["life"].as_u64(), data["number"].as_u64()) {
            let expected = if life == before.0 { before.1 + 1 } else { 1 };
            if life != before.0 && before.0 != 0 {
                writeln!(out)?;
            }
            if number > expected {
                writeln!(out, "… {} earlier events are no longer kept", number - expected)?;
            }
            (before, place) = ((life, number), number.to_string());
        }
        writeln!(out, "{}", line(&place, event).trim_end())?;
    }
    Ok(())
}

/// The particulars of an event, in this order.
const FIELDS: [&str; 20] = [
    "userId",
    "name",
    "reason",
    "code",
    "node",
    "from",
    "to",
    "recovered",
    "peerId",
    "direction",
    "trouble",
    "device",
    "local",
    "remote",
    "rttMs",
    "lostPerMille",
    "seconds",
    "hostId",
    "locked",
    "guests",
];

fn line(place: &str, event: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let mut line = format!("{place:>4}  {:24}  {:24}", text(&event["timestamp"]), text(&event["type"]));
    for field in FIELDS {
        let value = &event["data"][field];
        if let Some(text) = value.as_str() {
            line.push_str(&format!("  {field}={text}"));
        } else if !value.is_null() {
            line.push_str(&format!("  {field}={value}"));
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn listed(timeline: &Value) -> String {
        let mut out = Vec::new();
        list(timeline, &mut out).expect("an answer");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn events_are_listed_life_by_life_and_what_is_missing_is_told() {
        let event = |kind: &str, life: u64, number: u64| json!({ "type": kind, "timestamp": "2026-11-29T12:00:00.25Z", "data": { "life": life, "number": number } });
        let mut left = event("participant.left", 7, 4);
        left["data"]["userId"] = json!("auth0|5f7c");
        left["data"]["reason"] = json!("lost");
        let text = listed(&json!({ "events": [left, event("room.ended", 7, 5), event("room.started", 9, 1)] }));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "… 3 earlier events are no longer kept");
        let expected = "   4  2026-11-29T12:00:00.25Z   participant.left          userId=auth0|5f7c  reason=lost";
        assert_eq!(lines[1], expected);
        assert_eq!(lines[2], "   5  2026-11-29T12:00:00.25Z   room.ended");
        assert_eq!((lines[3], lines.len()), ("", 5));
        let mut locked = event("room.changed", 9, 2);
        locked["data"]["hostId"] = json!("ann");
        locked["data"]["locked"] = json!(true);
        assert!(
            listed(&json!({ "events": [locked] })).ends_with("room.changed              hostId=ann  locked=true\n")
        );
        assert!(listed(&json!({ "events": [] })).starts_with("Nothing has happened"));
        assert!(list(&json!({}), &mut Vec::new()).is_err());
    }
}
