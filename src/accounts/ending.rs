//! Disabling and deleting accounts.

use std::sync::Arc;

use uuid::Uuid;

use super::{Accounts, Shared};
use crate::{auth::AuthError, storage::MeetingPage};

/// Rows that one statement of a deletion changes at most: some 10 ms, so that none runs into its timeout.
const ROWS_MAX: u32 = 1_000;
/// Rooms that are looked up at once.
const ROOMS: u32 = 100;
/// Rooms and statements of a deletion that its owner waits for; the rest is done in the background.
const AWAITED_MAX: u32 = 50;
/// The same of one sweep, and the accounts that it looks at.
const SWEPT_MAX: u32 = 2_000;
const ACCOUNTS: u32 = 100;

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

    /// Deletes an account at its owner's request.
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

    /// Deletes an account: its address is free, its sessions end, its tokens are refused and its sockets closed, and its rooms
    /// are closed and deleted. What takes longer goes on in the background; nobody can
    /// use the account any more. False when there is
    /// no such account.
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
        let begun = self.store().begin_removal(user, end).await;
        let Some(sessions) = self.noting_doubt(begun)? else { return Ok(false) };
        self.user_ended(user, end).await;
        self.sessions_ended(user, sessions).await;
        // It is decided by now: whatever fails is done in the background, or by the sweep.
        let mut steps = AWAITED_MAX;
        match self.remove_rest(user, &mut steps).await {
            Ok(true) => return Ok(true),
            Ok(false) => tracing::info!(%user, "an account is being deleted: the rest of it goes in the background"),
            Err(why) => tracing::warn!(%user, %why, "an account is not deleted completely yet"),
        }
        self.in_doubt();
        Ok(true)
    }

    /// Goes on with the deletions that have begun; answers how many ended.
    pub(super) async fn finish_removals(&self) -> Result<u64, AuthError> {
        let (mut steps, mut ended) = (SWEPT_MAX, 0);
        for user in self.store().removals(ACCOUNTS).await? {
            match self.remove_rest(user, &mut steps).await {
                Ok(true) => ended += 1,
                Ok(false) => break,
                // The next one may do.
                Err(why) => {
                    tracing::warn!(%user, %why, "an account cannot be deleted completely; retrying in a minute")
                }
            }
        }
        Ok(ended)
    }

    /// Deletes what an account leaves whose deletion has begun, a part at a time; its row last, so that what was interrupted is
    /// found. False when `steps` of it were not enough.
    async fn remove_rest(&self, user: Uuid, steps: &mut u32) -> Result<bool, AuthError> {
        let mut step = || {
            let is_left = *steps > 0;
            *steps = steps.saturating_sub(1);
            is_left
        };
        loop {
            let rooms = self.store().meetings_of(&user.into(), MeetingPage { before: None, limit: ROOMS }).await?;
            if rooms.is_empty() {
                break;
            }
            for room in rooms {
                if !step() {
                    return Ok(false);
                }
                self.parts.hosting.remove(room.room_id, user.into()).await?;
            }
        }
        while self.store().disown_messages(user, ROWS_MAX).await? == u64::from(ROWS_MAX) {
            if !step() {
                return Ok(false);
            }
        }
        self.store().finish_removal(user).await?;
        Ok(true)
    }
}
