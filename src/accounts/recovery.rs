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
/// Tries to store a link for somebody who has been answered already, and the first pause between them.
const TRIES_MAX: u32 = 5;
const PAUSE: Duration = Duration::from_secs(1);

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
        let accounts = Arc::clone(&self.0);
        let begun = self.0.parts.changes.begin("mail a link", async move {
            match accounts.store().user_by_email(email.trim()).await {
                Ok(Some(user)) => accounts.mail_reset(user, |link| Letter::Reset { link }).await,
                Ok(None) => {}
                Err(why) => tracing::warn!(%why, "a link for a new password was not mailed"),
            }
        });
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

    /// Mails a link to set a new password, if one more mail may be sent; the link replaces the one before.
    async fn mail_reset(&self, user: User, letter: impl FnOnce(String) -> Letter) {
        if user.disabled || !self.parts.mailing.may_mail(&user.email) {
            return;
        }
        let token = LinkToken::random();
        let expires_at = after(self.parts.clock.now(), RESET_WITHIN);
        let link = NewLink { purpose: Purpose::Reset, hash: token.hash(), expires_at };
        match self.put_link(user.id, &link).await {
            Ok(true) => self.parts.mailing.post(&user.email, letter(self.parts.mailing.reset_link(&token))),
            Ok(false) => {} // deleted or disabled meanwhile
            Err(why) => tracing::warn!(%why, user = %user.id, "a link for a new password was not mailed"),
        }
    }

    /// Stores a link for somebody who waits for a mail, not for an answer: an outage of seconds is waited for. The same
    /// statement may be repeated, whatever became of it.
    async fn put_link(&self, user: Uuid, link: &NewLink) -> Result<bool, StoreError> {
        let mut pause = PAUSE;
        for _ in 1..TRIES_MAX {
            match self.store().put_link(user, link).await {
                Err(StoreError::Unavailable(_) | StoreError::Conflict(_) | StoreError::Unknown(_)) => {
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                ended => return ended,
            }
        }
        self.store().put_link(user, link).await
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
