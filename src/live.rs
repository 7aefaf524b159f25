//! Everything that accounts, rooms and HTTP need from the actor system.

#[cfg(test)]
pub(crate) mod told;

use std::time::Duration;

use actors::{
    node::{NodeRef, Tree},
    ports::{Revocation, Unavailable},
    protocol::{AppMessage, LoginId, Member, RoomId, UserId, hosted::RoomChanged, media::TrackKind},
};
use async_trait::async_trait;
use serde_json::json;

/// The live rooms. Implemented by the actor system's `NodeRef`.
///
/// Commands return once the system has accepted them; they do not wait until every socket is closed. They may be
/// repeated.
#[async_trait]
pub trait LiveRooms: Send + Sync + 'static {
    /// Occupied seats of a room, over all nodes, without hidden members; 0 for an empty room; `None` when unknown now.
    async fn participants(&self, room_id: RoomId) -> Option<usize>;
    /// A room's members over all nodes, in join order; `None` when unknown now.
    async fn members(&self, room_id: RoomId) -> Option<Vec<Member>>;
    /// Rooms with somebody connected in them, on whichever node, ordered, after this one, at most so many; `None` when unknown now.
    async fn occupied_rooms(&self, after: Option<RoomId>, max: usize) -> Option<Vec<RoomId>>;
    /// Removes a member from a room: their socket, on whichever node, is closed (4403) as soon as the ledger answers.
    fn evict(&self, room_id: RoomId, user: UserId);
    /// Has a member leave the first room and join the second (`moved`). When it returns they have left.
    ///
    /// # Errors
    /// `Unavailable` while the ledger is, or their node cannot be reached.
    async fn move_member(&self, user: UserId, from: RoomId, to: RoomId) -> Result<(), Unavailable>;
    /// A room's internal state for operators: seats, nodes, queues. `None` when it is empty.
    async fn describe(&self, room_id: RoomId) -> Option<serde_json::Value>;
    /// The room was deleted (`ports::REMOVED`) or closed, settings of this revision say: disconnects its members (`room_closed`,
    /// 4404), unless it was opened again since.
    ///
    /// # Errors
    /// `Unavailable` while the ledger is: the members are still connected.
    async fn close(&self, room_id: RoomId, revision: u64) -> Result<(), Unavailable>;
    /// Evicts a user, who is told that they may not come back: the room's settings say so already.
    fn ban(&self, room_id: RoomId, user: UserId);
    /// The room's settings changed: they apply to the next join and the next disconnect, and its members are told what they may
    /// know of them (`room_changed`).
    ///
    /// # Errors
    /// `Unavailable` while the ledger is: other nodes, or the members, do not know yet.
    async fn settings_changed(&self, room_id: RoomId, now: &RoomChanged) -> Result<(), Unavailable>;
    /// So many guests wait now: the room's members are told (`guests_waiting`).
    ///
    /// # Errors
    /// `Unavailable` while the ledger is: they are not told.
    async fn guests_waiting(&self, room_id: RoomId, count: u32) -> Result<(), Unavailable>;
    /// Asks a member to switch something off (`mute_requested`).
    ///
    /// # Errors
    /// `Unavailable` while the ledger is: they are not asked.
    async fn request_mute(&self, room_id: RoomId, by: &UserId, to: UserId, kind: TrackKind) -> Result<(), Unavailable>;
    /// A stored message was deleted: the room's members are told (`chat_deleted`).
    ///
    /// # Errors
    /// `Unavailable` while the ledger is: they are not told.
    async fn message_deleted(&self, room_id: RoomId, id: &str) -> Result<(), Unavailable>;
    /// A backend's message of its application, to one member or to all.
    ///
    /// # Errors
    /// `Unavailable` while the ledger is: it may arrive all the same.
    async fn backend_says(&self, room_id: RoomId, message: &AppMessage) -> Result<(), Unavailable>;
    /// Sessions ended: their tokens are refused and their sockets closed (4401). On this node this has happened when it
    /// returns; other nodes follow once the ledger answers.
    async fn revoke(&self, revocation: Revocation);
    /// The same on this node only, which was not told although the others were.
    fn revoke_here(&self, revocation: Revocation);
    /// An API key was revoked: closes the sockets on this node whose tokens it signed (4401).
    async fn end_login_here(&self, login: LoginId);
    /// The node's cells by kind: active and passive, queues, restarts with their reasons.
    fn tree(&self) -> serde_json::Value;
}

#[async_trait]
impl LiveRooms for NodeRef {
    async fn participants(&self, room_id: RoomId) -> Option<usize> {
        let members = Self::members(self, room_id).await.ok()?;
        Some(members.iter().filter(|member| !member.is_hidden()).count())
    }

    async fn members(&self, room_id: RoomId) -> Option<Vec<Member>> {
        Self::members(self, room_id).await.ok()
    }

    async fn occupied_rooms(&self, after: Option<RoomId>, max: usize) -> Option<Vec<RoomId>> {
        Self::occupied_rooms(self, after, max).await.ok()
    }

    fn evict(&self, room_id: RoomId, user: UserId) {
        Self::evict(self, room_id, user);
    }

    async fn move_member(&self, user: UserId, from: RoomId, to: RoomId) -> Result<(), Unavailable> {
        Self::move_member(self, user, from, to).await
    }

    async fn describe(&self, room_id: RoomId) -> Option<serde_json::Value> {
        let members = Self::members(self, room_id).await.ok().filter(|members| !members.is_empty())?;
        Some(json!({ "members": members }))
    }

    async fn close(&self, room_id: RoomId, revision: u64) -> Result<(), Unavailable> {
        self.close_room(room_id, revision).await
    }

    fn ban(&self, room_id: RoomId, user: UserId) {
        Self::ban(self, room_id, user);
    }

    async fn settings_changed(&self, room_id: RoomId, now: &RoomChanged) -> Result<(), Unavailable> {
        Self::settings_changed(self, room_id).await?;
        self.room_changed(room_id, now).await
    }

    async fn guests_waiting(&self, room_id: RoomId, count: u32) -> Result<(), Unavailable> {
        Self::guests_waiting(self, room_id, count).await
    }

    async fn request_mute(&self, room_id: RoomId, by: &UserId, to: UserId, kind: TrackKind) -> Result<(), Unavailable> {
        Self::request_mute(self, room_id, by, (to, kind)).await
    }

    async fn message_deleted(&self, room_id: RoomId, id: &str) -> Result<(), Unavailable> {
        Self::message_deleted(self, room_id, id).await
    }

    async fn backend_says(&self, room_id: RoomId, message: &AppMessage) -> Result<(), Unavailable> {
        Self::backend_says(self, room_id, message).await
    }

    async fn revoke(&self, revocation: Revocation) {
        let user = revocation.user.clone();
        if Self::revoke(self, revocation).await.is_err() {
            tracing::warn!(%user, "other nodes close the sockets of an ended session once the ledger answers");
        }
    }

    fn revoke_here(&self, revocation: Revocation) {
        Self::revoke_here(self, revocation);
    }

    async fn end_login_here(&self, login: LoginId) {
        Self::end_login_here(self, login).await;
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
