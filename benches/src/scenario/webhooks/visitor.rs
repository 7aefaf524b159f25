//! Somebody who comes into a room, stays for a while and leaves, again and again, on whichever node there is. Must not know who is told
//! of it.

use std::time::Duration;

use actors::protocol::{RoomId, UserId};
use anyhow::{Context as _, anyhow, ensure};
use client::Connection;
use client::wire::{Upgrade, Way};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, timeout, timeout_at};

use crate::limits::STALLED_AFTER;
use crate::node::{Door, Token};

/// The pause after a visit that was interrupted.
const AGAIN_AFTER: Duration = Duration::from_millis(200);

pub(super) struct Visitor {
    pub(super) nodes: Door,
    pub(super) token: Token,
    pub(super) room: RoomId,
}

/// What became of their visits.
#[derive(Debug, Default)]
pub(super) struct Visited {
    /// Joins that a node told them of.
    pub(super) joined: u64,
    /// Visits that did not end as they should: their node was killed.
    pub(super) interrupted: u64,
}

impl Visitor {
    /// Until it is to end: comes, stays so long, goes, and is away for as long.
    pub(super) async fn comes_and_goes(self, stay: Duration, mut end: watch::Receiver<bool>) -> (UserId, Visited) {
        let mut visited = Visited::default();
        while !*end.borrow() {
            let away = if self.visit(stay, &mut visited.joined).await.is_ok() {
                stay
            } else {
                visited.interrupted += 1;
                AGAIN_AFTER
            };
            let _ = timeout(away, end.wait_for(|is_over| *is_over)).await; // whichever is first
        }
        (self.token.user, visited)
    }

    async fn visit(&self, stay: Duration, joined: &mut u64) -> anyhow::Result<()> {
        let way = Way { trust: self.nodes.trust.clone(), ..Way::to(self.nodes.address) };
        let mut connection = Connection::open(way, &Upgrade::aldis()).await?;
        says(&connection, &json!({ "type": "hello", "data": { "token": self.token.token } }))?;
        hears(&mut connection, "welcome").await?;
        says(&connection, &json!({ "type": "join_room", "data": { "roomId": self.room } }))?;
        hears(&mut connection, "room_joined").await?;
        *joined += 1;
        let over = Instant::now() + stay;
        while timeout_at(over, connection.next()).await.is_ok_and(|heard| heard.is_ok()) {} // pings are answered meanwhile
        says(&connection, &json!({ "type": "leave_room" }))?;
        hears(&mut connection, "room_left").await
    }
}

fn says(connection: &Connection, message: &Value) -> anyhow::Result<()> {
    connection.send(&message.to_string()).map_err(|_| anyhow!("the connection has ended"))
}

async fn hears(connection: &mut Connection, kind: &str) -> anyhow::Result<()> {
    loop {
        let heard = timeout(STALLED_AFTER, connection.next()).await.context("the node says nothing")?;
        let heard = heard.map_err(|ending| anyhow!("the connection has ended: {ending:?}"))?;
        let message: Value = serde_json::from_slice(&heard)?;
        if message["type"] == kind {
            return Ok(());
        }
        ensure!(message["type"] != "error", "{kind}: {message}");
    }
}
