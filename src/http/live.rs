//! Everything HTTP needs from the actor system.

use std::time::Duration;

use actors::{
    node::{NodeRef, Tree},
    protocol::UserId,
};
use async_trait::async_trait;
use serde_json::json;
use uuid::Uuid;

use crate::storage::RoomId;

/// The live rooms. Implemented by the actor system's `NodeRef`.
///
/// Commands return once the system has accepted them; they do not wait until every socket is closed.
#[async_trait]
pub trait LiveRooms: Send + Sync + 'static {
    /// Occupied seats of a room, over all nodes; 0 for an empty room; `None` when unknown now.
    async fn participants(&self, room_id: RoomId) -> Option<usize>;
    /// A room's internal state for operators: seats, nodes, queues. `None` when it is empty.
    async fn describe(&self, room_id: RoomId) -> Option<serde_json::Value>;
    /// The room was deleted or closed: disconnects its members (`room_closed`, 4404).
    async fn close(&self, room_id: RoomId);
    /// The room's settings changed: they apply to the next join and the next disconnect.
    async fn settings_changed(&self, room_id: RoomId);
    /// The user was disabled: closes their sockets (4403).
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
            tracing::warn!(%room_id, "a room was deleted while the ledger is unavailable: it is closed as soon as the ledger answers");
        }
    }

    async fn settings_changed(&self, room_id: RoomId) {
        if Self::settings_changed(self, room_id).await.is_err() {
            tracing::warn!(%room_id, "cannot look up a room's new settings: they apply once the room is opened again");
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
                "kind": kind.kind, "cells": kind.cells, "active": kind.active, "passive": kind.passive(), "running": kind.running,
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
