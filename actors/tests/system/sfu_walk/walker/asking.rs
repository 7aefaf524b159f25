//! What a member does at random.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Ask, Habit, Session, Walker};

/// Requests that it has open at once, fewer than it may.
const OPEN: usize = 5;
/// Tracks that it sends, fewer than it may.
const SENT: usize = 3;

impl Walker<'_> {
    /// One thing.
    pub(super) fn acts(&mut self) {
        self.asks_again();
        match self.random.next() % 20 {
            0 => self.loses_line(),
            1 if self.habit == Habit::ComesAndGoes => self.leaves(),
            1 if self.habit == Habit::Restless && self.random.next().is_multiple_of(3) => self.leaves(),
            2..=4 => {}
            _ => self.asks(),
        }
    }

    pub(in super::super) fn leaves(&mut self) {
        if self.habit == Habit::ComesAndGoes {
            self.away_until = Instant::now() + Duration::from_millis(self.random.next() % 20_000);
        }
        if let Some(line) = &self.line {
            line.says(r#"{"type":"leave_room"}"#);
        }
    }

    /// A new request.
    fn asks(&mut self) {
        let (draw, choice) = (self.random.next(), self.random.next());
        let Some(session) = self.session.as_mut().filter(|session| session.open.len() < OPEN) else { return };
        let Some((kind, data)) = request(session, draw, choice) else { return };
        if is_pause(kind) {
            // Whoever wants it otherwise now does not ask again for what was refused.
            session.open.retain(|_, ask| ask.is_asked || !is_pause(ask.kind) || ask.data != data);
        }
        session.rids += 1;
        let ask = Ask { kind, data, is_asked: false, again_at: None };
        session.open.insert(session.rids, ask);
        self.asks_again();
    }

    /// In each new epoch a browser begins again: that ends at the media server what is of an earlier one.
    pub(super) fn catches_up(&mut self) {
        let Some(session) = self.session.as_mut().filter(|session| !session.is_mesh) else { return };
        if session.caught_up < session.greatest_epoch && session.open.is_empty() {
            session.caught_up = session.greatest_epoch;
            session.rids += 1;
            let ask = Ask { kind: "sfu_get_router_capabilities", data: json!({}), is_asked: false, again_at: None };
            session.open.insert(session.rids, ask);
        }
    }

    /// Asks what was not asked on this connection, and what was refused for a while.
    pub(super) fn asks_again(&mut self) {
        let (Some(line), Some(session)) = (&self.line, &mut self.session) else { return };
        for (rid, ask) in &mut session.open {
            if !ask.is_asked && ask.again_at.is_none_or(|at| at <= Instant::now()) {
                (ask.is_asked, ask.again_at) = (true, None);
                line.says(&json!({ "type": ask.kind, "rid": rid, "data": ask.data }).to_string());
            }
        }
    }

    /// It was refused, and may be asked again a little later, unless it wants it otherwise by now.
    pub(super) fn asks_later(&mut self, rid: u64) {
        let wait = Duration::from_millis(200 + self.random.next() % 2_000);
        let Some(session) = &mut self.session else { return };
        let data = session.open.get(&rid).filter(|ask| is_pause(ask.kind)).map(|ask| &ask.data);
        if session.open.range(rid + 1..).any(|(_, later)| is_pause(later.kind) && Some(&later.data) == data) {
            session.open.remove(&rid);
            return;
        }
        if let Some(ask) = self.session.as_mut().and_then(|session| session.open.get_mut(&rid)) {
            (ask.is_asked, ask.again_at) = (false, Some(Instant::now() + wait));
        }
    }
}

fn is_pause(kind: &str) -> bool {
    matches!(kind, "sfu_pause_producer" | "sfu_resume_producer")
}

/// A request that makes sense as far as is known.
fn request(session: &Session, draw: u64, choice: u64) -> Option<(&'static str, Value)> {
    let epoch = session.greatest_epoch;
    if session.is_mesh && !draw.is_multiple_of(4) {
        return None;
    }
    let Some((made_in, transport)) = session.transport.as_ref().filter(|(made_in, _)| *made_in == epoch) else {
        let is_open = |kind: &str| session.open.values().any(|ask| ask.kind == kind);
        if is_open("sfu_get_router_capabilities") || is_open("sfu_create_transport") {
            return None;
        }
        return Some(if epoch == 0 || draw.is_multiple_of(3) {
            ("sfu_get_router_capabilities", json!({}))
        } else {
            ("sfu_create_transport", json!({ "epoch": epoch, "direction": "send" }))
        });
    };
    let place = usize::try_from(choice % 16).expect("few");
    let of = |ask: &Ask, id: &str| ask.data["producerId"] == *id;
    let own = || session.own.keys().nth(place % session.own.len().max(1));
    // Several pauses and resumes may be under way, but not beside the end.
    let is_idle = |id: &&String| session.open.values().all(|ask| !of(ask, id));
    let is_sent = |id: &&String| session.open.values().all(|ask| !of(ask, id) || ask.kind != "sfu_close_producer");
    let is_sending = session.open.values().filter(|ask| ask.kind == "sfu_produce").count() + session.own.len();
    Some(match draw % 8 {
        0..=2 if is_sending < SENT => {
            let sends = json!({ "epoch": made_in, "transportId": transport, "kind": "audio", "source": "x", "rtpParameters": {} });
            ("sfu_produce", sends)
        }
        3 => ("sfu_pause_producer", json!({ "epoch": made_in, "producerId": own().filter(is_sent)? })),
        4 => ("sfu_resume_producer", json!({ "epoch": made_in, "producerId": own().filter(is_sent)? })),
        5 => ("sfu_close_producer", json!({ "epoch": made_in, "producerId": own().filter(is_idle)? })),
        6 => {
            let other = session.others.keys().nth(place % session.others.len().max(1))?;
            let receives =
                json!({ "epoch": made_in, "transportId": transport, "producerId": other, "rtpCapabilities": {} });
            ("sfu_consume", receives)
        }
        _ => ("sfu_restart_ice", json!({ "epoch": made_in, "transportId": transport })),
    })
}
