//! A member who asks the room's media server, and chats: one connection in a task of its own. Its browser does not exist.
//! Must not know the load.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use actors::protocol::RoomId;
use anyhow::{Context as _, anyhow, bail, ensure};
use client::Connection;
use client::wire::{Upgrade, Way};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use crate::clock::{Epoch, Nanos};
use crate::latency::Latencies;
use crate::limits::STALLED_AFTER;
use crate::node::{Door, Token};

/// What all callers note.
pub(super) struct Notes {
    pub(super) epoch: Epoch,
    pub(super) requests: Latencies,
    pub(super) chat: Latencies,
    /// Requests that are due, answered, and refused.
    pub(super) due: AtomicU64,
    pub(super) answered: AtomicU64,
    pub(super) refused: AtomicU64,
    /// Chat messages that are due, and heard.
    pub(super) said: AtomicU64,
    pub(super) heard: AtomicU64,
}

/// What a caller is to do; it was due at that time.
#[derive(Debug, Clone, Copy)]
pub(super) enum Do {
    Ask(Nanos),
    Chat(Nanos),
}

/// A member of a room.
pub(super) struct Caller {
    connection: Connection,
    pub(super) room: RoomId,
    pub(super) session: String,
    pub(super) transport: String,
    epoch: u64,
    rids: u64,
}

impl Caller {
    /// Connects and joins.
    pub(super) async fn join(door: &Door, token: &Token, room: RoomId) -> anyhow::Result<Self> {
        let way = Way { trust: door.trust.clone(), ..Way::to(door.address) };
        let connection = Connection::open(way, &Upgrade::aldis()).await?;
        let (session, transport) = (String::new(), String::new());
        let mut caller = Self { connection, room, session, transport, epoch: 0, rids: 0 };
        caller.says(&json!({ "type": "hello", "data": { "token": token.token } }))?;
        caller.until("welcome").await?;
        caller.says(&json!({ "type": "join_room", "data": { "roomId": room } }))?;
        let joined = caller.until("room_joined").await?;
        caller.session = text(&joined["data"]["sessionId"])?;
        Ok(caller)
    }

    /// Has the room placed, and a transport made.
    pub(super) async fn opens(&mut self) -> anyhow::Result<()> {
        let capable = self.gets("sfu_get_router_capabilities", json!({})).await?;
        self.epoch = capable["epoch"].as_u64().context("an epoch")?;
        let made = self.gets("sfu_create_transport", json!({ "epoch": self.epoch, "direction": "send" })).await?;
        self.transport = text(&made["id"])?;
        Ok(())
    }

    fn says(&self, message: &Value) -> anyhow::Result<()> {
        let sent = self.connection.send(&message.to_string());
        sent.map_err(|_| anyhow!("the connection has ended, or the node reads too slowly"))
    }

    async fn next(&mut self) -> anyhow::Result<Value> {
        let heard = timeout(STALLED_AFTER, self.connection.next()).await.context("the node says nothing")?;
        let heard = heard.map_err(|ending| anyhow!("the connection has ended: {ending:?}"))?;
        Ok(serde_json::from_slice(&heard)?)
    }

    async fn until(&mut self, kind: &str) -> anyhow::Result<Value> {
        loop {
            let message = self.next().await?;
            if message["type"] == kind {
                return Ok(message);
            }
            ensure!(message["type"] != "error", "{kind}: {message}");
        }
    }

    /// The answer to a request; asked again while it is refused for now.
    async fn gets(&mut self, kind: &str, data: Value) -> anyhow::Result<Value> {
        self.rids += 1;
        for _ in 0..100 {
            self.says(&json!({ "type": kind, "rid": self.rids, "data": data }))?;
            let answer = loop {
                let message = self.next().await?;
                if message["rid"] == self.rids || message["data"]["rid"] == self.rids {
                    break message;
                }
            };
            if answer["type"] != "error" {
                return Ok(answer["data"].clone());
            }
            ensure!(answer["data"]["code"] == "media_unavailable", "{kind}: {answer}");
            sleep(Duration::from_millis(200)).await;
        }
        bail!("{kind} is refused again and again")
    }

    /// Does what it is told until nobody tells it any more, and notes what comes of it.
    pub(super) async fn serve(
        mut self,
        mut told: mpsc::UnboundedReceiver<Do>,
        notes: Arc<Notes>,
    ) -> anyhow::Result<()> {
        let (mut open, mut cid, mut seq) = (BTreeMap::new(), 0, 0);
        let mut heartbeat = tokio::time::interval(Duration::from_secs(15));
        loop {
            tokio::select! {
                biased; // what has come is noted before more is asked
                heard = self.connection.next() => {
                    let now = notes.epoch.now();
                    let heard = heard.map_err(|ending| anyhow!("the connection has ended: {ending:?}"))?;
                    let message: Value = serde_json::from_slice(&heard)?;
                    notes.hear(&message, &mut open, now);
                    if let Some(last) = message["seq"].as_u64()
                        && last >= seq + 8
                    {
                        seq = last;
                        self.says(&json!({ "type": "ack", "seq": seq }))?;
                    }
                }
                what = told.recv() => match what {
                    None => return Ok(()),
                    Some(Do::Ask(due)) => {
                        self.rids += 1;
                        open.insert(self.rids, due);
                        let data = json!({ "epoch": self.epoch, "transportId": self.transport });
                        self.says(&json!({ "type": "sfu_restart_ice", "rid": self.rids, "data": data }))?;
                    }
                    Some(Do::Chat(due)) => {
                        cid += 1;
                        let data = json!({ "content": due.to_string() });
                        self.says(&json!({ "type": "chat_message", "cid": cid, "data": data }))?;
                    }
                },
                _ = heartbeat.tick() => self.says(&json!({ "type": "heartbeat" }))?,
            }
        }
    }
}

impl Notes {
    fn hear(&self, message: &Value, open: &mut BTreeMap<u64, Nanos>, now: Nanos) {
        let is_error = message["type"] == "error";
        let rid = if is_error { &message["data"]["rid"] } else { &message["rid"] };
        if let Some(due) = rid.as_u64().and_then(|rid| open.remove(&rid)) {
            self.requests.record(due, now);
            let counter = if is_error { &self.refused } else { &self.answered };
            counter.fetch_add(1, Relaxed);
        } else if message["type"] == "chat_message"
            && let Some(due) = message["data"]["content"].as_str().and_then(|text| text.parse().ok())
        {
            self.chat.record(due, now);
            self.heard.fetch_add(1, Relaxed);
        }
    }
}

fn text(value: &Value) -> anyhow::Result<String> {
    value.as_str().map(str::to_owned).with_context(|| format!("{value} is no text"))
}
