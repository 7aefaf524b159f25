//! What HTTP asks of the actor system, and nothing more: the one place where the two meet.

use std::time::Duration;

use actors::{
    node::{NodeRef, Tree},
    protocol::UserId,
};
use async_trait::async_trait;
use serde_json::json;
use uuid::Uuid;

use crate::storage::RoomId;

/// The rooms people are in now. Implemented by the actor system's door.
///
/// Commands return when the system has taken them; they do not wait for every socket to have closed.
#[async_trait]
pub trait LiveRooms: Send + Sync + 'static {
    /// How many seats of a room are taken, over all nodes; 0 for a room nobody is in; `None` when nobody can tell now.
    async fn participants(&self, room_id: RoomId) -> Option<usize>;
    /// What an operator may see of a room: seats, nodes, queues. `None` when nobody is in it.
    async fn describe(&self, room_id: RoomId) -> Option<serde_json::Value>;
    /// The room was deleted or closed: its members are sent away (`room_closed`, 4404).
    async fn close(&self, room_id: RoomId);
    /// The room's settings changed: they hold for the next join and the next lost socket.
    async fn settings_changed(&self, room_id: RoomId);
    /// The user was disabled: their sockets close (4403).
    async fn kick_user(&self, user: Uuid);
    /// The node's cells by kind: active and passive, queues, restarts with their reasons.
    fn tree(&self) -> serde_json::Value;
}

#[async_trait]
impl LiveRooms for NodeRef {
    async fn participants(&self, room_id: RoomId) -> Option<usize> {
        self.members(room_id).await.ok().map(|members| members.len())
    }

    async fn describe(&self, room_id: RoomId) -> Option<serde_json::Value> {
        let members = self.members(room_id).await.ok().filter(|members| !members.is_empty())?;
        Some(json!({ "members": members }))
    }

    async fn close(&self, room_id: RoomId) {
        if self.close_room(room_id).await.is_err() {
            tracing::warn!(%room_id, "a room was deleted while the ledger is away: its members stay until they leave");
        }
    }

    async fn settings_changed(&self, room_id: RoomId) {
        if Self::settings_changed(self, room_id).await.is_err() {
            tracing::warn!(%room_id, "a room's new settings could not be looked up: they hold from its next opening");
        }
    }

    async fn kick_user(&self, user: Uuid) {
        self.kick(UserId::from_u128(user.as_u128())).await;
    }

    fn tree(&self) -> serde_json::Value {
        let Tree { kinds, queues, failures_total, failures } = Self::tree(self);
        let seconds = |span: Duration| span.as_secs_f64();
        json!({
            "kinds": kinds.map(|kind| json!({
                "kind": kind.kind, "cells": kind.cells, "active": kind.active, "running": kind.running,
                "queued": kind.queued, "oldestSeconds": kind.oldest.map(seconds),
            })),
            "queues": queues.iter().map(|queue| json!({
                "kind": queue.kind, "key": queue.key, "depth": queue.depth, "oldestSeconds": seconds(queue.oldest),
            })).collect::<Vec<_>>(),
            "restarts": failures_total,
            "lastRestarts": failures.iter().map(|(failure, ago)| json!({
                "kind": failure.kind, "key": failure.key, "during": format!("{:?}", failure.during).to_lowercase(),
                "reason": failure.reason, "secondsAgo": seconds(*ago),
            })).collect::<Vec<_>>(),
        })
    }
}
