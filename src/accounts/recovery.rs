//! Links by mail: setting a forgotten password, proving that an address is one's own, and signing up where that is needed.

use std::{sync::Arc, time::Duration};

use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Accounts, Shared, after};
use crate::{
    auth::{AuthError, LinkToken, account, aside::Place},
    mail::Letter,
    storage::{NewLink, NewUser, Purpose, Reset, StoreError, User},
};

/// How long a link to set a password is valid.
const RESET_WITHIN: Duration = Duration::from_secs(30 * 60);
/// How long a link that proves an address is valid.
const VERIFY_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);
/// Tries to store a link for somebody who has been answered already, and the first pause between them; each is twice as long.
const TRIES_MAX: u32 = 4;
const PAUSE: Duration = Duration::from_millis(500);

/// A request to set a new password by the link of a mail.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResetPassword {
    /// The token of the link.
    #[schema(max_length = 100, pattern = "^[A-Za-z0-9_-]{43}$")]
    pub token: String,
    /// The new password: 8 to 128 characters, not a common one.
    #[schema(min_length = 8, max_length = 128, format = Password)]
    pub new_password: String,
}

impl std::fmt::Debug for ResetPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ResetPassword(…)")
    }
}

impl Accounts {
    /// Mails a link to set a new password to this address, if it has an account. Returns at once and tells nothing: the
    /// account is looked up afterwards.
    pub fn forgot_password(&self, email: String) {
        let Ok(email) = account::checked_email("email", &email) else { return };
        let accounts = Arc::clone(&self.0);
        let mailing = async move { accounts.mail_reset(&email).await };
        let begun = self.0.parts.changes.begin("mail a link", mailing);
        if !begun {
            tracing::warn!("a link for a new password was not mailed: too many changes at once, or the node stops");
        }
    }

    /// Sets a new password by the link of a mail, and ends all sessions; answers whose.
    ///
    /// # Errors
    /// `LinkInvalid`, `Invalid` (the link can then be used once more), `Busy`, `Store`.
    pub async fn reset_password(&self, request: ResetPassword) -> Result<Uuid, AuthError> {
        let token: LinkToken = request.token.parse().map_err(|_| AuthError::LinkInvalid)?;
        let place = self.0.aside.enter()?;
        let change =
            |accounts: Arc<Shared>| async move { accounts.reset_password(place, &token, request.new_password).await };
        self.change("reset a password", change).await
    }

    /// Records that the address of an account is its owner's; answers whose. The same link may be used until it expires.
    ///
    /// # Errors
    /// `LinkInvalid`, `Store`.
    pub async fn verify_email(&self, token: &str) -> Result<Uuid, AuthError> {
        let token: LinkToken = token.parse().map_err(|_| AuthError::LinkInvalid)?;
        let change = |accounts: Arc<Shared>| async move {
            let now = accounts.parts.clock.now();
            accounts.store().verify_email(&token.hash(), now).await?.ok_or(AuthError::LinkInvalid)
        };
        self.change("verify an address", change).await
    }
}

impl Shared {
    async fn reset_password(&self, place: Place, token: &LinkToken, new: String) -> Result<Uuid, AuthError> {
        let (link, now) = (token.hash(), self.parts.clock.now());
        let owner = self.store().user_of_link(Purpose::Reset, &link, now).await?.ok_or(AuthError::LinkInvalid)?;
        let user = self.store().user_by_id(owner).await?.ok_or(AuthError::LinkInvalid)?;
        let new = account::checked_password("newPassword", &new, &[&user.email, &user.name]);
        let new = new.map_err(|fault| AuthError::Invalid(vec![fault]))?;
        let hasher = Arc::clone(&self.hasher);
        let to = place.hash(move || hasher.hash(&new)).await??;
        // `None`: used, replaced or disabled meanwhile.
        let reset = self.store().reset_password(&Reset { link, to }, self.end()).await;
        let (user, ended) = self.noting_doubt(reset)?.ok_or(AuthError::LinkInvalid)?;
        self.sessions_ended(user, ended).await;
        Ok(user)
    }

