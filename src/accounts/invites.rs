//! Invites to sign up: made, listed and revoked by operators, used by `entering`.

use std::time::Duration;

use uuid::Uuid;

use super::{Accounts, Shared, after};
use crate::{
    auth::{AuthError, InviteCode, Signup, SignupMode},
    storage::{Invite, InviteHash, NewInvite},
};

/// Invites that can be used at once: a list of them has no pages.
pub(super) const INVITES_MAX: u32 = 1_000;

/// An operator's request for an invite.
#[derive(Clone, Debug)]
pub struct InviteWish {
    /// Whom it is for; `None`: anybody.
    pub email: Option<String>,
    /// How long it can be used.
    pub expires_in: Duration,
    /// Accounts that may be made with it.
    pub uses: u32,
}

impl Accounts {
    /// Makes an invite; its code is told only now. `None` when there are a thousand already.
    ///
    /// # Errors
    /// `Store`.
    pub async fn invite(&self, wish: InviteWish) -> Result<Option<(InviteCode, NewInvite)>, AuthError> {
        let change = |accounts: std::sync::Arc<Shared>| async move {
            let (code, now) = (InviteCode::random(), accounts.parts.clock.now());
            let invite = NewInvite {
                id: Uuid::new_v4(),
                hash: code.hash(),
                email: wish.email,
                uses: wish.uses,
                created_at: now,
                expires_at: after(now, wish.expires_in),
            };
            Ok(accounts.store().add_invite(&invite, INVITES_MAX).await?.then_some((code, invite)))
        };
        self.change("make an invite", change).await
    }

    /// The invites that can be used now, the newest first.
    ///
    /// # Errors
    /// `Store`.
    pub async fn invites(&self) -> Result<Vec<Invite>, AuthError> {
        Ok(self.0.store().invites(self.clock().now(), INVITES_MAX).await?)
    }

    /// Revokes an invite; false when there is none.
    ///
    /// # Errors
    /// `Store`.
    pub async fn revoke_invite(&self, id: Uuid) -> Result<bool, AuthError> {
        let change = |accounts: std::sync::Arc<Shared>| async move { Ok(accounts.store().remove_invite(id).await?) };
        self.change("revoke an invite", change).await
    }
}

impl Shared {
    /// The invite to use for a sign-up, where one is needed. It is checked before the address, so that a client without one
    /// learns nothing about addresses; the database decides once more when the account is created.
    pub(super) async fn invite_of(&self, signup: &Signup) -> Result<Option<InviteHash>, AuthError> {
        match self.settings.signup {
            SignupMode::Open => Ok(None),
            SignupMode::Closed => Err(AuthError::SignupClosed),
            SignupMode::Invite => {
                let code = signup.invite.as_deref().map(str::trim).filter(|code| !code.is_empty());
                let code: InviteCode =
                    code.ok_or(AuthError::InviteRequired)?.parse().map_err(|_| AuthError::InviteInvalid)?;
                let (invite, now) = (code.hash(), self.parts.clock.now());
                let is_valid = self.store().may_join(&invite, &signup.email, now).await?;
                if is_valid { Ok(Some(invite)) } else { Err(AuthError::InviteInvalid) }
            }
        }
    }
}
