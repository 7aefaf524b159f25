//! What a client hears, and what it knows of its session.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use actors::messages::socket::Disconnect;
use serde_json::Value;
use tokio::time::sleep;

use super::super::history::{End, Kind, What};
use super::{super::ports::WINDOW, Client};

/// A session, as its client knows it.
pub(super) struct Session {
    pub(super) id: String,
    pub(super) resume_token: String,
    pub(super) rev: u64,
    pub(super) seq: u64,
    pub(super) next_cid: u64,
    /// Neither acknowledged nor refused, in order.
    pub(super) unacked: VecDeque<(u64, String)>,
    pub(super) peers: BTreeMap<String, u64>,
}

impl Client {
    pub(super) async fn hears(&mut self, text: &Value) {
        self.note(|| format!("< {text}"));
        let data = &text["data"];
        let kind = text["type"].as_str().unwrap_or_default();
        if matches!(kind, "resumed" | "resume_failed")
            && let Some(line) = &mut self.line
        {
            line.resuming = false;
        }
        match kind {
            "room_joined" => self.joined(data),
            "resumed" => self.resumed(data).await,
            "resume_failed" => self.resume_failed(data),
            "degraded" if data["lost"] == true => self.record(What::Lost),
            "ack" => self.acked(text["cid"].as_u64().unwrap_or_default()),
            "error" => self.refused(data),
            _ if text["seq"].is_u64() => self.numbered(kind, text["seq"].as_u64().unwrap_or_default(), data),
            _ => {}
        }
    }

    fn record(&self, what: What) {
        if let Some(session) = &self.session {
            self.history.record(&session.id, what);
        }
    }

    fn joined(&mut self, data: &Value) {
        let text = |field: &str| data[field].as_str().unwrap_or_default().to_owned();
        let (peers, rev) = (peers(data), data["rev"].as_u64().unwrap_or_default());
        let session = Session {
            id: text("sessionId"),
            resume_token: text("resumeToken"),
            rev,
            seq: 0,
            next_cid: 1,
            unacked: VecDeque::new(),
            peers: peers.clone(),
        };
        let joined = What::Joined { user: self.user.clone(), room: self.room.clone(), rev, peers };
        self.history.record(&session.id, joined);
        self.session = Some(session);
        self.here();
    }

    fn resume_failed(&mut self, data: &Value) {
        let is_early = self.heard_at.elapsed() < WINDOW && data["reason"] == "seat_gone";
        self.ended(if is_early { End::SeatGoneEarly } else { End::SeatGone });
    }

    /// The session goes on: its roster is what it is told, and what is not settled is sent again.
    async fn resumed(&mut self, data: &Value) {
        let lost = data["lost"] == true;
        self.close_old();
        let Some(session) = &mut self.session else { return };
        session.peers = peers(data);
        self.history.record(&session.id, What::Resumed { peers: session.peers.clone(), lost });
        self.here();
        let Some(session) = &self.session else { return };
        let again: Vec<String> = session.unacked.iter().map(|(_, text)| text.clone()).collect();
        for text in again {
            self.say(text).await;
        }
    }

    /// The session has moved to another connection; the one of before is closed as by a page that goes.
    fn close_old(&mut self) {
        if let Some(mut old) = self.old.take() {
            let long = Duration::from_millis((self.random.next() % 1_000).saturating_sub(500));
            tokio::spawn(async move {
                sleep(long).await; // paused
                old.handle.disconnect(Disconnect::Closed(Some(1000)));
            });
        }
    }

    fn acked(&mut self, cid: u64) {
        self.record(What::Acked(cid));
        if let Some(session) = &mut self.session {
            session.unacked.retain(|(pending, _)| *pending > cid);
        }
    }

    fn refused(&mut self, data: &Value) {
        let Some(cid) = data["cid"].as_u64() else { return };
        let Some(session) = &mut self.session else { return };
        session.unacked.retain(|(pending, _)| *pending != cid);
        self.record(What::Refused(cid, data["code"].as_str().unwrap_or_default().to_owned()));
    }

    fn numbered(&mut self, kind: &str, seq: u64, data: &Value) {
        let Some(session) = &mut self.session else { return };
        session.seq = seq;
        let user = data["userId"].as_str().unwrap_or_default().to_owned();
        let what = match kind {
            "user_joined" => {
                let rev = data["rev"].as_u64().unwrap_or_default();
                session.peers.insert(user.clone(), rev);
                What::PeerJoined { seq, user, rev }
            }
            "user_left" => {
                session.peers.remove(&user);
                What::PeerLeft { seq, user, reason: data["reason"].as_str().unwrap_or_default().to_owned() }
            }
            other => {
                let payload = match other {
                    "chat_message" => &data["content"],
                    "ice_candidate" => &data["candidate"]["candidate"],
                    "renegotiate" => &data["reason"],
                    _ => &data["sdp"],
                };
                let origin = payload.as_str().and_then(|id| id.split_once('/'));
                let (sender, number) = origin.expect("a message says whose it is");
                let (sender, kind) = (sender.to_owned(), Kind::of(other).expect("a known kind"));
                match number.strip_prefix("plain ") {
                    Some(plain) => What::HeardPlain { seq, kind, sender, plain: plain.parse().expect("a number") },
                    None => What::Heard { seq, kind, origin: (sender, number.parse().expect("a number")) },
                }
            }
        };
        self.record(what);
    }
}

fn peers(data: &Value) -> BTreeMap<String, u64> {
    let peers = data["peers"].as_array().into_iter().flatten();
    let known = peers.filter_map(|peer| Some((peer["userId"].as_str()?.to_owned(), peer["rev"].as_u64()?)));
    known.collect()
}
