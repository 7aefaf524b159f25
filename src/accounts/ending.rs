//! Disabling and deleting accounts.

use std::sync::Arc;

use uuid::Uuid;

use super::{Accounts, Shared};
use crate::{
    auth::AuthError,
    storage::{MeetingPage, StoreError},
};

/// Rooms of an account whose deletion was not confirmed that are looked at: as many as a page.
const IN_DOUBT_MAX: u32 = 1_000;

impl Accounts {
    /// Disables an account: its sessions end, its tokens are refused and its sockets closed. Or enables it. False when
    /// there is no such account.
    ///
    /// # Errors
    /// `Store`.
    pub async fn set_disabled(&self, user: Uuid, disabled: bool) -> Result<bool, AuthError> {
        let change = |accounts: Arc<Shared>| async move {
            if !disabled {
                return Ok(accounts.store().enable(user).await?);
            }
            let end = accounts.end();
            let ended = accounts.noting_doubt(accounts.store().disable(user, end).await)?;
            let Some(sessions) = ended else { return Ok(false) };
            accounts.user_ended(user, end).await;
            accounts.sessions_ended(user, sessions).await;
            Ok(true)
        };
        self.change(if disabled { "disable an account" } else { "enable an account" }, change).await
    }

    /// Deletes an account on its owner's wish.
    ///
    /// # Errors
    /// `WrongCredentials`, `Gone`, `Busy`, `Store`.
    pub async fn delete_own(&self, id: Uuid, password: String) -> Result<(), AuthError> {
        let place = self.0.aside.enter()?;
        let change = |accounts: Arc<Shared>| async move {
            let user = accounts.store().user_by_id(id).await?.ok_or(AuthError::Gone)?;
            accounts.verified(&place, Some(user), password).await?.ok_or(AuthError::WrongCredentials)?;
            if accounts.delete(id).await? { Ok(()) } else { Err(AuthError::Gone) }
        };
        self.change("delete one's account", change).await
    }

    /// Deletes an account with its sessions and rooms: its tokens are refused, its sockets and rooms closed. False when
    /// there is no such account.
    ///
    /// # Errors
    /// `Store`.
    pub async fn delete(&self, user: Uuid) -> Result<bool, AuthError> {
        self.change("delete an account", |accounts| async move { accounts.delete(user).await }).await
    }
}

impl Shared {
    async fn delete(&self, user: Uuid) -> Result<bool, AuthError> {
        let end = self.end();
        // Read first: after a deletion that was not confirmed they cannot be found any more.
        let all = MeetingPage { before: None, limit: IN_DOUBT_MAX };
        let hosted = self.store().meetings_of(user, all).await?;
        let removed = self.store().remove_user(user, end).await;
        if let Err(StoreError::Unknown(_)) = removed {
            self.parts.hosting.in_doubt(hosted.into_iter().map(|room| room.room_id)).await;
        }
        let Some((rooms, sessions)) = self.noting_doubt(removed)? else { return Ok(false) };
        self.user_ended(user, end).await;
        self.sessions_ended(user, sessions).await;
        self.parts.hosting.removed(rooms).await;
        Ok(true)
    }
}
