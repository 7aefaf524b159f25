//! The log of events, on Redis: written by the scripts on rooms (`lua/log.lua`), read and marked as stored by scripts of its own.

use actors::{
    ledger::{
        Answer, EventLog, Happened, RoomEvent, RoomNote,
        events::{KEPT_FOR, NOTES_MAX},
    },
    protocol::{NodeId, RoomId},
};

use super::{
    RedisLedger,
    codec::{self, Malformed, Read, parse},
    keys::Bucket,
    reply::{self, Parts},
    scripts::Script,
    shared::Run,
};

impl EventLog for RedisLedger {
    fn rooms_with_news(&self, max: usize) -> Answer<Vec<RoomId>> {
        let run = |bucket: Bucket| Run { keys: vec![bucket.news], arguments: vec![max.to_string()] };
        self.in_buckets(Script::News, run, move |buckets| reply::rooms(max, buckets).map(Ok))
    }

    fn news(&self, room: RoomId, max: usize) -> Answer<Vec<RoomEvent>> {
        let own = vec![room.to_string(), max.to_string()];
        self.ask(Script::Unstored, 0, self.shared.keys.log(room).to_vec(), own, |_, parts| events(parts))
    }

    fn stored(&self, room: RoomId, life: u64, number: u64) -> Answer<()> {
        let own = vec![room.to_string(), life.to_string(), number.to_string()];
        self.ask(Script::Stored, 0, self.shared.keys.log(room).to_vec(), own, |_, _| Ok(()))
    }

    fn timeline(&self, room: RoomId) -> Answer<Vec<RoomEvent>> {
        let [log, _] = self.shared.keys.log(room);
        self.ask(Script::Timeline, 0, vec![log], Vec::new(), |_, parts| events(parts))
    }

    fn note(&self, room: RoomId, notes: Vec<RoomNote>) -> Answer<()> {
        let texts: Vec<String> = notes.iter().filter_map(|note| serde_json::to_string(note).ok()).collect();
        if texts.is_empty() {
            return ().into();
        }
        let own = [NOTES_MAX.to_string(), KEPT_FOR.as_secs().to_string()].into_iter().chain(texts).collect();
        self.ask(Script::Note, 0, vec![self.shared.keys.notes(room)], own, |_, _| Ok(()))
    }

    /// Notes of another version that this one cannot read are left out.
    fn notes(&self, room: RoomId) -> Answer<Vec<RoomNote>> {
        self.ask(Script::Timeline, 0, vec![self.shared.keys.notes(room)], Vec::new(), |_, parts| {
            Ok(parts.texts()?.iter().filter_map(|text| serde_json::from_str(text).ok()).collect())
        })
    }
}

fn events(parts: &mut Parts) -> Read<Vec<RoomEvent>> {
    parts.texts()?.iter().map(|text| event(text)).collect()
}

/// `<life> <number> <ms> <event>`, as the head of `lua/log.lua` lists them.
fn event(text: &str) -> Read<RoomEvent> {
    let bad = || Malformed(text.chars().take(80).collect());
    let mut words = text.splitn(4, ' ');
    let mut next = || words.next().ok_or_else(bad);
    let (life, number, at_ms) = (parse(next()?)?, parse(next()?)?, parse(next()?)?);
    Ok(RoomEvent { life, number, at_ms, happened: happened(next()?)? })
}

fn happened(text: &str) -> Read<Happened> {
    let bad = || Malformed(text.chars().take(80).collect());
    let (kind, rest) = text.split_at_checked(1).ok_or_else(bad)?;
    let parts: Vec<&str> = rest.splitn(4, '\n').collect();
    Ok(match (kind, &parts[..]) {
        ("S", [recovered]) => Happened::Started { recovered: *recovered == "1" },
        ("E", [""]) => Happened::Ended,
        ("J", [order, user, node, name]) => {
            let (user, order) = (parse(user)?, parse(order)?);
            Happened::Joined { user, order, node: NodeId::new(node), name: (*name).into() }
        }
        ("L", [order, user, reason]) => {
            Happened::Left { user: parse(user)?, order: parse(order)?, reason: codec::reason(reason)? }
        }
        ("D", [order, user, node]) => {
            Happened::Disconnected { user: parse(user)?, order: parse(order)?, node: NodeId::new(node) }
        }
        ("R", [order, user, node]) => {
            Happened::Resumed { user: parse(user)?, order: parse(order)?, node: NodeId::new(node) }
        }
        _ => return Err(bad()),
    })
}

#[cfg(test)]
mod tests {
    use actors::protocol::{LeaveReason, UserId};

    use super::*;

    #[test]
    fn an_event_is_read_as_it_is_written_and_rubbish_is_refused() {
        let (user, order, node) = ("auth0|5f7c".parse::<UserId>().expect("an id"), 17, NodeId::new("berlin-1"));
        let name = "Ann\nof the lines".into();
        let joined = Happened::Joined { user: user.clone(), order, node: node.clone(), name };
        for (text, happened) in [
            ("17 1 99 S0", Happened::Started { recovered: false }),
            ("17 1 99 S1", Happened::Started { recovered: true }),
            ("17 1 99 E", Happened::Ended),
            ("17 1 99 J17\nauth0|5f7c\nberlin-1\nAnn\nof the lines", joined),
            (
                "17 1 99 L17\nauth0|5f7c\nkicked",
                Happened::Left { user: user.clone(), order, reason: LeaveReason::Kicked },
            ),
            (
                "17 1 99 D17\nauth0|5f7c\nberlin-1",
                Happened::Disconnected { user: user.clone(), order, node: node.clone() },
            ),
            ("17 1 99 R17\nauth0|5f7c\nberlin-1", Happened::Resumed { user, order, node }),
        ] {
            assert_eq!(event(text), Ok(RoomEvent { life: 17, number: 1, at_ms: 99, happened }));
        }
        for rubbish in ["", "17 1 99", "17 1 99 ", "17 1 99 X1", "17 1 99 L17\nauth0|5f7c", "a 1 99 E", "17 1 99 ü"] {
            assert!(event(rubbish).is_err(), "{rubbish}");
        }
    }
}