    /// Mails a link to set a new password, if the address has an account and may get one more mail; the link replaces the one
    /// before. Who asked waits for a mail, not for an answer, so an outage of seconds is waited for.
    async fn mail_reset(&self, email: &str) {
        let (token, mut is_counted) = (LinkToken::random(), false);
        let (mut pause, mut tries) = (PAUSE, 1);
        loop {
            match self.put_reset(email, &token, &mut is_counted).await {
                Ok(Some(user)) => {
                    let link = self.parts.mailing.reset_link(&token);
                    return self.parts.mailing.post(&user.email, Letter::Reset { link });
                }
                Ok(None) => return,
                Err(StoreError::Unavailable(why) | StoreError::Conflict(why) | StoreError::Unknown(why))
                    if tries < TRIES_MAX =>
                {
                    tracing::info!(why, ?pause, "a link for a new password is not stored yet");
                }
                Err(why) => return tracing::warn!(%why, "a link for a new password was not mailed"),
            }
            tokio::time::sleep(pause).await;
            (pause, tries) = (pause * 2, tries + 1);
        }
    }

    /// Stores the link for a new password, always the same: a store that failed may be repeated, whatever became of it. The
    /// account that it is for, if it is to be mailed; `is_counted`: among the mails to this address.
    async fn put_reset(
        &self,
        email: &str,
        token: &LinkToken,
        is_counted: &mut bool,
    ) -> Result<Option<User>, StoreError> {
        let user = self.store().user_by_email(email).await?.filter(|user| !user.disabled);
        let Some(user) = user else { return Ok(None) };
        let expires_at = after(self.parts.clock.now(), RESET_WITHIN);
        let link = NewLink { purpose: Purpose::Reset, hash: token.hash(), expires_at };
        *is_counted = *is_counted || self.parts.mailing.may_mail(&user.email);
        // `put_link` is false when the account was deleted or disabled meanwhile.
        Ok((*is_counted && self.store().put_link(user.id, &link).await?).then_some(user))
    }

    /// Signs up somebody who has yet to prove that the address is theirs. Whether it has an account is told to its owner
    /// only: both cases take as long, and one transaction.
    pub(super) async fn sign_up_by_mail(&self, known: Option<User>, new: NewUser) -> Result<(), AuthError> {
        if let Some(user) = known {
            self.mail_reset_once(user).await?;
            return Ok(());
        }
        let token = LinkToken::random();
        let expires_at = after(new.created_at, VERIFY_WITHIN);
        let link = NewLink { purpose: Purpose::Verify, hash: token.hash(), expires_at };
        match self.store().add_unverified_user(&new, &link).await {
            Ok(()) => {}
            // Somebody was faster: as if they had been known.
            Err(StoreError::EmailTaken) => {
                if let Some(user) = self.store().user_by_email(&new.email).await? {
                    self.mail_reset_once(user).await?;
                }
                return Ok(());
            }
            Err(why) => return Err(why.into()),
        }
        if self.parts.mailing.may_mail(&new.email) {
            self.parts.mailing.post(&new.email, Letter::Verify { link: self.parts.mailing.verify_link(&token) });
        }
        Ok(())
    }

    /// Tells the owner of an account that somebody signed up with their address; a failure is the client's, as it is for
    /// an address without an account.
    async fn mail_reset_once(&self, user: User) -> Result<(), AuthError> {
        let now = self.parts.clock.now();
        if !self.parts.mailing.may_mail(&user.email) {
            // The link that was mailed last stays valid; a write, so that the answer takes as long.
            return Ok(self.store().probe(now).await?);
        }
        let token = LinkToken::random();
        let link = NewLink { purpose: Purpose::Reset, hash: token.hash(), expires_at: after(now, RESET_WITHIN) };
        if self.store().put_link(user.id, &link).await? {
            let letter = Letter::Known { link: self.parts.mailing.reset_link(&token) };
            self.parts.mailing.post(&user.email, letter);
        }
        Ok(())
    }
}
